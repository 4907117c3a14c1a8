// The OpenAPI document against what the code does: routes, schemas, tables, answers.

import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { actions } from '../../lib/core/action.ts';
import { results } from '../../lib/core/outcome.ts';
import { powers } from '../../lib/core/vm.ts';
import { apiRoutes } from '../../lib/http/api-routes.ts';
import { openApiDocument } from '../../lib/http/openapi.ts';
import { schemas } from '../../lib/http/openapi-schemas.ts';
import { overrideSchema } from '../../lib/http/override-body.ts';
import { vmActionSchema } from '../../lib/http/vms.ts';
import { runRequestSchema } from '../../lib/run/request.ts';
import { apiBench } from './api-bench.ts';

interface Operation {
  readonly parameters?: readonly { name: string; in: string }[];
  readonly responses: Readonly<Record<string, unknown>>;
}

const operations = Object.entries(openApiDocument.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({
    method: method.toUpperCase(),
    path,
    operation: operation as Operation,
  })),
);

/** The document's schema says yes: enough of JSON Schema for what these schemas use. */
function isValid(schema: unknown, value: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  const rules: Readonly<Record<string, unknown>> = { ...schema };
  const checks: Record<string, (rule: never) => boolean> = {
    type: (types: string | string[]) => [types].flat().includes(typeOf(value)),
    enum: (values: unknown[]) => values.includes(value),
    const: (one: unknown) => value === one,
    required: (keys: string[]) => typeOf(value) !== 'object' || keys.every((key) => Object.hasOwn(Object(value), key)),
    anyOf: (list: unknown[]) => list.some((one) => isValid(one, value)),
    allOf: (list: unknown[]) => list.every((one) => isValid(one, value)),
    oneOf: (list: unknown[]) => list.filter((one) => isValid(one, value)).length === 1,
    minLength: (length: number) => typeof value !== 'string' || value.length >= length,
    maxLength: (length: number) => typeof value !== 'string' || value.length <= length,
    pattern: (pattern: string) => typeof value !== 'string' || new RegExp(pattern, 'u').test(value),
    minItems: (count: number) => !Array.isArray(value) || value.length >= count,
    maxItems: (count: number) => !Array.isArray(value) || value.length <= count,
    items: (item: unknown) => !Array.isArray(value) || value.every((one) => isValid(item, one)),
    properties: (map: Record<string, unknown>) =>
      typeOf(value) !== 'object' ||
      Object.entries(Object(value)).every(([key, one]) => !(key in map) || isValid(map[key], one)),
    additionalProperties: () =>
      typeOf(value) !== 'object' || Object.keys(Object(value)).every((key) => key in Object(rules.properties)),
  };
  return Object.entries(rules).every(([key, rule]) => checks[key]?.(rule as never) ?? true);
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

describe('the OpenAPI document', () => {
  it('describes every route and no other', () => {
    const described = operations.map(({ method, path }) => `${method} ${path}`);
    expect(described.sort()).toEqual(apiRoutes.map(({ method, path }) => `${method} ${path}`).sort());
  });

  it('declares every name in a path, and the key of every POST', () => {
    for (const { method, path, operation } of operations) {
      const declared = (operation.parameters ?? []).filter((one) => one.in === 'path').map(({ name }) => name);
      expect(declared).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
      const hasKey = operation.parameters?.some(({ name }) => name === 'Idempotency-Key') ?? false;
      expect(hasKey).toBe(method === 'POST');
    }
  });

  it('has the fields and words of the code', () => {
    expect(Object.keys(schemas.RunRequest.properties)).toEqual(Object.keys(runRequestSchema.entries));
    expect(Object.keys(schemas.VmAction.properties)).toEqual(Object.keys(vmActionSchema.entries));
    expect(Object.keys(schemas.OverrideRequest.properties)).toEqual(Object.keys(overrideSchema.entries));
    expect(schemas.RunRequest.properties.action.enum).toEqual(actions);
    expect(JSON.stringify(schemas.Outcome)).toContain(JSON.stringify({ enum: results }));
    expect(JSON.stringify(schemas.Vm)).toContain(JSON.stringify({ enum: powers }));
  });

  const good = { action: 'start', select: 'a' };

  it.each([
    good,
    {
      ...good,
      ids: ['8', 'acme/8'],
      accounts: ['acme'],
      projects: ['p'],
      dryRun: true,
      allowDataLoss: true,
      overrideGuard: true,
      allowEmpty: true,
    },
    { action: 'reset', ids: ['8'] },
    { action: 'start', select: '*', ids: null, accounts: null },
    {},
    { action: 'start' },
    { action: 'stop', select: 'a' },
    { action: 'start', select: '' },
    { action: 'start', select: 7 },
    { action: 'start', ids: [] },
    { action: 'start', ids: ['a/b/c'] },
    { action: 'start', ids: ['-1'] },
    { action: 'start', ids: [8] },
    { ...good, accounts: [] },
    { ...good, accounts: [''] },
    { ...good, projects: ['x'.repeat(257)] },
    { ...good, dryRun: 'yes' },
    { ...good, dryrun: true },
    { ...good, select: 'x'.repeat(4097) },
    [],
    null,
  ])('judges the run request %j as the code does', (request) => {
    expect(isValid(schemas.RunRequest, request)).toBe(v.is(runRequestSchema, request));
  });

  it.each([
    { type: 'start' },
    { type: 'reset', allowDataLoss: true },
    {},
    { type: 'stop' },
    { type: 'start', x: 1 },
    { type: 'start', allowDataLoss: 1 },
  ])('judges the action %j as the code does', (body) => {
    expect(isValid(schemas.VmAction, body)).toBe(v.is(vmActionSchema, body));
  });

  const kept = { keep: 'on', select: 'a', reason: 'why' };

  it.each([
    { ...kept, for: '3h' },
    { ...kept, for: 'PT3H' },
    { ...kept, for: 'P1DT2H' },
    { ...kept, until: '2026-11-24T22:00Z' },
    { ...kept, until: '2026-11-24T22:00:00.5+01:00' },
    { ...kept, untilNextStart: true },
    { ...kept, keep: 'off', select: null, ids: ['8', 'acme/8'], untilNextStop: true },
    {},
    kept,
    { ...kept, for: '3h', until: '2026-11-24T22:00Z' },
    { ...kept, untilNextStart: true, untilNextStop: true },
    { ...kept, untilNextStart: false },
    { ...kept, untilNextStart: 1 },
    { ...kept, for: '3' },
    { ...kept, for: 'P' },
    { ...kept, for: 'PT' },
    { ...kept, for: 3 },
    { ...kept, until: 'noon' },
    { ...kept, until: '2026-11-24T22:00' },
    { keep: 'on', for: '3h', reason: 'why' },
    { keep: 'on', select: 'a', for: '3h' },
    { ...kept, for: '3h', keep: 'up' },
    { ...kept, for: '3h', reason: '' },
    { ...kept, for: '3h', reason: '  ' },
    { ...kept, for: '3h', reason: 'a\nb' },
    { ...kept, for: '3h', reason: 'x'.repeat(201) },
    { ...kept, for: '3h', reason: 'été ☀' },
    { ...kept, for: '3h', ids: [] },
    { ...kept, for: '3h', by: 'me' },
    [],
  ])('judges the override %j as the code does', (body) => {
    expect(isValid(schemas.OverrideRequest, body)).toBe(v.is(overrideSchema, body));
  });

  it('describes every field that the answers about schedules have', async () => {
    const { send } = apiBench({}, [{ id: '1', description: '[schedule=office-hours]' }]);
    const fieldsOf = (json: object) => Object.keys(json).sort();
    const made = (await send({ path: '/v1/overrides', body: { ...kept, select: '*', for: '3h' } })).json;
    expect(fieldsOf(made)).toEqual([...schemas.MadeOverride.required].sort());
    expect(fieldsOf(made.override)).toEqual([...schemas.Override.required].sort());
    const listed = (await send({ method: 'GET', path: '/v1/overrides' })).json;
    expect(fieldsOf(listed)).toEqual([...schemas.Overrides.required].sort());
    const explained = (await send({ method: 'GET', path: '/v1/vms/1/explain' })).json;
    expect(fieldsOf(explained)).toEqual([...schemas.Explanation.required].sort());
    expect(fieldsOf(explained.next)).toEqual([...schemas.Transition.required].sort());
    const plan = (await send({ method: 'GET', path: '/v1/plan' })).json;
    expect(fieldsOf(plan)).toEqual([...schemas.Outlook.required].sort());
    const cancelled = (await send({ method: 'DELETE', path: `/v1/overrides/${made.override.id}` })).json;
    expect(fieldsOf(cancelled)).toEqual([...schemas.CancelledOverride.required].sort());
  });

  it('describes every field that the answers have', async () => {
    const { send, store } = apiBench();
    const launched = (await send({ body: good })).json;
    expect(Object.keys(launched.run).sort()).toEqual([...schemas.Run.required].sort());
    await store.claim(launched.run.name, '', '2026-01-01T00:15:00.000Z', 'worker-1');
    const details = (await send({ method: 'GET', path: `/v1/runs/${launched.run.name}` })).json;
    expect(Object.keys(details).sort()).toEqual([...schemas.RunDetails.required].sort());
    const runs = (await send({ method: 'GET', path: '/v1/runs' })).json;
    expect(Object.keys(runs).sort()).toEqual([...schemas.Runs.required].sort());
    expect(Object.keys(runs.runs[0]).sort()).toEqual([...schemas.RunLine.required].sort());
    const cancelled = (await send({ method: 'DELETE', path: `/v1/runs/${launched.run.name}` })).json;
    expect(Object.keys(cancelled).sort()).toEqual([...schemas.Launched.required].sort());
    const plan = (await send({ body: { ...good, dryRun: true } })).json;
    expect(Object.keys(plan).sort()).toEqual([...schemas.Report.required].sort());
    const problem = (await send({ body: {} })).json;
    expect(Object.keys(problem).sort()).toEqual([...schemas.Problem.required].sort());
  });

  it('refers to schemas that exist only, and uses every one', () => {
    const text = JSON.stringify(openApiDocument);
    const used = new Set([...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name));
    expect([...used].sort()).toEqual(Object.keys(schemas).sort());
  });

  it('is what GET /openapi.json answers', async () => {
    const { status, json } = await apiBench().send({ method: 'GET', path: '/openapi.json' });
    expect([status, json]).toEqual([200, JSON.parse(JSON.stringify(openApiDocument))]);
  });
});
