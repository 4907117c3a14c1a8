// The handler around all routes: paths, methods, rubbish, time.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apiBench, httpEvent, readAnswer } from './api-bench.ts';

describe('paths and methods', () => {
  it.each(['/', '/v1', '/v2/runs', '/v1/runs/a/b', '/v1/vms/8', '/__proto__', '/v1/vms//actions'])(
    'knows no %s',
    async (path) => {
      const { status, headers } = await apiBench().send({ method: 'GET', path });
      expect([status, headers['content-type']]).toEqual([404, 'application/problem+json']);
    },
  );

  it.each([
    ['DELETE', '/v1/runs', 'POST, GET'],
    ['POST', '/v1/runs/x', 'GET, DELETE'],
    ['POST', '/v1/vms', 'GET'],
    ['PUT', '/v1/vms/8/actions', 'POST'],
    ['POST', '/v1/plan', 'GET'],
    ['DELETE', '/v1/overrides', 'POST, GET'],
    ['GET', '/v1/overrides/x', 'DELETE'],
    ['PATCH', '/openapi.json', 'GET'],
    ['HEAD', '/openapi.json', 'GET'],
    ['OPTIONS', '/v1/vms', 'GET'],
  ])('answers 405 to %s %s, allowing %s', async (method, path, allow) => {
    const { status, headers } = await apiBench().send({ method, path });
    expect([status, headers.allow]).toEqual([405, allow]);
  });
});

describe('whatever comes', () => {
  it('answers 400 to what is no event of an HTTP API', async () => {
    const { handler } = apiBench();
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (event) => {
        expect((await handler(event, {})).statusCode).toBe(400);
      }),
    );
  });

  it('answers every body, path, query and header with a 4xx problem, or launches', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.constantFrom('{"__proto__":1}', '{}', '[]', 'null'),
    );
    const path = fc.oneof(
      fc.constantFrom(
        '/v1/runs',
        '/v1/vms/8/actions',
        '/v1/runs/x',
        '/v1/vms/%/actions',
        '/v1/overrides',
        '/v1/overrides/x',
        '/v1/plan',
        '/v1/vms/8/explain',
      ),
      fc.string().map((tail) => `/${tail}`),
    );
    const method = fc.constantFrom('POST', 'GET', 'DELETE', 'PUT', 'BREW');
    const headers = fc.dictionary(fc.constantFrom('content-type', 'idempotency-key', '__proto__'), fc.string());
    const parts = fc.record({ method, path, body: text, headers, query: fc.string(), isBase64Encoded: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(parts, async (event) => {
        const { handler, context } = apiBench();
        const answer = await handler(httpEvent(event), context);
        expect(answer.statusCode).toBeGreaterThanOrEqual(200);
        expect(answer.statusCode).toBeLessThan(500);
      }),
    );
  });

  it('never lets a request body of rubbish become a run', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (body) => {
        const { send, launcher } = apiBench();
        const { status } = await send({ body });
        expect(status).toBe(400);
        expect(launcher.started).toEqual([]);
      }),
    );
  });
});

describe('time', () => {
  it('answers 504 before the Lambda is cut off', async () => {
    const { handler } = apiBench({ inventory: () => new Promise(() => undefined) });
    const context = { awsRequestId: 'r', getRemainingTimeInMillis: () => 501 };
    const { status, json } = readAnswer(await handler(httpEvent({ method: 'GET', path: '/v1/vms' }), context));
    expect([status, json.requestId]).toEqual([504, 'r']);
  });

  it('gives a dry run nothing when nothing is left', async () => {
    const bench = apiBench();
    const body = { action: 'start', select: '*', dryRun: true };
    await bench.handler(httpEvent({ body }), { awsRequestId: 'r', getRemainingTimeInMillis: () => 1_999 });
    expect(bench.planned).toMatchObject([{ until: bench.clock.now() }]);
  });
});
