// Each way in which a configuration can be wrong, and what is said about it.
// The messages are what a person mends their config by, so they are compared whole.

import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../lib/config.ts';
import { PowerError } from '../../lib/core/errors.ts';
import { faultsOf, rightEnvironment } from './loaded.ts';

const cron = { cron: '0 19 ? * SUN-THU *', timezone: 'Africa/Algiers', action: 'shutdown', select: 'env=dev' };
const topLevel =
  'projects, accounts, tags, crons, webhooks, timezone, schedules, calendars, tick, catchUp, adopt, retry, overrides, prices, shutdown, allowEscalation, start, timeouts, settle, guard, tiers, stagger, pace, states, oauth, rotation, alarms, events, notify, reservedConcurrency, launches, engine, parts';
const hint =
  'a duration is a whole number with a unit, such as 500ms, 90s, 5m, 2h or 3d, or ISO 8601, such as PT5M or P1DT2H';
const secretAllowed = 'a Secrets Manager name or ARN: letters, digits and / _ + = . @ : ! -';
const urlAllowed = 'an https address (or http on loopback) without user, query or fragment';
const tcpAllowed = 'a host and a port like "db.internal:5432"';
const httpAllowed = 'an http or https address without user, password or fragment, like "https://db.internal/health"';
const project = 'a project id: 1 to 256 characters, no blanks at its ends';

const withAccount = (change: object) => ({ accounts: { a: { secretId: 's', ...change } } });

