// The values that config fields are made of: durations, numbers, names, selectors, crons, time zones.
// Each is a valibot schema whose message says what is allowed.

import * as v from 'valibot';
import { durationHint, parseDuration } from '../core/duration.ts';
import { PowerError } from '../core/errors.ts';
import { parseDate } from '../core/schedule/civil.ts';
import { longestSelector, parseSelector } from '../core/selector.ts';
import { parseCron } from './cron-syntax.ts';
import { secretIdAllowed, secretIdPattern } from './environment.ts';
import { didYouMean, must, show } from './strict.ts';
import { apiUrlAllowed, parseApiUrl } from './url.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** A range of durations, in milliseconds and in words. */
interface DurationRange {
  readonly fromMs: number;
  readonly toMs: number;
  readonly words: string;
  /** The duration must be a multiple of it. */
  readonly unitMs?: number;
}

export const upTo15Minutes: DurationRange = {
  fromMs: 1,
  toMs: 15 * minute,
  words: 'more than nothing and at most 15m',
};
export const upToOneYear: DurationRange = { fromMs: minute, toMs: 366 * 24 * hour, words: 'from 1m to 366d' };
export const upToOneDay: DurationRange = { fromMs: 1, toMs: 24 * hour, words: 'more than nothing and at most 24h' };
/** What EventBridge Scheduler takes as MaximumEventAgeInSeconds. */
export const eventAge: DurationRange = {
  fromMs: minute,
  toMs: 24 * hour,
  words: 'whole seconds, from 60s to 24h',
  unitMs: second,
};

/** A duration as text, given as whole milliseconds. */
export function duration({ fromMs, toMs, words, unitMs = 1 }: DurationRange) {
  return v.pipe(
    v.string(must(`a duration, ${words} (${durationHint})`)),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const ms = parseDuration(dataset.value);
      if (ms === null) addIssue({ message: `${show(dataset.value)} is no duration: ${durationHint}` });
      else if (ms < fromMs || ms > toMs || ms % unitMs !== 0)
        addIssue({ message: `${show(dataset.value)} is out of range: it must be ${words}` });
      else return ms;
      return NEVER;
    }),
  );
}

export function wholeNumber(from: number, to: number) {
  return v.custom<number>(
    (value) => typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to,
    must(`a whole number from ${from} to ${to}`),
  );
}

export const share = v.custom<number>(
  (value) => typeof value === 'number' && value > 0 && value <= 1,
  must('a share above 0 and up to 1'),
);

export const flag = v.boolean(must('true or false'));

/** One of a few words, with a suggestion when it was mistyped. */
export function oneOf<const Words extends readonly string[]>(words: Words) {
  return v.picklist(words, (issue) => {
    const hint = typeof issue.input === 'string' ? didYouMean(issue.input, words) : '';
    return `${must(`one of ${words.join(', ')}`)(issue)}${hint}`;
  });
}

/** The name of an account that the config has. */
export function accountReference(accounts: readonly string[]) {
  return reference('account', accounts);
}

/** One of the names that the config gives to things of this kind. */
export function reference(kind: string, names: readonly string[]) {
  const isKnown = (value: unknown): value is string => typeof value === 'string' && names.includes(value);
  return v.custom<string>(isKnown, ({ input }) => {
    const hint = typeof input === 'string' ? didYouMean(input, names) : '';
    return `${show(input)} is no ${kind} of this config; it has ${names.join(', ') || 'none'}${hint}`;
  });
}

export const selector = v.pipe(
  v.string(must('a selector like "env=dev", or "*" for every VM')),
  v.check(
    (text) => text.length <= longestSelector,
    ({ input }) => `has ${input.length} characters; at most ${longestSelector} are read`,
  ),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed || dataset.value === '*') return;
    try {
      parseSelector(dataset.value);
    } catch (error) {
      if (!(error instanceof PowerError)) throw error;
      addIssue({ message: error.message });
    }
  }),
);

/** An EventBridge cron expression, evened out: six fields without `cron(…)`. */
export const cronExpression = v.pipe(
  v.string(must('a cron expression of six fields, like "0 19 ? * SUN-THU *"')),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const cron = parseCron(dataset.value);
    if (!('fault' in cron)) return cron.text;
    addIssue({ message: `${show(dataset.value)}: ${cron.fault}` });
    return NEVER;
  }),
);

/** A zone in the case that IANA writes it in: EventBridge is not known to be as lenient as Intl is. */
export const timezone = v.pipe(
  v.custom<string>(
    (value) => typeof value === 'string' && resolveTimezone(value) !== null,
    must('an IANA time zone like "Africa/Algiers", "Europe/Paris" or "UTC"'),
  ),
  // Another spelling only: an alias stays the alias that was written.
  v.transform((text) => {
    const resolved = resolveTimezone(text) ?? text;
    return resolved.toLowerCase() === text.toLowerCase() ? resolved : text;
  }),
);

/** What Intl calls the zone, or null. Offsets like `+01:00` are refused though Intl takes them: EventBridge does not. */
function resolveTimezone(text: string): string | null {
  if (!/^[A-Za-z]/.test(text)) return null;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The fault never shows the value: people paste tokens where the name of a secret belongs. */
export const secretId = v.custom<string>(
  (value) => typeof value === 'string' && secretIdPattern.test(value),
  ({ input }) => (input === undefined ? `is missing; it must be ${secretIdAllowed}` : `must be ${secretIdAllowed}`),
);

/** The address with no slash at its end. The fault never shows it: it may hold a password. */
export const apiUrl = v.pipe(
  v.string(must(apiUrlAllowed)),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const url = parseApiUrl(dataset.value);
    if (url !== null) return url;
    addIssue({ message: `must be ${apiUrlAllowed}` });
    return NEVER;
  }),
);

/** A date that exists, as `2026-11-01`. */
export const date = v.custom<string>(
  (value) => typeof value === 'string' && parseDate(value) !== null,
  must('a date like "2026-11-01"'),
);

export const email = v.pipe(
  v.string(must('an e-mail address')),
  v.regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, must('an e-mail address')),
);

/** A text that is not blank at its ends, and not too long. */
export function text(what: string) {
  const allowed = `${what}: 1 to 256 characters, no blanks at its ends`;
  return v.pipe(
    v.string(must(allowed)),
    v.check((value) => value.length >= 1 && value.length <= 256 && value.trim() === value, must(allowed)),
  );
}

/** A list without repeats, with at least one item. */
export function listOf<const Item extends v.GenericSchema>(what: string, item: Item) {
  return v.pipe(
    v.array(item, must(`a list of ${what}`)),
    v.minLength(1, `must have at least one of ${what}`),
    v.check((items) => new Set(items).size === items.length, `must not name one of ${what} twice`),
  );
}
