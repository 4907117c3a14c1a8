// The schema of power.config.ts: every field, its default, and what is allowed.
// Names and defaults are a contract with users; input.ts explains them to editors.

import * as v from 'valibot';
import { type Action, actions, losesData } from '../core/action.ts';
import { powers } from '../core/vm.ts';
import { events } from './event-schema.ts';
import * as field from './fields.ts';
import type { PowerConfigInput } from './input.ts';
import { calendarsSchema, type ScheduleSurroundings, schedulesSchema } from './schedule-schema.ts';
import { didYouMean, isPlainObject, must, named, strict } from './strict.ts';
import { tagRule } from './tag-rules.ts';
import * as ticking from './tick-schema.ts';
import * as ordering from './tier-schema.ts';

const scheduleName = /^[A-Za-z0-9_-]{1,40}$/;
const scheduleNameAllowed = 'letters, digits, "_" and "-", at most 40 of them';
const accountName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const accountNameAllowed = 'letters, digits, "_", "." and "-", at most 64 of them, the first a letter or digit';

const engines = ['durable', 'inline'] as const;

/** The names of the input's accounts, right or not: null when it has no `accounts`. */
export function accountNamesIn(input: unknown): readonly string[] | null {
  const accounts = isPlainObject(input) && Object.hasOwn(input, 'accounts') ? input.accounts : undefined;
  if (accounts === undefined) return null;
  return isPlainObject(accounts) ? Object.keys(accounts) : [];
}

/** The schema of a config whose tag rules, crons and webhooks may refer to these accounts, and its schedules to what surrounds them. */
export function configSchema(accounts: readonly string[], surroundings: ScheduleSurroundings) {
  const entries = {
    projects: v.optional(projects, ['default']),
    accounts: v.optional(named(accountName, accountNameAllowed, account, checkAccounts)),
    tags: v.optional(v.array(tagRule(accounts), must('a list of tag rules')), []),
    crons: v.optional(named(scheduleName, scheduleNameAllowed, cron(accounts)), {}),
    webhooks: v.optional(named(scheduleName, scheduleNameAllowed, webhook(accounts)), {}),
    timezone: v.optional(field.timezone),
    schedules: v.optional(schedulesSchema(surroundings), {}),
    calendars: v.optional(calendarsSchema, {}),
    tick: v.optional(ticking.tick, {}),
    catchUp: v.optional(ticking.catchUp, '2h'),
    adopt: v.optional(ticking.adopt, 'next-boundary'),
    retry: v.optional(ticking.retry, {}),
    overrides: v.optional(ticking.overrides, {}),
    prices: v.optional(ticking.prices),
    shutdown: v.optional(sendPolicy('8m', '90s', 1), {}),
    allowEscalation: v.optional(field.flag, false),
    start: v.optional(sendPolicy('3m', '60s', 2), {}),
    timeouts: v.optional(timeouts, {}),
    settle: v.optional(settle, {}),
    guard: v.optional(guard, {}),
    tiers: v.optional(ordering.tiers, {}),
    stagger: v.optional(ordering.stagger, {}),
    pace: v.optional(pace, {}),
    states: v.optional(
      named(/^\S(?:.{0,62}\S)?$/, 'state names without blanks at their ends', field.oneOf(powers)),
      {},
    ),
    alarms: v.optional(strict({ email: field.email })),
    events: v.optional(events, {}),
    reservedConcurrency: v.optional(field.wholeNumber(1, 1000)),
    engine: v.optional(field.oneOf(engines), 'durable'),
    parts: v.optional(strict({ maxVms: v.optional(field.wholeNumber(1, 20_000), 5_000) }), {}),
  } satisfies Record<keyof PowerConfigInput, v.GenericSchema>;
  const fields = strict(entries, (input, addFault) => {
    const names = accountNamesIn(input);
    if (names !== null && input.projects !== undefined) {
      addFault('projects', 'cannot stand beside "accounts"; give each account its own projects');
    }
    if (isPlainObject(input.accounts) && names?.length === 0) {
      addFault('accounts', 'must name at least one account, or be left out');
    }
  });
  return v.pipe(
    fields,
    v.forward(
      v.check(
        ({ tick, catchUp }) => tick === false || catchUp >= tick.every,
        'must not be shorter than tick.every: a moment between two ticks would be missed',
      ),
      ['catchUp'],
    ),
    v.forward(
      v.check(
        ({ tiers: { patience = Number.POSITIVE_INFINITY }, stagger }) =>
          Object.values(stagger).every((spread = 0) => spread < patience),
        'must be shorter than tiers.patience: some VMs would never be sent to',
      ),
      ['stagger'],
    ),
  );
}

/** A config that the schema found right. */
export type CheckedConfig = v.InferOutput<ReturnType<typeof configSchema>>;

const projects = field.listOf('project ids', field.text('a project id'));