const table: readonly (readonly [unknown, string])[] = [
  // The whole
  [null, 'the configuration: must be an object, not null'],
  [[], 'the configuration: must be an object, not a list'],
  ['x', 'the configuration: must be an object, not "x"'],
  [undefined, 'the configuration: is missing; it must be an object'],
  [() => 1, 'the configuration: must be an object, not a Function'],
  [new Date(0), 'the configuration: must be an object, not a Date'],
  [{ projets: ['a'] }, `projets: is unknown (did you mean "projects"?); allowed are ${topLevel}`],
  [{ GUARD: {} }, `GUARD: is unknown (did you mean "guard"?); allowed are ${topLevel}`],
  [{ token: 'very-secret' }, `token: is unknown; allowed are ${topLevel}`],
  [{ 'a b': 1 }, `["a b"]: is unknown; allowed are ${topLevel}`],
  [JSON.parse('{"__proto__": {}}'), `__proto__: is unknown; allowed are ${topLevel}`],
  [{ constructor: 1 }, `constructor: is unknown; allowed are ${topLevel}`],
  [{ toString: 1 }, `toString: is unknown; allowed are ${topLevel}`],
  // Projects and accounts
  [{ projects: [] }, 'projects: must have at least one of project ids'],
  [{ projects: 'default' }, 'projects: must be a list of project ids, not "default"'],
  [{ projects: ['a', 'a'] }, 'projects: must not name one of project ids twice'],
  [{ projects: [''] }, `projects[0]: must be ${project}, not ""`],
  [{ projects: ['a', ' b'] }, `projects[1]: must be ${project}, not " b"`],
  [{ projects: [7] }, `projects[0]: must be ${project}, not 7`],
  [{ projects: ['a'.repeat(257)] }, `projects[0]: must be ${project}, not "${'a'.repeat(57)}…"`],
  [
    { ...withAccount({}), projects: ['a'] },
    'projects: cannot stand beside "accounts"; give each account its own projects',
  ],
  [{ accounts: {} }, 'accounts: must name at least one account, or be left out'],
  [{ accounts: [] }, 'accounts: must be an object, not a list'],
  [
    { accounts: { '-a': { secretId: 's' } } },
    'accounts.-a: has an impossible name; allowed are letters, digits, "_", "." and "-", at most 64 of them, the first a letter or digit',
  ],
  [
    { accounts: { ['a'.repeat(65)]: { secretId: 's' } } },
    `accounts.${'a'.repeat(65)}: has an impossible name; allowed are letters, digits, "_", "." and "-", at most 64 of them, the first a letter or digit`,
  ],
  [{ accounts: { a: {} } }, `accounts.a.secretId: is missing; it must be ${secretAllowed}`],
  [withAccount({ secretId: 'not a secret' }), `accounts.a.secretId: must be ${secretAllowed}`],
  [withAccount({ projects: [] }), 'accounts.a.projects: must have at least one of project ids'],
  [withAccount({ apiUrl: 'http://api.example' }), `accounts.a.apiUrl: must be ${urlAllowed}`],
  [withAccount({ apiUrl: 5 }), `accounts.a.apiUrl: must be ${urlAllowed}, not 5`],
  [
    withAccount({ secret: 'x' }),
    'accounts.a.secret: is unknown (did you mean "secretId"?); allowed are secretId, projects, apiUrl',
  ],
  [
    { accounts: { a: { secretId: 's' }, b: { secretId: 's', projects: ['x', 'default'] } } },
    'accounts.b: lists the same VMs as "a": same secret, same project; leave one out',
  ],
  // Tags
  [{ tags: {} }, 'tags: must be a list of tag rules, not an object'],
  [
    { tags: [{ match: {}, tags: { a: 'b' } }] },
    'tags[0].match: is empty; name at least one of account, name, project, region, id',
  ],
  [{ tags: [{ tags: { a: 'b' } }] }, 'tags[0].match: is missing; it must be an object'],
  [
    { tags: [{ match: { names: 'x', id: '1' }, tags: { a: 'b' } }] },
    'tags[0].match.names: is unknown (did you mean "name"?); allowed are account, name, project, region, id',
  ],
  [
    { tags: [{ match: { account: 'min' }, tags: { a: 'b' } }] },
    'tags[0].match.account: "min" is no account of this config; it has main (did you mean "main"?)',
  ],
  [
    { tags: [{ match: { id: [] }, tags: { a: 'b' } }] },
    'tags[0].match.id: must have at least one of the values to match',
  ],
  [
    { tags: [{ match: { id: 8 }, tags: { a: 'b' } }] },
    'tags[0].match.id: must be a VM id, as text: 1 to 256 characters, no blanks at its ends, not 8',
  ],
  [{ tags: [{ match: { id: '1' }, tags: {} }] }, 'tags[0].tags: is empty; name at least one tag'],
  [
    { tags: [{ match: { id: '1' }, tags: { a: 1 } }] },
    'tags[0].tags.a: must be a text ("" is a tag without value), not 1',
  ],
  [
    { tags: [{ match: { id: '1' }, tags: { _a: 'b' } }] },
    'tags[0].tags._a: has an impossible name; allowed are letters, digits and _ . : / -, the first a letter or digit',
  ],
  [
    { tags: [{ match: { id: '1' }, tags: { Protected: '' } }] },
    'tags[0].tags.Protected: is not exactly the special tag "protected"; write it so, or choose another key',
  ],
  [
    { tags: [{ match: { id: '1' }, tags: { tier: 'x' } }] },
    'tags[0].tags.tier: cannot have this value: it is not a number; write tier=1',
  ],
  // Policies
  [{ shutdown: { patience: '8 minutes' } }, `shutdown.patience: "8 minutes" is no duration: ${hint}`],
  [
    { shutdown: { patience: 480 } },
    `shutdown.patience: must be a duration, more than nothing and at most 24h (${hint}), not 480`,
  ],
  [{ start: { patience: '0s' } }, 'start.patience: "0s" is out of range: it must be more than nothing and at most 24h'],
  [
    { start: { resendAfter: '2d' } },
    'start.resendAfter: "2d" is out of range: it must be more than nothing and at most 24h',
  ],
  [{ start: { resends: 21 } }, 'start.resends: must be a whole number from 0 to 20, not 21'],
  [{ start: { resends: -1 } }, 'start.resends: must be a whole number from 0 to 20, not -1'],
  [
    { shutdown: { pateince: '8m' } },
    'shutdown.pateince: is unknown (did you mean "patience"?); allowed are patience, resendAfter, resends',
  ],
  [{ allowEscalation: 1 }, 'allowEscalation: must be true or false, not 1'],
  [{ timeouts: { read: '0ms' } }, 'timeouts.read: "0ms" is out of range: it must be more than nothing and at most 15m'],
  [
    { timeouts: { action: '16m' } },
    'timeouts.action: "16m" is out of range: it must be more than nothing and at most 15m',
  ],
  [{ settle: { every: '30s' } }, 'settle.atMost: must not be shorter than settle.every: the pause only grows'],
  [{ guard: { maxVms: 0 } }, 'guard.maxVms: must be a whole number from 1 to 1000000, not 0'],
  [{ guard: { maxVms: 1.5 } }, 'guard.maxVms: must be a whole number from 1 to 1000000, not 1.5'],
  [
    { tiers: { gate: 'verifyed' } },
    'tiers.gate: must be one of verified, best-effort, not "verifyed" (did you mean "verified"?)',
  ],
  [{ tiers: { delay: '61m' } }, 'tiers.delay: "61m" is out of range: it must be more than nothing and at most 1h'],
  [
    { tiers: { ready: { db: { tcp: 'db:1' } } } },
    'tiers.ready.db: has an impossible name; allowed are tiers, as numbers like 0, 1 or 2.5',
  ],
  [
    { tiers: { ready: { '1.0': { tcp: 'db:1' } } } },
    'tiers.ready["1.0"]: has an impossible name; allowed are tiers, as numbers like 0, 1 or 2.5',
  ],
  [{ tiers: { ready: { '-0': { tcp: 'db:1' } } } }, 'tiers.ready.-0: is tier 0; write 0'],
  [{ tiers: { ready: { 0: {} } } }, 'tiers.ready.0.tcp: or "http" must stand here: exactly one of the two'],
  [
    { tiers: { ready: { 0: { tcp: 'db:1', http: 'http://db' } } } },
    'tiers.ready.0.tcp: or "http" must stand here: exactly one of the two',
  ],
  [{ tiers: { ready: { 0: { tcp: 'db' } } } }, `tiers.ready.0.tcp: must be ${tcpAllowed}, not "db"`],
  [{ tiers: { ready: { 0: { tcp: 'db:0' } } } }, `tiers.ready.0.tcp: must be ${tcpAllowed}, not "db:0"`],
  [{ tiers: { ready: { 0: { tcp: 'db:65536' } } } }, `tiers.ready.0.tcp: must be ${tcpAllowed}, not "db:65536"`],
  [{ tiers: { ready: { 0: { tcp: 'http://db:1' } } } }, `tiers.ready.0.tcp: must be ${tcpAllowed}, not "http://db:1"`],
  [{ tiers: { ready: { 0: { http: 'ftp://db' } } } }, `tiers.ready.0.http: must be ${httpAllowed}`],
  [{ tiers: { ready: { 0: { http: 7 } } } }, `tiers.ready.0.http: must be ${httpAllowed}`],
  [{ tiers: { ready: { 0: { http: 'db' } } } }, `tiers.ready.0.http: must be ${httpAllowed}`],
  [{ tiers: { ready: { 0: { http: 'http://me@db' } } } }, `tiers.ready.0.http: must be ${httpAllowed}`],
  [{ tiers: { ready: { 0: { http: 'http://db/#a' } } } }, `tiers.ready.0.http: must be ${httpAllowed}`],
  [{ tiers: { ready: { 0: { http: 'http://me:secret@db' } } } }, `tiers.ready.0.http: must be ${httpAllowed}`],
  [{ tiers: { ready: { 0: { http: 'http://:secret@db' } } } }, `tiers.ready.0.http: must be ${httpAllowed}`],
  [{ stagger: 2 }, `stagger: must be a duration, more than nothing and at most 1h (${hint}), not 2`],
  [{ stagger: { reboot: '2h' } }, 'stagger.reboot: "2h" is out of range: it must be more than nothing and at most 1h'],
  [
    { stagger: { reboot: '1h' }, tiers: { patience: '1h' } },
    'stagger: must be shorter than tiers.patience: some VMs would never be sent to',
  ],
  [{ guard: { maxShare: 0 } }, 'guard.maxShare: must be a share above 0 and up to 1, not 0'],
  [{ guard: { maxShare: 1.01 } }, 'guard.maxShare: must be a share above 0 and up to 1, not 1.01'],
  [{ guard: { maxShare: Number.NaN } }, 'guard.maxShare: must be a share above 0 and up to 1, not NaN'],
  [{ pace: { inFlight: '5' } }, 'pace.inFlight: must be a whole number from 1 to 1000000, not "5"'],
  [{ pace: { perSecond: 0 } }, 'pace.perSecond: must be a whole number from 1 to 1000000, not 0'],
  [
    { states: { limbo: 'of' } },
    'states.limbo: must be one of on, off, starting, stopping, other, not "of" (did you mean "on"?)',
  ],
  [
    { states: { ' x': 'off' } },
    'states[" x"]: has an impossible name; allowed are state names without blanks at their ends',
  ],
  [{ alarms: {} }, 'alarms.email: is missing; it must be an e-mail address'],
  [{ alarms: { email: 'nobody' } }, 'alarms.email: must be an e-mail address, not "nobody"'],
  [{ oauth: { grant: 'password' } }, 'oauth.grant: must be one of client_credentials, refresh_token, not "password"'],
  [
    { oauth: { tokenUrl: 'https://user:hunter2@login.example.org' } },
    'oauth.tokenUrl: must be an https address (or http on loopback) without user, query or fragment',
  ],
  [
    { oauth: { clientId: ' ' } },
    'oauth.clientId: must be a client id: 1 to 256 characters, no blanks at its ends, not " "',
  ],
  [{ rotation: {} }, 'rotation.every: is missing; it must be a duration like "12h" or "1d"'],
  [
    { rotation: { every: '3h' } },
    'rotation.every: "3h" is out of range: it must be whole hours from 4h to 23h, or whole days',
  ],
  [{ rotation: { every: '36h' } }, 'rotation.every: must be whole hours from 4h to 23h, or whole days up to 366d'],
  [
    { rotation: { every: '1d', accounts: ['mian'] } },
    'rotation.accounts[0]: "mian" is no account of this config; it has main',
  ],
  [{ events: true }, 'events: must be an object with "vmSettled", or false for no events, not true'],
  [
    { events: { vmSettled: 'failure' } },
    'events.vmSettled: must be one of failures, all, none, not "failure" (did you mean "failures"?)',
  ],
  [
    { notify: { kind: 'slak', secret: 's' } },
    'notify.kind: must be one of slack, teams, webhook, not "slak" (did you mean "slack"?)',
  ],
  [{ notify: { kind: 'slack', secret: 'https://hooks.slack.com/?x' } }, `notify.secret: must be ${secretAllowed}`],
  [
    { notify: { kind: 'slack', secret: 's', before: '90s' } },
    'notify.before: "90s" is out of range: it must be whole minutes, from 1m to 24h',
  ],
  [
    { notify: { kind: 'slack', secret: 's', keep: '1h' } },
    'notify.keep: is about the link of warnings; say with "before" how long ahead they come',
  ],
  [
    { notify: { kind: 'slack', secret: 's', quota: 2 } },
    'notify.quota: is about the link of warnings; say with "before" how long ahead they come',
  ],
  [
    { notify: { kind: 'slack', secret: 's', before: '30m', quota: 11 } },
    'notify.quota: must be a whole number from 1 to 10, not 11',
  ],
  [
    { notify: { kind: 'slack', secret: 's', before: '4m' } },
    'notify: needs a tick at least as often as "before" is long: a stop between two ticks would not be warned of',
  ],
  [
    { notify: { kind: 'slack', secret: 's', before: '30m' }, tick: false },
    'notify: needs a tick at least as often as "before" is long: a stop between two ticks would not be warned of',
  ],
  [
    { notify: { kind: 'slack', secret: 's', before: '30m', keep: '4h', quota: 2 }, overrides: { maxDuration: '8h' } },
    'notify: lets a link keep VMs on for longer than overrides.maxDuration: "before", and "keep" as often as "quota" says',
  ],
  [{ reservedConcurrency: 0 }, 'reservedConcurrency: must be a whole number from 1 to 1000, not 0'],
  [{ launches: { perMinute: 0 } }, 'launches.perMinute: must be a whole number from 1 to 10000, not 0'],
  [{ engine: 'durabel' }, 'engine: must be one of durable, inline, not "durabel" (did you mean "durable"?)'],
];

