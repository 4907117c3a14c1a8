// A run request: what every trigger turns its event into, and the only thing a run is made from.
// Checked once here, so that cron, HTTP, webhook and terminal cannot differ in what they allow.

import * as v from 'valibot';
import { actions } from '../core/action.ts';
import { PowerError } from '../core/errors.ts';
import { longestSelector, parseSelector } from '../core/selector.ts';
import { issueWords } from './issue-words.ts';

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(256));

/** `id`, or `account/id` where two accounts have that id. */
const idText = v.pipe(
  v.string(),
  v.regex(
    /^(?:[A-Za-z0-9][\w.-]{0,63}\/)?[A-Za-z0-9][\w.-]{0,127}$/,
    'an id, or account/id, of letters, digits, "_", "." and "-"',
  ),
);

const selectorText = v.pipe(
  v.string(),
  v.maxLength(longestSelector, `at most ${longestSelector} characters`),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    try {
      parseSelector(dataset.value);
    } catch (error) {
      if (!(error instanceof PowerError)) throw error;
      addIssue({ message: error.message });
    }
  }),
);

/** One of the actions, refused in words that list them. */
export const actionSchema = v.picklist(actions, `must be one of ${actions.join(', ')}`);

/** A yes or no; never a text that only looks like one. */
export const flagSchema = v.boolean('must be true or false');

export const runRequestSchema = v.pipe(
  v.strictObject({
    action: actionSchema,
    /** A selector, or `*` for every VM. */
    select: v.optional(v.nullable(selectorText), null),
    ids: v.optional(v.nullable(v.pipe(v.array(idText), v.minLength(1), v.maxLength(10_000))), null),
    accounts: v.optional(v.nullable(v.pipe(v.array(name), v.minLength(1))), null),
    projects: v.optional(v.nullable(v.pipe(v.array(name), v.minLength(1))), null),
    dryRun: v.optional(flagSchema, false),
    allowDataLoss: v.optional(flagSchema, false),
    overrideGuard: v.optional(flagSchema, false),
    allowEmpty: v.optional(flagSchema, false),
  }),
  v.check(
    (request) => request.select !== null || request.ids !== null,
    'say which VMs: "select" (a selector, or "*" for every VM) or "ids"',
  ),
);

export type RunRequest = v.InferOutput<typeof runRequestSchema>;

/** What a tick asks of its run: to decide afresh, for that instant and these VMs, from the run's own list. */
const tickRequestSchema = v.strictObject({
  action: v.null(),
  select: v.null(),
  ids: v.pipe(v.array(idText), v.minLength(1), v.maxLength(100_000)),
  /** The tick's instant, in epoch milliseconds. */
  at: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  dryRun: v.optional(v.boolean(), false),
  overrideGuard: v.optional(v.boolean(), false),
});

export type TickRequest = v.InferOutput<typeof tickRequestSchema>;

/** The request of a recorded run: by action, or of a tick. Throws `request`. */
export function parseRecordedRequest(value: unknown): RunRequest | TickRequest {
  const isTick = typeof value === 'object' && value !== null && Reflect.get(value, 'action') === null;
  return isTick ? parse(tickRequestSchema, value) : parse(runRequestSchema, value);
}

/** The request a value stands for, with all defaults filled in. Throws `request`, with every fault and its path. */
export function parseRunRequest(value: unknown): RunRequest {
  return parse(runRequestSchema, value);
}

function parse<Schema extends v.GenericSchema>(schema: Schema, value: unknown): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const faults = parsed.issues.map((issue) => issueWords(issue, null));
  throw new PowerError('request', `the run request is not valid: ${faults.join('; ')}`, { faults });
}
