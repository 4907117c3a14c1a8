// The figures that are counted: their names, units and dimensions, once, for whoever emits, watches or draws them.
// Each combination of dimensions is paid for and kept apart, so all of them are bounded: none is ever a VM, or what a stranger wrote.

/** What all figures carry as their dimension `service`, whatever the stack is called. */
export const metricService = 'openscaler-power';

interface Definition {
  readonly unit: 'Count' | 'Milliseconds';
  /** By what it is told apart, besides the service. */
  readonly by: readonly string[];
  /** Whether it is told without them too: for an alarm over all. */
  readonly inAll?: true;
}

export const metrics = {
  /** What became of the VMs of runs. */
  Outcomes: { unit: 'Count', by: ['result', 'action'] },
  /** VMs of a run that failed or are unknown. */
  FailedVms: { unit: 'Count', by: [] },
  /** Runs, by how they ended. */
  Runs: { unit: 'Count', by: ['ending'] },
  RunDuration: { unit: 'Milliseconds', by: [] },
  /** Calls that left for the cloud's API. */
  ApiCalls: { unit: 'Count', by: ['call'] },
  /** Calls that were made again, for want of a good answer. */
  ApiRetries: { unit: 'Count', by: [] },
  /** Answers that ask for a slower pace. */
  ApiThrottles: { unit: 'Count', by: [] },
  /** Ticks that saw at least one project, and did all there was to do. */
  TicksSucceeded: { unit: 'Count', by: [] },
  VmsInVain: { unit: 'Count', by: [] },
  VmsAtFault: { unit: 'Count', by: [] },
  /** VMs with tags whose state name is in no table. */
  VmsInUnknownState: { unit: 'Count', by: [] },
  ProjectsUnlisted: { unit: 'Count', by: [] },
  RunsNeverStarted: { unit: 'Count', by: [] },
  /** Messages to people that their channel did not take. */
  MessagesUnsent: { unit: 'Count', by: [] },
  VmsWantedOn: { unit: 'Count', by: ['schedule'] },
  VmsWantedOff: { unit: 'Count', by: ['schedule'] },
  VmsSeenOn: { unit: 'Count', by: ['schedule'] },
  VmsSeenOff: { unit: 'Count', by: ['schedule'] },
  /** Days until a token ends that nobody renews; below zero once it has. */
  TokenDaysLeft: { unit: 'Count', by: ['account'], inAll: true },
} as const satisfies Record<string, Definition>;

export type MetricName = keyof typeof metrics;

/** One figure, as it was at one moment. */
export interface Figure {
  readonly name: MetricName;
  readonly value: number;
  readonly by: Readonly<Record<string, string>>;
}

type DimensionOf<Name extends MetricName> = (typeof metrics)[Name]['by'][number];

/** A figure with exactly the dimensions that its metric has. */
export function figure<Name extends MetricName>(
  name: Name,
  value: number,
  by: Readonly<Record<DimensionOf<Name>, string>>,
): Figure {
  return { name, value, by };
}

/** The sets of dimensions that a metric is told under, besides the service. */
export function dimensionSetsOf(name: MetricName): readonly (readonly string[])[] {
  const definition: Definition = metrics[name];
  return definition.inAll === true ? [[], definition.by] : [definition.by];
}

/** Tells figures to whoever keeps them. Never rejects: what is counted must not be stopped by the counting. */
export type EmitFigures = (figures: readonly Figure[]) => Promise<void>;

/** What can be said of a call to the cloud's API: that it left, was a repeat, or was answered "too fast". */
export type CallFact = 'list' | 'read' | 'action' | 'retry' | 'throttle';
