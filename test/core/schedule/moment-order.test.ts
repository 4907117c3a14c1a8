// What holds around every clock change: of pairs each is done, in the clock's order; of crowds the clock has the last word.

import * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { instantOf, wallOf } from '../../../lib/core/schedule/instants.ts';
import { momentsInOrder } from '../../../lib/core/schedule/moment-order.ts';
import { momentsIn } from '../../../lib/core/schedule/moments.ts';
import { at, cases, dayMs, hourMs, inline, iso } from './schedules.ts';
import { zones } from './zones.ts';

const minuteMs = 60_000;

describe('momentsInOrder', () => {
  it('leaves out a stop that is moved to the very instant of a later start', () => {
    const wall = (time: string) => at(`2026-03-29T${time}Z`);
    const times = new Map([
      [wall('04:15'), 'on'] as const,
      [wall('03:15'), 'off'] as const,
      [wall('02:30'), 'on'] as const,
    ]);
    const found = momentsInOrder('Europe/Berlin', times).map(shown);
    expect(found.sort()).toEqual(['on 2026-03-29T01:30Z', 'on 2026-03-29T02:15Z']);
  });
});

const pair = fc
  .tuple(fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 0, max: 1440 }))
  .filter(([start, stop]) => start !== stop);
/** Most lie near the change, where there is something to lose. */
function near(minuteOfChange: number): fc.Arbitrary<number> {
  return fc.integer({ min: -180, max: 180 }).map((by) => (minuteOfChange + by + 1440) % 1440);
}

describe.each(zones.filter((zone) => changesOf(zone).length > 0))('around each clock change in %s', (zone) => {
  const around = changesOf(zone);

  it('each start and each stop of a pair is done once per day, in the order of the clock', () => {
    for (const change of around) {
      const minute = near(minuteOf(zone, change));
      const pairs = fc.oneof(
        pair,
        fc.tuple(minute, minute).filter(([start, stop]) => start !== stop),
      );
      fc.assert(
        fc.property(pairs, ([start, stop]) => {
          const times = wallTimes(zone, change, [start], [stop]);
          const found = momentsIn(schedule(zone, [start], [stop]), change - 2 * dayMs, change + 2 * dayMs);
          expect(found.map(shown)).toEqual(
            inPlainOrder(zone, times)
              .filter((each) => change - 2 * dayMs <= each.at && each.at < change + 2 * dayMs)
              .map(shown),
          );
        }),
        { numRuns: cases(50) },
      );
    }
  });

  it('every start of a crowd is done, every stop too unless a later start was, and the clock has the last word', () => {
    for (const change of around) {
      const crowd = fc.uniqueArray(near(minuteOf(zone, change)), { minLength: 1, maxLength: 8 });
      fc.assert(
        fc.property(crowd, crowd, (starts, stops) => {
          const found = momentsIn(schedule(zone, starts, stops), change - dayMs, change + dayMs);
          const times = wallTimes(zone, change, starts, stops);
          const past = change + 12 * hourMs;
          const lastByClock = times.findLast(({ wallMs }) => wallMs <= wallOf(zone, past));
          expect(found.findLast((each) => each.at <= past)?.wanted).toBe(lastByClock?.wanted);
          for (const time of times.filter(({ wallMs }) => Math.abs(instantOf(zone, wallMs) - change) < 12 * hourMs))
            expect([iso(time.wallMs), time.wanted, isDone(zone, time, times, found)]).toEqual([
              iso(time.wallMs),
              time.wanted,
              true,
            ]);
        }),
        { numRuns: cases(50) },
      );
    }
  });

  it('the moments of a crowd are the same however the time is cut', () => {
    for (const change of around) {
      const crowd = fc.uniqueArray(near(minuteOf(zone, change)), { minLength: 1, maxLength: 6 });
      const cuts = fc.array(fc.integer({ min: -360, max: 360 }), { minLength: 1, maxLength: 3 });
      fc.assert(
        fc.property(crowd, crowd, cuts, (starts, stops, minutes) => {
          const made = schedule(zone, starts, stops);
          const [from, to] = [change - dayMs, change + dayMs];
          const edges = [from, ...minutes.map((each) => change + each * minuteMs).sort((a, b) => a - b), to];
          const parts = edges.slice(1).flatMap((edge, index) => momentsIn(made, edges[index] ?? from, edge));
          expect(parts.map(shown)).toEqual(momentsIn(made, from, to).map(shown));
        }),
        { numRuns: cases(20) },
      );
    }
  });
});

interface WallTime {
  readonly wallMs: number;
  readonly wanted: 'on' | 'off';
}

function schedule(zone: string, starts: readonly number[], stops: readonly number[]) {
  const every = { zone, isDay: () => true, isWeekly: true, kind: 'moment' } as const;
  return {
    ...inline('00:00- UTC'),
    rules: [
      { ...every, wanted: 'off', minutes: stops },
      { ...every, wanted: 'on', minutes: starts },
    ] as const,
  };
}

/** A week of them, in the order of the clock; of one wall time the start alone. */
function wallTimes(zone: string, change: number, starts: readonly number[], stops: readonly number[]): WallTime[] {
  const today = Math.floor(wallOf(zone, change) / dayMs) * dayMs;
  const times = new Map<number, 'on' | 'off'>();
  for (let day = today - 4 * dayMs; day <= today + 4 * dayMs; day += dayMs) {
    for (const minute of stops) if (!times.has(day + minute * minuteMs)) times.set(day + minute * minuteMs, 'off');
    for (const minute of starts) times.set(day + minute * minuteMs, 'on');
  }
  return [...times].map(([wallMs, wanted]) => ({ wallMs, wanted })).sort((a, b) => a.wallMs - b.wallMs);
}

/** The rule in its plainest form: one that would not come after the one before it follows it as on any day. */
function inPlainOrder(zone: string, times: readonly WallTime[]) {
  const done: (WallTime & { at: number })[] = [];
  for (const each of times) {
    const before = done.at(-1);
    const plain = instantOf(zone, each.wallMs);
    const isTooEarly = before !== undefined && plain <= before.at;
    done.push({ ...each, at: isTooEarly ? before.at + each.wallMs - before.wallMs : plain });
  }
  return done;
}

/** Whether it is done when the clock says, or as long after it as a gap of these zones can be; or is none, for a later start. */
function isDone(
  zone: string,
  time: WallTime,
  times: readonly WallTime[],
  found: ReturnType<typeof momentsIn>,
): boolean {
  const plain = instantOf(zone, time.wallMs);
  const isThen = (ms: number): boolean => plain <= ms && ms <= plain + 2 * hourMs;
  if (found.some((each) => each.wanted === time.wanted && isThen(each.at))) return true;
  const later = times.filter(({ wallMs, wanted }) => wanted === 'on' && wallMs > time.wallMs);
  return time.wanted === 'off' && later.some(({ wallMs }) => isThen(instantOf(zone, wallMs)));
}

function minuteOf(zone: string, change: number): number {
  return Math.floor(wallOf(zone, change) / minuteMs) % 1440;
}

function shown(each: { readonly at: number; readonly wanted: string }): string {
  return `${each.wanted} ${iso(each.at)}`;
}

function changesOf(zone: string): number[] {
  const found: number[] = [];
  let now = Temporal.Instant.from('2025-01-01T00:00Z').toZonedDateTimeISO(zone).getTimeZoneTransition('next');
  while (now !== null && now.epochMilliseconds < at('2027-01-01T00:00Z')) {
    found.push(now.epochMilliseconds);
    now = now.getTimeZoneTransition('next');
  }
  return found;
}
