// What a configuration that is right becomes: the contract's names and defaults, to the letter.

import { describe, expect, it } from 'vitest';
import { type Config, defineConfig, loadConfig, readEnvironment } from '../../lib/config.ts';
import example from '../../power.config.ts';
import { rightEnvironment } from './loaded.ts';

const defaults: Config = {
  accounts: [
    { name: 'main', apiUrl: 'https://api.alpha.openscaler.net', secretId: 'power/token', projects: ['default'] },
  ],
  tags: [],
  crons: [],
  webhooks: [],
  shutdown: { patienceMs: 480_000, resendAfterMs: 90_000, resends: 1 },
  allowEscalation: false,
  start: { patienceMs: 180_000, resendAfterMs: 60_000, resends: 2 },
  timeouts: { readMs: 10_000, actionMs: 120_000 },
  settle: { everyMs: 3000, atMostMs: 15_000 },
  guard: { maxVms: 500, maxShare: 0.8 },
  tiers: { gate: 'verified', patienceMs: null, delayMs: 0, ready: {} },
  staggerMs: { start: 0, shutdown: 0, power_off: 0, reboot: 0, reset: 0 },
  pace: { inFlight: 200, perSecond: 25 },
  states: {},
  alarms: null,
  events: { vmSettled: 'failures' },
  reservedConcurrency: null,
  engine: 'durable',
  parts: { maxVms: 5000 },
  timezone: null,
  schedules: {},
  calendars: {},
  scheduling: {
    catchUpMs: 7_200_000,
    adopt: 'next-boundary',
    retryPausesMs: [600_000, 1_200_000, 2_400_000, 3_600_000],
    alarmAfter: 3,
    tickEveryMs: 300_000,
  },
  tick: { everyMs: 300_000, maxAgeMs: 600_000 },
  overrides: { maxDurationMs: 604_800_000 },
  prices: null,
};

it('an empty config has every documented default', () => {
  expect(loadConfig({}, rightEnvironment)).toEqual(defaults);
});

it('no events is none at all', () => {
  expect(loadConfig({ events: false }, rightEnvironment)).toEqual({ ...defaults, events: null });
});

it('one stagger is that of every action', () => {
  const { staggerMs } = loadConfig({ stagger: '90s' }, rightEnvironment);
  expect(staggerMs).toEqual({ start: 90_000, shutdown: 90_000, power_off: 90_000, reboot: 90_000, reset: 90_000 });
});

it('a field that is undefined has its default', () => {
  expect(loadConfig({ projects: undefined, guard: { maxVms: undefined } }, rightEnvironment)).toEqual(defaults);
});

