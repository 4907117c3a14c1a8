// /v1/keep/{token}, over real HTTP: who may, what it shows, and that nothing but a confirmation changes anything.

import { createServer, type IncomingHttpHeaders } from 'node:http';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { memoryStateStore } from '../../cli/state/memory.ts';
import { PowerError } from '../../lib/core/errors.ts';
import { httpHandler } from '../../lib/http/http-handler.ts';
import { type KeepWorld, keepRoutes } from '../../lib/http/keep.ts';
import { keepToken } from '../../lib/run/notify/keep-link.ts';
import { makeKnownOverride } from '../../lib/run/schedule/overrides.ts';
import { FakeClock } from '../fakes/clock.ts';
import { MemoryLog } from '../fakes/log.ts';
import { MemoryStopWarnings } from '../fakes/stop-warnings.ts';
import { listen } from '../fixtures/local-aws.ts';
import { httpEvent } from './api-bench.ts';

const hourMs = 3_600_000;
const start = Date.UTC(2026, 10, 24, 16, 40); // a Tuesday; 17:40 in Algiers
const stopMs = Date.UTC(2026, 10, 24, 17);
const keys = ['k'.repeat(64)];
const id = { stopMs, nth: 0 };
const token = keepToken(id, keys);
const hostile = `"><script>alert(1)</script><img src=x onerror='alert(2)'> &amp; \u202e\u001b[31m\n`;

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

interface Setup extends Partial<KeepWorld> {
  readonly vms?: readonly { readonly key: string; readonly name: string }[];
  readonly total?: number;
  readonly maxDurationMs?: number;
}

/** A server that hands requests to the handler as the HTTP API does, and a warning of the stop at 17:00Z. */
async function bench({
  vms = [{ key: 'main/1', name: 'db' }],
  total,
  maxDurationMs = 24 * hourMs,
  ...more
}: Setup = {}) {
  const clock = new FakeClock(start);
  const log = new MemoryLog();
  const state = memoryStateStore();
  const warnings = new MemoryStopWarnings(clock);
  const all = Array.from({ length: total ?? vms.length }, (_, nth) => vms[nth]?.key ?? `main/more-${nth}`);
  await warnings.claim({ ...id, keys: all, shown: vms });
  const world: KeepWorld = {
    clock,
    log,
    warnings,
    keys: async () => keys,
    keepMs: 2 * hourMs,
    quota: 1,
    zone: 'Africa/Algiers',
    keepOn: (override) => makeKnownOverride(override, { clock, state, maxDurationMs }),
    ...more,
  };
  const handler = httpHandler({ routes: keepRoutes, world: () => world, log: () => log });
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const parsed = new URL(request.url ?? '/', 'http://localhost');
    const event = httpEvent({
      method: request.method ?? 'GET',
      path: parsed.pathname,
      headers: textHeaders(request.headers),
      body: Buffer.concat(parts).toString('base64'),
      isBase64Encoded: true,
    });
    const answer = await handler(event);
    response.writeHead(answer.statusCode, { ...answer.headers }).end(answer.body);
  });
  const { endpoint, close } = await listen(server);
  closers.push(close);
  const call = async (method: string, path = token, body?: string, headers: Record<string, string> = {}) => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const init = { method, redirect: 'manual', headers: { ...(body === undefined ? {} : form), ...headers } } as const;
    const answer = await fetch(`${endpoint}/v1/keep/${path}`, body === undefined ? init : { ...init, body });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };
  const confirm = (path?: string, use = 1) => call('POST', path, `confirm=${use}`);
  const overrides = async () => (await state.load()).overrides;
  const used = async () => (await warnings.read(id))?.used;
  return { clock, log, state, warnings, call, confirm, overrides, used };
}

function textHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

