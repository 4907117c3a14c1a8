// What is wrong with a named schedule, field by field, so that each fault has its path and all come at once.
// Its parts are read one by one first; only what is right in each part is read as a whole.

import { excerpt } from '../core/excerpt.ts';
import { compileCron } from '../core/schedule/cron-days.ts';
import { parseExpression } from '../core/schedule/expression.ts';
import { isFaulty } from '../core/schedule/fault.ts';
import { type Calendars, compileNamed, type ScheduleDefinition } from '../core/schedule/named.ts';
import { compilePeriod, type PeriodDefinition } from '../core/schedule/period.ts';
import { nameFault } from '../core/schedule/resolve.ts';
import { pathOf } from './path.ts';

/** Every fault of the schedule, with its path. */
export function scheduleFaults(name: string, definition: ScheduleDefinition, calendars: Calendars): readonly string[] {
  const path = pathOf(['schedules', name]);
  const misnamed = nameFault(name);
  const faults = [...(misnamed === null ? [] : [`${path}: ${misnamed}`]), ...partFaults(name, definition)];
  if (faults.length > 0) return faults;
  const compiled = compileNamed(name, definition, calendars);
  return isFaulty(compiled) ? [`${path}: ${withoutName(compiled.fault, name)}`] : [];
}

function partFaults(name: string, { on, cron, timezone }: ScheduleDefinition): readonly string[] {
  const parts = [
    ...itemsOf(on).map(({ keys, item }) => ({ keys: ['on', ...keys], read: readItem(item, timezone) })),
    ...(cron?.start === undefined ? [] : [{ keys: ['cron', 'start'], read: compileCron(cron.start) }]),
    ...(cron?.stop === undefined ? [] : [{ keys: ['cron', 'stop'], read: compileCron(cron.stop) }]),
  ];
  return parts.flatMap(({ keys, read }) =>
    isFaulty(read) ? [`${pathOf(['schedules', name, ...keys])}: ${read.fault}`] : [],
  );
}

type OnItem = string | PeriodDefinition;

function itemsOf(on: ScheduleDefinition['on']): readonly { readonly keys: readonly number[]; readonly item: OnItem }[] {
  if (on === undefined) return [];
  if (typeof on === 'object' && Symbol.iterator in on) return on.map((item, index) => ({ keys: [index], item }));
  return [{ keys: [], item: on }];
}

function readItem(item: OnItem, zone: string): object {
  return typeof item === 'string' ? parseExpression(item, { zone }) : compilePeriod(item);
}

/** The path says the name already. */
function withoutName(fault: string, name: string): string {
  const prefix = `schedule ${excerpt(name)}: `;
  return fault.startsWith(prefix) ? fault.slice(prefix.length) : fault;
}
