// Attacks on the HTTP API by a caller that IAM lets in: ids, bodies, queries and headers made to reach where they must not.
// Through the real router and routes, over fakes that count what would have been done.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxBodyBytes } from '../../lib/http/body.ts';
import { apiBench, type EventParts, httpEvent } from '../http/api-bench.ts';
import { countInputs, times } from './counting.ts';

const fleet = [{ id: '8', name: 'box', description: '[env=dev]' }];
const paths = [
  '/v1/runs',
  '/v1/runs/x',
  '/v1/vms',
  '/v1/vms/8/actions',
  '/v1/vms/8/explain',
  '/v1/plan',
  '/v1/overrides',
  '/v1/overrides/x',
  '/openapi.json',
] as const;

function bench() {
  const made = apiBench({}, fleet);
  const untouched = () => {
    expect(made.launcher.started).toEqual([]);
    expect(made.cloud.sent).toEqual([]);
    expect(Object.keys(Object.prototype)).toEqual([]);
  };
  return { ...made, untouched };
}

type Sent = Awaited<ReturnType<ReturnType<typeof bench>['send']>>;

/** No, in words: a problem document without a trace of code. */
function expectRefusal({ status, text, json, headers }: Sent): void {
  expect(status, text).toBeGreaterThanOrEqual(400);
  expect(status, text).toBeLessThan(500);
  expect(headers['content-type']).toBe('application/problem+json');
  expect(json.detail.length).toBeGreaterThan(5);
  expect(text).not.toMatch(/\bat \S+ \(|\.ts:\d|node_modules|TypeError|RangeError/);
}

const ids = [
  '../',
  '..',
  '..%2f..',
  '%2e%2e%2f',
  '8%2f..%2f9',
  '8%0a',
  '8%0d%0aX-Evil:1',
  '%00',
  '8;x',
  '8%20',
  '__proto__',
  '%252e%252e',
  '8%5c9',
  'ß',
  '8%2f8%2f8',
  '-8',
  '.8',
  'a'.repeat(400),
];

describe('ids in paths', () => {
  it.each(ids)('%s never leaves its place: no VM is acted on, no run or override is read by it', async (id) => {
    const { send, launcher, untouched } = bench();
    const attempts: EventParts[] = [
      { method: 'POST', path: `/v1/vms/${id}/actions`, body: { type: 'shutdown' } },
      { method: 'GET', path: `/v1/vms/${id}/explain` },
      { method: 'GET', path: `/v1/runs/${id}` },
      { method: 'DELETE', path: `/v1/runs/${id}` },
      { method: 'DELETE', path: `/v1/overrides/${id}` },
    ];
    for (const attempt of attempts) {
      countInputs('ids in paths');
      expectRefusal(await send(attempt));
    }
    expect(launcher.started).toEqual([]);
    untouched();
  });

  it('that are not encoded as they should are refused', async () => {
    const { send, untouched } = bench();
    for (const id of ['%', '%zz', '%c3%28', '%ff'])
      expectRefusal(await send({ method: 'GET', path: `/v1/runs/${id}` }));
    untouched();
  });

  it('of any text are refused or unknown, unless they are an id', async () => {
    const { send, cloud } = bench();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1 }), async (text) => {
        fc.pre(!/^(?:[A-Za-z0-9][\w.-]*\/)?[A-Za-z0-9][\w.-]*$/.test(text));
        countInputs('ids in paths');
        const path = `/v1/vms/${encodeURIComponent(text.toWellFormed())}`;
        expectRefusal(await send({ method: 'POST', path: `${path}/actions`, body: { type: 'start' } }));
        expectRefusal(await send({ method: 'GET', path: `${path}/explain` }));
      }),
      times(150),
    );
    expect(cloud.sent).toEqual([]);
  });
});

