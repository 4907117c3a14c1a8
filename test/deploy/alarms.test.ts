// The alarms of the template: one for each row of the table, in CloudWatch's words.
// That each of them can ring is shown in alarm-causes.test.ts.

import { describe, expect, it } from 'vitest';
import { alarmTable } from '../../deploy/alarm-table.ts';
import { alarmId, alarms, topicId } from '../../deploy/alarms.ts';
import { functionKeys } from '../../deploy/functions.ts';
import { loadConfig, readEnvironment } from '../../lib/config.ts';
import { metrics } from '../../lib/core/metric.ts';
import { periodOf, ringsAfter } from '../fixtures/ringing.ts';

const deployment = { service: 'openscaler-power', stage: 'dev' };

function configured(input: object = {}) {
  const config = loadConfig(input, readEnvironment({}), { where: 'lambda', credentials: 'optional' });
  return { table: alarmTable(config), made: alarms(config, deployment) };
}

const namesOf = (input: object) => configured(input).table.map(({ name }) => name);

describe('the alarms', () => {
  it('are on by default, and go to one topic', () => {
    const { table, made } = configured();
    const resources = Object.values(made).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
    expect(resources).toHaveLength(table.length);
    expect(table.length).toBeGreaterThan(20);
    for (const { Properties } of resources) expect(Properties.AlarmActions).toEqual([{ Ref: topicId }]);
    expect(Object.values(made).map(({ Type }) => Type)).not.toContain('AWS::SNS::Subscription');
  });

  it('have names and ids of their own, and each says what it means and where to read on', () => {
    const { table, made } = configured();
    expect(new Set(table.map(({ name }) => name)).size).toBe(table.length);
    for (const alarm of table) {
      const { AlarmName, AlarmDescription } = made[alarmId(alarm)]?.Properties ?? {};
      expect(AlarmName).toBe(`openscaler-power-dev-${alarm.name}`);
      expect(AlarmDescription).toBe(`${alarm.means} What to do: docs/runbook.md#${alarm.name}`);
    }
  });

  it('watch every function for errors and throttles', () => {
    for (const key of functionKeys)
      expect(namesOf({})).toEqual(expect.arrayContaining([`${key}-errors`, `${key}-throttles`]));
  });

  it('on figures see them in the sum of all their dimensions', () => {
    for (const { name, watches } of configured().table) {
      if (watches.of !== 'figures') continue;
      const { by, inAll } = { inAll: false, ...metrics[watches.metric] };
      expect([name, by.length === 0 || inAll]).toEqual([name, true]);
    }
  });

  it('have periods that CloudWatch takes, whatever the tick', () => {
    for (const every of ['1m', '5m', '1h']) {
      for (const { name, periodSeconds, periods, ringing } of configured({ tick: { every }, catchUp: '2h' }).table) {
        expect([name, periodSeconds % 60, ringing <= periods, periodSeconds * periods <= 86_400]).toEqual([
          name,
          0,
          true,
          true,
        ]);
      }
    }
  });

  it('that follow ticks ring on as long as one of the last three told of it', () => {
    const { made } = configured({ tick: { every: '10m' } });
    const level = { Period: 600, EvaluationPeriods: 3, DatapointsToAlarm: 1, TreatMissingData: 'notBreaching' };
    for (const name of [
      'tick-in-vain',
      'tick-tags',
      'tick-states',
      'tick-unlisted',
      'reconcile-errors',
      'token-expiring',
    ])
      expect(made[alarmId({ name })]?.Properties).toMatchObject(level);
    expect(made[alarmId({ name: 'vms-failed' })]?.Properties).toMatchObject({ Period: 60, EvaluationPeriods: 1 });
  });

  it.each(['2m', '3m', '5m', '10m', '1h'])(
    'have one that rings when three ticks, %s apart, are missing, and not before',
    (every) => {
      const { Properties } =
        configured({ tick: { every }, catchUp: '2h' }).made[alarmId({ name: 'tick-missed' })] ?? {};
      expect(periodOf(Properties)).toBe(Number.parseInt(every, 10) * (every.endsWith('h') ? 3600 : 60));
      expect(ringsAfter(Properties, [1, 1, 1, 1, 1])).toBe(false);
      expect(ringsAfter(Properties, [1, 1, 1, null, null])).toBe(false);
      expect(ringsAfter(Properties, [1, null, null, 1, null])).toBe(false);
      expect(ringsAfter(Properties, [1, 1, null, null, null])).toBe(true);
      expect(ringsAfter(Properties, [null, null, null, null, null])).toBe(true);
    },
  );

  it('have one for ticks of every minute that waits for figures that take minutes to come', () => {
    const { Properties } = configured({ tick: { every: '1m' } }).made[alarmId({ name: 'tick-missed' })] ?? {};
    expect(periodOf(Properties)).toBe(60);
    expect(ringsAfter(Properties, [1, 1, 1, null, null, null, null])).toBe(false);
    expect(ringsAfter(Properties, [1, 1, null, null, null, null, null])).toBe(true);
  });

  it('are only those that can ring: without a tick none on what ticks tell, inline none on durable runs', () => {
    expect(namesOf({ tick: false }).filter((name) => /^tick-|token|never/.test(name))).toEqual(['token-expiring']);
    expect(namesOf({ engine: 'inline' }).filter((name) => name.startsWith('run-'))).toEqual([
      'run-errors',
      'run-throttles',
    ]);
    const { made } = configured({ tick: false });
    expect(made[alarmId({ name: 'reconcile-errors' })]?.Properties).toMatchObject({ Period: 60 });
  });

  it('warn of a token a week before it ends', () => {
    expect(configured().made[alarmId({ name: 'token-expiring' })]?.Properties).toMatchObject({
      MetricName: 'TokenDaysLeft',
      Statistic: 'Minimum',
      Threshold: 7,
      ComparisonOperator: 'LessThanThreshold',
    });
  });

  it('reach the address of the configuration', () => {
    expect(configured({ alarms: { email: 'ops@example.org' } }).made.AlarmEmail?.Properties).toEqual({
      TopicArn: { Ref: topicId },
      Protocol: 'email',
      Endpoint: 'ops@example.org',
    });
  });
});

// The tables of https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html: 0 is within, X is beyond.
describe('CloudWatch, as these tests know it', () => {
  const alarm = {
    Namespace: 'n',
    MetricName: 'm',
    Dimensions: [],
    Statistic: 'Sum',
    Period: 300,
    EvaluationPeriods: 3,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  };
  const values: Readonly<Record<string, number>> = { 0: 0, X: 1 };

  it.each([
    ['0 - X - X', 3, false, false],
    ['0 - - - -', 3, false, false],
    ['- - - - -', 3, true, false],
    ['0 X X - X', 3, true, true],
    ['- - - - X', 3, true, false],
    ['X - - - -', 3, true, false],
    ['0 - X - X', 2, true, true],
    ['0 0 X 0 X', 2, true, true],
    ['0 - X - -', 2, true, false],
    ['- - - - 0', 2, true, false],
  ])(
    'rings on %s, %i of 3: %s where missing is breaching, %s where it is not',
    (points, DatapointsToAlarm, ...rings) => {
      const periods = points.split(' ').map((point) => values[point] ?? null);
      const treated = ['breaching', 'notBreaching'].map((TreatMissingData) =>
        ringsAfter({ ...alarm, DatapointsToAlarm, TreatMissingData }, periods),
      );
      expect(treated).toEqual(rings);
    },
  );
});
