// Each way in which a cron or a webhook can be wrong, and what is said about it.
// They act while nobody looks: what is dangerous in them is refused here, before it is deployed.

import { describe, expect, it } from 'vitest';
import { faultsOf } from './loaded.ts';

const cron = { cron: '0 19 ? * SUN-THU *', timezone: 'Africa/Algiers', action: 'shutdown', select: 'env=dev' };
const rule = { when: { type: 'x' }, action: 'start', select: 'env=dev' };
const webhook = { verify: 'standard', secretId: 'power/webhooks/ci', on: [rule] };
const longSelector = `env in (${'a'.repeat(4093)})`;
const secretAllowed = 'a Secrets Manager name or ARN: letters, digits and / _ + = . @ : ! -';
const scheduleNames = 'has an impossible name; allowed are letters, digits, "_" and "-", at most 40 of them';
const withCron = (change: object) => ({ crons: { c: { ...cron, ...change } } });
const withHook = (change: object) => ({ webhooks: { w: { ...webhook, ...change } } });
const withRule = (change: object) => withHook({ on: [{ ...rule, ...change }] });

const table: readonly (readonly [unknown, ...string[]])[] = [
  // Crons
  [{ crons: { 'a b': cron } }, `crons["a b"]: ${scheduleNames}`],
  [{ crons: { '': cron } }, `crons[""]: ${scheduleNames}`],
  [{ crons: { ['c'.repeat(41)]: cron } }, `crons.${'c'.repeat(41)}: ${scheduleNames}`],
  [{ crons: { constructor: cron } }, `crons.constructor: ${scheduleNames}`],
  [JSON.parse(`{"crons": {"__proto__": ${JSON.stringify(cron)}}}`), `crons.__proto__: ${scheduleNames}`],
  [
    withCron({ cron: undefined }),
    'crons.c.cron: is missing; it must be a cron expression of six fields, like "0 19 ? * SUN-THU *"',
  ],
  [
    withCron({ cron: '0 19 * * *' }),
    'crons.c.cron: "0 19 * * *": EventBridge needs six: minutes hours day-of-month month day-of-week year; this has 5 (write "0 19 * * ? *"?)',
  ],
  [
    withCron({ timezone: undefined }),
    'crons.c.timezone: is missing; it must be an IANA time zone like "Africa/Algiers", "Europe/Paris" or "UTC"',
  ],
  [
    withCron({ timezone: 'Africa/Algeria' }),
    'crons.c.timezone: must be an IANA time zone like "Africa/Algiers", "Europe/Paris" or "UTC", not "Africa/Algeria"',
  ],
  [
    withCron({ timezone: '+01:00' }),
    'crons.c.timezone: must be an IANA time zone like "Africa/Algiers", "Europe/Paris" or "UTC", not "+01:00"',
  ],
  [
    withCron({ action: 'shut_down' }),
    'crons.c.action: must be one of start, shutdown, power_off, reboot, reset, not "shut_down" (did you mean "shutdown"?)',
  ],
  [withCron({ select: '' }), 'crons.c.select: the selector is empty; for every VM, write "*" (in the terminal: --all)'],
  [
    withCron({ select: undefined }),
    'crons.c.select: is missing; it must be a selector like "env=dev", or "*" for every VM',
  ],
  // A run request takes no longer one: the cron would be refused at night, each time that it fires.
  [withCron({ select: longSelector }), 'crons.c.select: has 4102 characters; at most 4096 are read'],
  [withRule({ select: longSelector }), 'webhooks.w.on[0].select: has 4102 characters; at most 4096 are read'],
  [withCron({ account: 'acme' }), 'crons.c.account: "acme" is no account of this config; it has main'],
  [
    withCron({ action: 'power_off' }),
    'crons.c.allowDataLoss: must be true beside the action power_off, which may lose data; or use shutdown or reboot',
  ],
  [
    withCron({ action: 'reset', allowDataLoss: false }),
    'crons.c.allowDataLoss: must be true beside the action reset, which may lose data; or use shutdown or reboot',
  ],
  [withCron({ allowDataLoss: 'yes' }), 'crons.c.allowDataLoss: must be true or false, not "yes"'],
  [
    withCron({ maxEventAge: '59s' }),
    'crons.c.maxEventAge: "59s" is out of range: it must be whole seconds, from 60s to 24h',
  ],
  [
    withCron({ maxEventAge: '25h' }),
    'crons.c.maxEventAge: "25h" is out of range: it must be whole seconds, from 60s to 24h',
  ],
  [
    withCron({ maxEventAge: '60001ms' }),
    'crons.c.maxEventAge: "60001ms" is out of range: it must be whole seconds, from 60s to 24h',
  ],
  [withCron({ retries: 186 }), 'crons.c.retries: must be a whole number from 0 to 185, not 186'],
  [
    withCron({ projects: ['a'] }),
    'crons.c.projects: is unknown; allowed are cron, timezone, action, select, account, allowDataLoss, maxEventAge, retries',
  ],
  [
    { accounts: {}, ...withCron({ account: 'acme' }) },
    'crons.c.account: "acme" is no account of this config; it has none',
    'accounts: must name at least one account, or be left out',
  ],
  // Webhooks
  [{ webhooks: { 'a/b': webhook } }, `webhooks["a/b"]: ${scheduleNames}`],
  [
    withHook({ verify: 'Github' }),
    'webhooks.w.verify: must be one of standard, github, not "Github" (did you mean "github"?)',
  ],
  [withHook({ secretId: undefined }), `webhooks.w.secretId: is missing; it must be ${secretAllowed}`],
  [
    withHook({ on: undefined }),
    'webhooks.w.on: is missing or empty; a webhook needs "on" with at least one rule, or "allow"',
  ],
  [withHook({ on: [] }), 'webhooks.w.on: is missing or empty; a webhook needs "on" with at least one rule, or "allow"'],
  [withHook({ on: {} }), 'webhooks.w.on: must be a list of rules { when, action, select }, not an object'],
  [
    withRule({ when: {} }),
    'webhooks.w.on[0].when: must name at least one field of the body; an empty "when" would match every event',
  ],
  [withRule({ when: undefined }), 'webhooks.w.on[0].when: is missing; it must be an object'],
  [withRule({ when: { a: [] } }), 'webhooks.w.on[0].when.a: must be a text, a number, true, false or null, not a list'],
  [
    withRule({ when: { a: Number.NaN } }),
    'webhooks.w.on[0].when.a: must be a text, a number, true, false or null, not NaN',
  ],
  [
    withRule({ when: { 'a..b': 1 } }),
    'webhooks.w.on[0].when["a..b"]: has an impossible name; allowed are fields of the body, dotted like "check.conclusion"',
  ],
  [
    withRule({ action: 'power_off' }),
    'webhooks.w.on[0].action: power_off may lose data, and a webhook is never given leave for that; allowed are start, shutdown, reboot',
  ],
  [
    withRule({ action: 'stat' }),
    'webhooks.w.on[0].action: must be one of start, shutdown, reboot, not "stat" (did you mean "start"?)',
  ],
  [withRule({ account: 'x' }), 'webhooks.w.on[0].account: "x" is no account of this config; it has main'],
  [withHook({ allow: { actions: [], select: 'a' } }), 'webhooks.w.allow.actions: must have at least one of actions'],
  [
    withHook({ allow: { actions: ['reset'], select: 'a' } }),
    'webhooks.w.allow.actions[0]: reset may lose data, and a webhook is never given leave for that; allowed are start, shutdown, reboot',
  ],
  [
    withHook({ allow: { actions: ['start'] } }),
    'webhooks.w.allow.select: is missing; it must be a selector like "env=dev", or "*" for every VM',
  ],
];

describe('each fault is named by its path, with what is allowed', () => {
  it.each(table.map(([input, ...faults]) => ({ input, faults })))('$faults', ({ input, faults }) => {
    expect(faultsOf(input)).toEqual(faults);
  });
});
