// Marks, overrides and leases as the JSON of a file, and the check when it is read back.
// People may look into the file and edit it: what cannot be understood is a fault that says where (rule 6).

import * as v from 'valibot';
import { PowerError } from '../../lib/core/errors.ts';
import type { FleetState } from '../../lib/stores.ts';
import type { Lease } from './leases.ts';

/** All that a file remembers. */
export interface Remembered extends FleetState {
  readonly leases: ReadonlyMap<string, Lease>;
}

const integer = v.pipe(v.number(), v.safeInteger());
const mark = v.strictObject({
  kind: v.picklist(['settled', 'adopted']),
  boundary: integer,
  wanted: v.picklist(['on', 'off', 'none']),
  attempts: integer,
  lastAttempt: v.nullable(integer),
  schedule: v.string(),
});
const override = v.strictObject({
  id: v.string(),
  keep: v.picklist(['on', 'off']),
  startMs: integer,
  reason: v.string(),
  by: v.string(),
  ends: v.record(v.string(), integer),
  cancelledMs: v.nullable(integer),
});
const lease = v.strictObject({ run: v.string(), requestedAt: integer, untilMs: integer });
const stateJson = v.pipe(
  v.string(),
  v.parseJson(),
  v.strictObject({
    version: v.literal(1),
    marks: v.record(v.string(), mark),
    overrides: v.array(override),
    // Files were written without leases once.
    leases: v.optional(v.record(v.string(), lease), {}),
  }),
);

/** What the text of the file remembers, nothing where there is no file. Throws `aws`, saying what in the file cannot be read. */
export function readState(text: string | null, path: string): Remembered {
  if (text === null) return { marks: new Map(), overrides: [], leases: new Map() };
  const parsed = v.safeParse(stateJson, text);
  if (!parsed.success) throw unreadable(path, parsed.issues[0]);
  const { marks, overrides, leases } = parsed.output;
  return { marks: new Map(Object.entries(marks)), overrides, leases: new Map(Object.entries(leases)) };
}

export function writeState({ marks, overrides, leases }: Remembered): string {
  const plain = { version: 1, marks: Object.fromEntries(marks), overrides, leases: Object.fromEntries(leases) };
  return `${JSON.stringify(plain, null, 2)}\n`;
}

function unreadable(path: string, issue: v.BaseIssue<unknown>): PowerError {
  const where = v.getDotPath(issue) ?? 'the whole file';
  const message = `${path} cannot be read (${where}): correct it, or delete it to begin anew`;
  return new PowerError('aws', message, { faults: [`${where}: ${issue.message}`] });
}
