// The attributes of items that this project writes, and the check when they are read back.
// What cannot be read is a fault that names the place, never a default (rule 6).

import { gunzipSync, gzipSync } from 'node:zlib';
import * as v from 'valibot';
import { PowerError } from '../core/errors.ts';

/** A text attribute, read as its text. */
export const text = v.pipe(
  v.object({ S: v.string() }),
  v.transform(({ S }) => S),
);

/** A text attribute that holds JSON, read as its value. */
export const json = v.pipe(
  v.object({ S: v.pipe(v.string(), v.parseJson()) }),
  v.transform(({ S }) => S),
);

/** JSON as text or, where that is long, gzipped; read as its value. */
export const packedJson = v.union([
  json,
  v.pipe(
    v.object({ B: v.instance(Uint8Array) }),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      try {
        const value: unknown = JSON.parse(gunzipSync(dataset.value.B).toString());
        return value;
      } catch {
        addIssue({ message: 'neither gzip nor JSON' });
        return NEVER;
      }
    }),
  ),
]);

/** A number attribute, read as an integer. */
export const integer = v.pipe(
  v.object({ N: v.string() }),
  v.transform(({ N }) => Number(N)),
  v.safeInteger(),
);

/** A JSON value as a text attribute; what JSON has no word for becomes null. */
export function jsonAttribute(value: unknown): { S: string } {
  return { S: JSON.stringify(value) ?? 'null' };
}

// An item may have 400 KB, and each change of it costs by its size.
const longText = 50_000;

/** As `jsonAttribute`, and gzipped where it is long: what a person may read in the console is short. */
export function packedJsonAttribute(value: unknown): { S: string } | { B: Uint8Array } {
  const { S } = jsonAttribute(value);
  return S.length < longText ? { S } : { B: gzipSync(S) };
}

export function numberAttribute(value: number): { N: string } {
  return { N: String(value) };
}

/** The `aws` error for an item that is not as this version writes them. Paths only: what stands in it is not for messages. */
export function unreadable(what: string, issues: readonly v.BaseIssue<unknown>[]): PowerError {
  const paths = new Set(issues.map((issue) => v.getDotPath(issue) ?? 'item'));
  const where = [...paths].slice(0, 5).join(', ');
  return new PowerError(
    'aws',
    `the table holds ${what} that cannot be read (${where}): were they written by another version?`,
  );
}
