// The handlers as Lambda loads them: light to import, loud about a deployment that is not whole, never a stack trace.

import { describe, expect, it } from 'vitest';
import { handler as api } from '../../handlers/api.ts';
import { handler as reconcile } from '../../handlers/reconcile.ts';
import { handler as run } from '../../handlers/run.ts';
import { handler as scheduled } from '../../handlers/scheduled.ts';
import { handler as webhook } from '../../handlers/webhook.ts';
import { once } from '../../handlers/wiring.ts';
import { lambdaContext } from '../fixtures/lambda-context.ts';
import { printedBy } from '../fixtures/printed.ts';
import { httpEvent, readAnswer } from '../http/api-bench.ts';

// Nothing is set here: POWER_TABLE is missing, and so is the secret.
const missing = 'POWER_TABLE: is missing; the stack sets it, so deploy again';
const context = lambdaContext('request-1', 30_000);

describe('a deployment that is not whole', () => {
  it.each([
    ['api', api, { method: 'GET', path: '/openapi.json' }],
    ['webhook', webhook, { path: '/v1/webhooks/ci', body: '{}' }],
  ])('%s answers 500 with the request id and no word of the configuration', async (_name, handler, parts) => {
    const { result, lines } = await printedBy(() => handler(httpEvent(parts), context));
    const answer = readAnswer(result);
    expect([answer.status, answer.json.requestId]).toEqual([500, 'request-1']);
    expect(answer.text).not.toMatch(/POWER_TABLE|OPENSCALER|stack|\.ts/);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'ERROR', requestId: 'request-1', error: { code: 'config', message: missing } },
    ]);
  });

  it.each([
    ['api', api],
    ['webhook', webhook],
  ])('%s still answers 400 to rubbish and 404 to a strange path', async (_name, handler) => {
    const { result, lines } = await printedBy(async () => [
      await handler('rubbish', context),
      await handler(httpEvent({ path: '/nowhere' }), context),
    ]);
    expect(result.map(({ statusCode }) => statusCode)).toEqual([400, 404]);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'INFO', status: 400 },
      { level: 'INFO', status: 404 },
    ]);
  });

  it('scheduled, reconcile and run throw what is missing', async () => {
    const { lines } = await printedBy(async () => {
      await expect(reconcile({ tick: new Date().toISOString() })).rejects.toMatchObject({ code: 'config' });
      await expect(scheduled({})).rejects.toMatchObject({ code: 'config' });
      await expect(run({ run: 'cron-1' }, context)).rejects.toMatchObject({ code: 'config' });
    });
    const line = { level: 'ERROR', error: { code: 'config' } };
    const missingTable = { level: 'ERROR', error: { code: 'config', message: missing } };
    expect(lines.map((each) => JSON.parse(each))).toMatchObject([line, missingTable, missingTable]);
  });
});

describe('once', () => {
  it('makes a thing once, on the first call, and keeps no failure', () => {
    let calls = 0;
    const make = once(() => {
      calls += 1;
      if (calls === 1) throw new Error('not yet');
      return { calls };
    });
    expect(make).toThrow('not yet');
    expect(make()).toBe(make());
    expect(calls).toBe(2);
  });

  it('keeps null too', () => {
    let calls = 0;
    const make = once(() => {
      calls += 1;
      return null;
    });
    expect([make(), make(), calls]).toEqual([null, null, 1]);
  });
});
