// The fleet that is looked after: groups of VMs, each with its own working hours, so that no boundary moves more than the guard allows.
// Of a large fleet only some groups work on the simulated day; the others want off all day, and are counted as many times as those.

import type { FleetVm } from './cloud.ts';

const hourMs = 3_600_000;
const stepMs = hourMs / 4;

/** A Monday. */
export const dayStart = Date.UTC(2026, 2, 30);
export const dayMs = 24 * hourMs;

export interface Fleet {
  readonly vms: readonly FleetVm[];
  readonly groups: number;
  /** How many of the groups work on the simulated day. */
  readonly working: number;
  /** How many VMs work on the simulated day. */
  readonly workingVms: number;
  /** When something is to be done on the simulated day, in epoch milliseconds. */
  readonly boundaries: ReadonlySet<number>;
}

/** So many VMs, at most `atOnce` of them with the same hours, and never all. */
export function makeFleet(count: number, atOnce: number, mostWorking: number): Fleet {
  const groups = Math.max(2, Math.ceil(count / atOnce));
  const working = Math.min(groups, mostWorking);
  const groupOf = (index: number) => index % groups;
  const vms = Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    description: `one of many [schedule="${hoursOf(groupOf(index), working)}"]`,
  }));
  return {
    vms,
    groups,
    working,
    workingVms: vms.filter((_, index) => groupOf(index) < working).length,
    boundaries: new Set(Array.from({ length: working }, (_, group) => boundariesOf(group)).flat()),
  };
}

function hoursOf(group: number, working: number): string {
  const [from = 0, to = 0] = boundariesOf(group);
  return `${group < working ? 'Mon-Fri' : 'Sat-Sun'} ${wallTime(from)}-${wallTime(to)} UTC`;
}

// A quarter of an hour after each other: every run is over before the next group's begins.
function boundariesOf(group: number): readonly number[] {
  const from = dayStart + 8 * hourMs + (group % 20) * stepMs;
  return [from, from + 10 * hourMs];
}

function wallTime(at: number): string {
  return new Date(at).toISOString().slice(11, 16);
}
