// Attacks on signed webhooks: what is forged, cut, replayed or re-dated launches nothing, and its sender learns nothing.
// Every attack begins from a delivery that is good, and would be believed.

import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WebhookConfig } from '../../lib/config.ts';
import { httpHandler } from '../../lib/http/http-handler.ts';
import { webhookRoutes } from '../../lib/http/webhook.ts';
import { FakeClock } from '../fakes/clock.ts';
import { FakeLauncher } from '../fakes/launcher.ts';
import { MemoryLog } from '../fakes/log.ts';
import { MemoryRunStore } from '../fakes/run-store.ts';
import { read } from '../fixtures/documents.ts';
import { type EventParts, httpEvent, readAnswer } from '../http/api-bench.ts';
import { countInputs, times } from './counting.ts';
import { type Delivery, fromGithub, hmac, keyOf, signed } from './deliveries.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const hubSecret = "It's a Secret to Everybody";
const at = Date.UTC(2026, 10, 24, 19);
const on = [{ when: { type: 'night' }, action: 'shutdown', select: 'env=dev', account: null }] as const;
const webhooks: readonly WebhookConfig[] = [
  { name: 'ci', verify: 'standard', secretId: 'power/ci', on, allow: null },
  { name: 'hub', verify: 'github', secretId: 'power/hub', on, allow: null },
  { name: 'other', verify: 'standard', secretId: 'power/other', on, allow: null },
];
const stored: Readonly<Record<string, readonly string[]>> = {
  'power/ci': [secret],
  'power/hub': [hubSecret],
  'power/other': ['whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'],
};

function bench() {
  const clock = new FakeClock(at);
  const launcher = new FakeLauncher();
  const log = new MemoryLog();
  const secrets = async (id: string) => stored[id] ?? [];
  const store = new MemoryRunStore();
  const world = { webhooks, secrets, store, launcher, admit: async () => {}, clock, log };
  const handler = httpHandler({ routes: webhookRoutes, world: () => world, log: () => log });
  const send = async (parts: EventParts) => readAnswer(await handler(httpEvent(parts)));
  return { send, launcher, store, log };
}

const good = signed({ type: 'night' }, { secret, at });
const hub = fromGithub({ type: 'night' }, hubSecret);
const with_ = (delivery: Delivery, headers: Readonly<Record<string, string>>): Delivery => ({
  ...delivery,
  headers: { ...delivery.headers, ...headers },
});
const signature = good.headers['webhook-signature'] ?? '';
const timestamp = good.headers['webhook-timestamp'] ?? '';
const bytes = Buffer.from(signature.slice(3), 'base64');
const content = (text = good.body) => `msg_1.${timestamp}.${text}`;
const hubSum = hub.headers['x-hub-signature-256'] ?? '';
const ed25519 = generateKeyPairSync('ed25519').privateKey;
const minute = 60_000;

