// Lists, ranges and steps of a period's field: `1,15`, `28-3`, `1/10`, `Mon-Fri/2`.
// The values form a circle, so ranges wrap; a step of any size ends, because the values are counted before they are stepped through.

import { excerpt } from '../excerpt.ts';
import { Fault } from './fault.ts';

/** What a field may hold; `named` reads a single value, null for what is none. */
export interface FieldKind {
  readonly name: string;
  readonly last: number;
  readonly named: (text: string) => number | null;
  /** How it is written, for messages. */
  readonly hint: string;
}

const most = 500;

/** The parts of a field between its commas, without blanks. Throws a fault for an empty one. */
export function partsOf(kind: Pick<FieldKind, 'name' | 'hint'>, text: string): readonly string[] {
  if (text.length > most) throw new Fault(`${kind.name}: it has ${text.length} characters; at most ${most} are read`);
  const parts = text.split(',').map((part) => part.trim());
  if (parts.includes('')) throw new Fault(`${kind.name} ${excerpt(text)}: a value is missing; ${kind.hint}`);
  return parts;
}

/** The values of one part: `a`, `a-b`, `a/n` (from a to the last), `a-b/n`. Throws a fault. */
export function readPart(kind: FieldKind, part: string): readonly number[] {
  const [span = '', step, ...more] = part.split('/');
  const [from = '', to, ...others] = span.split('-');
  if (more.length > 0 || others.length > 0) throw notUnderstood(kind, part);
  const first = readValue(kind, from);
  const final = to === undefined ? (step === undefined ? first : kind.last) : readValue(kind, to);
  const stride = step === undefined ? 1 : readStep(kind, part, step);
  const count = ((final - first + kind.last) % kind.last) + 1;
  const values = Array.from({ length: count }, (_, index) => ((first - 1 + index) % kind.last) + 1);
  return values.filter((_, index) => index % stride === 0);
}

function readStep(kind: FieldKind, part: string, text: string): number {
  const step = /^\s*\d+\s*$/.test(text) ? Number(text) : 0;
  if (step === 0) throw new Fault(`${kind.name} ${excerpt(part)}: a step is a whole number from 1 up, like 1/10`);
  return step;
}

function readValue(kind: FieldKind, text: string): number {
  const value = kind.named(text.trim());
  if (value === null || value < 1 || value > kind.last) throw notUnderstood(kind, text.trim());
  return value;
}

/** The fault for what is no value of the field. */
export function notUnderstood(kind: FieldKind, text: string): Fault {
  return new Fault(`${kind.name} ${excerpt(text)} is not understood; ${kind.hint}`);
}
