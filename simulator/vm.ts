// One simulated VM: its true state, the journey it may be on, and what the list shows of it.
// The truth is kept with its history, so that a test can hold any claim about any moment against it.

import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { type Behaviour, type BehaviourName, behaviours, type KnownAction } from './behaviours.ts';
import type { RangeMs, VmState } from './quirks.ts';
import type { Cancel, SimulatedTime } from './simulated-time.ts';

/** What a VM is at the beginning. */
export interface SimulatedVmSpec {
  readonly id: number;
  readonly name: string;
  /** @default 'default' */
  readonly project?: string;
  /** @default 'alg1' */
  readonly region?: string;
  /** Where people write tags: `web tier [env=dev]`. @default '' */
  readonly description?: string;
  /** @default 'prompt' */
  readonly behaviour?: BehaviourName;
  /** The state at the beginning, where it should not be the behaviour's own. */
  readonly state?: VmState;
  /** Told only when the quirk `tags` says that the API has such a field. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Durations that should not be the behaviour's own. */
  readonly timing?: Partial<Pick<Behaviour, 'effectMs' | 'settleMs' | 'lagMs'>>;
}

/** What a state name means for the power, by the simulator's own table. */
export type TruePower = 'on' | 'off' | 'starting' | 'stopping' | 'other';

const powers: Readonly<Record<VmState, TruePower>> = {
  running: 'on',
  off: 'off',
  crashed: 'off',
  starting: 'starting',
  stopping: 'stopping',
  paused: 'other',
  gone: 'other',
};

interface Journey {
  readonly to: VmState;
  readonly from: VmState;
  readonly cancel: Cancel;
}

/** A state the VM came to be in, and when. */
export interface Change {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly state: VmState;
  readonly power: TruePower;
}

/** A VM that moves by itself in simulated time, always in exactly one true state. */
export class SimulatedVm {
  readonly id: string;
  readonly spec: SimulatedVmSpec;
  readonly project: string;
  readonly behaviourName: BehaviourName;
  readonly behaviour: Behaviour;
  /** The actions that reached this VM's door: past authentication, rate limit and a readable body. */
  readonly received: string[] = [];
  readonly history: Change[] = [];
  readonly #time: SimulatedTime;
  readonly #lag: RangeMs;
  readonly #seed: number;
  readonly #listeners = new Set<() => void>();
  #random: RandomGenerator | undefined;
  #state: VmState;
  #listedState: VmState;
  #journey: Journey | null = null;
  #signals: Partial<Record<KnownAction, number>> = {};
  #tells = 0;
  #toldLast = 0;
  #listings = 0;
  #effects: Partial<Record<KnownAction, number>> = {};

  constructor(spec: SimulatedVmSpec, world: { time: SimulatedTime; seed: number; listLagMs: number }) {
    this.id = String(spec.id);
    this.spec = spec;
    this.project = spec.project ?? 'default';
    this.behaviourName = spec.behaviour ?? 'prompt';
    this.behaviour = { ...behaviours[this.behaviourName], ...spec.timing };
    this.#time = world.time;
    this.#lag = this.behaviour.lagMs ?? [world.listLagMs, world.listLagMs];
    this.#seed = world.seed ^ Math.imul(spec.id, 0x9e3779b1);
    this.#state = spec.state ?? this.behaviour.initial;
    this.#listedState = this.#state;
    this.#remember();
    this.#continueBy(this.#state);
  }

  get state(): VmState {
    return this.#state;
  }

  get listedState(): VmState {
    return this.#listedState;
  }

