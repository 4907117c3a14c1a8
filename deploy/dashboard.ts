// The fleet's day on one page of CloudWatch: outcomes, VMs on and off by schedule, runs, ticks, the API's pace, tokens, alarms.
// Generated, so that it draws the figures under the very names and dimensions under which they are told.

import type { Config } from '../lib/config.ts';
import { dimensionSetsOf, type MetricName, metricService } from '../lib/core/metric.ts';
import { scheduleLabels } from '../lib/run/metrics/schedule-label.ts';
import { alarmTable } from './alarm-table.ts';
import { alarmId } from './alarms.ts';
import { type Deployment, prefixOf, type Resource, type Resources } from './cloudformation.ts';
import { functionId, functionKeysOf } from './functions.ts';

/** Lines of a graph, as CloudWatch's dashboards write them. */
type Lines = readonly unknown[];

interface Graph {
  readonly title: string;
  readonly metrics: Lines;
  readonly stat: 'Sum' | 'Average' | 'Maximum' | 'Minimum' | 'p95';
  readonly periodSeconds?: number;
  readonly isStacked?: boolean;
}

const columns = 24;
const graphWidth = 12;
const graphHeight = 6;

/** The dashboard of this deployment. */
export function dashboard(config: Config, deployment: Deployment): Resources {
  const graphs = graphsOf(config, deployment);
  const alarms = alarmTable(config).map((alarm) => `\${${alarmId(alarm)}.Arn}`);
  const widgets = [
    { type: 'alarm', ...placed(0), width: columns, properties: { title: 'Alarms (docs/runbook.md)', alarms } },
    ...graphs.map((graph, index) => ({ type: 'metric', ...placed(index + 2), properties: drawn(graph) })),
  ];
  const body = JSON.stringify({ start: '-P1D', periodOverride: 'inherit', widgets });
  const resource: Resource = {
    Type: 'AWS::CloudWatch::Dashboard',
    Properties: { DashboardName: prefixOf(deployment), DashboardBody: { 'Fn::Sub': body } },
  };
  return { Dashboard: resource };
}

function placed(nth: number) {
  const perRow = columns / graphWidth;
  return {
    x: (nth % perRow) * graphWidth,
    y: Math.floor(nth / perRow) * graphHeight,
    width: graphWidth,
    height: graphHeight,
  };
}

function drawn({ title, metrics, stat, periodSeconds = 300, isStacked = false }: Graph) {
  return {
    title,
    view: 'timeSeries',
    stacked: isStacked,
    region: `\${AWS::Region}`,
    stat,
    period: periodSeconds,
    metrics,
  };
}

function graphsOf(config: Config, deployment: Deployment): readonly Graph[] {
  const namespace = prefixOf(deployment);
  const total = (...names: MetricName[]) => names.map((name) => [namespace, name, 'service', metricService]);
  const apart = (name: MetricName) => [[{ expression: search(name, namespace), id: name.toLowerCase() }]];
  const bySchedule = (...names: MetricName[]) =>
    scheduleLabels(Object.keys(config.schedules)).flatMap((label) =>
      names.map((name) => [
        namespace,
        name,
        'service',
        metricService,
        'schedule',
        label,
        { label: `${label}: ${name}` },
      ]),
    );
  // A tick tells how things stand, so any of its figures in a period will do.
  const periodSeconds = (config.tick?.everyMs ?? 300_000) / 1000;
  return [
    { title: 'Outcomes', metrics: apart('Outcomes'), stat: 'Sum', isStacked: true },
    { title: 'Failed or unknown VMs', metrics: total('FailedVms'), stat: 'Sum' },
    { title: 'VMs on', metrics: bySchedule('VmsWantedOn', 'VmsSeenOn'), stat: 'Maximum', periodSeconds },
    { title: 'VMs off', metrics: bySchedule('VmsWantedOff', 'VmsSeenOff'), stat: 'Maximum', periodSeconds },
    { title: 'Runs', metrics: apart('Runs'), stat: 'Sum', isStacked: true },
    { title: 'Duration of runs (95 %)', metrics: total('RunDuration'), stat: 'p95' },
    { title: 'Ticks', metrics: total('TicksSucceeded'), stat: 'Sum', periodSeconds },
    {
      title: 'What ticks found wanting',
      metrics: total(
        'VmsInVain',
        'VmsAtFault',
        'VmsInUnknownState',
        'ProjectsUnlisted',
        'RunsNeverStarted',
        'MessagesUnsent',
      ),
      stat: 'Maximum',
      periodSeconds,
    },
    { title: 'Calls to the API', metrics: apart('ApiCalls'), stat: 'Sum', isStacked: true },
    {
      title: 'Repeats, and answers that ask for a slower pace',
      metrics: total('ApiRetries', 'ApiThrottles'),
      stat: 'Sum',
    },
    { title: 'Days that tokens have left', metrics: apart('TokenDaysLeft'), stat: 'Minimum', periodSeconds: 3600 },
    { title: 'Errors and throttles of the functions', metrics: ofFunctions(config), stat: 'Sum' },
  ];
}

/** All lines of a metric, whatever values its dimensions have had. */
function search(name: MetricName, namespace: string): string {
  const dimensions = dimensionSetsOf(name).at(-1) ?? [];
  return `SEARCH('{"${namespace}",service,${dimensions.join(',')}} MetricName="${name}"', '${statOf(name)}')`;
}

function statOf(name: MetricName): 'Sum' | 'Minimum' {
  return name === 'TokenDaysLeft' ? 'Minimum' : 'Sum';
}

function ofFunctions(config: Config): Lines {
  return functionKeysOf(config).flatMap((key) =>
    ['Errors', 'Throttles'].map((metric) => [
      'AWS/Lambda',
      metric,
      'FunctionName',
      `\${${functionId(key)}}`,
      { label: `${key}: ${metric}` },
    ]),
  );
}