const account = strict({
  secretId: field.secretId,
  projects: v.optional(projects, ['default']),
  apiUrl: v.optional(field.apiUrl),
});

type Raw = Readonly<Record<string, unknown>>;
type AddFault = (key: string, message: string) => void;

function checkAccounts(accounts: Raw, addFault: AddFault): void {
  const seen = new Map<string, string>();
  for (const [name, value] of Object.entries(accounts)) {
    if (!isPlainObject(value) || typeof value.secretId !== 'string') continue;
    const projects = Array.isArray(value.projects) ? value.projects : ['default'];
    for (const project of projects) {
      const key = JSON.stringify([value.secretId, String(value.apiUrl ?? ''), String(project)]);
      const other = seen.get(key);
      if (other !== undefined && other !== name)
        addFault(name, `lists the same VMs as "${other}": same secret, same project; leave one out`);
      seen.set(key, name);
    }
  }
}

function cron(accounts: readonly string[]) {
  const entries = {
    cron: field.cronExpression,
    timezone: field.timezone,
    action: field.oneOf(actions),
    select: field.selector,
    account: v.optional(v.nullable(field.accountReference(accounts)), null),
    allowDataLoss: v.optional(field.flag, false),
    maxEventAge: v.optional(field.duration(field.eventAge), '1h'),
    retries: v.optional(field.wholeNumber(0, 185), 3),
  };
  return strict(entries, ({ action, allowDataLoss }, addFault) => {
    if (isLosing(action) && allowDataLoss !== true) {
      addFault(
        'allowDataLoss',
        `must be true beside the action ${action}, which may lose data; or use shutdown or reboot`,
      );
    }
  });
}

function webhook(accounts: readonly string[]) {
  const entries = {
    verify: field.oneOf(['standard', 'github']),
    secretId: field.secretId,
    on: v.optional(v.array(webhookRule(accounts), must('a list of rules { when, action, select }')), []),
    allow: v.optional(allow),
  };
  return strict(entries, ({ on, allow }, addFault) => {
    const hasRules = on !== undefined && !(Array.isArray(on) && on.length === 0);
    if (!hasRules && allow === undefined)
      addFault('on', 'is missing or empty; a webhook needs "on" with at least one rule, or "allow"');
  });
}

function webhookRule(accounts: readonly string[]) {
  return strict({
    when: v.pipe(
      named(/^[^.\s]+(?:\.[^.\s]+)*$/, 'fields of the body, dotted like "check.conclusion"', whenValue),
      v.check(
        (when) => Object.keys(when).length > 0,
        'must name at least one field of the body; an empty "when" would match every event',
      ),
    ),
    action: harmlessAction,
    select: field.selector,
    account: v.optional(v.nullable(field.accountReference(accounts)), null),
  });
}

const whenValue = v.custom<string | number | boolean | null>(
  (value) => value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value),
  must('a text, a number, true, false or null'),
);

const harmlessActions = actions.filter((action) => !losesData(action));

/** An action that a webhook may cause: webhooks never have leave to lose data (rule 2). */
const harmlessAction = v.custom<Action>(
  (value) => (harmlessActions as readonly unknown[]).includes(value),
  (issue) => {
    if (isLosing(issue.input))
      return `${issue.input} may lose data, and a webhook is never given leave for that; allowed are ${harmlessActions.join(', ')}`;
    const hint = typeof issue.input === 'string' ? didYouMean(issue.input, harmlessActions) : '';
    return `${must(`one of ${harmlessActions.join(', ')}`)(issue)}${hint}`;
  },
);

const allow = strict({ actions: field.listOf('actions', harmlessAction), select: field.selector });

function isLosing(value: unknown): value is Action {
  return actions.some((action) => action === value && losesData(action));
}

function sendPolicy(patience: string, resendAfter: string, resends: number) {
  return strict({
    patience: v.optional(field.duration(field.upToOneDay), patience),
    resendAfter: v.optional(field.duration(field.upToOneDay), resendAfter),
    resends: v.optional(field.wholeNumber(0, 20), resends),
  });
}

const timeouts = strict({
  read: v.optional(field.duration(field.upTo15Minutes), '10s'),
  action: v.optional(field.duration(field.upTo15Minutes), '2m'),
});

const settle = v.pipe(
  strict({
    every: v.optional(field.duration(field.upTo15Minutes), '3s'),
    atMost: v.optional(field.duration(field.upTo15Minutes), '15s'),
  }),
  v.forward(
    v.check(({ every, atMost }) => atMost >= every, 'must not be shorter than settle.every: the pause only grows'),
    ['atMost'],
  ),
);

const guard = strict({
  maxVms: v.optional(field.wholeNumber(1, 1_000_000), 500),
  maxShare: v.optional(field.share, 0.8),
});

const pace = strict({
  inFlight: v.optional(field.wholeNumber(1, 1_000_000), 200),
  perSecond: v.optional(field.wholeNumber(1, 1_000_000), 25),
});