it('everything the contract shows loads as it says', () => {
  const input = defineConfig({
    projects: ['default', 'p2'],
    tags: [
      { match: { name: 'ci-*' }, tags: { env: 'ci' } },
      { match: { account: 'main', id: ['23', '42'] }, tags: { protected: '' } },
    ],
    crons: {
      'dev-down': { cron: '0 19 ? * SUN-THU *', timezone: 'Africa/Algiers', action: 'shutdown', select: 'env=dev' },
      cut: {
        cron: 'cron(0 20 ? * 7 *)',
        timezone: 'UTC',
        action: 'power_off',
        select: '*',
        account: 'main',
        allowDataLoss: true,
        maxEventAge: '5m',
        retries: 0,
      },
    },
    webhooks: {
      ci: {
        verify: 'standard',
        secretId: 'power/webhooks/ci',
        on: [
          {
            when: { type: 'staging.wanted', 'pull.draft': false },
            action: 'start',
            select: 'env=staging',
            account: 'main',
          },
        ],
      },
      gh: { verify: 'github', secretId: 'gh', allow: { actions: ['start', 'shutdown'], select: 'env=ci' } },
    },
    shutdown: { patience: 'PT5M', resendAfter: '500ms', resends: 0 },
    allowEscalation: true,
    start: { patience: '1h', resends: 20 },
    timeouts: { read: '1s', action: '15m' },
    settle: { every: '2s', atMost: '2s' },
    guard: { maxVms: 1, maxShare: 1 },
    tiers: {
      gate: 'best-effort',
      patience: '20m',
      delay: '30s',
      ready: {
        0: { tcp: 'db.internal:5432', within: '10m' },
        1: { http: 'https://app.internal/health?deep=1' },
        '-2.5': { tcp: '[::1]:65535' },
      },
    },
    stagger: { start: '2m', reset: '1s' },
    pace: { inFlight: 1, perSecond: 1_000_000 },
    states: { 'shut off': 'off', __odd: 'on' },
    alarms: { email: 'ops@example.com' },
    events: { vmSettled: 'all' },
    reservedConcurrency: 2,
    engine: 'inline',
    parts: { maxVms: 100 },
    timezone: 'europe/paris',
    schedules: {
      'office-hours': 'Sun-Thu 08:00-18:00',
      lab: {
        timezone: 'UTC',
        on: [{ days: 'mon#1', monthDays: '1-7', months: 'Jan', from: '08:00', to: '18:00' }, 'Sat 09:00-13:00'],
        except: ['dz'],
        only: ['term'],
        from: '2026-09-01',
        until: '2027-06-30',
        enforce: true,
      },
      nightly: { cron: { start: '0 8 * * 1-5', stop: '0 19 * * *' } },
      week: { on: { days: 'Mon-Fri' } },
    },
    calendars: { dz: { dates: ['07-05'], ics: 'dz.ics' }, term: { dates: ['2026-09-01/2027-06-30'] } },
    tick: { every: '1h', maxAge: '60s' },
    catchUp: '1h',
    adopt: 'now',
    retry: { pauses: ['1m'], alarmAfter: 1 },
    overrides: { maxDuration: '366d' },
    prices: { currency: 'DZD', sizes: { 'b-1-2-50': { hourly: 1.5, stopped: 0.4 }, free: { hourly: 0 } } },
  });
  expect(loadConfig(input, rightEnvironment)).toEqual({
    accounts: [{ ...defaults.accounts[0], projects: ['default', 'p2'] }],
    tags: input.tags,
    crons: [
      {
        name: 'dev-down',
        cron: '0 19 ? * SUN-THU *',
        timezone: 'Africa/Algiers',
        action: 'shutdown',
        select: 'env=dev',
        account: null,
        allowDataLoss: false,
        maxEventAgeMs: 3_600_000,
        retries: 3,
      },
      {
        name: 'cut',
        cron: '0 20 ? * 7 *',
        timezone: 'UTC',
        action: 'power_off',
        select: '*',
        account: 'main',
        allowDataLoss: true,
        maxEventAgeMs: 300_000,
        retries: 0,
      },
    ],
    webhooks: [
      {
        name: 'ci',
        verify: 'standard',
        secretId: 'power/webhooks/ci',
        on: [
          {
            when: { type: 'staging.wanted', 'pull.draft': false },
            action: 'start',
            select: 'env=staging',
            account: 'main',
          },
        ],
        allow: null,
      },
      {
        name: 'gh',
        verify: 'github',
        secretId: 'gh',
        on: [],
        allow: { actions: ['start', 'shutdown'], select: 'env=ci' },
      },
    ],
    shutdown: { patienceMs: 300_000, resendAfterMs: 500, resends: 0 },
    allowEscalation: true,
    start: { patienceMs: 3_600_000, resendAfterMs: 60_000, resends: 20 },
    timeouts: { readMs: 1000, actionMs: 900_000 },
    settle: { everyMs: 2000, atMostMs: 2000 },
    guard: { maxVms: 1, maxShare: 1 },
    tiers: {
      gate: 'best-effort',
      patienceMs: 1_200_000,
      delayMs: 30_000,
      ready: {
        0: { tcp: { host: 'db.internal', port: 5432 }, withinMs: 600_000 },
        1: { http: 'https://app.internal/health?deep=1', withinMs: 300_000 },
        '-2.5': { tcp: { host: '::1', port: 65_535 }, withinMs: 300_000 },
      },
    },
    staggerMs: { start: 120_000, shutdown: 0, power_off: 0, reboot: 0, reset: 1_000 },
    pace: { inFlight: 1, perSecond: 1_000_000 },
    states: { 'shut off': 'off', __odd: 'on' },
    alarms: { email: 'ops@example.com' },
    events: { vmSettled: 'all' },
    reservedConcurrency: 2,
    engine: 'inline',
    parts: { maxVms: 100 },
    timezone: 'Europe/Paris',
    schedules: {
      'office-hours': { timezone: 'Europe/Paris', on: 'Sun-Thu 08:00-18:00' },
      lab: input.schedules?.lab,
      nightly: { timezone: 'Europe/Paris', cron: { start: '0 8 * * 1-5', stop: '0 19 * * *' } },
      week: { timezone: 'Europe/Paris', on: { days: 'Mon-Fri' } },
    },
    calendars: input.calendars,
    tick: { everyMs: 3_600_000, maxAgeMs: 60_000 },
    scheduling: { catchUpMs: 3_600_000, adopt: 'now', retryPausesMs: [60_000], alarmAfter: 1, tickEveryMs: 3_600_000 },
    overrides: { maxDurationMs: 31_622_400_000 },
    prices: {
      currency: 'DZD',
      sizes: { 'b-1-2-50': { hourly: 1.5, stopped: 0.4 }, free: { hourly: 0, stopped: 0 } },
    },
  });
});

