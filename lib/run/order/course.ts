// One way through the tiers, up or down: tier after tier, and what lies between two of them: gate, delay, readiness.
// Once a gate is closed, everyone behind it is left alone, with the reason.

import { type Outcome, type Unlisted, untouched } from '../../core/outcome.ts';
import { never, type Pursuit } from '../../core/pursuit.ts';
import { begunAt, staggered } from '../../core/tiers/begin.ts';
import { whyClosed, whyUnsure } from '../../core/tiers/gate.ts';
import type { Direction, Tier } from '../../core/tiers.ts';
import type { OrderParts } from '../order.ts';
import { targetOf, untilReady } from '../ready.ts';
import { isStopped, whenAborted } from '../stopping.ts';
import type { LeasedWorld } from '../world.ts';
import { changedSince } from './changed.ts';

/** Why nothing more is begun. */
interface Stop {
  readonly code: 'tier' | 'interrupted';
  readonly reason: string;
}

const interrupted: Stop = { code: 'interrupted', reason: 'the run was stopped before its tier had its turn' };
const outOfTime: Stop = { code: 'interrupted', reason: 'the time of the run was over before its tier had its turn' };

const pieceMs = 60_000;

interface Begin {
  readonly at: number;
  readonly pursuits: readonly Pursuit[];
  readonly outcomes: readonly Outcome[];
}

export class Course {
  readonly #direction: Direction;
  readonly #tiers: readonly Tier[];
  readonly #unlisted: readonly Unlisted[];
  readonly #world: LeasedWorld;
  readonly #parts: OrderParts;
  readonly #early: Promise<unknown> | undefined;
  #stop: Stop | null = null;

  constructor(
    direction: Direction,
    tiers: readonly Tier[],
    unlisted: readonly Unlisted[],
    world: LeasedWorld,
    parts: OrderParts,
  ) {
    this.#direction = direction;
    this.#tiers = tiers;
    this.#unlisted = unlisted;
    this.#world = world;
    this.#parts = parts;
    this.#early = world.stop === undefined ? undefined : whenAborted(world.stop);
  }

