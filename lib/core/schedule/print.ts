// An expression in its canonical form, which reads back to the same.
// Shown wherever a person has to see what was understood.

import { printInstant, printMinute } from './civil.ts';
import type { Expression, Item } from './item.ts';
import { printWeekdays } from './weekdays.ts';

/** The canonical text: `parseExpression(printExpression(x), any context)` is x again, where x names its zone. */
export function printExpression({ items, zone }: Expression): string {
  const texts = items.map((item) => printItem(item, zone));
  return zone === null ? texts.join('; ') : `${texts.join('; ')} ${zone}`;
}

function printItem(item: Item, zone: string | null): string {
  if (item.kind === 'always') return `always ${item.wanted}`;
  if (item.kind === 'span') return `${printInstant(item.fromMs)}/${printInstant(item.toMs)}`;
  const days = item.days === null ? '' : `${printWeekdays(item.days)} `;
  const own = item.zone === zone ? '' : ` ${item.zone}`;
  return `${days}${printTimes(item)}${own}`;
}

function printTimes(item: Extract<Item, { kind: 'window' | 'moment' }>): string {
  if (item.kind === 'window') return `${printMinute(item.fromMinute)}-${printMinute(item.toMinute)}`;
  return item.wanted === 'on' ? `${printMinute(item.minute)}-` : `-${printMinute(item.minute)}`;
}
