// Notices as they arrive over real HTTP: in which shape, how often, and what of all that can go wrong is said.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { mostNoticedVms, type Notice, noticed } from '../../lib/core/notice.ts';
import { type MessengerKind, messenger } from '../../lib/messages/messenger.ts';
import type { Clock } from '../../lib/ports.ts';
import { listen } from '../fixtures/local-aws.ts';

const signingSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const plain: Notice = {
  id: 'run-ended/cron-1',
  type: 'run.ended',
  at: Date.UTC(2026, 10, 24, 18),
  title: 'Run cron-1 (shutdown) ended in trouble',
  text: '1 failed. Details: npx power runs',
  vms: [{ key: 'main/1', name: 'db', note: 'failed: it is still on' }],
  more: 2,
  unlisted: [],
  link: { label: 'Keep on for 2h longer', url: 'https://api.example.org/v1/keep/k1.a.b' },
  facts: { run: 'cron-1', counts: { failed: 1 } },
};

interface Received {
  readonly url: string;
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

type Answer = (response: ServerResponse, nth: number) => void;
const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(code, headers).end('a body that says "secret things"');
  };

/** A channel that answers so, and a way to send to it. */
async function channel(
  kind: MessengerKind,
  answer: Answer,
  more: { withinMs?: number; secret?: string; clock?: Clock } = {},
) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const { url = '', method = '', headers } = request;
    received.push({ url, method, headers, body: Buffer.concat(parts).toString() });
    answer(response, received.length);
  });
  const { endpoint, close } = await listen(server);
  closers.push(close);
  const url = `${endpoint}/services/T0/B0/secret-part?sig=another-secret`;
  const secret = more.secret ?? JSON.stringify({ url, secret: signingSecret });
  const { withinMs = 3_000, clock = systemClock } = more;
  const secrets = { read: async () => secret };
  const to = messenger({ kind, secretId: 'power/notify', secrets, clock, withinMs });
  return { received, endpoint, send: (notice: Notice = plain) => to.send(notice), url };
}

const jsonOf = ([first]: readonly Received[]) => JSON.parse(first?.body ?? '');

describe('a notice arrives', () => {
  it('in Slack as blocks', async () => {
    const { received, send } = await channel('slack', status(200));
    expect(await send()).toEqual({ isSent: true });
    expect(received).toMatchObject([
      {
        url: '/services/T0/B0/secret-part?sig=another-secret',
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'openscaler-power' },
      },
    ]);
    const markdown = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } });
    expect(jsonOf(received)).toEqual({
      text: plain.title,
      unfurl_links: false,
      unfurl_media: false,
      blocks: [
        markdown(`*${plain.title}*\n${plain.text}`),
        {
          type: 'section',
          text: { type: 'plain_text', text: '• "db" (main/1): failed: it is still on\nand 2 more', emoji: false },
        },
        markdown('<https://api.example.org/v1/keep/k1.a.b|Keep on for 2h longer>'),
      ],
    });
  });

  it('in Teams as an Adaptive Card', async () => {
    const { received, send } = await channel('teams', status(202));
    expect(await send()).toEqual({ isSent: true });
    const run = (text: string, style = {}) => ({
      type: 'RichTextBlock',
      inlines: [{ type: 'TextRun', text, ...style }],
    });
    expect(jsonOf(received)).toEqual({
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          content: {
            $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
            type: 'AdaptiveCard',
            version: '1.4',
            body: [
              run(plain.title, { weight: 'Bolder', size: 'Medium' }),
              run(plain.text),
              run('• "db" (main/1): failed: it is still on'),
              run('and 2 more'),
            ],
            actions: [{ type: 'Action.OpenUrl', title: plain.link?.label, url: plain.link?.url }],
          },
        },
      ],
    });
  });

  it('at a Standard Webhooks endpoint signed, with its id', async () => {
    const { received, send } = await channel('webhook', status(204));
    expect(await send()).toEqual({ isSent: true });
    const { headers = {}, body = '' } = received[0] ?? {};
    const signed = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    expect(new Webhook(signingSecret).verify(body, signed)).toEqual({
      type: 'run.ended',
      timestamp: '2026-11-24T18:00:00.000Z',
      data: {
        run: 'cron-1',
        counts: { failed: 1 },
        title: plain.title,
        text: plain.text,
        vms: plain.vms,
        more: 2,
        unlisted: [],
        link: plain.link?.url,
      },
    });
    expect(signed['webhook-id']).toBe('run-ended/cron-1');
  });

  it('without link and without VMs, where there are none', async () => {
    const bare = { ...plain, vms: [], more: 0, link: null };
    const slack = await channel('slack', status(200));
    await slack.send(bare);
    expect(jsonOf(slack.received).blocks).toHaveLength(1);
    const teams = await channel('teams', status(200));
    await teams.send(bare);
    expect(jsonOf(teams.received).attachments[0].content).toMatchObject({ body: [{}, {}], actions: [] });
  });
});