describe('what throws when it is read is a fault of the configuration', () => {
  const thrower = (thrown: unknown) => () => {
    throw thrown;
  };
  const getter = (key: string, thrown: unknown) =>
    Object.defineProperty({}, key, { enumerable: true, get: thrower(thrown) });
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  it.each([
    ['a getter', getter('projects', new Error('no\nvault')), 'projects: cannot be read (no)'],
    ['a getter in a list', { tags: [{}, getter('match', new Error('no'))] }, 'tags[1].match: cannot be read (no)'],
    ['a getter further in', { accounts: { a: getter('secretId', 5) } }, 'accounts.a.secretId: cannot be read (5)'],
    ['one of a schedule', { schedules: getter('office', new Error('no')) }, 'schedules.office: cannot be read (no)'],
    ['a proxy', { guard: new Proxy({}, { ownKeys: thrower(new Error('no')) }) }, 'guard: cannot be read (no)'],
    [
      'a proxy that is gone',
      revoked.proxy,
      "the configuration: cannot be read (Cannot perform 'ownKeys' on a proxy that has been revoked)",
    ],
  ])('%s', (_what, input, fault) => {
    expect(faultsOf(input)).toEqual([fault]);
  });

  it('but not a circle', () => {
    const circle: Record<string, unknown> = {};
    circle.guard = circle;
    expect(faultsOf(circle)).toEqual([expect.stringMatching(/^guard\.guard: is unknown/)]);
  });
});

