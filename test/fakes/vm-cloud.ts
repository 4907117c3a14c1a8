// A cloud in memory, on the clock of the test: VMs, scripted answers, and changes that come due as time passes.
// It keeps the promises of VmCloud (test/contracts/vm-cloud.ts), so that runs can be tested in virtual time.

import type { Action } from '../../lib/core/action.ts';
import { wantedPower } from '../../lib/core/action.ts';
import { PowerError } from '../../lib/core/errors.ts';
import type { Answer } from '../../lib/core/failure.ts';
import type { ListedVm, TagEntry, VmId } from '../../lib/core/vm.ts';
import { vmId } from '../../lib/openscaler/vm-id.ts';
import type { Clock, SendLimits, Sent, VmCloud } from '../../lib/ports.ts';

export interface FakeVm {
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly region?: string;
  readonly size?: string;
  readonly state?: string;
  readonly tags?: readonly TagEntry[];
  readonly faults?: readonly string[];
}

export interface FakeSend {
  readonly id: string;
  readonly action: Action;
  readonly at: number;
}

interface Change {
  readonly at: number;
  readonly apply: () => void;
}

/** An answer with a status and a readable body that says `words`. */
export function status(code: number, words = ''): Answer {
  const detail = words === '' ? `HTTP ${code}` : `HTTP ${code}: ${words}`;
  return { kind: 'status', status: code, body: 'readable', detail };
}

export class FakeCloud implements VmCloud {
  readonly account: string;
  readonly calls = { lists: 0, reads: 0, actions: 0 };
  /** Every POST that left, in order. */
  readonly sent: FakeSend[] = [];
  /** Every list that was answered or failed, in order. */
  readonly listed: { readonly project: string; readonly at: number }[] = [];
  /** Answers the `nth` POST (from 1) of this action to this VM. Unless set: 200, and the wanted power at once. */
  onAct: (vm: ListedVm, action: Action, nth: number) => Answer | Promise<Answer>;
  /** What the `nth` list (from 1) of a project shows instead of the truth; may throw. */
  onList: (
    project: string,
    vms: readonly ListedVm[],
    nth: number,
  ) => readonly ListedVm[] | Promise<readonly ListedVm[]>;
  /** What a read by id shows instead of the truth; may throw. */
  onRead: (id: string, vm: ListedVm | 'gone') => ListedVm | 'gone' | Promise<ListedVm | 'gone'>;
  /** How long each list takes, in milliseconds of the clock. */
  listMs = 0;
  /** How long each POST is held before `onAct` answers it, in milliseconds of the clock. */
  actMs = 0;

  readonly #clock: Clock;
  readonly #vms = new Map<string, ListedVm>();
  readonly #projects: Set<string>;
  readonly #failures = new Map<string, PowerError>();
  #changes: Change[] = [];

  constructor(options: {
    readonly account?: string;
    readonly clock: Clock;
    readonly projects: Readonly<Record<string, readonly FakeVm[]>>;
  }) {
    this.account = options.account ?? 'main';
    this.#clock = options.clock;
    this.#projects = new Set(Object.keys(options.projects));
    for (const [project, vms] of Object.entries(options.projects)) for (const vm of vms) this.add(project, vm);
    this.onAct = (vm, action) => {
      const wanted = wantedPower[action];
      if (wanted) this.setState(vm.id, wanted === 'on' ? 'running' : 'shutoff');
      return status(200);
    };
    this.onList = (_project, vms) => vms;
    this.onRead = (_id, vm) => vm;
  }

  add(project: string, vm: FakeVm): void {
    const {
      id,
      name = `vm-${vm.id}`,
      description = '',
      region = 'alg1',
      size = 'b-4-8-160',
      state = 'running',
      tags = [],
      faults = [],
    } = vm;
    const listed = {
      id: vmId(id),
      name,
      account: this.account,
      project,
      region,
      size,
      description,
      tags,
      state,
      faults,
    };
    this.#vms.set(id, listed);
  }

  /** The VM as it truly is now. */
  vm(id: string): ListedVm {
    this.#applyDue();
    const vm = this.#vms.get(id);
    if (!vm) throw new Error(`the fake has no VM ${id}`);
    return vm;
  }

  setState(id: string, state: string): void {
    this.#vms.set(id, { ...this.vm(id), state });
  }

  remove(id: string): void {
    this.#vms.delete(id);
  }

  /** Does something `ms` from now (say, `() => cloud.setState('8', 'shutoff')`); takes no timer, it has happened when anybody looks. */
  after(ms: number, apply: () => void): void {
    this.#changes.push({ at: this.#clock.now() + ms, apply });
  }

  /** The state changes `ms` from now. */
  becomes(id: string, state: string, ms: number): void {
    this.after(ms, () => this.setState(id, state));
  }

  /** Every list of this project throws `error`, until `null` is given. */
  failList(project: string, error: PowerError | null): void {
    if (error) this.#failures.set(project, error);
    else this.#failures.delete(project);
  }

  async list(project: string): Promise<readonly ListedVm[]> {
    this.calls.lists++;
    const nth = this.listed.push({ project, at: this.#clock.now() });
    if (this.listMs > 0) await this.#clock.sleep(this.listMs);
    this.#applyDue();
    const failure = this.#failures.get(project);
    if (failure) throw failure;
    if (!this.#projects.has(project)) throw new PowerError('list-failed', `the fake has no project ${project}`);
    const vms = [...this.#vms.values()].filter((vm) => vm.project === project);
    const nthOfProject = this.listed.slice(0, nth).filter((call) => call.project === project).length;
    return this.onList(project, vms, nthOfProject);
  }

  async read(id: VmId): Promise<ListedVm | 'gone'> {
    this.calls.reads++;
    this.#applyDue();
    return this.onRead(id, this.#vms.get(id) ?? 'gone');
  }

  async act(id: VmId, action: Action, limits: SendLimits): Promise<Sent> {
    const sentAt = this.#clock.now();
    const timeoutMs = Math.min(limits.timeoutMs, (limits.until ?? Number.POSITIVE_INFINITY) - sentAt);
    if (limits.stop?.aborted) return unsent('the run was stopped');
    if (timeoutMs <= 0) return unsent('its time was over');
    this.calls.actions++;
    this.sent.push({ id, action, at: sentAt });
    return { answer: await this.#within(timeoutMs, this.#answer(id, action)), posts: 1, sentAt };
  }

  async #answer(id: VmId, action: Action): Promise<Answer> {
    const nth = this.sent.filter((send) => send.id === id && send.action === action).length;
    if (this.actMs > 0) await this.#clock.sleep(this.actMs);
    this.#applyDue();
    const vm = this.#vms.get(id);
    return vm ? this.onAct(vm, action, nth) : status(404, 'no such VM');
  }

  async #within(timeoutMs: number, answer: Promise<Answer>): Promise<Answer> {
    const answered = new AbortController();
    const late = this.#clock
      .sleep(timeoutMs, answered.signal)
      .then((): Answer => ({ kind: 'silence', detail: `no answer within ${timeoutMs} ms` }));
    try {
      return await Promise.race([answer, late]);
    } finally {
      answered.abort();
    }
  }

  #applyDue(): void {
    for (;;) {
      const due = this.#changes.filter((change) => change.at <= this.#clock.now()).sort((a, b) => a.at - b.at)[0];
      if (!due) return;
      this.#changes = this.#changes.filter((change) => change !== due);
      due.apply();
    }
  }
}

function unsent(detail: string): Sent {
  return { answer: { kind: 'unsent', detail }, posts: 0, sentAt: null };
}
