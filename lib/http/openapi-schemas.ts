// The OpenAPI document's schemas: what the API reads and what it answers.
// Written by hand for people to read; test/http/openapi.test.ts holds them to the code's own schemas and tables.

import { actions } from '../core/action.ts';
import { results } from '../core/outcome.ts';
import { powers } from '../core/vm.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const count = { type: 'integer', minimum: 0 } as const;
const instant = { type: 'string', format: 'date-time' } as const;

function nullable(schema: { readonly type: string; readonly format?: string; readonly description?: string }) {
  return { ...schema, type: [schema.type, 'null'] };
}

function listOf(schema: object) {
  return { type: 'array', items: schema };
}

function objectOf(properties: Readonly<Record<string, object>>, optional: readonly string[] = []) {
  return { type: 'object', required: Object.keys(properties).filter((key) => !optional.includes(key)), properties };
}

export function refTo(name: keyof typeof schemas) {
  return { $ref: `#/components/schemas/${name}` };
}

const names = { type: ['array', 'null'], minItems: 1, items: { type: 'string', minLength: 1, maxLength: 256 } };
const ids = {
  type: ['array', 'null'],
  minItems: 1,
  maxItems: 10_000,
  items: { type: 'string', pattern: '^(?:[A-Za-z0-9][\\w.-]{0,63}\\/)?[A-Za-z0-9][\\w.-]{0,127}$' },
  description: 'Ids, or account/id where two accounts have that id. With `select`, a VM must be meant by both.',
};

const select = {
  type: ['string', 'null'],
  minLength: 1,
  maxLength: 4096,
  description: 'A Kubernetes label selector over tags, like `env=dev,tier!=db`; `*` is every VM.',
};

const duration = '^(?:\\d+(?:ms|s|m|h|d)|P(?=.)(?:\\d+D)?(?:T(?=.)(?:\\d+H)?(?:\\d+M)?(?:\\d+S)?)?)$';

const account = { ...text, description: 'The account, as the configuration names it.' };

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
      enum: ['recorded', 'running', 'ended', 'lost'],
      description: '`lost`: it was running past its deadline, and nobody knows its end.',
    },
    request: { type: 'object', description: 'The request, with all defaults filled in.' },
    recordedAt: instant,
    startedAt: nullable(instant),
    endedAt: nullable(instant),
    deadline: nullable(instant),
    progress: {
      oneOf: [{ type: 'null' }, objectOf({ selected: count, sent: count, settled: count })],
    },
  }),
  Launched: objectOf({ run: { $ref: '#/components/schemas/Run' } }),
  RunDetails: objectOf({
    run: { $ref: '#/components/schemas/Run' },
    outcomes: listOf({ $ref: '#/components/schemas/Outcome' }),
    summary: {
      type: ['object', 'null'],
      description: 'Once ended: the report without its outcomes and with its verdict, or the error that ended the run.',
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
    counts: { type: 'object', propertyNames: { enum: results }, additionalProperties: count },
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
  Explanation: objectOf({
    vm: text,
    wanted: { enum: ['on', 'off', 'none'] },
    boundary: nullable({ ...instant, description: 'Since when it is wanted.' }),
    next: { oneOf: [{ type: 'null' }, { $ref: '#/components/schemas/Transition' }] },
    schedule: nullable({ ...text, description: 'As it was understood.' }),
    override: {
      oneOf: [{ type: 'null' }, objectOf({ keep: { enum: ['on', 'off'] }, until: instant, reason: text, by: text })],
    },
    mark: {
      oneOf: [
        { type: 'null' },
        objectOf({
          kind: { enum: ['settled', 'adopted'] },
          boundary: instant,
          wanted: { enum: ['on', 'off', 'none'] },
          attempts: count,
          lastAttempt: nullable(instant),
        }),
      ],
      description: 'What is remembered of it since its last boundary.',
    },
    decision: objectOf({ action: { enum: ['start', 'shutdown', null] }, reason: text }),
  }),
  Outlook: objectOf({
    vms: listOf(
      objectOf({
        vm: text,
        name: text,
        account,
        project: text,
        schedule: nullable({ ...text, description: 'As it was understood.' }),
        wantedAtFrom: { enum: ['on', 'off', 'none'] },
        transitions: listOf({ $ref: '#/components/schemas/Transition' }),
      }),
    ),
    atFault: listOf(objectOf({ vm: text, name: text, account, project: text, faults: listOf(text) })),
    unlisted: listOf({ $ref: '#/components/schemas/Unlisted' }),
  }),
  Transition: objectOf({ at: instant, wanted: { enum: ['on', 'off', 'none'] } }),
  OverrideRequest: {
    type: 'object',
    additionalProperties: false,
    required: ['keep', 'reason'],
    allOf: [
      { anyOf: [{ required: ['select'] }, { required: ['ids'] }] },
      { oneOf: ['for', 'until', 'untilNextStart', 'untilNextStop'].map((end) => ({ required: [end] })) },
    ],
    properties: {
      keep: { enum: ['on', 'off'] },
      select,
      ids,
      for: { ...text, pattern: duration, description: 'How long, like `3h` or `PT90M`; at most what is configured.' },
      until: { ...instant, pattern: '^\\d{4}-\\d\\d-\\d\\dT.*(?:[Zz]|[+-]\\d\\d(?::?\\d\\d)?)$' },
      untilNextStart: { const: true, description: "Until each VM's schedule starts it next." },
      untilNextStop: { const: true, description: "Until each VM's schedule stops it next." },
      reason: { ...text, pattern: '^(?=.*\\S)\\P{C}{1,200}$', description: 'Why: shown wherever it decides.' },
    },
  },
  Override: objectOf({
    id: { ...text, pattern: '^[A-Za-z0-9_-]{1,64}$' },
    keep: { enum: ['on', 'off'] },
    start: instant,
    reason: text,
    by: { ...text, description: 'Who made it: over HTTP, the ARN that IAM vouches for.' },
    cancelled: nullable(instant),
    vms: listOf(objectOf({ vm: text, account, end: instant })),
  }),
  MadeOverride: objectOf({
    override: { $ref: '#/components/schemas/Override' },
    leftOut: {
      ...listOf(objectOf({ vm: text, name: text, account, reason: text })),
      type: ['array', 'null'],
      description: 'Selected VMs that it is not on, and why; null under a repeated key.',
    },
    unlisted: {
      ...listOf({ $ref: '#/components/schemas/Unlisted' }),
      type: ['array', 'null'],
      description: 'Projects that could not be listed: it is on none of their VMs; null under a repeated key.',
    },
  }),
  CancelledOverride: objectOf({ override: { $ref: '#/components/schemas/Override' } }),
  Overrides: objectOf({ overrides: listOf({ $ref: '#/components/schemas/Override' }) }),
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
