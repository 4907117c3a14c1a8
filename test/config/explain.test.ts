// What `power check` says a configuration means, sentence by sentence.
// The sentences are what people decide by, so they are compared whole.

import { describe, expect, it } from 'vitest';
import { executionLifetimeMs } from '../../lib/aws/durable/limits.ts';
import { explainConfig } from '../../lib/config/explain.ts';
import { loadWithSchedules } from '../../lib/config/schedules.ts';
import { readEnvironment } from '../../lib/config.ts';
import { textsOf, withSchedules } from './loaded.ts';

describe('in plain words', () => {
  const now = new Date('2026-07-01T00:00:00Z');
  const explain = (input: unknown) => {
    const { config, schedules } = withSchedules(input, { 'dz.ics': 'BEGIN:VCALENDAR\nEND:VCALENDAR' });
    return explainConfig(config, schedules, now);
  };

  it('a config says what it means, one sentence per fact', () => {
    expect(explain({})).toEqual([
      'Account main has 1 project (default) at https://api.alpha.openscaler.net; its token is in the secret power/token.',
      'There are no crons.',
      'There is no default time zone: an expression in a schedule tag must name its own.',
      'Every 5m the VMs with a schedule are made what it wants; a tick that comes more than 10m late does nothing.',
      'A start or stop that a one-sided schedule or a cron asks for is still done up to 2h late.',
      'A VM that is seen for the first time is left as it is until its schedule next changes.',
      'What changed nothing is tried again after 10m, 20m, 40m, 1h, the last again and again; with attempt 3 in vain there is an alarm.',
      'An override ("keep on", "keep off") lasts at most 7d.',
      'A shutdown is given 8m, and is sent again once, 90s after an answer that changed nothing.',
      'No VM is ever forced off after a shutdown, whatever its tag says.',
      'A start is given 3m, and is sent again up to 2 times, 1m after an answer that changed nothing.',
      'On AWS a run may last up to 24h, as a Lambda durable function; while it only waits, nothing is billed.',
      'One read of the API may take 10s, one action 2m.',
      'Between two looks at the VMs a run waits 3s at first, and at most 15s.',
      'A run that would stop or restart more than 500 VMs, or more than 80% of the listed ones (from 5 VMs up), is refused whole.',
      'VMs start in the order of their tag tier and stop in the reverse order, those without it in tier 0; one that does not get there stops the rest.',
      'Each account gets at most 200 calls at once, and at most 25 more per second.',
      'Nobody gets an e-mail when a run ends in trouble.',
      'Deployed runs announce on the event bus that they started and ended, and which VMs need attention.',
      'The HTTP API may launch 30 runs in a minute, and so may all webhooks together.',
    ]);
  });

  it.each([
    [
      {
        crons: { d: { cron: '0 19 ? * SUN-THU *', timezone: 'Africa/Algiers', action: 'shutdown', select: 'env=dev' } },
      },
      'Cron d: shutdown of the VMs with env=dev, next on Wed 2026-07-01 19:00, Thu 2026-07-02 19:00, Sun 2026-07-05 19:00 (Africa/Algiers). No later than 1h after its time.',
    ],
    [
      {
        crons: {
          d: {
            cron: '0 1 1 1 ? 2020',
            timezone: 'UTC',
            action: 'reset',
            select: '*',
            account: 'main',
            allowDataLoss: true,
          },
        },
      },
      'Cron d: reset of every VM of account main, which never fires again. No later than 1h after its time. It may lose data, and has leave to.',
    ],
    [
      {
        webhooks: {
          w: {
            verify: 'github',
            secretId: 's',
            on: [{ when: { a: 'x', b: 1 }, action: 'start', select: 'e', account: 'main' }],
          },
        },
      },
      'Webhook w: when a is "x" and b is 1, start of the VMs with e of account main.',
    ],
    [
      {
        webhooks: { w: { verify: 'standard', secretId: 's', allow: { actions: ['start', 'reboot'], select: 'e=ci' } } },
      },
      'Webhook w: the sender may ask for start, reboot of any of the VMs with e=ci.',
    ],
    [
      { webhooks: { w: { verify: 'standard', secretId: 's', allow: { actions: ['start'], select: '*' } } } },
      'Webhook w takes deliveries signed the Standard Webhooks way, with the secret s.',
    ],
    [
      { webhooks: { w: { verify: 'github', secretId: 's', allow: { actions: ['start'], select: '*' } } } },
      'Webhook w takes deliveries signed the GitHub way, with the secret s.',
    ],
    [
      { tags: [{ match: { name: 'ci-*', id: ['1', '2'] }, tags: { env: 'ci', protected: '' } }] },
      'Tag rule 1: a VM whose name is ci-* and whose id is 1 or 2 gets env=ci, protected.',
    ],
    [
      { tiers: { gate: 'best-effort', delay: '30s', patience: '20m' } },
      'VMs start in the order of their tag tier and stop in the reverse order, those without it in tier 0; the rest goes on even if one does not get there, with a warning. 30s pass between two tiers. A tier may take 20m in all.',
    ],
    [
      { tiers: { ready: { 1: { tcp: 'db.internal:5432' } } } },
      'After a start of tier 1, db.internal:5432 must take a connection within 5m before the next tier is started.',
    ],
    [
      { tiers: { ready: { 2: { http: 'https://app/', within: '1m' } } } },
      'After a start of tier 2, https://app/ must answer with a 2xx within 1m before the next tier is started.',
    ],
    [{ stagger: { start: '2m', reboot: '2m' } }, 'The sends of a tier are spread over 2m: start, reboot.'],
    [{ shutdown: { resends: 0 } }, 'A shutdown is given 8m, and is never sent again.'],
    [{ start: { patience: '60s' } }, 'A start is given 1m, and is never sent again: resendAfter (1m) is not shorter.'],
    [
      { allowEscalation: true },
      'A VM whose own tag says shutdown="escalate=power_off" is forced off when its patience is over; that may lose its data.',
    ],
    [
      { engine: 'inline' },
      'On AWS a run is inline: it must fit into the 15m of one Lambda, which is billed while it waits.',
    ],
    [
      { engine: 'inline', start: { patience: '841s' } },
      'VMs that a longer patience would still wait for after 15m are reported as unknown.',
    ],
    [{ timezone: 'Africa/Algiers' }, 'Schedules that name no time zone are in Africa/Algiers.'],
    [
      { timezone: 'Africa/Algiers', schedules: { office: 'Sun-Thu 08:00-18:00' } },
      'Schedule office: off now, on from Wed 2026-07-01 08:00, off from Wed 2026-07-01 18:00, on from Thu 2026-07-02 08:00 (Africa/Algiers).',
    ],
    [
      {
        timezone: 'UTC',
        calendars: { dz: { dates: ['07-02'], ics: 'dz.ics' }, term: { dates: ['2026-07-01/2026-08-01'] } },
        schedules: { lab: { on: '08:00-18:00', except: ['dz'], only: ['term'], enforce: true } },
      },
      'Schedule lab: off now, on from Wed 2026-07-01 08:00, off from Wed 2026-07-01 18:00, on from Fri 2026-07-03 08:00 (UTC). Nothing starts on dates of dz. Something starts only on dates of term. What is changed by hand is changed back.',
    ],
    [
      { calendars: { dz: { dates: ['07-02', '11-01'], ics: 'dz.ics' } } },
      'Calendar dz: 07-02, 11-01, the whole-day events of dz.ics.',
    ],
    [
      { timezone: 'UTC', schedules: { s: { cron: { start: '0 8 * * *' }, until: '2026-07-02' } } },
      'Schedule s: nothing now, on from Wed 2026-07-01 08:00, on from Thu 2026-07-02 08:00 (UTC).',
    ],
    [
      { timezone: 'UTC', schedules: { s: { on: '08:00-18:00', until: '2026-06-01' } } },
      'Schedule s: it wants nothing, and never changes again.',
    ],
    [
      { timezone: 'UTC', schedules: { parked: 'always off' } },
      'Schedule parked: it wants off all the time and never changes, so every VM that carries it is made so at first sight.',
    ],
    [{ tick: false }, 'The tick is off: no schedule ever acts.'],
    [{ adopt: 'now' }, 'A VM that is seen for the first time is at once made what its schedule wants.'],
    [
      { retry: { pauses: ['1m'], alarmAfter: 1 } },
      'What changed nothing is tried again after 1m, the last again and again; with attempt 1 in vain there is an alarm.',
    ],
    [
      { prices: { currency: 'DZD', sizes: { small: { hourly: 1.5, stopped: 0.4 } } } },
      'A VM of size small costs 1.5 DZD an hour, and 0.4 while it is off.',
    ],
    [{ states: { limbo: 'off' } }, 'The API\'s state "limbo" counts as off.'],
    [{ alarms: { email: 'a@b.example' } }, 'a@b.example gets an e-mail when a run ends in trouble.'],
    [
      { events: { vmSettled: 'all' } },
      'Deployed runs announce on the event bus that they started and ended, and how each VM settled.',
    ],
    [{ events: { vmSettled: 'none' } }, 'Deployed runs announce on the event bus that they started and ended.'],
    [
      { oauth: { grant: 'refresh_token' } },
      'Refresh tokens in the secrets are renewed when they are used; the functions may store what they get.',
    ],
    [{ rotation: { every: '12h' } }, 'Secrets Manager rotates the tokens of main every 12h.'],
    [
      { notify: { kind: 'slack', secret: 'power/notify' } },
      'Slack is told of runs that did not end well, at the address in the secret power/notify.',
    ],
    [
      { notify: { kind: 'teams', secret: 'power/notify', when: 'always', before: '30m' } },
      'It is warned of scheduled stops 30m ahead; whoever holds the link in a warning can put that stop off by 2h, once.',
    ],
    [
      {
        notify: { kind: 'teams', secret: 'power/notify', before: '30m' },
        crons: {
          'dev-down': { cron: '0 19 ? * * *', timezone: 'UTC', action: 'shutdown', select: 'env=dev' },
          'dev-up': { cron: '0 8 ? * * *', timezone: 'UTC', action: 'start', select: 'env=dev' },
        },
      },
      'Nobody is warned of what a cron does (dev-down), and no link holds it back: give those VMs a schedule instead.',
    ],
    [{ events: false }, 'Deployed runs announce nothing on the event bus.'],
    [{ reservedConcurrency: 1 }, '1 run can go on at once on Lambda (reserved concurrency).'],
  ])('%j', (input, sentence) => {
    expect(explain(input)).toContain(sentence);
  });

  it('crons that stop nothing, or nobody who is warned anyway, need no word about warnings', () => {
    const down = { cron: '0 19 ? * * *', timezone: 'UTC', action: 'shutdown', select: 'env=dev' };
    const before = { kind: 'teams', secret: 'power/notify', before: '30m' };
    const text = [
      ...explain({ crons: { down } }),
      ...explain({ notify: before, crons: { up: { ...down, action: 'start' } } }),
    ];
    expect(text.join()).not.toContain('Nobody is warned of what a cron does');
  });

  it.each([
    { engine: 'inline', start: { patience: '14m' } },
    { engine: 'durable', start: { patience: '24h' } },
  ])('a patience that the engine can keep needs no warning: %j', (input) => {
    expect(explain(input).join()).not.toContain('reported as unknown');
  });

  it('the lifetime of a durable run is the one that is deployed', () => {
    expect(explain({}).join()).toContain(`On AWS a run may last up to ${executionLifetimeMs / 3_600_000}h,`);
  });

  it('without a secret the token comes from the terminal', () => {
    const environment = readEnvironment({ OPENSCALER_TOKEN: 'very-secret' });
    const { config, schedules } = loadWithSchedules({}, environment, { readText: textsOf({}) });
    const text = explainConfig(config, schedules, now).join();
    expect(text).toContain('the token comes from the terminal');
    expect(text).not.toContain('very-secret');
  });
});
