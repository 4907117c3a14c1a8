// One account's VMs, pursued until each has an outcome: waves of sends beside one loop of looks.
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
import { OpenPursuits } from './open-pursuits.ts';
import { Pauses } from './pauses.ts';
import type { JournalEntry } from './send.ts';
import { isStopped, whenAborted } from './stopping.ts';
import { Waves } from './waves.ts';
import type { LeasedWorld } from './world.ts';

const neverLookedAt: Sight = { unseen: 'no look at it was remembered' };

/** How long a stopped run goes on looking at what it has sent. */
const stopGraceMs = 30_000;

/** What became of an account, and what a later turn has to know of how. */
export interface Settled {
  readonly outcomes: readonly Outcome[];
  readonly calls: readonly TurnCalls[];
  /** The outcomes, by key, that are in the store. */
  readonly kept: readonly string[];
}

export class Settlement {
  readonly #calls = new Map<string, TurnCalls>();
  readonly #kept: string[] = [];
  readonly #name: string;
  readonly #world: LeasedWorld;
  readonly #open: OpenPursuits;
  readonly #sights = new Map<string, Sight>();
  readonly #waves: Waves;
  readonly #stopped: Promise<unknown> | undefined;
  readonly #pauses: Pauses;
  #rounds = 0;
  #lastAt: number;
  #stoppedAt: number | null = null;
  /** The turn that is about to end: nothing is sent before another one has taken over. */
  #turnOver: string | null = null;

  constructor(name: string, pursuits: readonly Pursuit[], world: LeasedWorld) {
    this.#name = name;
    this.#world = world;
    this.#open = new OpenPursuits(pursuits, world.onEvent);
    this.#waves = new Waves(world);
    this.#lastAt = pursuits[0]?.begunAt ?? 0;
    const isRemembered = world.engine.sends.perStep > 1;
    this.#pauses = new Pauses(world.policy.settle, this.#lastAt, world.until ?? never, isRemembered);
    this.#stopped = world.stop === undefined ? undefined : whenAborted(world.stop);
  }

  get settled(): Settled {
    return { outcomes: this.#open.outcomes, calls: [...this.#calls.values()], kept: this.#kept };
  }

  get isOpen(): boolean {
    return this.#open.size > 0;
  }

  async round(): Promise<void> {
    this.#rounds += 1;
    this.#sendWhatIsDue();
    await this.#takeAnswers();
    await this.#lookAround();
  }

  #step(what: string): string {
    return `${what}-${this.#name}-${this.#rounds}`;
  }

  #sendWhatIsDue(): void {
    if (this.#turnOver !== null) return;
    const due = this.#open.all.filter((pursuit) => isDue(pursuit, this.#lastAt));
    const wave = due.slice(0, this.#roomFor(due.length));
    if (wave.length === 0) return;
    for (const pursuit of wave) this.#open.update(vmKey(pursuit.vm), handedOver);
    this.#waves.start(this.#step('send'), wave, (key) => this.#open.get(key));
  }

  // What a process cannot begin before its end would be steps for nothing; and a wave is one too, so that a few are not worth it.
  #roomFor(due: number): number {
    const { perStep, stepsAtOnce } = this.#world.engine.sends;
    const most = perStep * stepsAtOnce;
    const room = most - this.#waves.sending;
    return due <= room || room >= most / 2 ? room : 0;
  }

