// What `power check` found, for a person: the configuration's faults or meaning, then the fleet's faulty tags.
// Every fault names the place where it can be mended.

import { printInstant } from '../../lib/core/schedule/civil.ts';
import type { Vm } from '../../lib/core/vm.ts';
import type { Paint } from '../terminal.ts';
import type { CheckResult, LongKeep, ScheduledCount } from './json.ts';
import { plain } from './plain.ts';
import { sayUnknownState } from './vms.ts';

export function renderCheck({ faults, meaning, fleet }: CheckResult, { paint }: { readonly paint: Paint }): string {
  const lines =
    faults.length > 0
      ? [
          paint('red', `the configuration has ${count(faults.length, 'fault')}:`),
          ...faults.map((fault) => `  ✗ ${plain(fault)}`),
        ]
      : [paint('bold', 'what the configuration means'), ...meaning.map((sentence) => `  ${plain(sentence)}`)];
  return `${[...lines, '', ...fleetLines(fleet, faults.length > 0, paint)].join('\n').trimEnd()}\n`;
}

function fleetLines(fleet: CheckResult['fleet'], isFaulty: boolean, paint: Paint): string[] {
  if (isFaulty) return [];
  if (fleet === null)
    return [
      paint(
        'yellow',
        'the fleet was not checked: there are no credentials (set OPENSCALER_SECRET_ID or OPENSCALER_TOKEN)',
      ),
    ];
  const faulty = fleet.vms.filter(({ faults }) => faults.length > 0);
  return [
    paint('bold', `the fleet: ${count(fleet.vms.length, 'VM')}, ${faulty.length} with a fault`),
    ...faulty.flatMap((vm) => vm.faults.map((fault) => `  ${paint('yellow', '✗')} ${sayWhere(vm)}: ${plain(fault)}`)),
    ...fleet.inUnknownState.map((vm) => `  ${paint('yellow', '✗')} ${sayWhere(vm)}: ${sayUnknownState(vm)}`),
    ...fleet.scheduled.flatMap((each) => scheduledLines(each, paint)),
    ...fleet.longKeeps.map((each) => longKeepLine(each, paint)),
    ...fleet.unlisted.map(
      ({ account, project, reason }) =>
        `  ${paint('red', '✗')} ${plain(`${account}/${project}`)} could not be listed: ${plain(reason)}`,
    ),
  ];
}

function scheduledLines({ schedule, vms, neverChanges }: ScheduledCount, paint: Paint): string[] {
  const line = `  ${count(vms, 'VM')} with the schedule ${plain(schedule)}`;
  if (!neverChanges) return [line];
  const warning = 'nothing that it wants ever changes, so a tick acts on such a VM as soon as it sees it';
  return [line, `  ${paint('yellow', '!')} ${plain(schedule)}: ${warning}`];
}

function longKeepLine({ vm, keep, untilMs, latestMs }: LongKeep, paint: Paint): string {
  const until = `its tag keeps it ${keep} until ${printInstant(untilMs)}`;
  return `  ${paint('yellow', '!')} ${sayWhere(vm)}: ${until}; an override would last until ${printInstant(latestMs)} at most`;
}

function sayWhere({ account, project, id, name }: Vm): string {
  return `${plain(`${account}/${project}`)} VM ${plain(id)} ${plain(name)}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
