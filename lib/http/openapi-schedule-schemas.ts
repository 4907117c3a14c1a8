// The OpenAPI document's schemas of what is about schedules: explanations, plans, overrides.
// Part of openapi-schemas.ts, which holds all; the terminal prints the same shapes.

import { account, count, ids, instant, listOf, nullable, objectOf, select, text } from './openapi-parts.ts';

const wanted = { enum: ['on', 'off', 'none'] } as const;
const keep = { enum: ['on', 'off'] } as const;

const duration = '^(?:\\d+(?:ms|s|m|h|d)|P(?=.)(?:\\d+D)?(?:T(?=.)(?:\\d+H)?(?:\\d+M)?(?:\\d+S)?)?)$';

export const scheduleSchemas = {
  Explanation: objectOf({
    vm: text,
    wanted,
    boundary: nullable({ ...instant, description: 'Since when it is wanted.' }),
    next: { oneOf: [{ type: 'null' }, { $ref: '#/components/schemas/Transition' }] },
    schedule: nullable({ ...text, description: 'As it was understood.' }),
    override: {
      oneOf: [{ type: 'null' }, objectOf({ keep, until: instant, reason: text, by: text })],
    },
    mark: {
      oneOf: [
        { type: 'null' },
        objectOf({
          kind: { enum: ['settled', 'adopted'] },
          boundary: instant,
          wanted,
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
        wantedAtFrom: wanted,
        transitions: listOf({ $ref: '#/components/schemas/Transition' }),
      }),
    ),
    atFault: listOf(objectOf({ vm: text, name: text, account, project: text, faults: listOf(text) })),
    unlisted: listOf({ $ref: '#/components/schemas/Unlisted' }),
  }),
  Transition: objectOf({ at: instant, wanted: { enum: ['on', 'off'] } }),
  OverrideRequest: {
    type: 'object',
    additionalProperties: false,
    required: ['keep', 'reason'],
    allOf: [
      { anyOf: [{ required: ['select'] }, { required: ['ids'] }] },
      { oneOf: ['for', 'until', 'untilNextStart', 'untilNextStop'].map((end) => ({ required: [end] })) },
    ],
    properties: {
      keep,
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
    keep,
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
} as const;