describe('what others wrote', () => {
  const hostile = `<!channel> <https://evil.example|click> & *b* [l](https://evil.example) {{{{DATE(x)}}}} $\${x} \u202e\u0007\n\`\`\``;
  const notice = {
    ...plain,
    ...noticed([{ key: 'main/1', name: hostile, note: hostile }], [{ key: hostile, reason: hostile }]),
    link: null,
  };

  it('is plain text for Slack, escaped', async () => {
    const { received, send } = await channel('slack', status(200));
    await send(notice);
    const { blocks, text } = jsonOf(received);
    expect(blocks[1].text.type).toBe('plain_text');
    expect(blocks[1].text.text).toContain('&lt;!channel&gt; &lt;https://evil.example|click&gt; &amp; *b*');
    const lines = blocks[1].text.text.split('\n');
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).not.toMatch(/[<>\p{C}]|&(?!amp;|lt;|gt;)/u);
    expect([JSON.stringify(blocks[0]), text].join()).not.toContain('evil');
  });

  it('is text without Markdown, dates or templates for Teams', async () => {
    const { received, send } = await channel('teams', status(200));
    await send(notice);
    const [{ content }] = jsonOf(received).attachments;
    const [block] = content.body.slice(2);
    expect(block.type).toBe('RichTextBlock');
    expect(block.inlines[0].text).toContain('[l](https://evil.example)');
    expect(block.inlines[0].text).not.toMatch(/\{\{|\$\{/);
    expect(received[0]?.body).not.toContain('TextBlock","text');
  });

  it.each(['slack', 'teams', 'webhook'] as const)('however long, makes no message too long for %s', async (kind) => {
    const long = [
      `&<>"\\{{\${\u{1f600}中\u202e`.repeat(5_000),
      '中'.repeat(5_000),
      '"'.repeat(5_000),
      '&'.repeat(5_000),
    ];
    for (const name of long) {
      const vms = Array.from({ length: 5_000 }, (_, nth) => ({ key: `main/${nth}`, name, note: name }));
      const { received, send } = await channel(kind, status(200));
      const projects = Array.from({ length: 50 }, (_, nth) => ({ key: `main/${nth}`, reason: name }));
      const shown = noticed(vms, projects);
      expect([shown.vms.length, shown.more]).toEqual([mostNoticedVms, 5_000 - mostNoticedVms]);
      await send({ ...plain, ...shown });
      const body = received[0]?.body ?? '';
      expect(body.isWellFormed()).toBe(true);
      // Teams' limit; Slack's is on each block.
      if (kind === 'teams') expect(Buffer.byteLength(body)).toBeLessThan(28_000);
      if (kind !== 'slack') continue;
      const { blocks } = JSON.parse(body);
      expect(blocks.length).toBeLessThan(50);
      for (const block of blocks) expect(block.text.text.length).toBeLessThanOrEqual(3_000);
    }
  });
});

describe('a channel that does not take it', () => {
  it.each([
    [500, 2],
    [503, 2],
    [429, 2],
    [400, 1],
    [404, 1],
    [410, 1],
  ])('by %i is asked %i times, and named by its status alone', async (code, times) => {
    const { received, send } = await channel('webhook', status(code));
    expect(await send()).toEqual({ isSent: false, why: `it answered ${code}` });
    expect(received).toHaveLength(times);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('at first is asked again, and then has it', async () => {
    const { received, send } = await channel('slack', (response, nth) => status(nth === 1 ? 502 : 200)(response, nth));
    expect([await send(), received.length]).toEqual([{ isSent: true }, 2]);
  });

  it.each([
    ['1', [1_000], 2],
    ['4', [], 1],
    ['30', [], 1],
    ['soon', [500], 2],
  ])('wants to be left alone for %s s: so long, where that is in time', async (seconds, slept, tries) => {
    const busy: Answer = (response, nth) => status(nth === 1 ? 429 : 200, { 'retry-after': seconds })(response, nth);
    const paused: number[] = [];
    const sleep = async (ms: number) => void paused.push(ms);
    const { received, send } = await channel('slack', busy, { clock: { ...systemClock, sleep } });
    expect(await send()).toEqual(tries === 2 ? { isSent: true } : { isSent: false, why: 'it answered 429' });
    expect([paused, received.length]).toEqual([slept, tries]);
  });

  it('sends elsewhere: nobody follows', async () => {
    const elsewhere = await channel('slack', status(200));
    const { send } = await channel('slack', status(307, { location: elsewhere.url }));
    expect(await send()).toEqual({ isSent: false, why: 'it answered 307' });
    expect(elsewhere.received).toEqual([]);
  });

  it('never answers, or drips for ever: it is not waited for', async () => {
    const silent = await channel('slack', () => undefined, { withinMs: 150 });
    expect(await silent.send()).toEqual({ isSent: false, why: 'it took too long' });
    const dripping: Answer = (response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('x'.repeat(10_000)), 5);
      response.on('close', () => clearInterval(timer));
    };
    // Of an answer only its status counts.
    expect(await (await channel('slack', dripping)).send()).toEqual({ isSent: true });
  });

  it('cuts the connection', async () => {
    const { received, send } = await channel('slack', (response) => void response.socket?.destroy());
    expect(await send()).toEqual({ isSent: false, why: expect.stringMatching(/^no answer \([A-Z_]+\)$/) });
    expect(received).toHaveLength(2);
  });

  it('is not there', async () => {
    const { url, send } = await channel('slack', status(200));
    for (const close of closers.splice(0)) await close();
    const delivered = await send();
    expect(delivered).toEqual({ isSent: false, why: 'no answer (ECONNREFUSED)' });
    expect(JSON.stringify(delivered)).not.toContain(url);
  });
});

describe('a secret that cannot be used', () => {
  it('as it is not answered is not waited for', async () => {
    const secrets = { read: () => new Promise<never>(() => {}) };
    const to = messenger({ kind: 'slack', secretId: 'power/notify', secrets, clock: systemClock, withinMs: 50 });
    expect(await to.send(plain)).toEqual({ isSent: false, why: 'its secret took too long to read' });
  });

  it.each([
    ['', 'an https address'],
    ['hooks.slack.com/services/hush', 'an https address'],
    ['http://hooks.slack.com/services/hush', 'an https address'],
    ['http://127.0.0.1.evil.example/hush', 'an https address'],
    ['https://user:hush@hooks.slack.com/', 'without user'],
    ['file:///hush', 'an https address'],
    ['{"uri": "https://hush.example"}', '{"url"'],
    ['{"url": "https://hush.example"', '{"url"'],
    ['{"url": 7, "secret": "hush"}', '{"url"'],
  ])('%s is refused, in words that say how it should be and show none of it', async (secret, words) => {
    const { send, received } = await channel('slack', status(200), { secret });
    const thrown = await send().catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'secret', message: expect.stringContaining(words) });
    expect(String(thrown)).toContain('power/notify');
    expect(String(thrown)).not.toContain('hush');
    expect(received).toEqual([]);
  });

  it.each(['{"url": "https://hooks.example/hush"}', '{"url": "https://hooks.example/hush", "secret": "ö not base64"}'])(
    '%s cannot sign a Standard Webhook',
    async (secret) => {
      const { send } = await channel('webhook', status(200), { secret });
      const thrown = await send().catch((error: unknown) => error);
      expect(thrown).toMatchObject({ code: 'secret', message: expect.stringContaining('"secret"') });
      expect(String(thrown)).not.toMatch(/hush|base64"/);
    },
  );
});