describe('opening a link', () => {
  it('shows which VMs would stay on until when, asks, and changes nothing', async () => {
    const { call, overrides, used } = await bench({ vms: [{ key: 'main/1', name: 'db' }], total: 3 });
    const { status, text } = await call('GET');
    expect(status).toBe(200);
    expect(text).toContain('<h1>Keep 3 VMs on?</h1>');
    expect(text).toContain('At Tue 18:00 (Africa/Algiers) a schedule stops these VMs.');
    expect(text).toContain('they stay on until Tue 20:00 (Africa/Algiers)');
    expect(text).toContain('A VM that was switched off since the warning is started again.');
    expect(text).toContain('Schedules heed this. A cron, a webhook or a person can still stop them before.');
    expect(text).toContain('<li>&quot;db&quot; (main/1)</li><li>and 2 more</li>');
    expect(text).toContain(
      '<form method="post"><button type="submit" name="confirm" value="1">Keep 3 VMs on until Tue 20:00 (Africa/Algiers)</button></form>',
    );
    expect([await overrides(), await used()]).toEqual([[], 0]);
  });

  it('is kept nowhere, framed nowhere, told to nobody, and runs and loads nothing', async () => {
    const { call } = await bench();
    for (const { headers } of [await call('GET'), await call('GET', 'rubbish'), await call('POST')]) {
      expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
      );
    }
  });

  it.each(['HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('by %s changes nothing, confirmed or not', async (method) => {
    const { call, overrides, used } = await bench();
    const { status } = await call(method, token, method === 'HEAD' ? undefined : 'confirm=1');
    expect([status, await overrides(), await used()]).toEqual([405, [], 0]);
  });

  it('by a preview of a chat, again and again, changes nothing', async () => {
    const { call, overrides, used } = await bench();
    const headers = { 'user-agent': 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)' };
    for (let count = 0; count < 5; count += 1)
      expect((await call('GET', `${token}?confirm=1`, undefined, headers)).status).toBe(200);
    expect([await overrides(), await used()]).toEqual([[], 0]);
  });

  it('shows hostile names as the text they are', async () => {
    const { call } = await bench({ vms: [{ key: `main/${hostile}`, name: hostile }] });
    const { text } = await call('GET');
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(text).toContain('&amp;amp; \\u{202e}\\u{1b}[31m\\u{a}');
    expect(text.match(/<(?!\/?(?:!doctype|html|head|meta|title|style|body|h1|p|ul|li|form|button)\b)/g)).toBeNull();
    expect(text).not.toContain("onerror='");
  });

  it('shows no name, whatever it is, as more than text', async () => {
    const { call, warnings } = await bench();
    const plain = (await call('GET')).text.replace(/<li>.*<\/li>/, '');
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (name) => {
        await warnings.note(id, false);
        await warnings.claim({ ...id, keys: ['main/1'], shown: [{ key: 'main/1', name }] });
        const { text } = await call('GET');
        const [, item = '<'] = /<li>(.*)<\/li>/.exec(text) ?? [];
        expect(item).not.toMatch(/[<>"'\p{C}]|&(?!(?:amp|lt|gt|quot|#39);)/u);
        expect(text.replace(/<li>.*<\/li>/, '')).toBe(plain);
      }),
      { numRuns: 60 },
    );
  });
});