const forged: readonly [string, Delivery][] = [
  ['without any signature', { ...good, headers: {} }],
  ['with an empty signature', with_(good, { 'webhook-signature': '' })],
  ['with a signature of no bytes', with_(good, { 'webhook-signature': 'v1,' })],
  [
    'with a signature cut to half',
    with_(good, { 'webhook-signature': `v1,${bytes.subarray(0, 16).toString('base64')}` }),
  ],
  ['with a signature that goes on', with_(good, { 'webhook-signature': `${signature}AAAA` })],
  ['with the signature of another secret', signed({ type: 'night' }, { secret: stored['power/other']?.[0] ?? '', at })],
  [
    'with the signature of an empty secret',
    with_(good, { 'webhook-signature': `v1,${hmac('', content(), 'base64')}` }),
  ],
  [
    "with the secret's text as the key",
    with_(good, { 'webhook-signature': `v1,${hmac(secret, content(), 'base64')}` }),
  ],
  ['with SHA-1', with_(good, { 'webhook-signature': `v1,${hmac(keyOf(secret), content(), 'base64', 'sha1')}` })],
  ['with SHA-512', with_(good, { 'webhook-signature': `v1,${hmac(keyOf(secret), content(), 'base64', 'sha512')}` })],
  ['with the right signature in hex', with_(good, { 'webhook-signature': `v1,${bytes.toString('hex')}` })],
  ['with the right signature in base64url', with_(signedWithSigns(), { 'webhook-signature': urlSigned() })],
  ['with the right signature and no version', with_(good, { 'webhook-signature': signature.slice(3) })],
  ['with the right signature of another version', with_(good, { 'webhook-signature': signature.replace('v1', 'v2') })],
  ['with a version in capitals', with_(good, { 'webhook-signature': signature.replace('v1', 'V1') })],
  [
    'with an asymmetric signature (v1a) of a key of the sender',
    with_(good, { 'webhook-signature': `v1a,${sign(null, Buffer.from(content()), ed25519).toString('base64')}` }),
  ],
  [
    'with a signature of the body alone',
    with_(good, { 'webhook-signature': `v1,${hmac(keyOf(secret), good.body, 'base64')}` }),
  ],
  ['with another body', { ...good, body: '{"type":"night" }' }],
  ['cut off', { ...good, body: good.body.slice(0, -1) }],
  ['with a byte more', { ...good, body: `${good.body} ` }],
  ['under another id', with_(good, { 'webhook-id': 'msg_2' })],
  ['under an id that takes the timestamp in', with_(good, { 'webhook-id': `msg_1.${timestamp}` })],
  ['under an id with a line break', with_(good, { 'webhook-id': 'msg_1\nx: y' })],
  // Both are the same bytes to whoever signs: a captured delivery would be a new one.
  [
    'under an id of the same bytes',
    with_(signed({ type: 'night' }, { secret, at, id: '\uFFFD' }), { 'webhook-id': '\uD800' }),
  ],
  ['of another webhook', { ...good, path: '/v1/webhooks/other' }],
  ["of another webhook's scheme", { ...good, path: '/v1/webhooks/hub' }],
  [
    're-dated to now',
    with_(signed({ type: 'night' }, { secret, at: at - 10 * minute }), { 'webhook-timestamp': timestamp }),
  ],
  ['signed six minutes ago', signed({ type: 'night' }, { secret, at: at - 6 * minute })],
  ['signed six minutes ahead', signed({ type: 'night' }, { secret, at: at + 6 * minute })],
  ['dated by a float', with_(good, { 'webhook-timestamp': `${timestamp}.5` })],
  ['dated in hex', with_(good, { 'webhook-timestamp': `0x${Number(timestamp).toString(16)}` })],
  ['dated with an exponent', with_(good, { 'webhook-timestamp': '1e9' })],
  ['dated NaN', with_(good, { 'webhook-timestamp': 'NaN' })],
  ['dated twice, as the gateway joins them', with_(good, { 'webhook-timestamp': `${timestamp},${timestamp}` })],
  ["with GitHub's signature missing", { ...hub, headers: {} }],
  [
    "with GitHub's old SHA-1 signature",
    { ...hub, headers: { 'x-hub-signature': `sha1=${hmac(hubSecret, hub.body, 'hex', 'sha1')}` } },
  ],
  [
    'with SHA-1 under the new name',
    with_(hub, { 'x-hub-signature-256': `sha1=${hmac(hubSecret, hub.body, 'hex', 'sha1')}` }),
  ],
  [
    "with GitHub's signature in base64",
    with_(hub, { 'x-hub-signature-256': `sha256=${Buffer.from(hubSum.slice(7), 'hex').toString('base64')}` }),
  ],
  ["with GitHub's signature without its prefix", with_(hub, { 'x-hub-signature-256': hubSum.slice(7) })],
  ["with GitHub's signature cut", with_(hub, { 'x-hub-signature-256': hubSum.slice(0, -2) })],
  ["with GitHub's signature of another secret", fromGithub({ type: 'night' }, 'guess')],
  ["with GitHub's signature over another body", { ...hub, body: `${hub.body}\n` }],
];

/** A delivery whose signature has signs that base64url writes otherwise. */
function signedWithSigns(): Delivery {
  for (let nth = 0; ; nth += 1) {
    const one = signed({ type: 'night' }, { secret, at, id: `msg_${nth}` });
    if (/[+/]/.test(one.headers['webhook-signature']?.slice(3) ?? '')) return one;
  }
}

function urlSigned(): string {
  const standard = signedWithSigns().headers['webhook-signature'] ?? '';
  return standard.replaceAll('+', '-').replaceAll('/', '_').replace('v1,', 'v1,').replace(/=+$/, '');
}

