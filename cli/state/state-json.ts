// Marks and overrides as the JSON of a file, and the check when it is read back.
// People may look into the file and edit it: what cannot be understood is a fault that says where (rule 6).

import * as v from 'valibot';
import { PowerError } from '../../lib/core/errors.ts';
import type { FleetState } from '../../lib/ports.ts';

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
const stateJson = v.pipe(
  v.string(),
  v.parseJson(),
  v.strictObject({ version: v.literal(1), marks: v.record(v.string(), mark), overrides: v.array(override) }),
);

/** The state in the text of the file, empty where there is no file. Throws `aws`, saying what in the file cannot be read. */
export function readState(text: string | null, path: string): FleetState {
  if (text === null) return { marks: new Map(), overrides: [] };
  const parsed = v.safeParse(stateJson, text);
  if (!parsed.success) throw unreadable(path, parsed.issues[0]);
  const { marks, overrides } = parsed.output;
  return { marks: new Map(Object.entries(marks)), overrides };
}

export function writeState({ marks, overrides }: FleetState): string {
  return `${JSON.stringify({ version: 1, marks: Object.fromEntries(marks), overrides }, null, 2)}\n`;
}

function unreadable(path: string, issue: v.BaseIssue<unknown>): PowerError {
  const where = v.getDotPath(issue) ?? 'the whole file';
  const message = `${path} cannot be read (${where}): correct it, or delete it to begin anew`;
  return new PowerError('aws', message, { faults: [`${where}: ${issue.message}`] });
}