  /** Until the next look is worth its call, what came back meanwhile. The process itself waits only while something is on its way. */
  async #takeAnswers(): Promise<void> {
    const { engine, clock } = this.#world;
    const ms = this.#pauses.next(this.#open.all, this.#lastAt);
    const isSending = this.#waves.sending > 0;
    const early = Promise.race(this.#reasonsToHurry(isSending));
    if (!isSending) await engine.wait(this.#step('pause'), ms, early);
    const { chunks, at, isStopped, lost, turn } = await engine.step(this.#step('answers'), async () => {
      this.#waves.goLive();
      if (isSending) await pause(clock, ms, early);
      const lost = await this.#lostLeases();
      const stop = await this.#isStopped();
      return { lost, chunks: this.#waves.back(), at: clock.now(), isStopped: stop, turn: engine.turn.id };
    });
    // A wait ends the process, unless another account is still sending from it.
    if (turn !== this.#turnOver) this.#turnOver = null;
    const entries = await this.#waves.take(chunks);
    for (const key of lost) this.#open.update(key, (pursuit) => superseded(pursuit, at));
    for (const entry of entries) this.#note(entry, at, turn);
    const isAllIn = isSending && this.#waves.sending === 0 && this.#open.all.every(({ phase }) => phase !== 'due');
    if (isAllIn) this.#pauses.shorten(at);
    else this.#pauses.grow();
    if (isStopped) this.#stopAll(at);
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
      return await leases.lost(holder, this.#open.keys);
    } catch (error) {
      // Whoever sends asks again, and does not send without an answer.
      log.warn('it could not be seen whether a newer request took VMs over', { run: holder.run, error });
      return [];
    }
  }

  #note({ key, answered: event }: JournalEntry, at: number, turn: string): void {
    this.#open.update(key, (pursuit) => {
      if (event === 'cut-off' || ('posts' in event && event.posts > 0)) this.#world.recorder?.sent(key, pursuit.action);
      if (event === 'cut-off') return cutOff(pursuit, at);
      if ('bug' in event) return broken(pursuit, event.bug, event.answeredAt);
      if (!('later' in event)) return answered(pursuit, event);
      if (event.later === 'next turn') this.#turnOver = turn;
      return handedBack(pursuit, event, at);
    });
  }

  #stopAll(at: number): void {
    this.#stoppedAt ??= at;
    this.#waves.halt();
    this.#open.updateAll((pursuit) => stopped(pursuit, at));
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
      this.#open.update(key, (pursuit) => looked(pursuit, this.#sights.get(key) ?? neverLookedAt, time));
    }
    this.#endWhatMustEnd(at);
    onEvent?.({ kind: 'looked', open: this.#open.size });
  }

  // The lists of the waiting VMs show those whose POST is still out too: that costs nothing more.
  #worthLooking() {
    const open = this.#open.all;
    const waiting = open.filter(({ phase, sends }) => {
      // Due again and handed back, it may have arrived before anybody can send to it.
      const isHeldBack = phase === 'due' && sends > 0;
      return phase === 'settling' || phase === 'awaiting' || isHeldBack;
    });
    const projects = new Set(waiting.map(({ vm }) => `${vm.account}/${vm.project}`));
    return open.map(({ vm }) => vm).filter((vm) => projects.has(`${vm.account}/${vm.project}`));
  }

  // Of ten thousand VMs a look finds a few hundred changed, and only those have to be remembered.
  #changed(sights: Readonly<Record<string, Sight>>): Record<string, Sight> {
    return Object.fromEntries(Object.entries(sights).filter(([key, sight]) => !isSame(sight, this.#sights.get(key))));
  }

  // Of a chunk that is not back nobody knows who was sent to; its POSTs come back within their time-out.
  get #isChunkOut(): boolean {
    return this.#world.engine.sends.perStep > 1 && this.#waves.sending > 0;
  }

  #endWhatMustEnd(at: number): void {
    const { until = never } = this.#world;
    const why =
      at >= until
        ? 'its time was over before it was settled'
        : this.#stoppedAt !== null && at >= this.#stoppedAt + stopGraceMs && !this.#isChunkOut
          ? 'the run was stopped before it was settled'
          : null;
    if (why === null) return;
    this.#open.updateAll((pursuit) => timedOut(pursuit, why, at));
  }
}

function isSame(one: Sight, other: Sight | undefined): boolean {
  if (typeof one !== 'object' || typeof other !== 'object') return one === other;
  return one.unseen === other.unseen;
}
