// The inline language: what people write on a VM to say when it should be up.
// Whatever is not exactly right is a fault with a place and a proposal; nothing is ever guessed (rule 6).
//
//   expression = item { ( "," | ";" ) item } [ zone ]      the zone that ends it is that of all items without one
//   item       = [ days ] from "-" to [ zone ]             on from … to …; overnight where it ends before it begins
//              | [ days ] from "-" [ zone ]                only ever starts
//              | [ days ] "-" to [ zone ]                  only ever stops
//              | instant ( "/" | "-" ) instant             with Z or an offset
//              | "always on" | "always off"                alone
//   days       = day [ "-" day ] { "," day [ "-" day ] }   Mon or Monday; ranges wrap

import { excerpt } from '../excerpt.ts';
import { Cursor } from './cursor.ts';
import { Fault, type Faulty, reading } from './fault.ts';
import type { Expression, Item } from './item.ts';
import { type RawItem, readItem } from './read-item.ts';
import { checkTogether } from './together.ts';

export type { Expression } from './item.ts';
export { printExpression } from './print.ts';

const longest = 2000;
const bareWords = new Set([
  'always',
  'never',
  'no',
  'off',
  'false',
  'none',
  'yes',
  'on',
  'true',
  'disabled',
  'enabled',
  'disable',
  'enable',
  '0',
  '1',
]);

/**
 * What the text says, or what is wrong with it, where, and what would be right. Never throws; linear in the text, which may
 * have 2,000 characters. `context.zone` is the zone of items that name none, null where there is no default.
 * @example parseExpression('Mon-Fri 07:30-20:30 Europe/Berlin; Sat 10:00-14:00', { zone: 'UTC' })
 */
export function parseExpression(
  text: string,
  context: { readonly zone: string | null },
): { readonly schedule: Expression } | Faulty {
  return reading(() => ({ schedule: read(text, context.zone) }));
}

function read(text: string, defaultZone: string | null): Expression {
  if (text.length > longest) throw new Fault(`it has ${text.length} characters; at most ${longest} are read`);
  checkBare(text);
  const cursor = new Cursor(text);
  const raw = readItems(cursor);
  const zone = raw.at(-1)?.zone ?? defaultZone;
  const isOnly = raw.length === 1;
  for (const item of raw) {
    if (item.kind === 'always' && !isOnly)
      throw cursor.fault(`"always ${item.wanted}" stands alone, or the other items would mean nothing`, item.at);
    const isLast = item === raw.at(-1);
    if ((item.kind === 'always' || item.kind === 'span') && item.zone !== null && !isLast)
      throw cursor.fault('a span between instants has no zone of its own; leave it out', item.at);
  }
  const items = raw.map((item) => placed(item, zone, defaultZone, cursor));
  checkTogether(items);
  return { items, zone };
}

function checkBare(text: string): void {
  const word = text.trim().toLowerCase();
  if (word === '') throw new Fault('it is empty; write when the VM should be on, like Mon-Fri 08:00-18:00');
  if (!bareWords.has(word)) return;
  throw new Fault(
    `${excerpt(text.trim())} could mean either; write "always on" to keep the VM on, or "always off" to keep it off`,
  );
}

function readItems(cursor: Cursor): readonly RawItem[] {
  const items = [readItem(cursor)];
  while (cursor.peek() !== '') {
    if (cursor.take(/[,;]/y) === null)
      throw cursor.fault(`${cursor.rest()} is not expected here; items are parted by "," or ";"`);
    items.push(readItem(cursor));
  }
  return items;
}

function placed(raw: RawItem, ending: string | null, defaultZone: string | null, cursor: Cursor): Item {
  if (raw.kind === 'always') return { kind: 'always', wanted: raw.wanted };
  if (raw.kind === 'span') return { kind: 'span', fromMs: raw.fromMs, toMs: raw.toMs };
  const zone = raw.zone ?? ending ?? defaultZone;
  if (zone === null) throw cursor.fault('no time zone is named; end with one, like Europe/Paris', cursor.text.length);
  const { at: _, ...item } = raw;
  return { ...item, zone };
}
