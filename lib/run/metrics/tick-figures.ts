// The figures of a tick: what it found wanting, and how many VMs are wanted and seen on and off, schedule by schedule.
// From its report, so that whoever reads the log and whoever looks at a graph are told the same.

import { type Figure, figure } from '../../core/metric.ts';
import type { Judgement } from '../schedule/judge.ts';
import type { TickReport } from '../schedule/tick.ts';
import type { Swept } from '../sweep.ts';
import { scheduleLabel } from './schedule-label.ts';

/** What a tick found, in figures; `names` are the schedules of the configuration. */
export function tickFigures(report: TickReport, names: readonly string[]): Figure[] {
  const { inVain, atFault, inUnknownState, unlisted, judgements } = report;
  const scheduled = judgements.filter(({ schedule, override }) => schedule !== null || override !== null);
  const groups = Map.groupBy(scheduled, ({ vm }) => scheduleLabel(vm.tags.schedule, names));
  return [
    figure('VmsInVain', inVain.length, {}),
    figure('VmsAtFault', atFault.length, {}),
    figure('VmsInUnknownState', inUnknownState.length, {}),
    figure('ProjectsUnlisted', unlisted.length, {}),
    ...[...groups].flatMap(([schedule, group]) => powerFigures(schedule, group)),
  ];
}

function powerFigures(schedule: string, group: readonly Judgement[]): Figure[] {
  const wanted = (power: 'on' | 'off') => group.filter(({ decision }) => decision.wanted === power).length;
  const seen = (power: 'on' | 'off') => group.filter(({ vm }) => vm.power === power).length;
  return [
    figure('VmsWantedOn', wanted('on'), { schedule }),
    figure('VmsWantedOff', wanted('off'), { schedule }),
    figure('VmsSeenOn', seen('on'), { schedule }),
    figure('VmsSeenOff', seen('off'), { schedule }),
  ];
}

/** What the sweep after a tick had to give up. */
export function sweepFigures({ abandoned }: Swept): Figure[] {
  return [figure('RunsNeverStarted', abandoned.length, {})];
}

/** That a tick saw the fleet and did all there was to do: where this is missing, nobody looks after schedules. */
export function successFigures(): Figure[] {
  return [figure('TicksSucceeded', 1, {})];
}