describe('a webhook', () => {
  it.each([
    ['of Standard Webhooks', good],
    ['of GitHub', hub],
  ])('%s that is good is believed: the attacks begin from there', async (_what, delivery) => {
    const { send, launcher } = bench();
    expect((await send(delivery)).status).toBe(202);
    expect(launcher.started).toHaveLength(1);
  });

  it.each(forged)('%s is refused with 401, launches nothing, and is told no reason', async (_how, delivery) => {
    countInputs('webhooks, forged by hand');
    const { send, launcher, store } = bench();
    const { status, text, json } = await send(delivery);
    expect([status, json.detail]).toEqual([
      401,
      'the webhook is not signed as it must be, or not by whom, or too long ago',
    ]);
    expect(launcher.started).toEqual([]);
    expect((await store.list('2027', 10, null)).runs).toEqual([]);
    for (const one of [secret, secret.slice(6), hubSecret, signature]) expect(text).not.toContain(one);
  });

  it('replayed launches nothing more, in whatever order and however often', async () => {
    const { send, launcher, store } = bench();
    const names = new Set<string>();
    for (let nth = 0; nth < 5; nth++) names.add((await send(good)).json.run.name);
    // Re-signed by whoever has the secret, under the same id, at another time: still the same delivery.
    names.add((await send(signed({ type: 'night' }, { secret, at: at + minute }))).json.run?.name);
    expect(names.size).toBe(1);
    expect((await store.list('2027', 10, null)).runs).toHaveLength(1);
    expect(new Set(launcher.started).size).toBe(1);
  });

  it('replayed under the id of another body is a conflict, and launches nothing', async () => {
    const { send, launcher } = bench();
    await send(good);
    expect((await send(signed({ type: 'night', more: 1 }, { secret, at }))).status).toBe(409);
    expect(new Set(launcher.started).size).toBe(1);
  });

  it("of GitHub's, replayed under another delivery id, is the first one: the id is not signed", async () => {
    const { send, store } = bench();
    await send({ ...hub, headers: { ...hub.headers, 'x-github-delivery': 'a' } });
    await send({ ...hub, headers: { ...hub.headers, 'x-github-delivery': 'b' } });
    expect((await store.list('2027', 10, null)).runs).toHaveLength(1);
  });

  it('with one byte changed anywhere, in body, id, time or signature, is refused', async () => {
    const { send, launcher } = bench();
    const places = ['body', 'webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;
    const change = (text: string, where: number, by: number) => {
      const place = where % text.length;
      const other = String.fromCharCode(33 + ((text.charCodeAt(place) - 33 + by) % 94));
      return text.slice(0, place) + other + text.slice(place + 1);
    };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...places),
        fc.nat(400),
        fc.integer({ min: 1, max: 93 }),
        async (place, where, by) => {
          countInputs('webhooks, one byte changed');
          const changed =
            place === 'body'
              ? { ...good, body: change(good.body, where, by) }
              : with_(good, { [place]: change(good.headers[place] ?? '', where, by) });
          expect((await send(changed)).status).toBe(401);
        },
      ),
      times(300),
    );
    expect(launcher.started).toEqual([]);
  });

  it('of any bytes, under any headers, is refused in words and launches nothing', async () => {
    const { send, launcher } = bench();
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('__proto__', 'v1,', '\u0000', '0'),
    );
    const parts = fc.record({
      name: fc.oneof(fc.constantFrom('ci', 'hub', '__proto__', 'constructor', '../ci', 'ci%00'), text),
      headers: fc.record({
        'webhook-id': text,
        'webhook-timestamp': fc.oneof(text, fc.constant(timestamp)),
        'webhook-signature': fc.oneof(text, fc.constant(signature)),
        'x-hub-signature-256': fc.oneof(text, fc.constant(hubSum)),
      }),
      body: fc.oneof(text, fc.json()),
      isBase64Encoded: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(parts, async ({ name, ...rest }) => {
        countInputs('webhooks, rubbish');
        const { status, json } = await send({ path: `/v1/webhooks/${encodeURIComponent(name)}`, ...rest });
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
        expect(json.detail.length).toBeGreaterThan(5);
      }),
      times(300),
    );
    expect(launcher.started).toEqual([]);
  });

  it('signed rightly with a body of rubbish is refused in words, or asks for nothing, and never launches what no rule says', async () => {
    const { send, launcher } = bench();
    const body = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.constantFrom(
        '{"__proto__":{"type":"night"}}',
        '{"type":"day","type":"night"}',
        '{"constructor":{"type":"night"}}',
      ),
      fc.nat(5000).map((depth) => `${'['.repeat(depth)}${']'.repeat(depth)}`),
    );
    await fc.assert(
      fc.asyncProperty(body, fc.uuid(), async (text, id) => {
        countInputs('webhooks, signed rubbish');
        const { status } = await send(signed(text, { secret, at, id }));
        expect([200, 400, 401]).toContain(status);
      }),
      times(200),
    );
    expect(launcher.started).toEqual([]);
  });

  // Its time is no test's to measure: what is held is that nothing else compares.
  it.each(['lib/http/signature.ts', 'lib/run/notify/keep-link.ts'])(
    'is compared with what is right in constant time, in %s',
    (file) => {
      const [, comparing] = /^function isEqual\(a: string, b: string\): boolean \{\n(.*?)^\}/ms.exec(read(file)) ?? [];
      expect(comparing?.trim().split(/\n\s*/)).toEqual([
        'const [left, right] = [Buffer.from(a), Buffer.from(b)];',
        'return left.length === right.length && timingSafeEqual(left, right);',
      ]);
    },
  );

  it('leaves its forgeries in the log as one line each, without what was sent', async () => {
    const { send, log } = bench();
    await send(with_(good, { 'webhook-signature': 'v1,x\n{"level":"ERROR"}', 'webhook-id': 'a\u001b[2J' }));
    expect(JSON.stringify(log.lines)).not.toMatch(/u001b|level\\":|v1,x/);
  });
});
