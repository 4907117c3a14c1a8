// A cloud of prompt VMs on the virtual clock: a POST is held until the guest has obeyed, lists and POSTs leave at the real pace.
// A list is a text of the API's shape, read by the real reader: that is what most of a tick's CPU goes into.

import type { Action } from '../../lib/core/action.ts';
import type { PacePolicy } from '../../lib/core/policy.ts';
import type { ListedVm, VmId } from '../../lib/core/vm.ts';
import { createPace } from '../../lib/openscaler/pace.ts';
import { parseList } from '../../lib/openscaler/wire.ts';
import type { Clock, SendLimits, Sent, VmCloud } from '../../lib/ports.ts';
import { fillQuirks, stateName } from '../../simulator/quirks.ts';
import { SimulatedTime } from '../../simulator/simulated-time.ts';
import { SimulatedVm } from '../../simulator/vm.ts';
import { VmDocument } from '../../simulator/vm-document.ts';

export interface CloudLatency {
  readonly listMs: number;
  readonly listPerThousandVmsMs: number;
  readonly startMs: number;
  readonly shutdownMs: number;
}

/** A VM of the fleet, as it is at the beginning. */
export interface FleetVm {
  readonly id: number;
  readonly description: string;
}

export const account = 'main';
export const project = 'default';

/** Of each VM the text before and after its state, as the simulator tells it. */
interface Told {
  readonly before: string;
  readonly after: string;
  isOn: boolean;
}

const names = { on: stateName('libvirt', 'running'), off: stateName('libvirt', 'off') };

/** All its VMs are off at the beginning. */
export class PromptCloud implements VmCloud {
  readonly account = account;
  readonly calls = { lists: 0, reads: 0, actions: 0 };
  readonly #vms: ReadonlyMap<string, Told>;
  readonly #clock: Clock;
  readonly #latency: CloudLatency;
  readonly #pace: ReturnType<typeof createPace>;

  constructor(fleet: readonly FleetVm[], clock: Clock, latency: CloudLatency, pace: PacePolicy) {
    this.#vms = new Map(fleet.map((vm) => [String(vm.id), toldOf(vm)]));
    this.#clock = clock;
    this.#latency = latency;
    this.#pace = createPace(pace, clock);
  }

  async list(of: string): Promise<readonly ListedVm[]> {
    const { listMs, listPerThousandVmsMs } = this.#latency;
    const answer = await this.#pace.run('read', async () => {
      this.calls.lists += 1;
      await this.#clock.sleep(listMs + (listPerThousandVmsMs * this.#vms.size) / 1000);
      const vms = [...this.#vms.values()].map(
        ({ before, after, isOn }) => before + (isOn ? names.on : names.off) + after,
      );
      return `{"vms":[${vms.join(',')}]}`;
    });
    if (typeof answer !== 'string') throw new Error('a list without a limit never left');
    return parseList(answer, { account, project: of }, new Map());
  }

  async read(id: VmId): Promise<never> {
    throw new Error(`VM ${id} is in the list: nobody has to read it`);
  }

  async act(id: VmId, action: Action, limits: SendLimits): Promise<Sent> {
    let sentAt = 0;
    const answer = await this.#pace.run(
      'action',
      () => this.#obey(id, action, () => (sentAt = this.#clock.now())),
      limits,
    );
    if (answer !== 'obeyed') return { answer: { kind: 'unsent', detail: answer.notLeft }, posts: 0, sentAt: null };
    return { answer: { kind: 'status', status: 200, body: 'readable', detail: 'HTTP 200' }, posts: 1, sentAt };
  }

  async #obey(id: VmId, action: Action, onLeave: () => void): Promise<'obeyed'> {
    onLeave();
    this.calls.actions += 1;
    const isStart = action === 'start';
    await this.#clock.sleep(isStart ? this.#latency.startMs : this.#latency.shutdownMs);
    const vm = this.#vms.get(id);
    if (vm === undefined) throw new Error(`there is no VM ${id}`);
    vm.isOn = isStart;
    return 'obeyed';
  }
}

function toldOf({ id, description }: FleetVm): Told {
  const quirks = fillQuirks({});
  const spec = { id, name: `vm-${id}`, project, description, state: 'off' } as const;
  const vm = new SimulatedVm(spec, { time: new SimulatedTime(1), seed: 1, listLagMs: 0 });
  const [before = '', after = ''] = new VmDocument(vm, quirks).listed().split(`"state":"${names.off}"`);
  return { before: `${before}"state":"`, after: `"${after}`, isOn: false };
}
