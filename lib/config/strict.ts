// Strict objects and named records for valibot that report every unknown key, not only the first, and no inherited one.
// Messages say what is wrong and what is allowed, because "every fault at once" is only useful when each can be mended at once.

import * as v from 'valibot';

/** Keys that could reach a prototype; valibot drops them silently, we call them faults. */
const reservedKeys = ['__proto__', 'prototype', 'constructor'];

type PlainObject = Readonly<Record<string, unknown>>;

/** Whether the value is an object as JSON knows it: no list, no date, no module. */
export function isPlainObject(value: unknown): value is PlainObject {
  return Object.prototype.toString.call(value) === '[object Object]';
}

/** The value as a fault message shows it: short, and never the inside of an object. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value);
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (isPlainObject(value)) return 'an object';
  return `a ${Object.prototype.toString.call(value).slice(8, -1)}`;
}

/** A valibot message: what the value must be, and what it is instead. */
export function must(allowed: string): (issue: { readonly input: unknown }) => string {
  return ({ input }) =>
    input === undefined ? `is missing; it must be ${allowed}` : `must be ${allowed}, not ${show(input)}`;
}

/** ` (did you mean "x"?)` when a candidate is close to the text, or nothing. */
export function didYouMean(text: string, candidates: readonly string[]): string {
  const reach = text.length > 4 ? 2 : 1;
  const near = candidates
    .map((candidate) => ({ candidate, distance: distanceBetween(text.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= reach)
    .sort((a, b) => a.distance - b.distance)[0];
  return near === undefined ? '' : ` (did you mean "${near.candidate}"?)`;
}

/** Levenshtein's edit distance, for short texts; long ones are far from everything. */
function distanceBetween(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return Number.POSITIVE_INFINITY;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

type AddFault = (key: string, message: string) => void;

/** Reads the input as it came, so that it speaks even when other fields are at fault. */
type RawCheck = (input: PlainObject, addFault: AddFault) => void;

/**
 * An object with exactly these fields. A missing field is given to its own schema as `undefined`, so that its message says what is
 * allowed, unless that is `exactOptional`: then it stays missing. `cross` adds faults that concern several fields.
 */
export function strict<const Entries extends v.ObjectEntries>(
  entries: Entries,
  cross: RawCheck = () => {},
): v.GenericSchema<unknown, v.InferOutput<v.ObjectSchema<Entries, undefined>>> {
  const known = Object.keys(entries);
  const mayBeMissing = (key: string) => entries[key]?.type === 'exact_optional';
  return v.lazy((input) => {
    if (!isPlainObject(input)) return notAnObject;
    const given = (key: string) => (Object.hasOwn(input, key) ? input[key] : undefined);
    const present = known.filter((key) => !mayBeMissing(key) || given(key) !== undefined);
    return v.pipe(
      v.unknown(),
      v.transform(() => Object.fromEntries(present.map((key) => [key, given(key)]))),
      v.object(entries),
      checkRaw(input, (addFault) => {
        for (const key of Object.keys(input).filter((name) => !known.includes(name))) {
          addFault(key, `is unknown${didYouMean(key, known)}; allowed are ${known.join(', ')}`);
        }
        cross(input, addFault);
      }),
    );
  });
}

/** An object whose keys are names of the user's choice. `allowed` says which, in words. */
export function named<const Value extends v.GenericSchema>(
  pattern: RegExp,
  allowed: string,
  value: Value,
  cross: RawCheck = () => {},
): v.GenericSchema<unknown, Record<string, v.InferOutput<Value>>> {
  return v.lazy((input) => {
    if (!isPlainObject(input)) return notAnObject;
    return v.pipe(
      v.record(v.string(), value),
      checkRaw(input, (addFault) => {
        for (const key of Object.keys(input)) {
          if (reservedKeys.includes(key) || !pattern.test(key))
            addFault(key, `has an impossible name; allowed are ${allowed}`);
        }
        cross(input, addFault);
      }),
    );
  });
}

const notAnObject = v.custom<never>(() => false, must('an object'));

/** Like valibot's rawCheck, with the input as it came instead of what the schema made of it. */
function checkRaw<Value>(input: PlainObject, check: (addFault: AddFault) => void): v.RawCheckAction<Value> {
  return v.rawCheck<Value>(({ addIssue }) =>
    check((key, message) =>
      addIssue({ message, path: [{ type: 'object', origin: 'value', input: { ...input }, key, value: input[key] }] }),
    ),
  );
}
