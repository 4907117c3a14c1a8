// What of a log line's fields may be printed: plain values, our own errors' allow-listed fields, nothing under a secret's name.
// The logger underneath would print every property of whatever it is given, an HTTP client's error with its headers included.

import { describeError, kindOf } from '../core/describe-error.ts';
import { PowerError } from '../core/errors.ts';
import { withoutSteering } from '../core/terminal-safe-json.ts';
import type { LogFields } from '../ports.ts';

const secretName =
  /authori[sz]ation|token|secret|passw|passphrase|cookie|credential|api[-_]?key|private[-_]?key|signature/i;
// Keys the log line itself uses; a field of that name would be dropped by the logger, with a warning each time.
const lineKeys = ['level', 'message', 'timestamp', 'service', 'sampling_rate'];
const maxDepth = 8;

/** The fields as plain JSON values, fit to print at every level. Never throws. */
export function printableFields(fields: LogFields = {}): Record<string, unknown> {
  const printable: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (secretName.test(key)) continue;
    const isError = key === 'error' && !(value instanceof Error);
    printable[lineKeys.includes(key) ? `${key}_` : key] = isError
      ? printableError(value)
      : printableValue(value, maxDepth);
  }
  return printable;
}

/**
 * The text without what stands behind the word Bearer (the last net, should a token ever get into a message), and with nothing in
 * it that could steer the terminal that the log is read in.
 */
export function printableText(text: string): string {
  return withoutSteering(text).replaceAll(/\bBearer\s+[^\s"',;]+/gi, 'Bearer [removed]');
}

function printableValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return printableText(value);
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Error) return printableError(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '[Invalid Date]' : value.toISOString();
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  if (typeof value !== 'object' || value === null) return value;
  // Depth ends cycles too.
  if (depth === 0) return '[too deep]';
  if (Array.isArray(value)) return value.map((item) => printableValue(item, depth - 1));
  return isPlain(value) ? printableObject(value, depth - 1) : '[object]';
}

function printableObject(value: object, depth: number): Record<string, unknown> {
  const kept = Object.entries(value).filter(([key]) => !secretName.test(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, printableValue(inner, depth)]));
}

// Instances (requests, responses, headers, clients) are never opened: nobody knows what they hold.
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function printableError(error: unknown): Record<string, unknown> {
  const { code, message, faults } = describeError(error);
  const described = { name: kindOf(error), code, message: printableText(message) };
  if (faults !== undefined) return { ...described, faults: faults.map(printableText) };
  const at = error instanceof PowerError ? undefined : placeOf(error);
  return at === undefined ? described : { ...described, at };
}

/** Where a foreign error arose, `file:line:column`: a place in code, read from behind the message, which may quote anything. */
function placeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || typeof error.stack !== 'string' || typeof error.message !== 'string')
    return undefined;
  const behindMessage = error.stack.lastIndexOf(error.message) + error.message.length;
  return /^ {4}at (?:.*[\s/\\(])?([\w.-]+:\d+:\d+)\)?$/m.exec(error.stack.slice(behindMessage))?.[1];
}
