// POST /v1/webhooks/{name}: who is believed, and what then becomes a run.

import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import type { WebhookConfig } from '../../lib/config.ts';
import { httpHandler } from '../../lib/http/http-handler.ts';
import { maxWebhookBytes, type WebhookWorld, webhookRoutes } from '../../lib/http/webhook.ts';
import { FakeClock } from '../fakes/clock.ts';
import { FakeLauncher } from '../fakes/launcher.ts';
import { MemoryLog } from '../fakes/log.ts';
import { MemoryRunStore } from '../fakes/run-store.ts';
import { type EventParts, httpEvent, readAnswer } from './api-bench.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const nextSecret = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const hubSecret = "It's a Secret to Everybody";

const webhooks: readonly WebhookConfig[] = [
  {
    name: 'ci',
    verify: 'standard',
    secretId: 'power/ci',
    on: [
      { when: { type: 'staging.wanted', 'data.ready': true }, action: 'start', select: 'env=staging', account: 'acme' },
      { when: { type: 'staging.wanted' }, action: 'start', select: 'env=qa', account: null },
    ],
    allow: null,
  },
  {
    name: 'ask',
    verify: 'standard',
    secretId: 'power/ask',
    on: [{ when: { type: 'night' }, action: 'shutdown', select: 'env=dev', account: null }],
    allow: { actions: ['start', 'shutdown', 'power_off'], select: 'team=web' },
  },
  {
    name: 'hub',
    verify: 'github',
    secretId: 'power/hub',
    on: [
      {
        when: { action: 'opened', 'repository.full_name': 'acme/app' },
        action: 'start',
        select: 'env=ci',
        account: null,
      },
    ],
    allow: null,
  },
];

const start = Date.UTC(2026, 0, 1);

function bench(parts: Partial<Pick<WebhookWorld, 'webhooks' | 'store'>> = {}) {
  const clock = new FakeClock(start);
  const log = new MemoryLog();
  const launcher = new FakeLauncher();
  const stored: Record<string, readonly string[]> = {
    'power/ci': [secret],
    'power/ask': [secret],
    'power/hub': [hubSecret],
  };
  const secrets = async (id: string) => stored[id] ?? [];
  const world = {
    webhooks,
    secrets,
    store: new MemoryRunStore(),
    launcher,
    admit: async () => {},
    clock,
    log,
    ...parts,
  };
  const handler = httpHandler({ routes: webhookRoutes, world: () => world, log: () => log });
  const send = async (parts: EventParts) => readAnswer(await handler(httpEvent(parts), { awsRequestId: 'r' }));
  return { send, handler, clock, log, launcher, stored };
}

interface Signing {
  readonly name?: string;
  readonly id?: string;
  readonly key?: string;
  readonly at?: number;
}

/** A Standard Webhooks delivery as an honest sender makes it, by the standard's own library. */
function signed(body: unknown, { name = 'ci', id = 'msg_1', key = secret, at = start }: Signing = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const headers: Record<string, string> = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at / 1000)),
    'webhook-signature': new Webhook(key).sign(id, new Date(at), text),
  };
  return { path: `/v1/webhooks/${name}`, headers, body: text };
}

function fromGithub(body: unknown, key = hubSecret) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const headers = { 'X-Hub-Signature-256': `sha256=${createHmac('sha256', key).update(text).digest('hex')}` };
  return { path: '/v1/webhooks/hub', headers, body: text };
}

const wanted = { type: 'staging.wanted', data: { ready: true } };
const opened = { action: 'opened', repository: { full_name: 'acme/app' } };

