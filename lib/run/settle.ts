// Pursues every VM of a plan until each has an outcome: waves of sends beside one loop of looks, for each account its own.
// What a round decides depends only on what its steps returned, so a resumed run decides the same again.

import type { Outcome } from '../core/outcome.ts';
import {
  answered,
  broken,
  handedOver,
  looked,
  never,
  nextInstantOf,
  type Pursuit,
  stopped,
  superseded,
  timedOut,
} from '../core/pursuit.ts';
import { vmKey } from '../core/vm.ts';
import { look } from './look.ts';
import { type JournalEntry, sendWave } from './send.ts';
import type { LeasedWorld } from './world.ts';

/** How much longer each pause is than the one before. */
const pauseGrowth = 1.5;

/** How long a stopped run goes on looking at what it has sent. */
const stopGraceMs = 30_000;

/** Every pursuit's outcome. Never throws for what a VM, a list or an answer does; no account waits for another (rule 5). */
export async function settle(pursuits: readonly Pursuit[], world: LeasedWorld): Promise<readonly Outcome[]> {
  const byAccount = Map.groupBy(pursuits, ({ vm }) => vm.account);
  const settled = await Promise.all([...byAccount].map(([account, own]) => settleAccount(account, own, world)));
  return settled.flat();
}

async function settleAccount(account: string, pursuits: readonly Pursuit[], world: LeasedWorld): Promise<Outcome[]> {
  const settlement = new Settlement(account, pursuits, world);
  while (settlement.isOpen) await settlement.round();
  return settlement.outcomes;
}

class Settlement {
  readonly outcomes: Outcome[] = [];
  readonly #account: string;
  readonly #world: LeasedWorld;
  readonly #open = new Map<string, Pursuit>();
  readonly #journal: JournalEntry[] = [];
  readonly #stopped: Promise<unknown> | undefined;
  #sending = 0;
  #sends: Promise<unknown> = Promise.resolve();
  #rounds = 0;
  #pauseMs: number;
  #lastAt: number;
  #stoppedAt: number | null = null;

  constructor(account: string, pursuits: readonly Pursuit[], world: LeasedWorld) {
    this.#account = account;
    this.#world = world;
    for (const pursuit of pursuits) this.#open.set(vmKey(pursuit.vm), pursuit);
    this.#pauseMs = world.policy.settle.everyMs;
    this.#lastAt = pursuits[0]?.begunAt ?? 0;
    this.#stopped = world.stop === undefined ? undefined : whenAborted(world.stop);
  }

  get isOpen(): boolean {
    return this.#open.size > 0;
  }