describe('bodies', () => {
  const good = '"action":"shutdown","select":"env=dev"';
  const nested = (depth: number) => `{${good},"x":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  it.each([
    ['giant', `{${good},"x":"${'x'.repeat(maxBodyBytes)}"}`, 413],
    ['of a giant list of ids', `{"action":"start","ids":[${'"8",'.repeat(12_000)}"8"]}`, 400],
    ['deeply nested', nested(30_000), 400],
    ['deeply nested in objects', `{${good},"x":${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}}`, 400],
    ['with a key twice', `{${good},"select":"*"}`, 400],
    ['with a key twice, once escaped', `{${good},"\\u0073elect":"*"}`, 400],
    ['with a key twice, deep within', `{${good},"x":{"a":1,"a":2}}`, 400],
    ['with __proto__', `{${good},"__proto__":{"allowDataLoss":true}}`, 400],
    ['with __proto__ escaped', `{${good},"\\u005f_proto__":{"dryRun":false}}`, 400],
    ['with constructor.prototype', `{${good},"constructor":{"prototype":{"polluted":1}}}`, 400],
    ['with a text for a flag', `{${good},"allowDataLoss":"true"}`, 400],
    ['with a list for an action', '{"action":["shutdown"],"select":"*"}', 400],
    ['with an object for a selector', '{"action":"shutdown","select":{"toString":"*"}}', 400],
    ['of an empty selector', '{"action":"shutdown","select":""}', 400],
    ['of no VM at all', '{"action":"shutdown"}', 400],
    ['of a number', '7', 400],
    ['of null', 'null', 400],
    ['with a byte-order mark', `\uFEFF{${good}}`, 400],
    ['with a comment', `{${good}/* x */}`, 400],
    ['with NaN', `{${good},"x":NaN}`, 400],
    ['with a huge number', `{${good},"x":1e999}`, 400],
  ])('%s are refused whole', async (_what, body, status) => {
    countInputs('bodies, by hand');
    const { send, untouched } = bench();
    const answer = await send({ path: '/v1/runs', body });
    expectRefusal(answer);
    expect(answer.status).toBe(status);
    untouched();
  });

  // Within a text of a request that is right otherwise: read leniently, each would be launched.
  it.each([
    ['a byte of no text', [0xff]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['half a pair', [0xed, 0xa0, 0x80]],
    ['a sequence cut short', [0xe2, 0x82]],
    ['what lies beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
  ])('that are no UTF-8 are refused: %s', async (_what, bytes) => {
    const { send, untouched } = bench();
    const body = Buffer.concat([
      Buffer.from('{"action":"start","select":"env=\\"'),
      Buffer.from(bytes),
      Buffer.from('\\""}'),
    ]);
    expectRefusal(await send({ path: '/v1/runs', body: body.toString('base64'), isBase64Encoded: true }));
    untouched();
  });

  // Each property on its own is right often enough that whole requests come near to being so.
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom('start', '*', 'env=dev', true, null, 'off', '3h'),
  );
  const key = fc.constantFrom(
    'action',
    'select',
    'ids',
    'accounts',
    'dryRun',
    'type',
    'keep',
    'for',
    'reason',
    '__proto__',
    'constructor',
    'x',
  );
  const near = fc
    .array(fc.tuple(key, value), { maxLength: 6 })
    .map((entries) => `{${entries.map(([name, one]) => `${JSON.stringify(name)}:${JSON.stringify(one)}`).join()}}`);
  const rubbish = fc.oneof(near, fc.json(), fc.string({ unit: 'binary' }));

  it('of any kind, to any path, end in an answer, never in a trace; what launches is what the schema allows', async () => {
    const { send, launcher, store, cloud } = bench();
    const method = fc.constantFrom('POST', 'GET', 'DELETE', 'PUT', 'TRACE', '__proto__');
    await fc.assert(
      fc.asyncProperty(method, fc.constantFrom(...paths), rubbish, async (verb, path, body) => {
        countInputs('bodies, rubbish');
        const { status, text } = await send({ method: verb, path, body });
        expect(status, text).toBeLessThan(500);
        expect(text).not.toMatch(/\.ts:\d|node_modules/);
      }),
      times(400),
    );
    for (const name of launcher.started) {
      const run = await store.read(name, '2027');
      expect(run?.request).toMatchObject({
        action: expect.stringMatching(/^(?:start|shutdown|reboot)$/),
        dryRun: false,
      });
    }
    expect(cloud.sent).toEqual([]);
  });
});

describe('queries', () => {
  it.each([
    '__proto__=1',
    '__proto__[x]=1',
    'constructor=1',
    'select=a&select=*',
    'select[]=a',
    'SELECT=a',
    'select=a&x=',
    'toString=1',
  ])('?%s is refused, never read as something else', async (query) => {
    countInputs('queries, by hand');
    const { send, untouched } = bench();
    expectRefusal(await send({ method: 'GET', path: '/v1/vms', query }));
    expectRefusal(await send({ method: 'GET', path: '/v1/plan', query }));
    untouched();
  });

  it('of any text end in an answer', async () => {
    const { send, untouched } = bench();
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('9'.repeat(400), '1e5', '-1', '0x10', '２'));
    const name = fc.constantFrom('select', 'days', 'limit', 'cursor', 'at', '__proto__');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.array(fc.tuple(name, text), { maxLength: 3 }),
        async (path, pairs) => {
          countInputs('queries, rubbish');
          const query = new URLSearchParams(
            pairs.map(([key, one]): [string, string] => [key, one.toWellFormed()]),
          ).toString();
          const answer = await send({ method: 'GET', path, query });
          if (answer.status !== 200) expectRefusal(answer);
        },
      ),
      times(300),
    );
    untouched();
  });
});

describe('headers', () => {
  it.each(['a\r\nLocation: https://evil.example', 'a\nb', '\u0000', 'é', '', 'x'.repeat(256), '\u001b[2J'])(
    'an Idempotency-Key of %j is refused, and stands in no header of the answer',
    async (key) => {
      countInputs('headers, by hand');
      const { send, untouched } = bench();
      const answer = await send({
        path: '/v1/runs',
        headers: { 'idempotency-key': key },
        body: { action: 'start', select: 'a' },
      });
      expectRefusal(answer);
      expect(JSON.stringify(answer.headers)).not.toMatch(/evil|\\n|\\u001b/);
      untouched();
    },
  );

  it('of any names and values end in an answer whose own headers are plain', async () => {
    const { send, cloud } = bench();
    const names = fc.constantFrom(
      'Idempotency-Key',
      'content-type',
      'Content-Length',
      '__proto__',
      'x-forwarded-for',
      'host',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('text/html', 'application/json; charset=utf-7'),
    );
    await fc.assert(
      fc.asyncProperty(fc.dictionary(names, text), async (headers) => {
        countInputs('headers, rubbish');
        const answer = await send({ path: '/v1/runs', headers, body: { action: 'start', select: 'a', dryRun: true } });
        expect(answer.status).toBeLessThan(500);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
        for (const one of Object.values(answer.headers)) expect(one).not.toMatch(/[\u0000-\u001f\u007f-\uffff]/);
      }),
      times(200),
    );
    expect(cloud.sent).toEqual([]);
  });
});

describe('the event itself', () => {
  it('of any shape ends in an answer of 4xx', async () => {
    const { handler, context, untouched } = bench();
    const like = httpEvent({ method: 'GET', path: '/v1/vms' });
    const event = fc.oneof(
      fc.anything({ withNullPrototype: true }),
      fc.jsonValue().map((one) => ({ ...like, requestContext: one })),
      fc.jsonValue().map((one) => ({ ...like, headers: one, body: one })),
    );
    await fc.assert(
      fc.asyncProperty(event, async (one) => {
        countInputs('events of the HTTP API, rubbish');
        const { statusCode } = await handler(one, context);
        expect(statusCode).toBeLessThan(500);
      }),
      times(300),
    );
    untouched();
  });

  it('that claims to be from somebody else is from whom IAM vouches for: a key counts per caller', async () => {
    const { send } = bench();
    const launch = {
      path: '/v1/runs',
      headers: { 'idempotency-key': 'k', 'x-amz-user': 'arn:admin' },
      body: { action: 'start', select: 'a' },
    };
    const names = new Set<string>();
    for (const caller of ['arn:a', 'arn:b', undefined]) {
      const parts = caller === undefined ? launch : { ...launch, caller };
      names.add((await send(parts)).json.run.name);
    }
    expect(names.size).toBe(3);
  });
});