  /** The outcomes of all tiers. */
  async follow(): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    this.#tiers.slice(1).forEach((tier, index) => {
      this.#tell(tier, 'waiting', `tier ${this.#tiers[index]?.tier} to be settled`);
    });
    for (const [index, tier] of this.#tiers.entries()) {
      const ended = await this.#pursue(tier, index);
      outcomes.push(...ended);
      const next = this.#tiers[index + 1];
      if (this.#stop === null && next !== undefined) this.#stop = await this.#pass(tier, ended, next, index);
    }
    return outcomes;
  }

  #label({ tier }: Tier): string {
    return `${this.#direction}-${tier}`;
  }

  async #pursue(tier: Tier, index: number): Promise<readonly Outcome[]> {
    if (tier.pursuits.length === 0) return [];
    const begun = this.#stop ?? (await this.#begin(tier, index));
    if ('code' in begun) {
      this.#stop = begun;
      return this.#leave(tier, begun);
    }
    const { at, pursuits, outcomes } = begun;
    const { until = never, policy } = this.#world;
    this.#tell(tier, 'open');
    this.#tellSettled(outcomes);
    const tierUntil = Math.min(until, at + (policy.tiers.patienceMs ?? never));
    const settled = await this.#parts.settle(this.#label(tier), pursuits, { ...this.#world, until: tierUntil });
    this.#tell(tier, 'settled');
    return [...outcomes, ...settled];
  }

  async #begin(tier: Tier, index: number): Promise<Begin | Stop> {
    const { engine, clock, calls, policy, until = never } = this.#world;
    const { at, ...seen } = await engine.step(`tier-${this.#label(tier)}`, async () => ({
      isStopped: await isStopped(this.#world),
      // The plan is fresh for those whose turn is first.
      changed: index === 0 ? [] : await changedSince(tier.pursuits, this.#world),
      at: clock.now(),
      calls: calls.now(engine.turn),
    }));
    calls.note(seen.calls);
    if (seen.isStopped) return interrupted;
    if (at >= until) return outOfTime;
    const { pursuits, outcomes } = begunAt(at, tier.pursuits, seen.changed, policy);
    return { at, outcomes, pursuits: staggered(pursuits, policy.staggerMs, at) };
  }

  /** What lies between the tier and the next; why it is not passed, or null. */
  async #pass(tier: Tier, ended: readonly Outcome[], next: Tier, index: number): Promise<Stop | null> {
    if (ended.some(({ code }) => code === 'interrupted')) return interrupted;
    const unsure = index === 0 ? whyUnsure(this.#unlisted) : null;
    const stop = this.#atGate(unsure) ?? this.#atGate(whyClosed(tier, ended, this.#direction));
    if (stop !== null) return stop;
    await this.#delay(tier, next);
    return this.#direction === 'up' ? this.#awaitReady(tier, next) : null;
  }

  #atGate(why: string | null): Stop | null {
    if (why === null) return null;
    const { log, holder, policy } = this.#world;
    const fields = { run: holder.run, direction: this.#direction, why };
    if (policy.tiers.gate === 'best-effort') {
      log.warn('a tier did not get where it should; the next one is begun all the same', fields);
      return null;
    }
    log.warn('a tier did not get where it should; nothing is sent to the tiers after it', fields);
    return { code: 'tier', reason: `${why}; so nothing is sent to the tiers after it` };
  }

  // Where the time of the run is bounded, a delay must not outlast it: the report would never be made.
  async #delay(tier: Tier, next: Tier): Promise<void> {
    const { engine, clock, policy, until } = this.#world;
    const { delayMs } = policy.tiers;
    if (delayMs === 0 || tier.pursuits.length === 0) return;
    this.#tell(next, 'waiting', `the delay after tier ${tier.tier}`);
    const name = `delay-${this.#label(tier)}`;
    const left = until === undefined ? never : until - (await engine.step(`${name}-from`, async () => clock.now()));
    const ms = Math.max(0, Math.min(delayMs, left));
    // In pieces, for only between two of them can anybody stop it.
    for (let past = 0; past < ms; past += pieceMs) {
      await engine.wait(`${name}-${past / pieceMs}`, Math.min(pieceMs, ms - past), this.#early);
      if (await engine.step(`${name}-${past / pieceMs}-stop`, () => isStopped(this.#world))) return;
    }
  }

  async #awaitReady(tier: Tier, next: Tier): Promise<Stop | null> {
    const check = this.#world.policy.tiers.ready[String(tier.tier)];
    if (check === undefined) return null;
    const target = targetOf(check);
    this.#tell(next, 'waiting', `${target} to be ready`);
    const readiness = await untilReady(this.#label(tier), check, this.#world, this.#parts.probe, this.#early);
    if (readiness === 'ready') return null;
    if (readiness === 'stopped') return interrupted;
    return this.#atGate(`tier ${tier.tier} is up, but not ready: ${target} says ${readiness.notReady}`);
  }

  #leave(tier: Tier, { code, reason }: Stop): readonly Outcome[] {
    const left = tier.pursuits.map(({ vm, asked }) => untouched(vm, asked, { result: 'skipped', code, reason }));
    this.#tell(tier, 'stopped', reason);
    this.#tellSettled(left);
    return left;
  }

  #tell(tier: Tier, state: 'waiting' | 'open' | 'settled' | 'stopped', why?: string): void {
    const vms = tier.pursuits.length;
    if (this.#tiers.length < 2 || vms === 0) return;
    const event = { kind: 'tier', direction: this.#direction, tier: tier.tier, state, vms } as const;
    this.#world.onEvent?.(why === undefined ? event : { ...event, why });
  }

  #tellSettled(outcomes: readonly Outcome[]): void {
    for (const outcome of outcomes) this.#world.onEvent?.({ kind: 'settled', outcome });
  }
}