  async round(): Promise<void> {
    this.#rounds += 1;
    this.#sendWhatIsDue();
    await this.#pause();
    const { entries, at, isStopped, lost } = await this.#world.engine.step(this.#step('answers'), async () => ({
      lost: await this.#lostLeases(),
      entries: this.#journal.splice(0),
      at: this.#world.clock.now(),
      isStopped: this.#world.stop?.aborted ?? false,
    }));
    for (const key of lost) this.#update(key, (pursuit) => superseded(pursuit, at));
    for (const entry of entries) this.#update(entry.key, (pursuit) => afterEntry(pursuit, entry));
    this.#growPause(entries.length);
    if (isStopped) this.#stopAll(at);
    await this.#lookAround();
  }

  #step(what: string): string {
    return `${what}-${this.#account}-${this.#rounds}`;
  }

  #sendWhatIsDue(): void {
    const due = [...this.#open.values()].filter(({ phase }) => phase === 'due');
    if (due.length === 0) return;
    for (const pursuit of due) this.#update(vmKey(pursuit.vm), handedOver);
    this.#sending += due.length;
    const wave = sendWave(this.#step('send'), due, (key) => this.#open.get(key), this.#journal, this.#world);
    this.#sends = Promise.all([this.#sends, wave]);
  }

  // Until the next look is worth its call; cut short once everything sent is answered, or somebody stops the run.
  async #pause(): Promise<void> {
    const { engine, policy, until = never } = this.#world;
    const next = [...this.#open.values()].map((pursuit) => nextInstantOf(pursuit, this.#lastAt));
    const ahead = next.reduce((a, b) => Math.min(a, b), never) - this.#lastAt;
    const wanted = Math.min(this.#pauseMs, Math.max(ahead, policy.settle.everyMs));
    const ms = Math.max(0, Math.min(wanted, until - this.#lastAt));
    const early = [this.#sending > 0 ? this.#sends : undefined, this.#stoppedAt === null ? this.#stopped : undefined];
    const reasons = early.filter((reason) => reason !== undefined);
    await engine.wait(this.#step('pause'), ms, Promise.race(reasons));
  }

  async #lostLeases(): Promise<readonly string[]> {
    const { leases, holder, log } = this.#world;
    try {
      return await leases.lost(holder, [...this.#open.keys()]);
    } catch (error) {
      // Whoever sends asks again, and does not send without an answer.
      log.warn('it could not be seen whether a newer request took VMs over', { run: holder.run, error });
      return [];
    }
  }

  #growPause(answers: number): void {
    const { everyMs, atMostMs } = this.#world.policy.settle;
    const hadSome = this.#sending > 0;
    this.#sending -= answers;
    const areAllIn = hadSome && this.#sending === 0;
    this.#pauseMs = areAllIn ? everyMs : Math.min(atMostMs, this.#pauseMs * pauseGrowth);
  }

  #stopAll(at: number): void {
    this.#stoppedAt ??= at;
    for (const key of [...this.#open.keys()]) this.#update(key, (pursuit) => stopped(pursuit, at));
  }

  async #lookAround(): Promise<void> {
    const { engine, clock, policy, onEvent } = this.#world;
    const waiting = [...this.#open.values()].filter(({ phase }) => phase === 'settling' || phase === 'awaiting');
    const { at, sights } = await engine.step(this.#step('look'), async () => {
      const requestedAt = clock.now();
      return { at: requestedAt, sights: await look(this.#worthLooking(waiting), this.#world) };
    });
    this.#lastAt = at;
    const time = { at, graceMs: 2 * policy.settle.atMostMs };
    for (const [key, sight] of Object.entries(sights)) this.#update(key, (pursuit) => looked(pursuit, sight, time));
    this.#endWhatMustEnd(at);
    onEvent?.({ kind: 'looked', open: this.#open.size });
  }

  // The lists of the waiting VMs show those whose POST is still out too: that costs nothing more.
  #worthLooking(waiting: readonly Pursuit[]) {
    const projects = new Set(waiting.map(({ vm }) => `${vm.account}/${vm.project}`));
    return [...this.#open.values()].map(({ vm }) => vm).filter((vm) => projects.has(`${vm.account}/${vm.project}`));
  }

  #endWhatMustEnd(at: number): void {
    const { until = never } = this.#world;
    const why =
      at >= until
        ? 'the time of the run was over before it was settled'
        : this.#stoppedAt !== null && at >= this.#stoppedAt + stopGraceMs
          ? 'the run was stopped before it was settled'
          : null;
    if (why === null) return;
    for (const key of [...this.#open.keys()]) this.#update(key, (pursuit) => timedOut(pursuit, why, at));
  }

  #update(key: string, change: (pursuit: Pursuit) => Pursuit): void {
    const before = this.#open.get(key);
    if (before === undefined) return;
    const after = change(before);
    this.#open.set(key, after);
    if (after.outcome === null) return;
    this.#open.delete(key);
    this.outcomes.push(after.outcome);
    this.#world.onEvent?.({ kind: 'settled', outcome: after.outcome });
  }
}

function afterEntry(pursuit: Pursuit, { answered: event }: JournalEntry): Pursuit {
  return 'bug' in event ? broken(pursuit, event.bug, event.answeredAt) : answered(pursuit, event);
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve());
  });
}