describe('a signed event that a rule matches', () => {
  it('becomes a run without leave to lose data, by the first rule that matches', async () => {
    const { send, launcher } = bench();
    const { status, json } = await send(signed(wanted));
    expect(status).toBe(202);
    expect(json.run).toMatchObject({
      name: expect.stringMatching(/^webhook-[0-9a-f]{32}$/),
      trigger: 'webhook',
      request: {
        action: 'start',
        select: 'env=staging',
        accounts: ['acme'],
        allowDataLoss: false,
        overrideGuard: false,
      },
    });
    expect(launcher.started).toEqual([json.run.name]);
  });

  it('falls to the next rule when a field differs', async () => {
    const { json } = await bench().send(signed({ ...wanted, data: { ready: 'true' } }));
    expect(json.run.request).toMatchObject({ select: 'env=qa', accounts: null });
  });

  it('is believed when the gateway encoded the body in base64', async () => {
    const event = signed('{"type":"staging.wanted","note":"é"}');
    const body = Buffer.from(event.body).toString('base64');
    expect((await bench().send({ ...event, body, isBase64Encoded: true })).status).toBe(202);
  });

  it.each([
    ['the first of two secrets', secret],
    ['the second of two secrets', nextSecret],
  ])('is believed under %s while they change', async (_what, key) => {
    const { send, stored } = bench();
    stored['power/ci'] = [secret, nextSecret];
    expect((await send(signed(wanted, { key }))).status).toBe(202);
  });

  it('is believed when any one of its signatures is right', async () => {
    const event = signed(wanted);
    const signature = `v1a,xyz v1,AAAA ${event.headers['webhook-signature']}`;
    expect(
      (await bench().send({ ...event, headers: { ...event.headers, 'webhook-signature': signature } })).status,
    ).toBe(202);
  });

  it('is believed with a secret that has no prefix', async () => {
    const { send, stored } = bench();
    stored['power/ci'] = [secret.slice('whsec_'.length)];
    expect((await send(signed(wanted))).status).toBe(202);
  });

  it.each([-300, 300])('is believed when it was signed %i s from now', async (seconds) => {
    expect((await bench().send(signed(wanted, { at: start + seconds * 1000 }))).status).toBe(202);
  });

  it('is answered with the first run when it comes again, signed anew', async () => {
    const { send, clock } = bench();
    const first = await send(signed(wanted));
    await clock.run(clock.sleep(60_000));
    const again = await send(signed(wanted, { at: clock.now() }));
    expect([again.status, again.json]).toEqual([202, first.json]);
  });

  it('is answered with the first run also after its rule was edited', async () => {
    const store = new MemoryRunStore();
    const first = await bench({ store }).send(signed(wanted));
    const edited = webhooks.map((webhook) => ({
      ...webhook,
      on: webhook.on.map((rule) => ({ ...rule, select: `${rule.select},tier=1` })),
    }));
    const again = await bench({ store, webhooks: edited }).send(signed(wanted));
    expect([again.status, again.json.run.name]).toEqual([202, first.json.run.name]);
  });

  it('is another run for another id, and for another webhook', async () => {
    const { send, launcher } = bench();
    await send(signed({ type: 'staging.wanted' }));
    await send(signed({ type: 'staging.wanted' }, { id: 'msg_2' }));
    await send(signed({ type: 'night' }, { name: 'ask' }));
    expect(new Set(launcher.started).size).toBe(3);
  });

  it('is a conflict when its id comes again with another request', async () => {
    const { send, launcher } = bench();
    await send(signed(wanted));
    expect((await send(signed({ type: 'staging.wanted' }))).status).toBe(409);
    expect(launcher.started).toHaveLength(1);
  });
});

describe('a signed event that asks for nothing', () => {
  it.each([
    ['another type', { type: 'other' }],
    ['a field that is inherited only', { constructor: 1 }],
    ['an array', ['staging.wanted']],
    ['null', 'null'],
    ['its own words, where none are allowed', { action: 'start', select: 'a' }],
  ])('is answered 200 and ignored: %s', async (_what, body) => {
    const { send, launcher } = bench();
    const { status, json } = await send(signed(body));
    expect([status, json]).toEqual([200, { ignored: 'no rule matches this event' }]);
    expect(launcher.started).toEqual([]);
  });

  it('says so too where it could have named an action', async () => {
    const { status, json } = await bench().send(signed({ type: 'x' }, { name: 'ask' }));
    expect([status, json.ignored]).toEqual([200, expect.stringContaining('neither action nor select')]);
  });
});

