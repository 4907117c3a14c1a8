// What is known of one VM's schedule, for a person, in the order in which a tick asks.
// Every instant in the schedule's zone and in UTC: a wrong zone is what most surprises come from.

import { printInstant } from '../../lib/core/schedule/civil.ts';
import type { Explanation } from '../../lib/run/schedule/explain.ts';
import type { Paint } from '../terminal.ts';
import { sayLocal } from './local-time.ts';
import { plain } from './plain.ts';
import { sayTransitions, sayWant } from './schedule.ts';

/** All that is known of when an override by tag began. */
const sinceTag = 'since its tag was written';

/** What `power explain` prints for a person; `defaultZone` is for a VM whose schedule has none. */
export function renderExplanation(
  explanation: Explanation,
  at: number,
  defaultZone: string,
  { paint }: { readonly paint: Paint },
): string {
  const { vm, schedule, wanted, boundary, override, mark, decision, next } = explanation;
  const zone = schedule?.zone ?? defaultZone;
  const say = (ms: number) => `${sayLocal(zone, ms)} (${printInstant(ms)})`;
  const since = boundary === null ? (override?.startMs === null ? `, ${sinceTag}` : '') : `, since ${say(boundary)}`;
  const lines = [
    paint('bold', `VM ${plain(vm.id)} ${plain(vm.name)} (${plain(`${vm.account}/${vm.project}`)})`),
    ...vm.faults.map((fault) => paint('yellow', `  ! ${plain(fault)}`)),
    row('power', `${vm.power} (the API says ${plain(vm.state) || 'nothing'})`),
    row('schedule', sayTag(explanation)),
    row('judged at', say(at)),
    row('wanted', `${sayWant(wanted, paint)}${since}`),
    row('override', sayOverride(override, say)),
    row('mark', sayMark(mark, say)),
    row('next tick', sayDecision(decision, paint)),
    '',
    sayHowMany(next.length, zone),
    ...sayTransitions(next, zone, paint),
  ];
  return `${lines.join('\n')}\n`;
}

function sayHowMany(count: number, zone: string): string {
  if (count === 0) return 'no transitions ahead';
  const zones = zone === 'UTC' ? 'in UTC' : `in ${zone} and in UTC`;
  return count === 1 ? `the next transition, ${zones}:` : `the next ${count} transitions, ${zones}:`;
}

function row(title: string, text: string): string {
  return `  ${title.padEnd(10)} ${text}`;
}

function sayTag({ scheduleTag, tagSource, schedule }: Explanation): string {
  if (scheduleTag === null) return 'none: it has no tag "schedule"';
  const from = tagSource === undefined || tagSource === null ? '' : `, from ${plain(tagSource)}`;
  const read = schedule === null ? 'cannot be read' : plain(schedule.text);
  const enforced = schedule?.isEnforced === true ? '; enforced' : '';
  return `${read} (the tag schedule=${plain(scheduleTag)}${from})${enforced}`;
}

function sayOverride(override: Explanation['override'], say: (ms: number) => string): string {
  if (override === null) return 'none';
  const { keep, startMs, endMs, by, reason } = override;
  const from = startMs === null ? sinceTag : `from ${say(startMs)}`;
  return `keep ${keep} ${from} until ${say(endMs)}, by ${plain(by)}: ${plain(reason)}`;
}

function sayMark(mark: Explanation['mark'], say: (ms: number) => string): string {
  if (mark === null) return 'none: no tick has seen it yet';
  const { kind, boundary, wanted, attempts, lastAttempt } = mark;
  const tries =
    attempts === 0 || lastAttempt === null ? '' : `; ${attempts} attempts in vain, the last at ${say(lastAttempt)}`;
  return `${kind}, wanted ${wanted} at the boundary ${say(boundary)}${tries}`;
}

function sayDecision({ action, reason }: Explanation['decision'], paint: Paint): string {
  return `${action === null ? 'nothing' : paint('cyan', action)}: ${plain(reason)}`;
}