describe('a single fault is named by its path, with what is allowed', () => {
  it.each(table.map(([input, fault]) => ({ input, fault })))('$fault', ({ input, fault }) => {
    expect(faultsOf(input)).toEqual([fault]);
  });
});

it('all faults come at once, in one message', () => {
  const input = {
    projets: [],
    crons: { c: { ...cron, cron: 'x', action: 'reset' } },
    guard: { maxShare: 2 },
    x: 1,
    y: 2,
  };
  const faults = faultsOf(input);
  expect(faults.map((fault) => fault.split(': ')[0])).toEqual([
    'crons.c.cron',
    'crons.c.allowDataLoss',
    'guard.maxShare',
    'projets',
    'x',
    'y',
  ]);
  const load = () => loadConfig(input, rightEnvironment);
  expect(load).toThrow(PowerError);
  expect(load).toThrow(`the configuration has 6 faults:\n  - ${faults.join('\n  - ')}`);
  expect(() => loadConfig([], rightEnvironment)).toThrow(
    'the configuration has a fault:\n  - the configuration: must be',
  );
});

it('what stands where the name of a secret belongs is never shown', () => {
  const pasted = 'eyJhbGciOi very secret';
  expect(
    faultsOf({ ...withAccount({ secretId: pasted }), webhooks: { w: { verify: 'github', secretId: pasted } } }).join(),
  ).not.toContain('eyJ');
  expect(faultsOf(withAccount({ apiUrl: 'https://user:pass@api.example' })).join()).not.toContain('pass');
});