describe('a sender that names action and selector', () => {
  const ask = (body: unknown) => bench().send(signed(body, { name: 'ask' }));

  it.each([
    ['env=dev', 'team=web,env=dev'],
    ['*', 'team=web'],
    ['env in (a,b)', 'team=web,env in (a,b)'],
  ])('gets %s only within what is allowed', async (select, expected) => {
    const { status, json } = await ask({
      action: 'shutdown',
      select,
      allowDataLoss: true,
      overrideGuard: true,
      ids: ['1'],
    });
    expect(status).toBe(202);
    expect(json.run.request).toMatchObject({
      select: expected,
      ids: null,
      allowDataLoss: false,
      overrideGuard: false,
    });
  });

  it('cannot talk its way out of a rule that matches', async () => {
    const { json } = await ask({ type: 'night', action: 'start', select: '*' });
    expect(json.run.request).toMatchObject({ action: 'shutdown', select: 'env=dev' });
  });

  it.each([
    ['an action outside', { action: 'reboot', select: 'a' }, 403, 'action'],
    ['an action that loses data, even if allowed', { action: 'power_off', select: 'a' }, 403, 'action'],
    ['no such action', { action: 'stop', select: 'a' }, 400, 'action'],
    ['no selector', { action: 'start' }, 400, 'select'],
    ['an empty selector', { action: 'start', select: '' }, 400, 'select'],
    ['a selector that tries to break out', { action: 'start', select: 'a) or (b' }, 400, 'select'],
    ['a selector without action', { select: 'a' }, 400, 'action'],
  ])('is refused %s', async (_what, body, status, path) => {
    const answer = await ask(body);
    expect([answer.status, answer.json.faults[0].path]).toEqual([status, path]);
  });
});

describe('GitHub', () => {
  it('is believed by X-Hub-Signature-256, and a repeat finds the first run whatever its delivery id says', async () => {
    const { send, launcher } = bench();
    const event = fromGithub(opened);
    const first = await send({ ...event, headers: { ...event.headers, 'x-github-delivery': 'a' } });
    const again = await send({ ...event, headers: { ...event.headers, 'x-github-delivery': 'b' } });
    expect([first.status, again.status]).toEqual([202, 202]);
    expect(again.json).toEqual(first.json);
    const other = await send(fromGithub({ ...opened, number: 2 }));
    expect(other.json.run.name).not.toBe(first.json.run.name);
    expect(new Set(launcher.started).size).toBe(2);
  });

  it('is believed under either of two secrets', async () => {
    const { send, stored } = bench();
    stored['power/hub'] = ['new', hubSecret];
    expect((await send(fromGithub(opened))).status).toBe(202);
    expect((await send(fromGithub(opened, 'new'))).status).toBe(202);
  });

  it('answers 400 to a signed body that is a form', async () => {
    expect((await bench().send(fromGithub('payload=%7B%7D'))).status).toBe(400);
  });
});

