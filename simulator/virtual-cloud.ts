// A cloud on a virtual clock, without sockets: weeks of a small fleet pass in a second, and its whole history is kept.
// The simulator proper runs in real time; this one is for showing and checking what happens over days.

import type { Action } from '../lib/core/action.ts';
import type { ListedVm, VmId } from '../lib/core/vm.ts';
import { vmId } from '../lib/openscaler/vm-id.ts';
import type { Clock, Sent, VmCloud } from '../lib/ports.ts';

export interface VirtualVm {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly isOn: boolean;
}

/** From `at` (epoch milliseconds) on, the API shows this state. */
interface Change {
  readonly at: number;
  readonly state: string;
}

// About what a small VM takes.
const startMs = 25_000;
const shutdownMs = 40_000;

export class VirtualCloud implements VmCloud {
  readonly account = 'main';
  readonly calls = { lists: 0, reads: 0, actions: 0 };
  readonly #clock: Pick<Clock, 'now'>;
  readonly #vms: ReadonlyMap<string, VirtualVm>;
  readonly #histories: ReadonlyMap<string, Change[]>;
  readonly #received = new Map<string, Action[]>();

  constructor(clock: Pick<Clock, 'now'>, vms: readonly VirtualVm[]) {
    this.#clock = clock;
    this.#vms = new Map(vms.map((vm) => [vm.id, vm]));
    this.#histories = new Map(
      vms.map(({ id, isOn }) => [id, [{ at: Number.NEGATIVE_INFINITY, state: isOn ? 'running' : 'shutoff' }]]),
    );
  }

  async list(project: string): Promise<readonly ListedVm[]> {
    this.calls.lists += 1;
    return [...this.#vms.values()].map((vm) => this.#listed(vm, project));
  }

  async read(id: VmId): Promise<ListedVm | 'gone'> {
    this.calls.reads += 1;
    const vm = this.#vms.get(id);
    return vm === undefined ? 'gone' : this.#listed(vm, 'default');
  }

  async act(id: VmId, action: Action): Promise<Sent> {
    this.calls.actions += 1;
    const now = this.#clock.now();
    this.#received.set(id, [...this.actionsOf(id), action]);
    if (action === 'start') this.#change(id, { at: now, state: 'starting' }, { at: now + startMs, state: 'running' });
    else this.#change(id, { at: now, state: 'stopping' }, { at: now + shutdownMs, state: 'shutoff' });
    return { answer: { kind: 'status', status: 200, body: 'readable', detail: 'HTTP 200' }, posts: 1, sentAt: now };
  }

  /** What somebody does in the provider's console: at once, and without this project. */
  byHand(id: string, isOn: boolean): void {
    this.#change(id, { at: this.#clock.now(), state: isOn ? 'running' : 'shutoff' });
  }

  /** Whether it was on at the instant. */
  wasOn(id: string, ms: number): boolean {
    return this.#stateAt(id, ms) === 'running';
  }

  /** When it went on and off between the two instants. */
  historyOf(
    id: string,
    fromMs: number,
    toMs: number,
  ): readonly { readonly at: number; readonly wanted: 'on' | 'off' }[] {
    const within = (this.#histories.get(id) ?? []).filter(({ at }) => fromMs <= at && at < toMs);
    return within.map(({ at, state }) => ({ at, wanted: state === 'running' ? 'on' : 'off' }));
  }

  /** Every action that reached it, in order. */
  actionsOf(id: string): readonly Action[] {
    return this.#received.get(id) ?? [];
  }

  #change(id: string, ...changes: readonly Change[]): void {
    const history = this.#histories.get(id);
    // What an earlier action had still to bring about does not happen any more.
    const [first] = changes;
    if (history === undefined || first === undefined) return;
    while ((history.at(-1)?.at ?? first.at) > first.at) history.pop();
    history.push(...changes);
  }

  #stateAt(id: string, ms: number): string {
    return this.#histories.get(id)?.findLast(({ at }) => at <= ms)?.state ?? '';
  }

  #listed({ id, name, description }: VirtualVm, project: string): ListedVm {
    const state = this.#stateAt(id, this.#clock.now());
    const place = { account: this.account, project, region: 'alg1' };
    return { id: vmId(id), name, ...place, description, size: 'b-2-4-100', tags: [], state, faults: [] };
  }
}