describe('accounts', () => {
  const accounts = {
    acme: { secretId: 'power/acme', projects: ['a', 'b'], apiUrl: 'https://acme.example/api/' },
    beta: { secretId: 'arn:aws:secretsmanager:eu-west-3:123456789012:secret:power/beta-AbCdEf' },
  };

  it('have each their own secret, projects and address', () => {
    const environment = readEnvironment({ OPENSCALER_API_URL: 'http://127.0.0.1:8080/' });
    expect(loadConfig({ accounts }, environment).accounts).toEqual([
      { name: 'acme', apiUrl: 'https://acme.example/api', secretId: 'power/acme', projects: ['a', 'b'] },
      { name: 'beta', apiUrl: 'http://127.0.0.1:8080', secretId: accounts.beta.secretId, projects: ['default'] },
    ]);
  });

  it('can be named by crons, webhooks and tag rules', () => {
    const config = loadConfig(
      {
        accounts,
        tags: [{ match: { account: 'acme' }, tags: { env: 'dev' } }],
        crons: { x: { cron: '0 19 ? * MON *', timezone: 'UTC', action: 'start', select: 'a', account: 'beta' } },
        webhooks: {
          w: {
            verify: 'github',
            secretId: 's',
            on: [{ when: { a: 1 }, action: 'start', select: 'a', account: 'acme' }],
          },
        },
      },
      rightEnvironment,
    );
    expect(config.crons[0]?.account).toBe('beta');
    expect(config.webhooks[0]?.on[0]?.account).toBe('acme');
    expect(config.tags[0]?.match.account).toBe('acme');
  });

  it('may share a secret when their projects differ', () => {
    const shared = { a: { secretId: 's', projects: ['one'] }, b: { secretId: 's', projects: ['two'] } };
    expect(loadConfig({ accounts: shared }, rightEnvironment).accounts).toHaveLength(2);
  });
});

it('a token at the terminal stands instead of every secret, and is not in the config', () => {
  const environment = readEnvironment({ OPENSCALER_TOKEN: 'very-secret', OPENSCALER_SECRET_ID: 'power/token' });
  const one = loadConfig({ accounts: { acme: { secretId: 'power/acme' } } }, environment);
  expect(loadConfig({}, environment).accounts[0]?.secretId).toBeNull();
  expect(one.accounts[0]?.secretId).toBeNull();
  expect(JSON.stringify(one)).not.toContain('very-secret');
});

it('ticks that the config does not speak of are reckoned five minutes apart', () => {
  expect(loadConfig({ tick: false }, rightEnvironment).scheduling.tickEveryMs).toBe(300_000);
  expect(loadConfig({ tick: { every: '10m' } }, rightEnvironment).scheduling.tickEveryMs).toBe(600_000);
});

it('the result is frozen to its depth', () => {
  const config = loadConfig(example, rightEnvironment);
  const isDeepFrozen = (value: unknown): boolean =>
    typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isDeepFrozen));
  expect(isDeepFrozen(config)).toBe(true);
});

it('the input is left as it was', () => {
  const input = { guard: { maxVms: 3 }, projects: ['a'], tags: [{ match: { id: ['1'] }, tags: { a: 'b' } }] };
  const before = structuredClone(input);
  loadConfig(input, rightEnvironment);
  expect(input).toEqual(before);
  expect(Object.isFrozen(input.projects)).toBe(false);
});

describe('the power.config.ts that comes with the project', () => {
  const config = loadConfig(example, rightEnvironment);

  it('is safe for a first deploy: only env=dev, only graceful', () => {
    expect(config.crons.map(({ action, select }) => `${action} ${select}`)).toEqual([
      'shutdown env=dev',
      'start env=dev',
    ]);
    expect(config.crons.some(({ allowDataLoss }) => allowDataLoss) || config.allowEscalation).toBe(false);
    expect(config.webhooks).toEqual([]);
  });

  it('acts by schedules only on VMs that carry the tag, and not at first sight', () => {
    expect(config.schedules).toEqual({ 'office-hours': { timezone: 'Africa/Algiers', on: 'Sun-Thu 08:00-18:00' } });
    expect(config.scheduling.adopt).toBe('next-boundary');
    expect(config.tags).toEqual([]);
  });

  it('spells out defaults only, beside its crons and schedules', () => {
    expect({ ...config, crons: [], schedules: {}, timezone: null }).toEqual(defaults);
  });
});

describe('a time zone', () => {
  it.each([
    ['africa/algiers', 'Africa/Algiers'],
    ['utc', 'UTC'],
    ['Asia/Calcutta', 'Asia/Calcutta'],
    ['Asia/Kolkata', 'Asia/Kolkata'],
  ])('%s is kept as %s', (timezone, kept) => {
    const crons = { c: { cron: '0 19 ? * MON *', timezone, action: 'start', select: 'a' } };
    expect(loadConfig({ crons }, rightEnvironment).crons[0]?.timezone).toBe(kept);
  });
});
