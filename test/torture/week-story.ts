// The week's story: which tick, cron, webhook and API call comes when, late, twice or never, and who changes a VM by hand.
// It notes what everybody was answered, and which VMs are not as they should be, for the judge.

import type { Action } from '../../lib/core/action.ts';
import { PowerError } from '../../lib/core/errors.ts';
import { powerOf } from '../../lib/core/vm.ts';
import type { Chance } from './chance.ts';
import type { Tally } from './tally.ts';
import type { Told } from './week-doors.ts';
import { cronHours, crons, office } from './week-fleet.ts';
import type { Wish } from './week-judge.ts';
import { type Deployment, minute, weekStart } from './week-world.ts';

const hour = 60 * minute;
const day = 24 * hour;

type Add = (at: number, happens: () => Promise<void>) => void;

export interface Happening {
  readonly at: number;
  readonly happens: () => Promise<void>;
}

/** Who does what when, and what it was answered. */
export class Story {
  /** When somebody did something to a VM that its schedule did not ask for. */
  readonly touched = new Map<string, readonly number[]>();
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
  readonly #accepted = new Map<string, string>();

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
      for (let nth = 0; nth < 4; nth += 1) this.#request(start, nth, 'api', add);
      add(start + this.#chance.integer(0, day), async () => this.#byHand());
      // After the boundaries of most VMs are settled, and while a tick would still catch up with them.
      for (const hours of office)
        add(start + hours * hour + this.#chance.integer(20, 110) * minute, async () => this.#byHand());
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
  #deliver(at: number, place: string, happens: () => Promise<unknown>, add: Add) {
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
        // A sender that is refused learns nothing of anybody's schedule.
        if (place === 'tick') this.told.push({ at: clock.now(), vm: '*', why: place });
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

  // Every other one comes just after a boundary or a cron, whose runs are at work; and then somebody may change their mind.
  #request(start: number, nth: number, trigger: 'webhook' | 'api', add: Add) {
    const isBusy = nth % 2 === 1;
    const at =
      start +
      (isBusy
        ? this.#chance.pick([3, 6, 8, 18, 19]) * hour + this.#chance.integer(0, 90_000)
        : this.#chance.integer(0, day - hour));
    const action = this.#chance.pick(['start', 'shutdown', 'start', 'shutdown', 'reboot'] as const);
    const id = `${trigger}-${start}-${nth}`;
    const vms = [...new Set([this.#chance.integer(1, 19), this.#chance.integer(1, 19)].map(String))];
    this.#send(trigger, id, at, action, vms, add);
    const opposite = action === 'start' ? 'shutdown' : 'start';
    if (isBusy && this.#chance.is(0.7))
      this.#send(trigger, `${id}-again`, at + this.#chance.integer(5_000, 100_000), opposite, vms, add);
    if (this.#chance.is(0.1))
      add(at + this.#chance.integer(1_000, 60_000), () => this.#tried('api', () => this.#cancel(id), 1));
  }

  // A sender that gets an error sends the same again, and now and then one does so without.
  #send(trigger: 'webhook' | 'api', id: string, at: number, action: Action, vms: readonly string[], add: Add) {
    const send =
      trigger === 'webhook'
        ? () => this.#deployment.webhook(id, { action, select: 'env=ci' })
        : () => this.#launchByApi(id, { action, ids: vms });
    this.#deliver(at, trigger, async () => this.#heed(id, await send()), add);
  }

  async #cancel(id: string): Promise<void> {
    const run = this.#accepted.get(id);
    if (run === undefined) return;
    this.#tally.inject('cancelled', 'api');
    const told = await this.#deployment.api({ method: 'DELETE', path: `/v1/runs/${run}` });
    if (told.status >= 500) throw new PowerError('aws', `cancelling ${run} is answered ${told.status}`);
    if (![200, 202, 409].includes(told.status)) this.errors.push(`cancelling ${run} is answered ${told.words}`);
  }

  async #launchByApi(key: string, body: { readonly action: Action; readonly ids: readonly string[] }): Promise<Told> {
    const { clock } = this.#deployment;
    for (const vm of body.ids) this.#touch(vm, clock.now());
    const told = await this.#deployment.api({ path: '/v1/runs', headers: { 'idempotency-key': key }, body });
    for (const vm of body.ids) this.#touch(vm, clock.now() + 20 * minute);
    return told;
  }

  /** What a sender makes of its answer: it throws where it is to send again. */
  #heed(id: string, { status, run, words }: Told): void {
    // A clock that is wrong by more than a signature may be old: told to the sender, who may do better later.
    if (status >= 500 || status === 429 || (status === 401 && this.#deployment.isClockWrong))
      throw new PowerError('aws', `${id} is answered ${status}`);
    if (status !== 202 || run === null) this.errors.push(`${id} is answered ${status}: ${words}`);
    else if ((this.#accepted.get(id) ?? run) !== run) this.errors.push(`${id} became two runs`);
    else this.#accepted.set(id, run);
  }

  /** The runs of which somebody was told that they are on their way. */
  get accepted(): readonly string[] {
    return [...this.#accepted.values()];
  }

  #touch(vm: string, at: number): void {
    this.touched.set(vm, [...(this.touched.get(vm) ?? []), at]);
  }

  #byHand(): void {
    const { cloud, clock } = this.#deployment;
    const id = String(this.#chance.integer(1, 19));
    this.#tally.inject('changed by hand', 'a VM');
    cloud.setState(id, this.#chance.pick(['running', 'shutoff']));
    this.#touch(id, clock.now());
  }

  /** Which VMs are not as their schedules want, long after they should be. */
  look(wishes: readonly Wish[]): void {
    const now = this.#deployment.clock.now();
    for (const { id, from, to } of wishes) {
      const boundary = lastBoundary(now, from, to);
      const want = isWithin(now, from, to) ? 'on' : 'off';
      const isTheirs = (this.touched.get(id) ?? []).some((at) => at >= boundary - 20 * minute);
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

/** When what it wants last changed. */
export function lastBoundary(at: number, from: number, to: number): number {
  const midnight = at - (at % day);
  return Math.max(
    ...[from - 24, to - 24, from, to].map((hours) => midnight + hours * hour).filter((edge) => edge <= at),
  );
}
