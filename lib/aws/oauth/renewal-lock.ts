// Who may renew a secret's token at this moment, and how far the last renewal came: one item per secret in the table.
// It lapses by itself, so a crash locks nobody out; what it tells of a renewal names versions, never what they hold.

import * as v from 'valibot';
import type { Clock } from '../../ports.ts';
import { integer, numberAttribute, text, unreadable } from '../attribute.ts';
import { DynamoTable, type DynamoTableOptions } from '../dynamo.ts';
import type { Item, Key } from '../expression.ts';

/** A renewal as it was announced right before its refresh token was sent: whether it came to its end is seen by `to`. */
export interface Renewal {
  /** The version that was current then. */
  readonly base: string;
  /** The version whose tokens are renewed: `base`, or one that a rotation has stored and not made current yet. */
  readonly from: string;
  /** The version that takes what is issued. */
  readonly to: string;
  /** Epoch ms. */
  readonly at: number;
  /** The token server refused the refresh token of `from`. */
  readonly isRefused: boolean;
}

/** One secret's lock, while it is held. Every method throws `aws`; false when somebody else has it by now. */
export interface HeldLock {
  /** Notes the renewal, and holds the lock for another while. */
  note(renewal: Renewal): Promise<boolean>;
  /** Holds the lock for another while. */
  extend(): Promise<boolean>;
  release(): Promise<boolean>;
}

export interface RenewalLock {
  /** Null while somebody else holds it. Throws `aws`. */
  take(arn: string): Promise<HeldLock | null>;
  /** The last renewal that was noted; null when there is none. Throws `aws`. */
  last(arn: string): Promise<Renewal | null>;
}

/** For how long a crash locks everybody out: shorter than the minute in which servers still take a refresh token twice. */
export const lockMs = 20_000;
/** A note must outlast the version it tells of: 90 days. */
const noteSeconds = 90 * 86_400;
const doing = 'lock the renewal of a token';

/** Locks in the deployment's table (partition key `pk`, sort key `sk`, TTL attribute `expiresAt`). `newOwner` gives a name never given before. */
export function dynamoRenewalLock(
  options: DynamoTableOptions,
  newOwner: () => string = () => crypto.randomUUID(),
): RenewalLock {
  const table = new DynamoTable(options);
  const { clock } = options;
  return {
    take: async (arn) => {
      const owner = newOwner();
      const set = { owner: { S: owner }, ...holding(clock) };
      const isFree = 'attribute_not_exists(pk) OR #until <= :now OR #owner = :owner';
      const values = { now: numberAttribute(clock.now()) };
      const taken = await table.update({ key: keyOf(arn), set, condition: isFree, values }, doing);
      return taken === null ? null : held(table, clock, arn, owner);
    },
    last: async (arn) => readNote(await table.get(keyOf(arn), 'read how the last renewal of a token went')),
  };
}

function held(table: DynamoTable, clock: Clock, arn: string, owner: string): HeldLock {
  const write = async (set: Item) => {
    const values = { owner: { S: owner } };
    const update = { key: keyOf(arn), set, condition: '#owner = :owner', names: ['owner'], values };
    return (await table.update(update, doing)) !== null;
  };
  return {
    note: ({ base, from, to, at, isRefused }) =>
      write({
        base: { S: base },
        from: { S: from },
        to: { S: to },
        at: numberAttribute(at),
        refused: { S: isRefused ? 'yes' : 'no' },
        ...holding(clock),
      }),
    extend: () => write(holding(clock)),
    release: () => write({ until: numberAttribute(0) }),
  };
}

function holding(clock: Clock): Item {
  const until = clock.now() + lockMs;
  return { until: numberAttribute(until), expiresAt: numberAttribute(Math.ceil(until / 1000) + noteSeconds) };
}

function keyOf(arn: string): Key {
  return { pk: 'renewal', sk: arn };
}

const note = v.object({ base: text, from: text, to: text, at: integer, refused: text });

function readNote(item: Item | null): Renewal | null {
  // Taken, and nothing noted yet.
  if (item === null || item.from === undefined) return null;
  const parsed = v.safeParse(note, item);
  if (!parsed.success) throw unreadable('a renewal', parsed.issues);
  const { refused, ...rest } = parsed.output;
  return { ...rest, isRefused: refused === 'yes' };
}
