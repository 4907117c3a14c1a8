// Pursues every VM of a plan until each has an outcome: waves of sends beside one loop of looks, for each account its own.
// What a round decides depends only on what its steps returned, so a resumed run decides the same again.

import type { Outcome } from '../core/outcome.ts';
import {
  answered,
  broken,
  cutOff,
  handedBack,
  handedOver,
  isDue,
  looked,
  never,
  nextInstantOf,
  type Pursuit,
  type Sight,
  stopped,
  superseded,
  timedOut,
} from '../core/pursuit.ts';
import { vmKey } from '../core/vm.ts';
import type { TurnCalls } from './calls.ts';
import { pause } from './engine.ts';
import { look } from './look.ts';
import { partsOf, settleInParts } from './parts.ts';
import type { JournalEntry } from './send.ts';
import { isStopped, whenAborted } from './stopping.ts';
import { Waves } from './waves.ts';
import type { LeasedWorld } from './world.ts';

/** How much longer each pause is than the one before. */
const pauseGrowth = 1.5;

/** A run that has lasted long looks less often than a short one: every look is a step to be remembered. */
const pauseShare = 1 / 50;

/** How long a stopped run goes on looking at what it has sent. */
const stopGraceMs = 30_000;

/** The shortest wait of a durable engine. */
const handOverMs = 1_000;

/**
 * Every pursuit's outcome; `label` tells its steps from those of other settlements of the run. Never throws for what a VM, a list
 * or an answer does; no account waits for another (rule 5).
 */
export async function settle(
  label: string,
  pursuits: readonly Pursuit[],
  world: LeasedWorld,
): Promise<readonly Outcome[]> {
  const { elsewhere } = world.engine;
  if (elsewhere === undefined) return settleHere(label, pursuits, world);
  const parts = partsOf(pursuits, elsewhere.mostVmsHere, world.inFlight);
  if (parts.length <= 1) return settleHere(label, pursuits, world);
  return settleInParts(label, parts, elsewhere, world, settleHere);
}

/** As `settle`, in this process whatever the size. */
export async function settleHere(
  label: string,
  pursuits: readonly Pursuit[],
  world: LeasedWorld,
): Promise<readonly Outcome[]> {
  const byAccount = [...Map.groupBy(pursuits, ({ vm }) => vm.account)];
  const follow = async ([account, own]: (typeof byAccount)[number], engine = world.engine) => {
    const settlement = new Settlement(`${label}-${account}`, own, { ...world, engine });
    while (settlement.isOpen) await settlement.round();
    return settlement.settled;
  };
  const [first, ...others] = byAccount;
  // Most fleets have one account: their runs have no step more than they need.
  if (first === undefined || others.length === 0) return first === undefined ? [] : (await follow(first)).outcomes;
  let isTold = false;
  const settled = await world.engine.map(
    `settle-${label}`,
    byAccount,
    (each, _index, engine) => {
      isTold = true;
      return follow(each, engine);
    },
    byAccount.length,
  );
  if (!isTold) for (const account of settled) tellAgain(account, world);
  return settled.flatMap(({ outcomes }) => outcomes);
}

/** What became of an account, and what a later turn has to know of how. */
interface Settled {
  readonly outcomes: readonly Outcome[];
  readonly calls: readonly TurnCalls[];
  /** The outcomes, by key, that are in the store. */
  readonly kept: readonly string[];
}

// A turn before this one settled them all, and this one has only the results.
function tellAgain({ outcomes, calls, kept }: Settled, world: LeasedWorld): void {
  for (const turn of calls) world.calls.note(turn);
  world.recorder?.assume(kept);
  for (const outcome of outcomes) world.onEvent?.({ kind: 'settled', outcome });
}