  get power(): TruePower {
    return powers[this.#state];
  }

  /** Where the VM will be, if left alone, once what is under way is over. */
  get destination(): VmState {
    return this.#journey?.to ?? this.#state;
  }

  /** When the true state last changed, in epoch milliseconds. */
  get since(): number {
    return this.history.at(-1)?.at ?? 0;
  }

  /** How often the action really had its effect; counted for `reboot` and `reset`, which no state shows. */
  effectsOf(action: KnownAction): number {
    return this.#effects[action] ?? 0;
  }

  countEffect(action: KnownAction): void {
    this.#effects[action] = this.effectsOf(action) + 1;
  }

  /** Counts a listing and says whether the VM is in it. */
  isInNextListing(): boolean {
    if (this.#state === 'gone') return false;
    this.#listings += 1;
    if (this.#listings === this.behaviour.goneAfterListing) this.enter('gone');
    return this.#listings !== this.behaviour.missingFromListing;
  }

  /** A duration from the VM's own stream, so that it depends on the seed and not on who else is busy. */
  draw([from, to]: RangeMs): number {
    return from === to ? from : uniformInt(this.#dice(), from, to);
  }

  pick<T>(choices: readonly T[], otherwise: T): T {
    return choices[choices.length > 1 ? uniformInt(this.#dice(), 0, choices.length - 1) : 0] ?? otherwise;
  }

  /** Whether the VM follows this. A guest that boots loses every signal; force needs no guest. */
  heeds(action: KnownAction): boolean {
    const nth = (this.#signals[action] ?? 0) + 1;
    this.#signals[action] = nth;
    if (this.behaviour.ignores.includes(action)) return false;
    if (action === 'power_off' || action === 'reset') return true;
    return this.#state !== 'starting' && !(this.behaviour.ignoresFirst && nth === 1);
  }

  /** Is at once in this state, by force or by a person's hand; whatever was under way is forgotten. */
  enter(state: VmState): void {
    this.#forget();
    this.#become(state);
    this.#continueBy(state);
  }

  /** Sets out for a state. The returned function turns the VM back, unless it has arrived or was overruled. */
  travel(to: 'running' | 'off', ms: number, via: VmState | null): Cancel {
    this.#forget();
    const journey = { to, from: this.#state, cancel: this.#time.after(ms, () => this.enter(to)) };
    this.#journey = journey;
    if (via !== null) this.#become(via);
    return () => {
      if (this.#journey === journey) this.enter(journey.from);
    };
  }

  /** Resolves with whether the VM came to be in the state within so many simulated milliseconds. */
  reaches(state: VmState, withinMs: number): Promise<boolean> {
    if (this.#state === state) return Promise.resolve(true);
    return new Promise((resolve) => {
      const look = () => {
        if (this.#state === state) end(true);
      };
      const end = (isReached: boolean) => {
        cancel();
        this.#listeners.delete(look);
        resolve(isReached);
      };
      const cancel = this.#time.after(withinMs, () => end(false));
      this.#listeners.add(look);
    });
  }

  #dice(): RandomGenerator {
    this.#random ??= xoroshiro128plus(this.#seed);
    return this.#random;
  }

  #forget(): void {
    this.#journey?.cancel();
    this.#journey = null;
  }

  #become(state: VmState): void {
    if (state === this.#state) return;
    if (powers[state] === 'on' || powers[state] === 'off') this.#signals = {};
    this.#state = state;
    this.#remember();
    this.#tellList(state);
    for (const listener of [...this.#listeners]) listener();
  }

  /** `starting` and `stopping` are never the end, however the VM came to be in them. */
  #continueBy(state: VmState): void {
    if (state === 'starting') this.travel('running', this.draw(this.behaviour.settleMs), null);
    if (state === 'stopping') this.travel('off', this.draw(this.behaviour.settleMs), null);
  }

  #tellList(state: VmState): void {
    const lagMs = this.draw(this.#lag);
    this.#tells += 1;
    const order = this.#tells;
    // A change told late must not cover a newer one that was told sooner.
    const tell = () => {
      if (order < this.#toldLast) return;
      this.#toldLast = order;
      this.#listedState = state;
    };
    if (lagMs === 0 || state === 'gone') tell();
    else this.#time.after(lagMs, tell);
  }

  #remember(): void {
    this.history.push({ at: Date.now(), state: this.#state, power: this.power });
  }
}
