// A request's body, from bytes to a checked value: size, content type, encoding, JSON, schema, in this order.
// Each step has its own status, so that a caller knows which of them to mend.

import * as v from 'valibot';
import { parseStrictJson } from '../core/strict-json.ts';
import { type Fault, RequestProblem } from './problem.ts';
import type { HttpRequest } from './request.ts';

/** The largest body the API reads, in bytes. */
export const maxBodyBytes = 64 * 1024;

const jsonType = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

/** The JSON value of the body. Throws problems 413, 415 (an absent content type is fine) and 400. */
export function readJsonBody(request: HttpRequest): unknown {
  refuseLargeBody(request, maxBodyBytes);
  const type = request.headers.get('content-type') ?? '';
  if (type !== '' && !jsonType.test(type)) {
    throw new RequestProblem('media-type', 'send the body as JSON, with "Content-Type: application/json"');
  }
  return parseJsonBytes(request.body);
}

/** Throws problem 413 when the body has more than `limit` bytes. */
export function refuseLargeBody(request: HttpRequest, limit: number): void {
  if (request.body.byteLength <= limit) return;
  throw new RequestProblem('too-large', `the body has ${request.body.byteLength} bytes; at most ${limit} are read`);
}

/** The JSON value of UTF-8 bytes. Throws problem 400. */
export function parseJsonBytes(bytes: Uint8Array): unknown {
  const text = decodeUtf8(bytes);
  const parsed = text === null ? { fault: 'the body is not UTF-8' } : parseStrictJson(text);
  if ('fault' in parsed) throw new RequestProblem('request', parsed.fault, { faults: [{ message: parsed.fault }] });
  return parsed.value;
}

/** The text of UTF-8 bytes, byte for byte; null when they are none, so that no two bodies read alike. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

interface ObjectSchema extends v.GenericSchema {
  readonly entries: Readonly<Record<string, unknown>>;
}

/** The value as the schema has it. Throws problem 400 with every fault. */
export function checkBody<S extends ObjectSchema>(schema: S, value: unknown): v.InferOutput<S> {
  if (!isObject(value)) throw invalid([{ message: 'the body must be a JSON object' }]);
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const faults = parsed.issues.filter((issue) => !isUnknownKey(issue)).map(toFault);
  throw invalid(schema.type === 'strict_object' ? [...faults, ...unknownKeys(schema, value)] : faults);
}

/** Problem 400 over these faults. */
export function invalid(faults: readonly Fault[]): RequestProblem {
  const words = faults.map(({ path, message }) => (path === undefined ? message : `${path}: ${message}`));
  return new RequestProblem('request', words.join('; '), { faults });
}

function toFault(issue: v.BaseIssue<unknown>): Fault {
  const path = v.getDotPath(issue);
  return path === null ? { message: issue.message } : { path, message: issue.message };
}

function isUnknownKey(issue: v.BaseIssue<unknown>): boolean {
  return issue.type === 'strict_object' && issue.expected === 'never';
}

// valibot's strictObject stops at the first unknown key; a caller wants to hear of all of them.
function unknownKeys(schema: ObjectSchema, value: object): Fault[] {
  const known = Object.keys(schema.entries);
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((path) => ({ path, message: `unknown; allowed are ${known.join(', ')}` }));
}

// To valibot an array is an object too.
function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
