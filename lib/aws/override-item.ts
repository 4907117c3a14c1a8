// How overrides lie in the table: partition `fleet`, `o#<id>#` for the override, `o#<id>#<writer>#<part>` for what is too long for it.
// The ends are grouped, `[[end, [VM key, …]], …]`: mostly all VMs of an override end together.

import * as v from 'valibot';
import { lapseOf } from '../core/schedule/lapse.ts';
import type { KeptOverride } from '../stores.ts';
import { integer, json, jsonAttribute, numberAttribute, text, unreadable } from './attribute.ts';
import type { Item, Key } from './expression.ts';
import { fleetPartition } from './mark-item.ts';

// An item may have 400 KB.
const chunkBytes = 300_000;
// What an end adds to its group at most, and what stands around a VM key.
const endBytes = 24;
const keyBytes = 3;

/** With which all sort keys of one override begin, and of no other. */
export function overridePrefix(id: string): string {
  return `o#${encodeURIComponent(id)}#`;
}

export function overrideKey(id: string): Key {
  return { pk: fleetPartition, sk: overridePrefix(id) };
}

/** The override's own item, which names its writer, and the parts that have to be written before it. */
export function overrideItems(override: KeptOverride, writer: string): { readonly head: Item; readonly parts: Item[] } {
  const { id, keep, startMs, reason, by, cancelledMs } = override;
  const { pk, sk } = overrideKey(id);
  const [first = [], ...more] = chunksOf(override.ends).map(grouped);
  const expiresAt = Math.ceil(lapseOf(override) / 1000);
  const head = {
    pk: { S: pk },
    sk: { S: sk },
    id: { S: id },
    keep: { S: keep },
    startMs: numberAttribute(startMs),
    reason: { S: reason },
    by: { S: by },
    ...(cancelledMs === null ? {} : { cancelledMs: numberAttribute(cancelledMs) }),
    ends: jsonAttribute(first),
    parts: numberAttribute(more.length),
    writer: { S: writer },
    expiresAt: numberAttribute(expiresAt),
  };
  const parts = more.map((ends, part) => ({
    pk: { S: pk },
    sk: { S: `${sk}${writer}#${String(part).padStart(5, '0')}` },
    writer: { S: writer },
    ends: jsonAttribute(ends),
    // A month after the head: DynamoDB drops what lapsed in no order, and a head without its parts could not be read.
    expiresAt: numberAttribute(expiresAt + 30 * 86_400),
  }));
  return { head, parts };
}

type End = readonly [key: string, endMs: number];

function chunksOf(ends: KeptOverride['ends']): End[][] {
  const all: End[][] = [];
  let open: End[] = [];
  let bytes = chunkBytes;
  for (const [key, end] of Object.entries(ends)) {
    const size = Buffer.byteLength(JSON.stringify(key)) + keyBytes + endBytes;
    if (bytes + size > chunkBytes) {
      open = [];
      bytes = 0;
      all.push(open);
    }
    open.push([key, end]);
    bytes += size;
  }
  return all;
}

function grouped(ends: readonly End[]): [number, string[]][] {
  return [...Map.groupBy(ends, ([, end]) => end)].map(([end, entries]) => [end, entries.map(([key]) => key)]);
}

const ends = v.pipe(
  json,
  v.array(v.tuple([v.pipe(v.number(), v.safeInteger()), v.array(v.string())])),
  v.transform((groups) => groups.flatMap(([end, keys]) => keys.map((key): End => [key, end]))),
);
const headItem = v.object({
  id: text,
  keep: v.pipe(text, v.picklist(['on', 'off'])),
  startMs: integer,
  reason: text,
  by: text,
  cancelledMs: v.optional(integer),
  ends,
  parts: integer,
  writer: text,
});
const partItem = v.object({ writer: text, ends });

/** Of all items of any overrides, the overrides; parts that no override names were left by a writer that did not get to its end. */
export function readOverrideItems(items: readonly Item[]): StoredOverride[] {
  const [parts, heads] = [items.filter(isPart), items.filter((item) => !isPart(item))];
  const byWriter = Map.groupBy(
    parts.map((item) => parsed(partItem, item)),
    ({ writer }) => writer,
  );
  return heads.map((item) => {
    const { ends, parts, writer, cancelledMs = null, ...head } = parsed(headItem, item);
    const more = byWriter.get(writer) ?? [];
    if (more.length !== parts) throw unreadable('an override without all its VMs', []);
    const all = [...ends, ...more.flatMap((part) => part.ends)];
    return { override: { ...head, ends: Object.fromEntries(all), cancelledMs }, writer };
  });
}

/** An override as it is stored, with who wrote it. */
export interface StoredOverride {
  readonly override: KeptOverride;
  readonly writer: string;
}

// The sort key of a head ends where its parts' go on.
function isPart(item: Item): boolean {
  return !(item.sk?.S?.endsWith('#') ?? false);
}

function parsed<S extends v.GenericSchema>(schema: S, item: Item): v.InferOutput<S> {
  const result = v.safeParse(schema, item);
  if (!result.success) throw unreadable('an override', result.issues);
  return result.output;
}
