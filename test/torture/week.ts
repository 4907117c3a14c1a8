// A week under fire: ticks, crons, webhooks, API calls and people, two faults in a hundred calls, three crashes, nobody watching.
// Held to three sentences: no VM ends wrong without a report, nothing takes effect twice, no run is lost.

import { Chance } from './chance.ts';
import type { Tally } from './tally.ts';
import { clockText, crons, fleetOf, office } from './week-fleet.ts';
import { judgeWeek } from './week-judge.ts';
import { Story } from './week-story.ts';
import { Deployment, minute, weekStart } from './week-world.ts';

const hour = 60 * minute;
const day = 24 * hour;
const crashes = 3;

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
  const span = Math.floor((days * day) / crashes);
  for (let nth = 0; nth < crashes; nth += 1) {
    const notBefore = weekStart + nth * span + chance.integer(0, span / 3);
    deployment.crashes.add({ notBefore, choosyUntil: notBefore + span / 3 });
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
  for (const struck of deployment.crashes.struck)
    for (const kind of ['run', 'handler'] as const)
      for (let nth = 0; nth < struck[kind]; nth += 1) tally.inject('crash', kind);
  tally.violate(`${seed}${jumps ? ' with jumps' : ''}`, ...violations);
  tally.seeds.add(String(seed));
}
