// Figures as CloudWatch metrics: lines of the embedded metric format, by AWS Lambda Powertools, in the function's own log.
// So they need no right, no call and no client, and what is in the log of a run that broke off is counted too.

import type { Metrics } from '@aws-lambda-powertools/metrics';
import { dimensionSetsOf, type EmitFigures, type Figure, metricService, metrics } from '../core/metric.ts';
import type { Clock, Log } from '../ports.ts';
import type { LogLevel } from './log.ts';

export interface EmfOptions {
  readonly clock: Clock;
  readonly log: Log;
  /**
   * The level that the function logs at. Lambda's filter takes a line that names none, or no time, for INFO: at `warn` it would
   * drop every figure, and no alarm could ring.
   */
  readonly level: LogLevel;
}

/** Emits figures into the namespace of POWERTOOLS_METRICS_NAMESPACE, which the stack sets. Loads the library with the first one. */
export function emfMetrics({ clock, log, level }: EmfOptions): EmitFigures {
  let loading: Promise<Metrics> | null = null;
  return async (figures) => {
    try {
      loading ??= load();
      const library = await loading;
      const timestamp = new Date(clock.now()).toISOString();
      for (const line of linesOf(figures)) print(line, { level: level.toUpperCase(), timestamp }, library);
    } catch (error) {
      log.error('figures were not emitted: alarms and dashboard miss them', { error });
    }
  };
}

async function load(): Promise<Metrics> {
  const { Metrics } = await import('@aws-lambda-powertools/metrics');
  return new Metrics({ serviceName: metricService });
}

/** The figures of each line: a line has one value for each dimension. */
function linesOf(figures: readonly Figure[]): readonly (readonly [Figure, ...Figure[]])[] {
  const lines = new Map<string, [Figure, ...Figure[]]>();
  for (const one of figures) {
    const key = JSON.stringify([dimensionSetsOf(one.name), Object.entries(one.by).toSorted()]);
    const line = lines.get(key);
    if (line === undefined) lines.set(key, [one]);
    else line.push(one);
  }
  return [...lines.values()];
}

function print(
  line: readonly [Figure, ...Figure[]],
  { level, timestamp }: Readonly<Record<'level' | 'timestamp', string>>,
  library: Metrics,
): void {
  const [{ name, by }] = line;
  for (const names of dimensionSetsOf(name)) {
    library.addDimensions(Object.fromEntries(Object.entries(by).filter(([key]) => names.includes(key))));
  }
  for (const one of line) library.addMetric(one.name, metrics[one.name].unit, one.value);
  library.addMetadata('level', level).addMetadata('timestamp', timestamp);
  library.publishStoredMetrics();
}