class Settlement {
  readonly #outcomes: Outcome[] = [];
  readonly #calls = new Map<string, TurnCalls>();
  readonly #kept: string[] = [];
  readonly #name: string;
  readonly #world: LeasedWorld;
  readonly #open = new Map<string, Pursuit>();
  readonly #sights = new Map<string, Sight>();
  readonly #waves: Waves;
  readonly #stopped: Promise<unknown> | undefined;
  readonly #begunAt: number;
  #rounds = 0;
  #pauseMs: number;
  #lastAt: number;
  #stoppedAt: number | null = null;
  /** The turn that is about to end: nothing is sent before another one has taken over. */
  #turnOver: string | null = null;

  constructor(name: string, pursuits: readonly Pursuit[], world: LeasedWorld) {
    this.#name = name;
    this.#world = world;
    for (const pursuit of pursuits) this.#open.set(vmKey(pursuit.vm), pursuit);
    this.#waves = new Waves(world);
    this.#pauseMs = world.policy.settle.everyMs;
    this.#begunAt = pursuits[0]?.begunAt ?? 0;
    this.#lastAt = this.#begunAt;
    this.#stopped = world.stop === undefined ? undefined : whenAborted(world.stop);
  }

  get settled(): Settled {
    return { outcomes: this.#outcomes, calls: [...this.#calls.values()], kept: this.#kept };
  }

  get isOpen(): boolean {
    return this.#open.size > 0;
  }

  async round(): Promise<void> {
    this.#rounds += 1;
    await this.#handOver();
    this.#sendWhatIsDue();
    await this.#takeAnswers();
    await this.#lookAround();
  }

  #step(what: string): string {
    return `${what}-${this.#name}-${this.#rounds}`;
  }

