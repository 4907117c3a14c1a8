// The simulator's VMs on a virtual clock, without sockets: hours of a large fleet pass in seconds, and no machine is too busy for them.
// Pace, reader of lists and behaviours are the real ones; what a call takes on its way is assumed.

import type { Action } from '../../lib/core/action.ts';
import type { PacePolicy } from '../../lib/core/policy.ts';
import type { ListedVm, VmId } from '../../lib/core/vm.ts';
import { createPace } from '../../lib/openscaler/pace.ts';
import { parseList } from '../../lib/openscaler/wire.ts';
import type { Clock, SendLimits, Sent, VmCloud } from '../../lib/ports.ts';
import { perform } from '../../simulator/actions.ts';
import type { Answer } from '../../simulator/answers.ts';
import { fillQuirks } from '../../simulator/quirks.ts';
import type { LoggedRequest } from '../../simulator/request-log.ts';
import { type Cancel, SimulatedTime } from '../../simulator/simulated-time.ts';
import { SimulatedVm, type SimulatedVmSpec } from '../../simulator/vm.ts';
import { VmDocument } from '../../simulator/vm-document.ts';

/** What calls take besides being held, in milliseconds. */
export interface WireLatency {
  readonly callMs: number;
  readonly listMs: number;
  readonly listPerThousandVmsMs: number;
}

/** Longer than any VM takes. */
const longMs = 86_400_000;

/** Simulated time that is the clock's. */
class ClockTime extends SimulatedTime {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    super(1);
    this.#clock = clock;
  }

  override after(ms: number, then: () => void): Cancel {
    const cancelled = new AbortController();
    void this.#clock.sleep(ms, cancelled.signal).then(() => {
      if (!cancelled.signal.aborted) then();
    });
    return () => cancelled.abort();
  }
}

/** One account of a fleet. */
export class VirtualCloud implements VmCloud {
  readonly account = 'main';
  readonly calls = { lists: 0, reads: 0, actions: 0 };
  readonly posts: Pick<LoggedRequest, 'method' | 'vm' | 'at' | 'endedAt'>[] = [];
  /** When each VM came to be off, in epoch milliseconds, by id. */
  readonly offAt = new Map<string, number>();
  readonly #clock: Clock;
  readonly #latency: WireLatency;
  readonly #pace: ReturnType<typeof createPace>;
  readonly #time: SimulatedTime;
  readonly #quirks = fillQuirks({});
  readonly #vms = new Map<string, { readonly vm: SimulatedVm; readonly document: VmDocument }>();

  constructor(fleet: readonly SimulatedVmSpec[], clock: Clock, latency: WireLatency, pace: PacePolicy) {
    this.#clock = clock;
    this.#latency = latency;
    this.#pace = createPace(pace, clock);
    this.#time = new ClockTime(clock);
    for (const spec of fleet) {
      const vm = new SimulatedVm(spec, { time: this.#time, seed: 1, listLagMs: 0 });
      this.#vms.set(vm.id, { vm, document: new VmDocument(vm, this.#quirks) });
    }
  }

  async list(project: string): Promise<readonly ListedVm[]> {
    const { callMs, listMs, listPerThousandVmsMs } = this.#latency;
    const answer = await this.#pace.run('read', async () => {
      this.calls.lists += 1;
      await this.#clock.sleep(callMs + listMs + (listPerThousandVmsMs * this.#vms.size) / 1000);
      return `{"vms":[${[...this.#vms.values()].map(({ document }) => document.listed()).join(',')}]}`;
    });
    if (typeof answer !== 'string') throw new Error('a list without a limit never left');
    return parseList(answer, { account: this.account, project }, new Map());
  }

  async read(id: VmId): Promise<never> {
    throw new Error(`VM ${id} is in the list: nobody has to read it`);
  }

  async act(id: VmId, action: Action, limits: SendLimits): Promise<Sent> {
    let sentAt = 0;
    const answer = await this.#pace.run(
      'action',
      async () => {
        sentAt = this.#clock.now();
        this.calls.actions += 1;
        await this.#clock.sleep(this.#latency.callMs / 2);
        const answered = await this.#perform(id, action);
        await this.#clock.sleep(this.#latency.callMs / 2);
        return answered;
      },
      limits,
    );
    if (typeof answer === 'object' && 'notLeft' in answer)
      return { answer: { kind: 'unsent', detail: answer.notLeft }, posts: 0, sentAt: null };
    if (typeof answer === 'string') throw new Error(`VM ${id} answered ${answer}: this cloud speaks plain HTTP only`);
    const { status } = answer;
    return { answer: { kind: 'status', status, body: 'readable', detail: `HTTP ${status}` }, posts: 1, sentAt };
  }

  async #perform(id: VmId, action: Action): Promise<Answer> {
    const vm = this.#vms.get(id)?.vm;
    if (vm === undefined) throw new Error(`there is no VM ${id}`);
    const at = this.#clock.now();
    if (!this.offAt.has(id)) void vm.reaches('off', longMs).then(() => this.offAt.set(id, this.#clock.now()));
    const answer = await perform(vm, action, { quirks: this.#quirks, time: this.#time, onHangUp: () => {} });
    this.posts.push({ method: 'POST', vm: id, at, endedAt: this.#clock.now() });
    return answer;
  }
}
