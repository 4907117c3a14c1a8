// Figures as the deployed functions print them, read back as CloudWatch reads them.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emfMetrics } from '../../lib/aws/metrics.ts';
import { type Figure, figure } from '../../lib/core/metric.ts';
import { FakeClock } from '../fakes/clock.ts';
import { MemoryLog } from '../fakes/log.ts';
import { dataIn } from '../fixtures/emf.ts';
import { printedBy } from '../fixtures/printed.ts';

const clock = new FakeClock(Date.UTC(2026, 10, 24));

beforeEach(() => {
  process.env.POWERTOOLS_METRICS_NAMESPACE = 'power-test';
});

afterEach(() => {
  delete process.env.POWERTOOLS_METRICS_NAMESPACE;
});

function emitted(figures: readonly Figure[], level: 'info' | 'warn' | 'error' = 'info') {
  const emit = emfMetrics({ clock, log: new MemoryLog(), level });
  return printedBy(() => emit(figures));
}

describe('figures', () => {
  it('are told under their namespace, the service, and exactly their own dimensions', async () => {
    const { lines } = await emitted([figure('Outcomes', 3, { result: 'failed', action: 'start' })]);
    const dimensions = { service: 'openscaler-power', result: 'failed', action: 'start' };
    const unit = 'Count';
    expect(dataIn(lines)).toEqual([{ namespace: 'power-test', metric: 'Outcomes', unit, dimensions, value: 3 }]);
  });

  it('of one value for each dimension share a line, those of another do not', async () => {
    const { lines } = await emitted([
      figure('FailedVms', 0, {}),
      figure('VmsSeenOn', 2, { schedule: 'lab' }),
      figure('RunDuration', 1500, {}),
      figure('VmsSeenOff', 1, { schedule: 'lab' }),
      figure('VmsSeenOn', 5, { schedule: 'inline' }),
    ]);
    expect(lines).toHaveLength(3);
    expect(
      dataIn(lines).map(({ metric, unit, dimensions, value }) => [metric, unit, dimensions.schedule, value]),
    ).toEqual([
      ['FailedVms', 'Count', undefined, 0],
      ['RunDuration', 'Milliseconds', undefined, 1500],
      ['VmsSeenOn', 'Count', 'lab', 2],
      ['VmsSeenOff', 'Count', 'lab', 1],
      ['VmsSeenOn', 'Count', 'inline', 5],
    ]);
  });

  it('of which an alarm watches all are told without their dimension too', async () => {
    const { lines } = await emitted([figure('TokenDaysLeft', -0.5, { account: 'acme' })]);
    expect(dataIn(lines).map(({ dimensions, value }) => [dimensions, value])).toEqual([
      [{ service: 'openscaler-power' }, -0.5],
      [{ service: 'openscaler-power', account: 'acme' }, -0.5],
    ]);
  });

  it.each(['info', 'warn', 'error'] as const)(
    'pass Lambda’s filter at level %s: with that level, and a time',
    async (level) => {
      const { lines } = await emitted([figure('FailedVms', 1, {})], level);
      expect(JSON.parse(lines[0] ?? '')).toMatchObject({
        level: level.toUpperCase(),
        timestamp: '2026-11-24T00:00:00.000Z',
      });
    },
  );

  it('that are none print nothing', async () => {
    expect((await emitted([])).lines).toEqual([]);
  });

  it('that cannot be told stop nobody, and are an error in the log', async () => {
    const log = new MemoryLog();
    const broken = { now: () => Number.NaN, sleep: async () => {} };
    const emit = emfMetrics({ clock: broken, log, level: 'info' });
    const { lines } = await printedBy(() => emit([figure('FailedVms', 1, {})]));
    expect(lines).toEqual([]);
    expect(log.lines).toMatchObject([
      {
        level: 'error',
        message: expect.stringMatching(/alarms and dashboard/),
        fields: { error: expect.any(RangeError) },
      },
    ]);
  });
});
