// How marks lie in the table: partition `fleet`, sort key `m#<VM key>`, all of a mark in one short text.
// Short, because every tick reads them all: ten thousand fit into one page. One text, because then one comparison is exact.

import * as v from 'valibot';
import type { Mark } from '../core/schedule/mark.ts';
import type { MarkChange } from '../stores.ts';
import { numberAttribute, text, unreadable } from './attribute.ts';
import type { Item, Key, Update } from './expression.ts';

/** Marks and overrides share it, so that one query reads both. */
export const fleetPartition = 'fleet';

const prefix = 'm#';

export function isMarkItem(item: Item): boolean {
  return item.sk?.S?.startsWith(prefix) ?? false;
}

export function markKey(vm: string): Key {
  return { pk: fleetPartition, sk: `${prefix}${vm}` };
}

/** The one conditional write that a change is; `writer` tells a lost answer from another tick that wrote the very same mark. */
export function markUpdate({ key, from, to }: MarkChange, writer: string, expiresAt: number): Update {
  const set = { m: { S: textOf(to) }, w: { S: writer }, expiresAt: numberAttribute(expiresAt) };
  const update = { key: markKey(key), set };
  if (from === null) return { ...update, condition: 'attribute_not_exists(pk)' };
  return { ...update, condition: '#m = :from', values: { from: { S: textOf(from) } } };
}

/** As in `s off 1767636000000 0 - 0123456789abcd`; the schedule comes last, because it may be any text. */
function textOf({ kind, wanted, boundary, attempts, lastAttempt, schedule }: Mark): string {
  const letter = kind === 'settled' ? 's' : 'a';
  return `${letter} ${wanted} ${boundary} ${attempts} ${lastAttempt ?? '-'} ${schedule}`;
}

const number = v.pipe(v.string(), v.digits(), v.transform(Number), v.safeInteger());
const mark = v.tuple([
  v.picklist(['s', 'a']),
  v.picklist(['on', 'off', 'none']),
  number,
  number,
  v.union([v.literal('-'), number]),
  v.string(),
]);
const markItem = v.object({
  sk: v.pipe(
    text,
    v.transform((sk) => sk.slice(prefix.length)),
  ),
  m: v.pipe(text, v.transform(fieldsOf), mark),
  w: text,
});

// By hand, because `split` has no "the rest".
function fieldsOf(line: string): string[] {
  const fields = line.split(' ');
  return [...fields.slice(0, 5), fields.slice(5).join(' ')];
}

/** A mark as it is stored, with its VM's key and who wrote it last. */
export interface StoredMark {
  readonly vm: string;
  readonly mark: Mark;
  readonly writer: string;
}

/** Throws `aws` when the item is not a mark as this version writes them. */
export function readMarkItem(item: Item): StoredMark {
  const parsed = v.safeParse(markItem, item);
  if (!parsed.success) throw unreadable('a mark', parsed.issues);
  const [letter, wanted, boundary, attempts, last, schedule] = parsed.output.m;
  const kind = letter === 's' ? 'settled' : 'adopted';
  const lastAttempt = last === '-' ? null : last;
  return {
    vm: parsed.output.sk,
    mark: { kind, boundary, wanted, attempts, lastAttempt, schedule },
    writer: parsed.output.w,
  };
}
