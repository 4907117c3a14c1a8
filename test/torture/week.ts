// A week under fire: ticks, crons, webhooks, API calls and people, two faults in a hundred calls, three crashes, nobody watching.
// Held to three sentences: no VM ends wrong without a report, nothing takes effect twice, no run is lost.

import type { Action } from '../../lib/core/action.ts';
import { PowerError } from '../../lib/core/errors.ts';
import { powerOf } from '../../lib/core/vm.ts';
import { requestHash, runName } from '../../lib/run/name.ts';
import { parseRunRequest } from '../../lib/run/request.ts';
import { Chance } from './chance.ts';
import type { Tally } from './tally.ts';
import { clockText, cronHours, crons, fleetOf, office } from './week-fleet.ts';
import { judgeWeek, type Wish } from './week-judge.ts';
import { Deployment, minute, weekStart } from './week-world.ts';

const hour = 60 * minute;
const day = 24 * hour;

export interface WeekOptions {
  readonly seed: number;
  /** @default 7 */
  readonly days?: number;
  /** Of all calls, how many go wrong. @default 0.02 */
  readonly share?: number;
  /** Whether the clocks of the deployment jump. @default false */
  readonly jumps?: boolean;
  /** A change to the deployment, to see that the judge notices what it breaks. */
  readonly sabotage?: (deployment: Deployment) => void;
}

interface Happening {
  readonly at: number;
  readonly happens: () => Promise<void>;
}

/** Plays the week and notes in the tally what came of it. */
export async function liveThrough(
  tally: Tally,
  { seed, days = 7, share = 0.02, jumps = false, sabotage }: WeekOptions,
): Promise<void> {
  const chance = new Chance(seed, 'week', jumps ? 'jumps' : '');
  const { vms, wishes } = fleetOf(chance);
  const weather = { chance, tally, share };
  const deployment = new Deployment(vms, crons, `${clockText(office[0])}-${clockText(office[1])}`, weather);
  sabotage?.(deployment);
  const end = weekStart + days * day;
  const story = new Story(deployment, chance, tally, end);
  const happenings = story.tell(jumps);
  for (let nth = 0; nth < 3; nth += 1) {
    // Where something is at work: just after a boundary, or a cron.
    deployment.crashes.push(
      weekStart +
        chance.integer(0, days - 1) * day +
        chance.pick([3, 6, 8, 18, 18, 19]) * hour +
        chance.integer(4_000, 40_000),
    );
    tally.inject('crash', 'every process');
  }
  const last = end + 2 * hour;
  const all = happenings.toSorted((a, b) => a.at - b.at);
  const clock = deployment.clock;
  const running: Promise<void>[] = [];
  for (let at = weekStart; at < last; at += 10 * minute) {
    if (at >= end) {
      deployment.weather.share = 0;
      deployment.skewMs = 0;
    }
    while (all[0] !== undefined && all[0].at < at + 10 * minute) {
      const next = all.shift();
      if (next === undefined) break;
      const begin = async () => {
        await clock.sleep(Math.max(0, next.at - clock.now()));
        await next.happens();
      };
      running.push(begin());
    }
    await clock.run(clock.sleep(at + 10 * minute - clock.now()));
    story.look(wishes);
  }
  await clock.run(Promise.all(running));
  for (let tries = 0; tries < 100 && !deployment.isIdle; tries += 1) await clock.run(clock.sleep(5 * minute));
  const { violations, facts } = await judgeWeek(deployment, story, wishes);
  for (const [fact, count] of Object.entries(facts)) tally.count(fact, count);
  tally.violate(`${seed}${jumps ? ' with jumps' : ''}`, ...violations);
  tally.seeds.add(String(seed));
}

/** Who does what when, and what it was answered. */
export class Story {
  readonly touched = new Map<string, number>();
  /** Instants at which somebody was told of trouble, of a VM (by id) or of the whole (`*`). */
  readonly told: { readonly at: number; readonly vm: string; readonly why: string }[] = [];
  /** Looks at which a VM was not as its schedule wants. */
  readonly wrong: { readonly at: number; readonly vm: string; readonly boundary: number; readonly want: string }[] = [];
  readonly errors: string[] = [];
  readonly #deployment: Deployment;
  readonly #chance: Chance;
  readonly #tally: Tally;
  readonly #end: number;
  readonly #counts = { events: 0 };

  constructor(deployment: Deployment, chance: Chance, tally: Tally, end: number) {
    this.#deployment = deployment;
    this.#chance = chance;
    this.#tally = tally;
    this.#end = end;
  }

  get events(): number {
    return this.#counts.events;
  }

