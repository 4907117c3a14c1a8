// Names and hashes that repeat when the trigger repeats, so that a repeated delivery finds the run it already started.
// Only what the trigger vouches for goes in: anything a stranger could change would let one event become many runs.

import { createHash, randomBytes } from 'node:crypto';

// A name is 1-64 of [A-Za-z0-9_-]: the trigger, a dash, and 128 bits as 32 hex digits.
const hashLength = 32;
const triggerLength = 64 - 1 - hashLength;

/**
 * `<trigger>-<hash>`: the same for the same trigger and parts, in the same order, and for no others.
 *
 * @example runName('cron', ['dev-down', '2026-01-05T18:00:00Z']) // 'cron-' and 32 hex digits
 */
export function runName(trigger: string, vouched: readonly string[]): string {
  // JSON quotes every part, so that ['ab', 'c'] and ['a', 'bc'] differ.
  return `${slug(trigger)}-${sha256(JSON.stringify([trigger, ...vouched])).slice(0, hashLength)}`;
}

/** A name that never repeats, for a call without a key of its own. */
export function randomRunName(trigger: string): string {
  return `${slug(trigger)}-${randomBytes(hashLength / 2).toString('hex')}`;
}

/** SHA-256 of a JSON value, in hex, whatever the order of its keys. */
export function requestHash(value: unknown): string {
  return sha256(JSON.stringify(value, sortKeys) ?? '');
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function slug(trigger: string): string {
  return trigger.replaceAll(/[^A-Za-z0-9_-]/g, '-').slice(0, triggerLength) || 'run';
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
