// What a schedule wants within a stretch of time: for a person as bars and a list, for programs as the JSON contract.
// Every transition is shown in the schedule's own zone and in UTC: one is how it was meant, the other is when it happens.

import { dayMs, printInstant } from '../../lib/core/schedule/civil.ts';
import { wallOf } from '../../lib/core/schedule/instants.ts';
import type { Schedule, Want } from '../../lib/core/schedule/rule.ts';
import { isBoundaryless, type Transition, transitions } from '../../lib/core/schedule/timeline.ts';
import { type Switch, switchesOf } from '../../lib/run/schedule/switches.ts';
import type { Paint } from '../terminal.ts';
import { legendOf, renderDays, startOfDay } from './day-bars.ts';
import { documentOf } from './json.ts';
import { isoLocal, sayDay, sayLocal } from './local-time.ts';
import { plain } from './plain.ts';

/** A schedule within `[fromMs, toMs)`, or why it can't be read. */
export type Foreseen =
  | {
      readonly schedule: Schedule;
      readonly zone: string;
      readonly fromMs: number;
      readonly toMs: number;
      readonly wantedAtFrom: Want;
      readonly transitions: readonly Transition[];
    }
  | { readonly zone: string | null; readonly fault: string };

const mostDays = 31;

/** What `power schedule --json` prints, on one line. */
export function foreseenJson(foreseen: Foreseen): string {
  if ('fault' in foreseen)
    return documentOf({ timezone: foreseen.zone, wantedAtFrom: 'none', transitions: [], faults: [foreseen.fault] });
  const { zone, wantedAtFrom } = foreseen;
  const switches = switchesOf(foreseen.transitions);
  return documentOf({ timezone: zone, wantedAtFrom, transitions: switches.map(toJson), faults: [] });

  function toJson({ at, wanted }: Switch) {
    return { at: printInstant(at), wanted, local: isoLocal(foreseen.zone ?? 'UTC', at) };
  }
}

/** What `power schedule` prints for a person. */
export function renderForeseen(foreseen: Foreseen, { paint }: { readonly paint: Paint }): string {
  if ('fault' in foreseen) return `${paint('red', '✗ it cannot be read:')} ${plain(foreseen.fault)}\n`;
  const { schedule, zone, fromMs, toMs, wantedAtFrom } = foreseen;
  const lines = [
    paint('bold', schedule.text),
    `times of ${zone}; wanted at ${sayLocal(zone, fromMs)}: ${sayWant(wantedAtFrom, paint)}`,
    ...sayDates(schedule),
    ...(isBoundaryless(schedule, fromMs)
      ? [paint('yellow', 'nothing that it wants ever changes: a VM with it is made so at first sight')]
      : []),
    '',
    ...barsOf(foreseen, paint),
    '',
    ...sayTransitions(foreseen.transitions, zone, paint),
    paint('dim', `${foreseen.transitions.length} transitions before ${sayLocal(zone, toMs)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** Of moments no transition tells of the end, and that of levels may lie beyond what is shown. */
function sayDates({ fromDay, untilDay }: Schedule): string[] {
  const begins = fromDay === null ? [] : [`begins on ${sayDay(fromDay)}`];
  const ends = untilDay === null ? [] : [`ends on ${sayDay(untilDay)} (the stop of its last night remains)`];
  const both = [...begins, ...ends];
  return both.length === 0 ? [] : [`it ${both.join(' and ')}`];
}

function barsOf(foreseen: Exclude<Foreseen, { fault: string }>, paint: Paint): string[] {
  const { schedule, zone, fromMs, toMs, wantedAtFrom } = foreseen;
  const wholeDays = Math.max(1, Math.round((toMs - fromMs) / dayMs));
  const days = Math.min(wholeDays, mostDays);
  const firstDay = Math.floor(wallOf(zone, fromMs) / dayMs);
  const end = startOfDay(zone, firstDay + days);
  const drawn = {
    zone,
    fromMs,
    wantedAtFrom,
    transitions: transitions(schedule, fromMs, end),
    kind: schedule.kind,
  };
  const left = wholeDays - days;
  return [
    ...renderDays(drawn, days, paint),
    paint('dim', `${legendOf(schedule.kind)}${left > 0 ? `   (${left} more days are not drawn)` : ''}`),
  ];
}

/** A line per transition: in the zone, what is wanted from then on, and in UTC. */
export function sayTransitions(shown: readonly Transition[], zone: string, paint: Paint): string[] {
  return shown.map(({ at, wanted }) => {
    const padding = ' '.repeat(4 - wanted.length);
    const note = wanted === 'none' ? '  it ends here: left as it is' : '';
    return `  ${sayLocal(zone, at)}  ${sayWant(wanted, paint)}${padding}  ${paint('dim', printInstant(at))}${note}`;
  });
}

/** `on`, `off` or `none`, in the colour of each. */
export function sayWant(wanted: Want, paint: Paint): string {
  return paint(wanted === 'on' ? 'green' : 'dim', wanted);
}