describe('confirming', () => {
  it('keeps the VMs that were shown on, until the stop and as long as configured, by the link', async () => {
    const { confirm, overrides } = await bench({ vms: [{ key: 'main/1', name: 'db' }], total: 2 });
    const { status, text } = await confirm();
    expect(status).toBe(200);
    expect(text).toContain('2 VMs will stay on until Tue 20:00 (Africa/Algiers).');
    const endMs = stopMs + 2 * hourMs;
    expect(await overrides()).toEqual([
      {
        id: `keep-${stopMs.toString(36)}-1`,
        keep: 'on',
        startMs: start,
        reason: 'by the link of the warning of 2026-11-24T17:00:00.000Z',
        by: 'link',
        ends: { 'main/1': endMs, 'main/more-1': endMs },
        cancelledMs: null,
      },
    ]);
  });

  it.each([
    ['nothing', '', {}],
    ['another word', 'confirm=no', {}],
    ['no use', 'confirm=0', {}],
    ['a use in other digits', 'confirm=01', {}],
    ['two words', 'confirm=1&confirm=1', {}],
    ['JSON', '{"confirm":"1"}', { 'content-type': 'application/json' }],
    ['plain text, as a page elsewhere could send it', 'confirm=1', { 'content-type': 'text/plain' }],
    ['a giant form', `confirm=1&a=${'a'.repeat(2000)}`, {}],
    ['the word in the query', '', {}],
  ])('takes the form alone, not %s', async (what, body, headers) => {
    const { call, overrides, used } = await bench();
    const path = what === 'the word in the query' ? `${token}?confirm=1` : token;
    const { status, text } = await call('POST', path, body, headers);
    expect([status, await overrides(), await used()]).toEqual([400, [], 0]);
    expect(text).toContain('Nothing was changed.');
  });

  it('a second time says that it was used, and until when it put the stop off', async () => {
    const { confirm, call, overrides } = await bench();
    await confirm();
    for (const { status, text } of [await confirm(), await call('GET')]) {
      expect([status, text]).toEqual([
        410,
        expect.stringContaining('It put the stop off until Tue 20:00 (Africa/Algiers)'),
      ]);
    }
    expect(await overrides()).toHaveLength(1);
  });

  it('does what its page showed, once, however often the form is sent', async () => {
    const { confirm, overrides, used } = await bench({ quota: 2 });
    const answers = await Promise.all(Array.from({ length: 8 }, () => confirm()));
    answers.push(await confirm());
    expect((await overrides()).map(({ ends }) => ends['main/1'])).toEqual([stopMs + 2 * hourMs]);
    expect(await used()).toBe(1);
    for (const { status, text } of answers) {
      expect([200, 410]).toContain(status);
      expect(text).toContain('until Tue 20:00 (Africa/Algiers)');
    }
    expect(answers.some(({ status }) => status === 200)).toBe(true);
  });

  it('puts the stop off once more for each use that the quota allows', async () => {
    const { confirm, call, overrides } = await bench({ quota: 2 });
    await confirm();
    const { text } = await call('GET');
    expect(text).toContain('until Tue 22:00 (Africa/Algiers)');
    expect(text).toContain('name="confirm" value="2"');
    await confirm(token, 2);
    expect((await confirm(token, 3)).status).toBe(410);
    expect((await overrides()).map(({ ends }) => ends['main/1'])).toEqual([stopMs + 2 * hourMs, stopMs + 4 * hourMs]);
  });

  it('is not of a use that no page has shown yet', async () => {
    const { confirm, overrides, used } = await bench({ quota: 3 });
    expect((await confirm(token, 2)).status).toBe(400);
    expect([await overrides(), await used()]).toEqual([[], 0]);
  });

  it('is worth nothing when the override could not be kept: the link still works', async () => {
    let isBroken = true;
    const made: unknown[] = [];
    const { confirm, used } = await bench({
      keepOn: async (override) => {
        if (isBroken) throw new PowerError('aws', 'the table is away');
        made.push(override);
        return { ...override, startMs: start, ends: {}, cancelledMs: null };
      },
    });
    expect([(await confirm()).status, await used()]).toEqual([503, 0]);
    isBroken = false;
    expect([(await confirm()).status, await used(), made.length]).toEqual([200, 1, 1]);
  });

  it.each(['before', 'after'])(
    'never says that it was used where a crash %s the override came between',
    async (when) => {
      let isCrashing = true;
      const killed = Promise.withResolvers<void>();
      // What a process that was killed leaves behind: nothing after this happens.
      const kill = () => {
        killed.resolve();
        return new Promise<never>(() => {});
      };
      const { warnings, state, clock, confirm, call, overrides } = await bench({
        keepOn: (override) =>
          isCrashing && when === 'before'
            ? kill()
            : makeKnownOverride(override, { clock, state, maxDurationMs: 24 * hourMs }),
      });
      const use = warnings.use.bind(warnings);
      warnings.use = (...asked) => (isCrashing && when === 'after' ? kill() : use(...asked));
      confirm().catch(() => undefined);
      await killed.promise;
      isCrashing = false;
      expect((await call('GET')).status).toBe(200);
      expect(await confirm()).toMatchObject({ status: 200, text: expect.stringContaining('until Tue 20:00') });
      expect((await overrides()).map(({ ends }) => ends['main/1'])).toEqual([stopMs + 2 * hourMs]);
    },
  );

  it('of a later warning is about its own VMs, and counts by itself', async () => {
    const { warnings, confirm, call, overrides } = await bench();
    const later = { stopMs, nth: 1 };
    await warnings.claim({ ...later, keys: ['main/2'], shown: [{ key: 'main/2', name: 'late' }] });
    await confirm();
    expect((await call('GET', keepToken(later, keys))).text).toContain('<li>&quot;late&quot; (main/2)</li></ul>');
    expect((await confirm(keepToken(later, keys))).status).toBe(200);
    expect((await overrides()).map(({ ends }) => Object.keys(ends))).toEqual([['main/1'], ['main/2']]);
  });

  it('says so where what it made was ended by hand before it was sent again', async () => {
    const { warnings, state, confirm, overrides, used } = await bench();
    const use = warnings.use.bind(warnings);
    warnings.use = async () => {
      throw new PowerError('aws', 'the table is away');
    };
    expect((await confirm()).status).toBe(503);
    warnings.use = use;
    await state.cancelOverride(`keep-${stopMs.toString(36)}-1`, start);
    expect(await confirm()).toMatchObject({ status: 410, text: expect.stringContaining('has been ended since') });
    expect([(await overrides()).length, await used()]).toEqual([1, 1]);
  });

  it('keeps nothing on for longer than overrides may last', async () => {
    const { confirm, overrides, used } = await bench({ maxDurationMs: 2 * hourMs });
    expect([(await confirm()).status, await overrides(), await used()]).toEqual([400, [], 0]);
  });
});