describe('what is not believed', () => {
  const event = signed(wanted);
  const hub = fromGithub(opened);
  const withHeaders = (from: typeof event, headers: Record<string, string>) => ({
    ...from,
    headers: { ...from.headers, ...headers },
  });
  const signature = event.headers['webhook-signature'] ?? '';
  const hubSignature = hub.headers['X-Hub-Signature-256'];
  const signedWith = (key: string) => signed(wanted, { key });

  const table: [string, string, EventParts][] = [
    ['nothing signed', 'a signature header is missing', { path: '/v1/webhooks/ci', body: wanted }],
    ['a missing signature', 'a signature header is missing', withHeaders(event, { 'webhook-signature': '' })],
    [
      'a timestamp with a head',
      'webhook-timestamp is malformed',
      withHeaders(event, { 'webhook-timestamp': `x${start / 1000}` }),
    ],
    ['a missing id', 'a signature header is missing', withHeaders(event, { 'webhook-id': '' })],
    ['a missing timestamp', 'a signature header is missing', withHeaders(event, { 'webhook-timestamp': '' })],
    ['another id', 'no signature matches', withHeaders(event, { 'webhook-id': 'msg_2' })],
    [
      'another timestamp',
      'no signature matches',
      withHeaders(event, { 'webhook-timestamp': String(start / 1000 + 1) }),
    ],
    [
      'a timestamp with a tail',
      'webhook-timestamp is malformed',
      withHeaders(event, { 'webhook-timestamp': `${start / 1000}x` }),
    ],
    [
      'a timestamp beyond all dates',
      'no signature matches',
      withHeaders(event, { 'webhook-timestamp': '99999999999' }),
    ],
    ['another body', 'no signature matches', { ...event, body: JSON.stringify({ type: 'staging.wanted' }) }],
    ['the same JSON in other bytes', 'no signature matches', { ...event, body: JSON.stringify(wanted, null, 1) }],
    ['a truncated body', 'no signature matches', { ...event, body: event.body.slice(0, -1) }],
    ['an empty body', 'no signature matches', { ...event, body: '' }],
    [
      'a truncated signature',
      'no signature matches',
      withHeaders(event, { 'webhook-signature': signature.slice(0, -4) }),
    ],
    ['a signature of nothing', 'no signature matches', withHeaders(event, { 'webhook-signature': 'v1,' })],
    [
      'a signature without version',
      'no signature matches',
      withHeaders(event, { 'webhook-signature': signature.slice(3) }),
    ],
    [
      'an asymmetric signature',
      'no signature matches',
      withHeaders(event, { 'webhook-signature': `v1a,${signature.slice(3)}` }),
    ],
    [
      'a signature in hex',
      'no signature matches',
      withHeaders(event, { 'webhook-signature': `v1,${Buffer.from(signature.slice(3), 'base64').toString('hex')}` }),
    ],
    ['another secret', 'no signature matches', signedWith(nextSecret)],
    ['too old', 'webhook-timestamp is too far from now', signed(wanted, { at: start - 301_000 })],
    ['too new', 'webhook-timestamp is too far from now', signed(wanted, { at: start + 301_000 })],
    [
      'an id with a full stop, which could be cut in two ways',
      'webhook-id is malformed',
      signed(wanted, { id: 'a.1' }),
    ],
    ["another webhook's scheme", 'a signature header is missing', { ...hub, path: '/v1/webhooks/ci' }],
    [
      'a body in UTF-16',
      'no signature matches',
      { ...event, body: Buffer.from(event.body, 'utf16le').toString('base64'), isBase64Encoded: true },
    ],
    [
      'bytes that read like the signed text',
      'the body is not UTF-8',
      { ...signed('"\ufffd"'), body: Buffer.from([0x22, 0xff, 0x22]).toString('base64'), isBase64Encoded: true },
    ],
    ['GitHub: nothing signed', 'the signature header is missing', { path: '/v1/webhooks/hub', body: opened }],
    ['GitHub: another secret', 'no signature matches', fromGithub(opened, 'other')],
    ['GitHub: another body', 'no signature matches', { ...hub, body: `${hub.body} ` }],
    ['GitHub: an empty body', 'the body is empty', { ...fromGithub(''), body: '' }],
    [
      'GitHub: without algorithm',
      'no signature matches',
      { ...hub, headers: { 'x-hub-signature-256': hubSignature.slice(7) } },
    ],
    [
      'GitHub: truncated',
      'no signature matches',
      { ...hub, headers: { 'x-hub-signature-256': hubSignature.slice(0, -2) } },
    ],
    [
      'GitHub: the old SHA-1 header',
      'the signature header is missing',
      { ...hub, headers: { 'x-hub-signature': hubSignature } },
    ],
    [
      'GitHub: bytes that read like the signed text',
      'the body is not UTF-8',
      { ...fromGithub('"\ufffd"'), body: Buffer.from([0x22, 0xff, 0x22]).toString('base64'), isBase64Encoded: true },
    ],
  ];

  it.each(table)('%s: 401, the reason in the log only, nothing launched', async (_what, reason, parts) => {
    const { send, launcher, log } = bench();
    const { status, json } = await send(parts);
    expect(status).toBe(401);
    expect(json).toEqual({
      type: 'urn:problem-type:openscaler-power:signature',
      title: 'The signature could not be verified',
      status: 401,
      detail: 'the webhook is not signed as it must be, or not by whom, or too long ago',
      faults: [],
    });
    expect(log.lines[0]).toMatchObject({
      level: 'warn',
      fields: { reason, webhook: expect.stringMatching(/^(ci|hub)$/) },
    });
    expect(launcher.started).toEqual([]);
  });

  it('a webhook that is not configured: 404, logged', async () => {
    const { send, log, launcher } = bench();
    expect((await send(signed(wanted, { name: 'nobody' }))).status).toBe(404);
    expect(log.lines[0]).toMatchObject({ level: 'warn', fields: { webhook: 'nobody' } });
    expect(launcher.started).toEqual([]);
  });

  it('a replay: refused once it is five minutes old, and until then it is the first run', async () => {
    const { send, clock, launcher } = bench();
    const { run } = (await send(event)).json;
    await clock.run(clock.sleep(300_000));
    expect((await send(event)).json.run.name).toBe(run.name);
    await clock.run(clock.sleep(1_000));
    expect((await send(event)).status).toBe(401);
    expect(new Set(launcher.started)).toEqual(new Set([run.name]));
  });

  it('a body over the limit: 413 before anything is computed', async () => {
    expect((await bench().send({ ...event, body: 'x'.repeat(maxWebhookBytes + 1) })).status).toBe(413);
  });

  it('anything under a secret that is no base64: 503, and the secret stays out of the answer', async () => {
    const { send, stored, log } = bench();
    stored['power/ci'] = ['no!base64'];
    const { status, text } = await send(event);
    expect([status, text.includes('no!base64')]).toEqual([503, false]);
    expect(JSON.stringify(log.lines.map(({ fields }) => String(fields.error)))).not.toContain('no!base64');
  });

  it('a signed body with a key twice, or a prototype: 400', async () => {
    const { send, launcher } = bench();
    expect((await send(signed('{"type":"x","type":"staging.wanted"}'))).status).toBe(400);
    expect((await send(signed('{"__proto__":{"type":"staging.wanted"}}'))).status).toBe(400);
    expect(launcher.started).toEqual([]);
  });

  it('rubbish of any kind: a 4xx, never a throw, never a run', async () => {
    const header = fc.constantFrom('webhook-id', 'webhook-timestamp', 'webhook-signature', 'x-hub-signature-256');
    const value = fc.oneof(fc.string(), fc.constantFrom('v1,', 'v1,====', 'sha256=', '1767225600', 'msg_1'));
    const parts = fc.record({
      path: fc.constantFrom('ci', 'hub', 'ask', '__proto__', 'x').map((name) => `/v1/webhooks/${name}`),
      headers: fc.dictionary(header, value),
      body: fc.oneof(fc.string({ unit: 'binary' }), fc.json()),
      isBase64Encoded: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(parts, async (event) => {
        const { send, launcher } = bench();
        const { status } = await send(event);
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
        expect(launcher.started).toEqual([]);
      }),
    );
  });

  it('signed rubbish: refused or ignored, never a run', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.json(), fc.string({ minLength: 1 })),
        fc.constantFrom('ci', 'ask'),
        async (body, name) => {
          const { send, launcher } = bench();
          const { status } = await send(signed(body, { name }));
          expect([200, 400]).toContain(status);
          expect(launcher.started).toEqual([]);
        },
      ),
    );
  });
});
