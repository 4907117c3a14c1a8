// The dashboard, against the figures that there are: it draws all of them, and none that nobody tells.

import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { alarmTable } from '../../deploy/alarm-table.ts';
import { alarmId } from '../../deploy/alarms.ts';
import { dashboard } from '../../deploy/dashboard.ts';
import { loadConfig, readEnvironment } from '../../lib/config.ts';
import { dimensionSetsOf, type MetricName, metrics } from '../../lib/core/metric.ts';

const deployment = { service: 'openscaler-power', stage: 'dev' };
const schedules = { lab: { on: '08:00-18:00', timezone: 'UTC' } };
const widget = v.looseObject({
  type: v.string(),
  x: v.number(),
  y: v.number(),
  width: v.number(),
  height: v.number(),
  properties: v.looseObject({
    title: v.string(),
    metrics: v.optional(v.array(v.array(v.unknown()))),
    alarms: v.optional(v.array(v.string())),
  }),
});
const bodySchema = v.object({ widgets: v.array(widget) });

function drawn(input: object = { schedules }) {
  const config = loadConfig(input, readEnvironment({}), { where: 'lambda', credentials: 'optional' });
  const { Dashboard } = dashboard(config, deployment);
  const { DashboardBody } = v.parse(
    v.object({ DashboardBody: v.object({ 'Fn::Sub': v.string() }) }),
    Dashboard?.Properties,
  );
  const text = DashboardBody['Fn::Sub'];
  return { config, text, ...v.parse(bodySchema, JSON.parse(text)) };
}

const lines = (widgets: ReturnType<typeof drawn>['widgets']) =>
  widgets.flatMap(({ properties }) => properties.metrics ?? []);

describe('the dashboard', () => {
  it('draws every figure under its own dimensions, and nothing else', () => {
    const seen = new Set<string>();
    for (const [first, name, ...rest] of lines(drawn().widgets)) {
      if (first === 'AWS/Lambda') continue;
      if (typeof first === 'string') {
        expect(first).toBe('openscaler-power-dev');
        const keys = rest.filter((part, index) => index % 2 === 0 && typeof part === 'string');
        expect([name, keys]).toEqual([name, ['service', ...(dimensionSetsOf(String(name) as MetricName)[0] ?? [])]]);
        seen.add(String(name));
        continue;
      }
      const { expression } = v.parse(v.object({ expression: v.string() }), first);
      const [, dimensions = '', metric = ''] =
        /^SEARCH\('\{"openscaler-power-dev",service,([a-z,]+)\} MetricName="(\w+)"', '(?:Sum|Minimum)'\)$/.exec(
          expression,
        ) ?? [];
      expect(dimensionSetsOf(metric as MetricName)).toContainEqual(dimensions.split(','));
      seen.add(metric);
    }
    expect([...seen].toSorted()).toEqual(Object.keys(metrics).toSorted());
  });

  it('draws each schedule of the configuration, and few lines however many there are', () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`s${index}`, schedules.lab]));
    const ofSchedules = drawn().widgets.filter(({ properties }) => properties.title === 'VMs on');
    expect(JSON.stringify(ofSchedules)).toMatch(/"lab".*"inline".*"none"/);
    for (const { properties } of drawn({ schedules: many }).widgets)
      expect((properties.metrics ?? []).length).toBeLessThanOrEqual(100);
  });

  it('shows every alarm', () => {
    const { config, widgets } = drawn();
    const [alarms] = widgets.flatMap(({ properties }) => (properties.alarms === undefined ? [] : [properties.alarms]));
    expect(alarms).toEqual(alarmTable(config).map((alarm) => `\${${alarmId(alarm)}.Arn}`));
  });

  it('leaves nothing over another', () => {
    const taken = new Set<string>();
    for (const { x, y, width, height } of drawn().widgets) {
      expect(x + width).toBeLessThanOrEqual(24);
      for (let column = x; column < x + width; column++) {
        for (let row = y; row < y + height; row++) {
          expect(taken.has(`${column} ${row}`)).toBe(false);
          taken.add(`${column} ${row}`);
        }
      }
    }
  });

  it('has references to this stack only, where CloudFormation fills them in', () => {
    const { text, config } = drawn();
    const references = new Set([...text.matchAll(/\$\{([^}]+)\}/g)].map(([, reference = '']) => reference));
    const known = [...alarmTable(config).map((alarm) => `${alarmId(alarm)}.Arn`), 'AWS::Region'];
    for (const reference of references)
      expect([
        ...known,
        'ScheduledLambdaFunction',
        'ReconcileLambdaFunction',
        'ApiLambdaFunction',
        'WebhookLambdaFunction',
        'RunLambdaFunction',
      ]).toContain(reference);
  });
});