describe('a link that is none, or none any more', () => {
  it.each([
    ['forged', keepToken(id, ['x'.repeat(64)])],
    ['of another stop', token.replace(/^k1\.[^.]+/, `k1.${(stopMs + hourMs).toString(36)}`)],
    ['of another warning', token.replace(/^k1\.[^.]+/, '$&-1')],
    ['truncated', token.slice(0, -1)],
    ['empty after its head', 'k1'],
    ['with more behind', `${token}A`],
    ['of another version', token.replace('k1', 'k2')],
    ['a path', '..%2f..%2fv1%2fruns'],
    ['no text', '%00%0d%0aSet-Cookie:a=b'],
    ['a prototype', '__proto__'],
  ])('%s is refused, and changes nothing', async (_what, forged) => {
    const { call, confirm, overrides, used } = await bench();
    for (const { status, text } of [await call('GET', forged), await confirm(forged)]) {
      expect([status, text]).toEqual([403, expect.stringContaining('This link is not valid')]);
      if (forged.length > 10) expect(text).not.toContain(forged);
    }
    expect([await overrides(), await used()]).toEqual([[], 0]);
  });

  it('is over with its stop, not a moment before', async () => {
    const { clock, call, confirm, overrides } = await bench();
    await clock.run(clock.sleep(stopMs - start - 1));
    expect((await call('GET')).status).toBe(200);
    await clock.run(clock.sleep(1));
    for (const { status, text } of [await call('GET'), await confirm()])
      expect([status, text]).toEqual([410, expect.stringContaining('This link is over')]);
    expect(await overrides()).toEqual([]);
  });

  it('after its stop still says that it was used, should it have been', async () => {
    const { clock, call, confirm } = await bench({ quota: 2 });
    await confirm();
    await clock.run(clock.sleep(stopMs - start));
    for (const { status, text } of [await call('GET'), await confirm(token, 2)])
      expect([status, text]).toEqual([410, expect.stringContaining('It put the stop off until Tue 20:00')]);
  });

  it('is over where nobody was warned, and where there is nothing to keep', async () => {
    const later = { stopMs: stopMs + hourMs, nth: 0 };
    const { warnings, call, confirm, overrides } = await bench();
    expect((await call('GET', keepToken(later, keys))).status).toBe(410);
    await warnings.claim({ ...later, keys: [], shown: [] });
    expect((await confirm(keepToken(later, keys))).status).toBe(410);
    expect(await overrides()).toEqual([]);
  });

  it('asks neither table nor anything else before its signature is checked', async () => {
    const untouched = new Proxy(new MemoryStopWarnings({ now: () => start }), {
      get: () => () => {
        throw new Error('asked');
      },
    });
    const { call } = await bench({ warnings: untouched });
    expect((await call('GET', 'k1.abc.def')).status).toBe(403);
  });

  it('stands in no line of the log, nor does one that is good', async () => {
    const { call, confirm, log } = await bench();
    const forged = `${token.slice(0, -2)}xx`;
    await call('GET', forged);
    await confirm();
    await confirm();
    const lines = JSON.stringify(log.lines);
    expect(lines).toContain('nobody here has signed it');
    for (const secret of [token, forged, ...keys]) expect(lines).not.toContain(secret);
  });
});
