// Holds the configuration reference to the schema: every field, every default, every variable, and the example.
// Fields are learnt from what the schema says is allowed, so that a new one cannot stay undocumented.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadConfigFile } from '../lib/config/file.ts';
import { schedulesOf } from '../lib/config/schedules.ts';
import { type Config, loadConfig, readEnvironment } from '../lib/config.ts';
import { printDuration } from '../lib/core/duration.ts';
import { PowerError } from '../lib/core/errors.ts';
import { codes, firstCodes, read, root, rows, section, unique } from './fixtures/documents.ts';

const cron = { cron: '0 19 ? * * *', timezone: 'UTC', action: 'shutdown', select: 'a' };
const webhook = { verify: 'github', secretId: 's', on: [{ when: { a: 1 }, action: 'start', select: 'a' }] };

describe('the documented configuration', () => {
  const text = section('Configuration');
  const fields = new Map(rows(text).map(([name = '', , shown = '']) => [codes(name)[0] ?? '', shown]));

  it('has every field that the schema knows, and no other', () => {
    const real = fieldsOfSchema();
    const leaves = real.filter((name) => !real.some((other) => other.startsWith(`${name}.`)));
    const shown = [...fields.keys()].filter((name) => /^[a-z]/.test(name));
    expect(leaves.length).toBeGreaterThan(65);
    expect(shown).toEqual(expect.arrayContaining(leaves));
    expect(real).toEqual(expect.arrayContaining(shown));
  });

  it.each(Object.entries(defaults()))('says that the default of %s is %s', (name, value) => {
    expect(fields.get(name)).toBe(`\`${value}\``);
  });

  it('has every variable that the environment is read for', () => {
    const real = unique(read('lib/config/environment.ts').matchAll(/read\('([A-Z_]+)'\)/g));
    const table = firstCodes(text);
    expect(real.length).toBeGreaterThan(5);
    expect(table).toEqual(expect.arrayContaining(real));
    expect(text).toContain(`\`${readEnvironment({}).apiUrl}\``);
    expect(codes(text)).toContain(/OPENSCALER_SECRET_ID, '([^']+)'/.exec(read('serverless.yml'))?.[1]);
  });

  it('shows an example that is a configuration', async () => {
    const source = /```ts\n(.+?)```/s.exec(text)?.[1] ?? '';
    const directory = mkdtempSync(join(tmpdir(), 'power-docs-'));
    try {
      const file = join(directory, 'power.config.mjs');
      writeFileSync(file, source.replace('./lib/config.ts', pathToFileURL(resolve(root, 'lib/config.ts')).href));
      const config = loadConfig(await loadConfigFile(file), readEnvironment({}), { where: 'lambda' });
      expect(config.accounts.map(({ name }) => name)).toEqual(['acme', 'labs']);
      expect([config.tags.length, config.crons.length, config.webhooks.length, config.guard.maxVms]).toEqual([
        2, 1, 1, 50,
      ]);
      const schedules = schedulesOf(config, () => '');
      expect(schedules.names).toEqual(['office-hours']);
      expect(schedules.zone).toBe('Africa/Algiers');
      expect(config.prices?.sizes['b-2-4-100']).toEqual({ hourly: 12, stopped: 2 });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

/** Every field's path, as the documents write it, from what the schema says is allowed where something unknown stands. */
function fieldsOfSchema(): string[] {
  const odd = { odd: true };
  const inputs = [
    { tags: [{ ...odd, match: odd }], crons: { x: odd }, webhooks: { x: { ...odd, on: [odd], allow: odd } }, ...odd },
    { accounts: { x: odd }, shutdown: odd, start: odd, timeouts: odd, settle: odd, guard: odd, pace: odd, alarms: odd },
    { schedules: { x: { ...odd, on: [odd], cron: odd } }, calendars: { x: odd } },
    { tick: odd, retry: odd, overrides: odd, prices: { ...odd, sizes: { x: odd } } },
    {
      tiers: { ...odd, ready: { 0: odd } },
      stagger: odd,
      events: odd,
      oauth: odd,
      rotation: odd,
      notify: odd,
      parts: odd,
    },
    { launches: odd },
  ];
  return inputs.flatMap(faultsOf).flatMap((fault) => {
    const [, path = '', allowed = ''] = /^(.*?)\.?odd: is unknown.*; allowed are (.+)$/.exec(fault) ?? [];
    const prefix = path
      .replace(/^(accounts|crons|webhooks|schedules|calendars|prices\.sizes)\.x/, '$1.<name>')
      .replace(/^tiers\.ready\.0/, 'tiers.ready.<tier>')
      .replaceAll('[0]', '[]');
    return allowed === '' ? [] : allowed.split(', ').map((name) => (prefix === '' ? name : `${prefix}.${name}`));
  });
}

function faultsOf(input: unknown): readonly string[] {
  try {
    loadConfig(input, readEnvironment({}), { where: 'terminal', credentials: 'optional' });
  } catch (error) {
    if (error instanceof PowerError) return error.faults;
    throw error;
  }
  return [];
}

/** What lib/config fills in, by the field's name in the documents, as one would write it. */
function defaults(): Record<string, string> {
  const options = { where: 'terminal', credentials: 'optional' } as const;
  const load = (input: unknown): Config => loadConfig(input, readEnvironment({}), options);
  const config = load({
    crons: { x: cron },
    webhooks: { x: { ...webhook, on: undefined, allow: { actions: ['start'], select: 'a' } } },
  });
  const empty = load({});
  const [account] = load({ accounts: { x: { secretId: 's' } } }).accounts;
  const list = (items: readonly unknown[] = []) => JSON.stringify(items).replaceAll('"', "'");
  const { shutdown, start, timeouts, settle, guard, pace, tick, scheduling } = empty;
  const size = load({ prices: { currency: 'DZD', sizes: { x: { hourly: 1 } } } }).prices?.sizes.x;
  const ready = load({ tiers: { ready: { 0: { tcp: 'db:1' } } } }).tiers.ready[0];
  const send = (name: string, { patienceMs, resendAfterMs, resends }: Config['start']) => ({
    [`${name}.patience`]: printDuration(patienceMs),
    // Minutes read better where they are whole; for a resend seconds do.
    [`${name}.resendAfter`]: `${resendAfterMs / 1000}s`,
    [`${name}.resends`]: String(resends),
  });
  return {
    projects: list(empty.accounts[0]?.projects),
    'accounts.<name>.projects': list(account?.projects),
    tags: list(empty.tags),
    crons: empty.crons.length === 0 ? '{}' : '?',
    'crons.<name>.allowDataLoss': String(config.crons[0]?.allowDataLoss),
    'crons.<name>.maxEventAge': printDuration(config.crons[0]?.maxEventAgeMs ?? 0),
    'crons.<name>.retries': String(config.crons[0]?.retries),
    schedules: JSON.stringify(empty.schedules),
    calendars: JSON.stringify(empty.calendars),
    'tick.every': printDuration(tick?.everyMs ?? 0),
    'tick.maxAge': printDuration(tick?.maxAgeMs ?? 0),
    catchUp: printDuration(scheduling.catchUpMs),
    adopt: scheduling.adopt,
    'retry.pauses': `[${scheduling.retryPausesMs.map((ms) => `'${printDuration(ms)}'`).join(', ')}]`,
    'retry.alarmAfter': String(scheduling.alarmAfter),
    'overrides.maxDuration': printDuration(empty.overrides.maxDurationMs),
    'prices.sizes.<name>.stopped': String(size?.stopped),
    webhooks: empty.webhooks.length === 0 ? '{}' : '?',
    'webhooks.<name>.on': list(config.webhooks[0]?.on),
    ...send('shutdown', shutdown),
    allowEscalation: String(empty.allowEscalation),
    ...send('start', start),
    'timeouts.read': printDuration(timeouts.readMs),
    'timeouts.action': printDuration(timeouts.actionMs),
    'settle.every': printDuration(settle.everyMs),
    'settle.atMost': printDuration(settle.atMostMs),
    'guard.maxVms': String(guard.maxVms),
    'guard.maxShare': String(guard.maxShare),
    'tiers.gate': empty.tiers.gate,
    'tiers.ready': JSON.stringify(empty.tiers.ready),
    'tiers.ready.<tier>.within': printDuration(ready?.withinMs ?? 0),
    'oauth.grant': empty.oauth.grant,
    'events.vmSettled': String(empty.events?.vmSettled),
    'launches.perMinute': String(empty.launches.perMinute),
    'parts.maxVms': String(empty.parts.maxVms),
    'pace.inFlight': String(pace.inFlight),
    'pace.perSecond': String(pace.perSecond),
    states: JSON.stringify(empty.states),
  };
}