  // A wait alone does not end the process while another account is still sending from it.
  async #handOver(): Promise<void> {
    if (this.#turnOver === null || this.#waves.sending > 0) return;
    const { engine } = this.#world;
    let turn = this.#turnOver;
    for (let tries = 0; turn === this.#turnOver; tries += 1) {
      await engine.wait(this.#step(`turn-${tries}`), handOverMs * 2 ** tries);
      turn = await engine.step(this.#step(`taken-over-${tries}`), async () => engine.turn.id);
    }
    this.#turnOver = null;
  }

  #sendWhatIsDue(): void {
    if (this.#turnOver !== null) return;
    const due = [...this.#open.values()].filter((pursuit) => isDue(pursuit, this.#lastAt));
    if (due.length === 0) return;
    for (const pursuit of due) this.#update(vmKey(pursuit.vm), handedOver);
    this.#waves.start(this.#step('send'), due, (key) => this.#open.get(key));
  }

  /** Until the next look is worth its call, what came back meanwhile. The process itself waits only while something is on its way. */
  async #takeAnswers(): Promise<void> {
    const { engine, clock } = this.#world;
    const ms = this.#pause();
    const isSending = this.#waves.sending > 0;
    const early = Promise.race(this.#reasonsToHurry(isSending));
    if (!isSending) await engine.wait(this.#step('pause'), ms, early);
    const { chunks, at, isStopped, lost, turn } = await engine.step(this.#step('answers'), async () => {
      if (isSending) await pause(clock, ms, early);
      const lost = await this.#lostLeases();
      const stop = await this.#isStopped();
      return { lost, chunks: this.#waves.back(), at: clock.now(), isStopped: stop, turn: engine.turn.id };
    });
    const entries = await this.#waves.take(chunks);
    for (const key of lost) this.#update(key, (pursuit) => superseded(pursuit, at));
    for (const entry of entries) this.#note(entry, at, turn);
    this.#growPause(isSending);
    if (isStopped) this.#stopAll(at);
  }

  #pause(): number {
    const { policy, until = never } = this.#world;
    const next = [...this.#open.values()].map((pursuit) => nextInstantOf(pursuit, this.#lastAt));
    const ahead = next.reduce((a, b) => Math.min(a, b), never) - this.#lastAt;
    const usual = Math.max(this.#pauseMs, (this.#lastAt - this.#begunAt) * pauseShare);
    const wanted = Math.min(usual, Math.max(ahead, policy.settle.everyMs));
    return Math.max(0, Math.min(wanted, until - this.#lastAt));
  }

  // Once everything sent is answered, or somebody stops the run.
  #reasonsToHurry(isSending: boolean): Promise<unknown>[] {
    const reasons = [isSending ? this.#waves.allBack : undefined, this.#stoppedAt === null ? this.#stopped : undefined];
    return reasons.filter((reason) => reason !== undefined);
  }

  async #isStopped(): Promise<boolean> {
    return this.#stoppedAt !== null || (await isStopped(this.#world));
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

  #note({ key, answered: event }: JournalEntry, at: number, turn: string): void {
    if (event === 'later') this.#turnOver = turn;
    this.#update(key, (pursuit) => {
      const mayHaveLeft = event === 'cut-off' || (event !== 'later' && 'posts' in event && event.posts > 0);
      if (mayHaveLeft) this.#world.recorder?.sent(key, pursuit.action);
      if (event === 'later') return handedBack(pursuit);
      if (event === 'cut-off') return cutOff(pursuit, at);
      return 'bug' in event ? broken(pursuit, event.bug, event.answeredAt) : answered(pursuit, event);
    });
  }

  #growPause(wasSending: boolean): void {
    const { everyMs, atMostMs } = this.#world.policy.settle;
    const areAllIn = wasSending && this.#waves.sending === 0;
    this.#pauseMs = areAllIn ? everyMs : Math.min(atMostMs, this.#pauseMs * pauseGrowth);
  }

  #stopAll(at: number): void {
    this.#stoppedAt ??= at;
    this.#waves.halt();
    for (const key of [...this.#open.keys()]) this.#update(key, (pursuit) => stopped(pursuit, at));
  }

  async #lookAround(): Promise<void> {
    const { engine, clock, policy, onEvent, calls, recorder } = this.#world;
    const asked = this.#worthLooking();
    const result = await engine.step(this.#step('look'), async () => {
      const at = clock.now();
      const [sights, kept = []] = await Promise.all([look(asked, this.#world), recorder?.keep()]);
      return { at, sights: this.#changed(sights), calls: calls.now(engine.turn), kept };
    });
    const { at } = result;
    calls.note(result.calls);
    this.#calls.set(result.calls.turn, result.calls);
    recorder?.assume(result.kept);
    this.#kept.push(...result.kept);
    for (const [key, sight] of Object.entries(result.sights)) this.#sights.set(key, sight);
    this.#lastAt = at;
    const time = { at, graceMs: 2 * policy.settle.atMostMs };
    for (const vm of asked) {
      const key = vmKey(vm);
      this.#update(key, (pursuit) => looked(pursuit, this.#sights.get(key) ?? 'unseen', time));
    }
    this.#endWhatMustEnd(at);
    onEvent?.({ kind: 'looked', open: this.#open.size });
  }

  // The lists of the waiting VMs show those whose POST is still out too: that costs nothing more.
  #worthLooking() {
    const open = [...this.#open.values()];
    const waiting = open.filter(({ phase }) => phase === 'settling' || phase === 'awaiting');
    const projects = new Set(waiting.map(({ vm }) => `${vm.account}/${vm.project}`));
    return open.map(({ vm }) => vm).filter((vm) => projects.has(`${vm.account}/${vm.project}`));
  }

  // Of ten thousand VMs a look finds a few hundred changed, and only those have to be remembered.
  #changed(sights: Readonly<Record<string, Sight>>): Record<string, Sight> {
    return Object.fromEntries(Object.entries(sights).filter(([key, sight]) => this.#sights.get(key) !== sight));
  }

  #endWhatMustEnd(at: number): void {
    const { until = never } = this.#world;
    const why =
      at >= until
        ? 'its time was over before it was settled'
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
    this.#outcomes.push(after.outcome);
    this.#world.onEvent?.({ kind: 'settled', outcome: after.outcome });
  }
}
