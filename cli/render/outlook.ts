// What the fleet's schedules want in the days to come, for a person: bars, once for all VMs that want the same.
// Who has no schedule is counted, and who has one that can't be read is named: both stay as they are.

import { dayMs } from '../../lib/core/schedule/civil.ts';
import type { Schedule, Want } from '../../lib/core/schedule/rule.ts';
import { isProtected } from '../../lib/core/tags.ts';
import type { Vm } from '../../lib/core/vm.ts';
import type { Outlook } from '../../lib/run/schedule/outlook.ts';
import type { Paint } from '../terminal.ts';
import { legendOf, renderDays } from './day-bars.ts';
import { keptLabel } from './kept-label.ts';
import { plain } from './plain.ts';
import { sayWant } from './schedule.ts';

interface Span {
  readonly fromMs: number;
  readonly days: number;
  /** For VMs that an override concerns and no schedule. */
  readonly defaultZone: string;
}

type Foreseen = Outlook['vms'][number];

const mostNamed = 8;

/** Empty lines part the groups; the summary comes last. */
export function renderOutlook(outlook: Outlook, span: Span, { paint }: { readonly paint: Paint }): string {
  const kept = outlook.vms.filter(({ vm }) => isProtected(vm));
  const ours = outlook.vms.filter(({ vm }) => !isProtected(vm));
  const idle = ours.filter(isIdle);
  const groups = [
    ...Map.groupBy(
      ours.filter((each) => !isIdle(each)),
      likeness,
    ).values(),
  ];
  const lines = [
    ...groups.flatMap((group) => groupLines(group, span, paint)),
    ...outlook.atFault.map((vm) => paint('yellow', `! left alone: ${sayVm(vm)}: ${plain(vm.faults.join('; '))}`)),
    ...outlook.unlisted.map(({ account, project, reason }) =>
      paint('red', `✗ not listed ${plain(`${account}/${project}`)}: ${plain(reason)}`),
    ),
    `${outlook.vms.length} VMs: ${ours.length - idle.length} with a schedule or an override, ${idle.length} without, ${kept.length} protected; ${outlook.atFault.length} more at fault`,
  ];
  return `${lines.join('\n')}\n`;
}

function isIdle({ schedule, wantedAtFrom, transitions }: Foreseen): boolean {
  return schedule === null && wantedAtFrom === 'none' && transitions.length === 0;
}

function likeness(each: Foreseen): string {
  const { schedule, wantedAtFrom, transitions } = each;
  const changes = transitions.map(({ at, wanted }) => [at, wanted]);
  return JSON.stringify([schedule?.text ?? null, wantedAtFrom, changes, drawnKept(each)]);
}

/** Of levels, the transitions have all that is drawn. */
function drawnKept({ schedule, kept }: Foreseen): Foreseen['kept'] {
  return schedule?.kind === 'moments' ? kept : [];
}

function groupLines(group: readonly Foreseen[], { fromMs, days, defaultZone }: Span, paint: Paint): string[] {
  const [first] = group;
  if (first === undefined) return [];
  const { schedule, wantedAtFrom, transitions } = first;
  const zone = schedule?.zone ?? defaultZone;
  const kind = schedule?.kind ?? 'levels';
  const kept = drawnKept(first);
  const label = keptLabel(
    group.map((each) => each.kept),
    { fromMs, toMs: fromMs + days * dayMs, zone },
  );
  return [
    `${paint('bold', titleOf(schedule) + label)}  ${sayCount(group.length)}: ${sayNames(group.map(({ vm }) => vm))}`,
    sayNow(wantedAtFrom, zone, paint),
    ...renderDays({ zone, fromMs, wantedAtFrom, transitions, kind, kept }, days, paint),
    paint('dim', legendOf(kind, kept.length > 0)),
    '',
  ];
}

function titleOf(schedule: Schedule | null): string {
  return schedule === null ? 'no schedule' : plain(schedule.text);
}

function sayNow(wanted: Want, zone: string, paint: Paint): string {
  return `wanted now: ${sayWant(wanted, paint)}; times of ${zone}`;
}

function sayNames(vms: readonly Vm[]): string {
  const named = vms.slice(0, mostNamed).map(({ id, name }) => plain(`${name} (${id})`));
  return named.join(', ') + (vms.length > mostNamed ? ` and ${vms.length - mostNamed} more` : '');
}

function sayCount(vms: number): string {
  return `${vms} VM${vms === 1 ? '' : 's'}`;
}

function sayVm({ id, name, account, project }: Vm): string {
  return `VM ${plain(id)} ${plain(name)} (${plain(`${account}/${project}`)})`;
}
