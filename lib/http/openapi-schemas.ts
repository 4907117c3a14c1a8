// The OpenAPI document's schemas: what the API reads and what it answers.
// Written by hand for people to read; test/http/openapi.test.ts holds them to the code's own schemas and tables.

import { actions } from '../core/action.ts';
import { results } from '../core/outcome.ts';
import { powers } from '../core/vm.ts';
import { endings } from '../run/ending.ts';
import { account, count, flag, ids, instant, listOf, nullable, objectOf, select, text } from './openapi-parts.ts';
import { scheduleSchemas } from './openapi-schedule-schemas.ts';

const names = { type: ['array', 'null'], minItems: 1, items: { type: 'string', minLength: 1, maxLength: 256 } };

const counts = { type: 'object', propertyNames: { enum: results }, additionalProperties: count };
const progress = { oneOf: [{ type: 'null' }, { $ref: '#/components/schemas/Progress' }] };
const next = nullable({ ...text, description: 'The path of the next page; null when there is none yet.' });
const runStatuses = ['recorded', 'running', 'ended', 'lost'];

export const schemas = {
  RunRequest: {
    type: 'object',
    additionalProperties: false,
    required: ['action'],
    anyOf: [{ required: ['select'] }, { required: ['ids'] }],
    properties: {
      action: { enum: actions },
      select,
      ids,
      accounts: { ...names, description: 'Only these accounts; all when left out.' },
      projects: { ...names, description: 'Only these projects; all when left out.' },
      dryRun: { ...flag, description: 'Answer with the plan, launch nothing.' },
      allowDataLoss: { ...flag, description: 'Must be true for `power_off` and `reset`.' },
      overrideGuard: { ...flag, description: 'Act on more VMs than the guard allows.' },
      allowEmpty: { ...flag, description: 'That nothing matches is not trouble.' },
    },
  },
  VmAction: {
    type: 'object',
    additionalProperties: false,
    required: ['type'],
    properties: {
      type: { enum: actions },
      allowDataLoss: { ...flag, description: 'Must be true for `power_off` and `reset`.' },
    },
  },
  Run: objectOf({
    name: { ...text, pattern: '^[A-Za-z0-9_-]{1,64}$' },
    trigger: text,
    status: {
      enum: runStatuses,
      description: '`lost`: it was running past its deadline, and nobody knows its end.',
    },
    request: { type: 'object', description: 'The request, with all defaults filled in.' },
    recordedAt: instant,
    startedAt: nullable(instant),
    endedAt: nullable(instant),
    deadline: nullable(instant),
    cancelRequestedAt: nullable({ ...instant, description: 'Set once it is cancelled.' }),
    cancelRequestedBy: nullable({ ...text, description: 'Who cancelled it: over HTTP, the ARN that IAM vouches for.' }),
    progress,
  }),
  RunLine: objectOf({
    name: { ...text, pattern: '^[A-Za-z0-9_-]{1,64}$' },
    trigger: text,
    status: { enum: runStatuses },
    action: { enum: [...actions, null], description: "Null for a tick's run." },
    select: nullable({ ...text, description: 'Null when its VMs were named by id.' }),
    recordedAt: instant,
    startedAt: nullable(instant),
    endedAt: nullable(instant),
    cancelRequestedAt: nullable(instant),
    progress,
    ending: { enum: [...endings, null], description: 'How it ended, in a word; null while it has not.' },
    counts: nullable(counts),
  }),
  Runs: objectOf({ runs: listOf({ $ref: '#/components/schemas/RunLine' }), next }),
  Progress: objectOf({
    selected: count,
    sent: count,
    settled: count,
    tiers: listOf({ $ref: '#/components/schemas/Tier' }),
  }),
  Tier: objectOf({
    direction: { enum: ['up', 'down'] },
    tier: { type: 'number' },
    state: { enum: ['waiting', 'sending', 'settling', 'settled', 'skipped'] },
    planned: { ...count, description: 'How many of its VMs are to be sent to.' },
    sent: count,
    settled: count,
    open: { ...count, description: 'Sent to, and not settled yet.' },
    waitingFor: nullable({ ...text, description: 'For a person.' }),
  }),
  Launched: objectOf({ run: { $ref: '#/components/schemas/Run' } }),
  RunDetails: objectOf({
    run: { $ref: '#/components/schemas/Run' },
    counts: nullable({ ...counts, description: 'Of all outcomes known so far, on whatever page they are.' }),
    outcomes: {
      ...listOf({ $ref: '#/components/schemas/Outcome' }),
      description: 'A page of them, in the order in which their VMs settled first.',
    },
    next,
    summary: {
      type: ['object', 'null'],
      description:
        'Once ended: the report without its outcomes and with its verdict; or the `error` that ended the run; or `notBegun` and the `reason`.',
    },
  }),
  Report: objectOf({
    run: objectOf({
      name: text,
      action: { enum: actions },
      select: nullable(text),
      dryRun: { type: 'boolean' },
      startedAt: instant,
      endedAt: instant,
    }),
    counts,
    outcomes: listOf({ $ref: '#/components/schemas/Outcome' }),
    unlisted: listOf({ $ref: '#/components/schemas/Unlisted' }),
    matched: { type: 'boolean' },
    allowEmpty: { type: 'boolean' },
    interrupted: { type: 'boolean' },
    calls: objectOf({ lists: count, reads: count, actions: count }),
    verdict: { enum: ['well', 'trouble', 'refused'] },
  }),
  Outcome: objectOf({
    vm: text,
    name: text,
    account,
    project: text,
    action: { enum: [...actions, null] },
    result: { enum: results },
    reason: { ...text, description: 'Why, for a person.' },
    code: { ...text, description: 'Why, for a machine.' },
    power: { enum: powers },
    attempts: { ...count, description: 'How many POSTs were sent for it.' },
    durationMs: { type: 'number', minimum: 0 },
  }),
  Fleet: objectOf({
    vms: listOf({ $ref: '#/components/schemas/Vm' }),
    unlisted: listOf({ $ref: '#/components/schemas/Unlisted' }),
  }),
  Vm: objectOf({
    id: text,
    name: text,
    account,
    project: text,
    power: { enum: powers },
    state: { ...text, description: "The API's own name of the state." },
    tags: { type: 'object', additionalProperties: text },
    faults: { ...listOf(text), description: 'What could not be read of it; a VM with a fault is left alone.' },
  }),
  Unlisted: objectOf({ account, project: text, reason: text }),
  ...scheduleSchemas,
  Problem: objectOf(
    {
      type: { ...text, format: 'uri' },
      title: text,
      status: { type: 'integer' },
      detail: text,
      faults: listOf(objectOf({ path: text, message: text }, ['path'])),
      requestId: { ...text, description: 'With a 5xx: under it the log says more.' },
    },
    ['requestId'],
  ),
} as const;

export function refTo(name: keyof typeof schemas) {
  return { $ref: `#/components/schemas/${name}` };
}
