// A schedule's event: which run it becomes, once, and what is refused.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PowerError } from '../../lib/core/errors.ts';
import { type Cron, launchScheduled } from '../../lib/run/scheduled.ts';
import { FakeClock } from '../fakes/clock.ts';
import { FakeLauncher } from '../fakes/launcher.ts';
import { MemoryLog } from '../fakes/log.ts';
import { MemoryRunStore } from '../fakes/run-store.ts';

const down: Cron = {
  name: 'dev-down',
  action: 'shutdown',
  select: 'env=dev',
  account: 'acme',
  allowDataLoss: false,
  maxEventAgeMs: 15 * 60_000,
};
const off: Cron = { ...down, name: 'dev-off', action: 'power_off', account: null, allowDataLoss: true };

function bench(crons: readonly Cron[] = [down, off]) {
  const clock = new FakeClock(Date.UTC(2026, 0, 5, 18));
  const launcher = new FakeLauncher();
  const world = { crons, store: new MemoryRunStore(), launcher, clock, log: new MemoryLog() };
  return { clock, launcher, world, fire: (event: unknown) => launchScheduled(event, world) };
}

const due = { cron: 'dev-down', scheduledTime: '2026-01-05T18:00:00Z' };

describe('a schedule that fires', () => {
  it('launches what its cron says', async () => {
    const { fire, launcher } = bench();
    const { run, isNew } = await fire({ ...due, executionId: 'x' });
    expect(isNew).toBe(true);
    expect(run).toMatchObject({
      name: expect.stringMatching(/^cron-[0-9a-f]{32}$/),
      trigger: 'cron',
      request: { action: 'shutdown', select: 'env=dev', accounts: ['acme'], allowDataLoss: false, dryRun: false },
    });
    expect(launcher.started).toEqual([run.name]);
  });

  it('passes on the leave to lose data, and all accounts, when its cron says so', async () => {
    const { run } = await bench().fire({ ...due, cron: 'dev-off' });
    expect(run.request).toMatchObject({ action: 'power_off', accounts: null, allowDataLoss: true });
  });

  it.each(['2026-01-05T18:00:00Z', '2026-01-05T18:00Z', '2026-01-05T18:00:00.000Z', '2026-01-05T19:00:00+01:00'])(
    'finds the first run when it fires again for the same instant, written %s',
    async (scheduledTime) => {
      const { fire } = bench();
      const first = await fire(due);
      expect(await fire({ ...due, scheduledTime })).toEqual({ run: first.run, isNew: false });
    },
  );

  it('finds the first run even when a deployment changed its cron in between', async () => {
    const { fire, world } = bench();
    const first = await fire(due);
    const changed = { ...world, crons: [{ ...down, select: 'env=test' }] };
    expect(await launchScheduled(due, changed)).toEqual({ run: first.run, isNew: false });
  });

  it('is another run for another instant or another cron', async () => {
    const { fire, launcher } = bench();
    await fire(due);
    await fire({ ...due, cron: 'dev-off' });
    await fire({ ...due, scheduledTime: '2026-01-05T17:59:59Z' });
    expect(new Set(launcher.started).size).toBe(3);
  });

  it.each([
    ['as old as it may be', '2026-01-05T17:45:00Z'],
    ['ahead of our clock by what clocks differ', '2026-01-05T18:05:00Z'],
  ])('launches when it is %s', async (_what, scheduledTime) => {
    expect((await bench().fire({ ...due, scheduledTime })).isNew).toBe(true);
  });
});

describe('a schedule that is refused', () => {
  it.each([
    [
      'older than it may be',
      { ...due, scheduledTime: '2026-01-05T17:44:59.999Z' },
      'stale-event',
      /dev-down.*too late: it is 901 s old, and at most 900 s/,
    ],
    ['from the future', { ...due, scheduledTime: '2026-01-05T18:05:00.001Z' }, 'request', /future/],
    ['for a cron there is none of', { ...due, cron: 'x' }, 'request', /no cron "x"/],
    ['for an inherited name', { ...due, cron: 'constructor' }, 'request', /no cron/],
    ['without cron', { scheduledTime: due.scheduledTime }, 'request', /cron/],
    ['without time', { cron: 'dev-down' }, 'request', /scheduledTime/],
    [
      'with the placeholder still in it',
      { ...due, scheduledTime: '<aws.scheduler.scheduled-time>' },
      'request',
      /scheduledTime: an ISO/,
    ],
    ['with a day there is not', { ...due, scheduledTime: '2026-13-45T18:00:00Z' }, 'request', /scheduledTime/],
    ['without zone', { ...due, scheduledTime: '2026-01-05T18:00:00' }, 'request', /scheduledTime/],
  ])('because it is %s', async (_what, event, code, message) => {
    const { fire, launcher } = bench();
    const error = await fire(event).then(String, (thrown: PowerError) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(launcher.started).toEqual([]);
  });

  it('with every fault named', async () => {
    const error = await bench()
      .fire({ cron: '', scheduledTime: 'soon' })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      faults: [expect.stringMatching(/^cron: /), expect.stringMatching(/^scheduledTime: /)],
    });
    expect(String(error)).toMatch(/cron: .*; scheduledTime: /);
    await expect(bench().fire(7)).rejects.toThrow('event: ');
    await expect(bench().fire({ ...due, cron: 'x'.repeat(65) })).rejects.toThrow(`"${'x'.repeat(64)}"`);
  });

  it('because it is rubbish: always as a request fault', async () => {
    const nearly = fc.record({ cron: fc.oneof(fc.string(), fc.constant('dev-down')), scheduledTime: fc.string() });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.anything(), nearly), async (event) => {
        const { world, launcher } = bench();
        const error = await (async () => launchScheduled(event, world))().catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(PowerError);
        expect(error).toMatchObject({ code: 'request' });
        expect(launcher.started).toEqual([]);
      }),
    );
  });
});
