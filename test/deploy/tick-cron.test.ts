import { describe, expect, it } from 'vitest';
import { nextTimeOf } from '../../deploy/offline/firing.ts';
import { localSchedules } from '../../deploy/offline/schedules.ts';
import { tickCron } from '../../deploy/tick-cron.ts';

const minuteMs = 60_000;

describe('the times of a tick', () => {
  it.each([1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60])('are %i minutes apart, the full hour among them', (minutes) => {
    const schedule = { cron: tickCron(minutes * minuteMs), timezone: 'UTC' };
    const times: number[] = [];
    let after = Date.UTC(2026, 0, 1, 7, 59, 59);
    for (let count = 0; count <= 60 / minutes; count += 1) {
      after = nextTimeOf(schedule, new Date(after))?.getTime() ?? Number.NaN;
      times.push(after);
    }
    const eight = Date.UTC(2026, 0, 1, 8);
    expect(times).toEqual(times.map((_, index) => eight + index * minutes * minuteMs));
  });

  it('do not come where there is none', () => {
    const deployment = { service: 'power', stage: 'dev' };
    expect(localSchedules({ crons: [], tick: null }, deployment)).toEqual([]);
    const tick = { everyMs: 5 * minuteMs, maxAgeMs: 10 * minuteMs };
    const [local] = localSchedules({ crons: [], tick }, deployment);
    expect([local?.key, local?.functionName, local?.eventOf('x')]).toEqual(['t', 'power-dev-reconcile', { tick: 'x' }]);
  });
});