  tell(jumps: boolean): Happening[] {
    const happenings: Happening[] = [];
    const add = (at: number, happens: () => Promise<void>) => happenings.push({ at, happens });
    for (let at = weekStart; at < this.#end + 2 * hour; at += 5 * minute)
      this.#deliver(at, 'tick', () => this.#tick(at), add);
    for (let start = weekStart; start < this.#end; start += day) {
      for (const { name } of crons) {
        const at = start + (cronHours[name] ?? 0) * hour;
        const event = { cron: name, scheduledTime: new Date(at).toISOString() };
        this.#deliver(at, 'cron', () => this.#deployment.cron(event), add);
      }
      for (let nth = 0; nth < 4; nth += 1) this.#request(start, nth, 'webhook', add);
      for (let nth = 0; nth < 4; nth += 1) this.#request(start, nth, 'http', add);
      add(start + this.#chance.integer(0, day), async () => this.#byHand());
      if (jumps)
        for (let nth = 0; nth < 6; nth += 1) {
          const skewMs = this.#chance.pick([0, 2_000, -2_000, 90_000, -90_000, 20 * minute, -20 * minute]);
          add(start + this.#chance.integer(0, day), async () => {
            if (this.#deployment.clock.now() >= this.#end) return;
            this.#tally.inject(skewMs < 0 ? 'clock jumps back' : 'clock jumps ahead', 'every process');
            this.#deployment.skewMs = skewMs;
          });
        }
    }
    return happenings;
  }

  // EventBridge Scheduler: at least once, in no promised order, tried again for a while when the function fails.
  #deliver(
    at: number,
    place: string,
    happens: () => Promise<unknown>,
    add: (at: number, fn: () => Promise<void>) => void,
  ) {
    const isQuiet = at >= this.#end;
    const mishap = !isQuiet && this.#chance.is(0.04) ? this.#chance.pick(['lost', 'late', 'twice'] as const) : null;
    if (mishap !== null) this.#tally.inject(`event ${mishap}`, place);
    if (mishap === 'lost' && place === 'tick') return;
    this.#counts.events += 1;
    const due = mishap === 'late' ? at + this.#chance.integer(1, 9) * minute : at;
    add(due, () => this.#tried(place, happens, 3));
    if (mishap === 'twice') add(due + this.#chance.integer(0, 90_000), () => this.#tried(place, happens, 3));
  }

  async #tried(place: string, happens: () => Promise<unknown>, times: number): Promise<void> {
    const { clock, log } = this.#deployment;
    for (let nth = 1; nth <= times; nth += 1) {
      try {
        await happens();
        return;
      } catch (error) {
        // What is thrown rings an alarm; a mistake of ours is never expected.
        if (!(error instanceof PowerError)) this.errors.push(`${place} threw ${String(error)}`);
        log.error('a handler failed', { place, error });
        this.told.push({ at: clock.now(), vm: '*', why: place });
      }
      await clock.sleep(nth * minute);
    }
  }

  async #tick(at: number): Promise<void> {
    const report = await this.#deployment.tick(at);
    const now = this.#deployment.clock.now();
    for (const { vm } of report.inVain) this.told.push({ at: now, vm: String(vm.id), why: 'in vain' });
    if (report.unlisted.length > 0) this.told.push({ at: now, vm: '*', why: 'unlisted' });
  }

  // A sender that gets an error sends the same again, and now and then one does so without.
  #request(
    start: number,
    nth: number,
    trigger: 'webhook' | 'http',
    add: (at: number, fn: () => Promise<void>) => void,
  ) {
    const at = start + this.#chance.integer(0, day - hour);
    const action: Action = this.#chance.pick(['start', 'shutdown', 'start', 'shutdown', 'reboot']);
    const ids = trigger === 'http' ? [String(this.#chance.integer(1, 19)), String(this.#chance.integer(1, 19))] : null;
    const request = parseRunRequest({ action, ...(ids ? { ids: [...new Set(ids)] } : { select: 'env=ci' }) });
    const name = runName(trigger, [String(start), String(nth)]);
    const launchIt = async () => {
      for (const id of ids ?? []) this.touched.set(id, this.#deployment.clock.now());
      await this.#deployment.launch({ name, trigger, request, requestHash: requestHash(request) });
      for (const id of ids ?? []) this.touched.set(id, this.#deployment.clock.now() + 20 * minute);
    };
    this.#deliver(at, trigger, launchIt, add);
    if (this.#chance.is(0.1))
      add(at + this.#chance.integer(1_000, 60_000), async () => {
        this.#tally.inject('cancelled', trigger);
        await this.#deployment.store.cancel(name, new Date(this.#deployment.clock.now()).toISOString(), 'somebody');
      });
  }

  #byHand(): void {
    const { cloud, clock } = this.#deployment;
    const id = String(this.#chance.integer(1, 19));
    this.#tally.inject('changed by hand', 'a VM');
    cloud.setState(id, this.#chance.pick(['running', 'shutoff']));
    this.touched.set(id, clock.now());
  }

  /** Which VMs are not as their schedules want, long after they should be. */
  look(wishes: readonly Wish[]): void {
    const now = this.#deployment.clock.now();
    for (const { id, from, to } of wishes) {
      const boundary = lastBoundary(now, from, to);
      const want = isWithin(now, from, to) ? 'on' : 'off';
      const isTheirs = (this.touched.get(id) ?? 0) >= boundary - 20 * minute;
      // Seen for the first time, nothing is done before the next boundary.
      if (boundary < weekStart || isTheirs || now - boundary < 30 * minute) continue;
      if (powerOf(this.#deployment.cloud.vm(id).state) !== want) this.wrong.push({ at: now, vm: id, boundary, want });
    }
  }
}

function isWithin(at: number, from: number, to: number): boolean {
  const hours = (at % day) / hour;
  return from <= hours && hours < to;
}

function lastBoundary(at: number, from: number, to: number): number {
  const midnight = at - (at % day);
  return Math.max(
    ...[from - 24, to - 24, from, to].map((hours) => midnight + hours * hour).filter((edge) => edge <= at),
  );
}
