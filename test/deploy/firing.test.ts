import { describe, expect, it } from 'vitest';
import { fireOnTime } from '../../deploy/offline/firing.ts';
import type { CronConfig } from '../../lib/config.ts';
import { FakeClock } from '../fakes/clock.ts';

const cron = (name: string, expression: string, timezone = 'UTC'): CronConfig => ({
  name,
  cron: expression,
  timezone,
  action: 'shutdown',
  select: 'env=dev',
  account: null,
  allowDataLoss: false,
  maxEventAgeMs: 3_600_000,
  retries: 3,
});

/** What is fired, and when it was due, until so many have been. */
async function firings(crons: readonly CronConfig[], count: number, lateMs = 0) {
  const clock = new FakeClock(Date.UTC(2026, 0, 1));
  const stop = new AbortController();
  const fired: string[] = [];
  const fire = async ({ name }: CronConfig, dueAt: Date) => {
    fired.push(`${name} ${dueAt.toISOString()}`);
    if (fired.length === count) stop.abort();
    else await clock.sleep(lateMs);
  };
  await clock.run(fireOnTime(crons, fire, { clock, stop: stop.signal }));
  return fired;
}

describe('schedules on localhost', () => {
  it('are fired when they are due in their zone, each by itself', async () => {
    const crons = [cron('down', '0 19 ? * * *', 'Africa/Algiers'), cron('up', '30 7 ? * FRI *')];
    expect(await firings(crons, 3)).toEqual([
      'down 2026-01-01T18:00:00.000Z',
      'up 2026-01-02T07:30:00.000Z',
      'down 2026-01-02T18:00:00.000Z',
    ]);
  });

  it('are not fired again and again for what was missed meanwhile', async () => {
    const hours = 5 * 3_600_000 + 1;
    expect(await firings([cron('hourly', '0 * * * ? *')], 2, hours)).toEqual([
      'hourly 2026-01-01T01:00:00.000Z',
      'hourly 2026-01-01T07:00:00.000Z',
    ]);
  });

  it('that are never due again end quietly', async () => {
    expect(await firings([cron('once', '0 12 2 1 ? 2026')], 2)).toEqual(['once 2026-01-02T12:00:00.000Z']);
  });
});
