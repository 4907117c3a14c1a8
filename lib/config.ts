// Environment + power.config.ts → one frozen Config, every fault listed at once.
// The only reader of process.env in the project.

import * as v from 'valibot';
import { assembleConfig } from './config/assemble.ts';
import { type Environment, environmentFaults, parseEnvironment } from './config/environment.ts';
import type { PowerConfigInput } from './config/input.ts';
import { pathOf } from './config/path.ts';
import { faultOfReading } from './config/readable.ts';
import { surroundingsIn } from './config/schedule-schema.ts';
import { accountNamesIn, configSchema } from './config/schema.ts';
import type { Action } from './core/action.ts';
import { PowerError } from './core/errors.ts';
import type { PacePolicy, RunPolicy } from './core/policy.ts';
import type { ScheduleSettings } from './core/schedule/decide-schedule.ts';
import type { ScheduleDefinition } from './core/schedule/named.ts';
import type { TagRule } from './core/tags.ts';
import type { Power } from './core/vm.ts';

/** One API address, the secret that holds its token, and its projects. */
export interface AccountConfig {
  readonly name: string;
  readonly apiUrl: string;
  /** Secrets Manager name or ARN; null when the token comes from the terminal's environment. */
  readonly secretId: string | null;
  readonly projects: readonly string[];
}

export interface CronConfig {
  readonly name: string;
  /** EventBridge's six fields, without `cron(…)`. */
  readonly cron: string;
  readonly timezone: string;
  readonly action: Action;
  readonly select: string;
  readonly account: string | null;
  readonly allowDataLoss: boolean;
  /** How old the event may be when it arrives: whole seconds, from a minute to a day. */
  readonly maxEventAgeMs: number;
  /** How often EventBridge delivers again, from 0 to 185. */
  readonly retries: number;
}

export type JsonPrimitive = string | number | boolean | null;

export interface WebhookRule {
  /** Fields of the verified body (dotted paths) and the values they must have. */
  readonly when: Readonly<Record<string, JsonPrimitive>>;
  readonly action: Action;
  readonly select: string;
  readonly account: string | null;
}

export interface WebhookConfig {
  readonly name: string;
  readonly verify: 'standard' | 'github';
  readonly secretId: string;
  readonly on: readonly WebhookRule[];
  /** What the sender may name itself: actions, and a selector ANDed with the one it sends. */
  readonly allow: { readonly actions: readonly Action[]; readonly select: string } | null;
}

/** What secrets of accounts need not say themselves about the token server. */
export interface OauthConfig {
  /** How tokens are got that secrets hold no other word about; `refresh_token` gives functions leave to store what they renew. */
  readonly grant: 'client_credentials' | 'refresh_token';
  readonly tokenUrl?: string | undefined;
  readonly clientId?: string | undefined;
  readonly scope?: string | undefined;
}

/** Dates on which schedules are held off, or to which they are held. At least one of the two. */
export interface CalendarConfig {
  readonly dates?: readonly string[];
  /** The name of an iCalendar file beside the config. */
  readonly ics?: string;
}

/** What VMs cost, per hour, by size. */
export interface Prices {
  readonly currency: string;
  readonly sizes: Readonly<Record<string, { readonly hourly: number; readonly stopped: number }>>;
}

/** Who is told of runs, and of scheduled stops ahead of them. */
export interface NotifyConfig {
  readonly kind: 'slack' | 'teams' | 'webhook';
  /** Secrets Manager name or ARN of the secret with the address. */
  readonly secretId: string;
  readonly when: 'trouble' | 'always';
  /** Null is no warning of stops. */
  readonly warning: { readonly beforeMs: number; readonly keepMs: number; readonly quota: number } | null;
}

export interface Config extends RunPolicy {
  readonly accounts: readonly AccountConfig[];
  readonly tags: readonly TagRule[];
  readonly crons: readonly CronConfig[];
  readonly webhooks: readonly WebhookConfig[];
  readonly pace: PacePolicy;
  readonly states: Readonly<Record<string, Power>>;
  readonly oauth: OauthConfig;
  /** Which accounts' secrets Secrets Manager rotates, and how often; null is none. */
  readonly rotation: { readonly everyMs: number; readonly accounts: readonly string[] } | null;
  readonly alarms: { readonly email: string } | null;
  /** Of which VMs events tell how they settled, besides those of runs; null is no event at all. */
  readonly events: { readonly vmSettled: 'failures' | 'all' | 'none' } | null;
  /** Null is nobody. */
  readonly notify: NotifyConfig | null;
  /** Lambda concurrency reserved for runs; null is none. */
  readonly reservedConcurrency: number | null;
  /** How many runs the HTTP API, and how many all webhooks together, may launch in one minute. */
  readonly launches: { readonly perMinute: number };
  /** How a run lasts on AWS: durably, over many invocations, or inline, within one. */
  readonly engine: 'durable' | 'inline';
  /** The largest part of a durable run that one execution settles. */
  readonly parts: { readonly maxVms: number };
  /** The zone of schedules that name none; null where each has to. */
  readonly timezone: string | null;
  /** Named schedules, their shape checked only: `schedulesOf` in config/schedules.ts reads them. */
  readonly schedules: Readonly<Record<string, ScheduleDefinition>>;
  readonly calendars: Readonly<Record<string, CalendarConfig>>;
  /** How a tick decides. */
  readonly scheduling: ScheduleSettings;
  /** How often schedules are looked after, and how late a tick may come; null is not at all. */
  readonly tick: { readonly everyMs: number; readonly maxAgeMs: number } | null;
  readonly overrides: { readonly maxDurationMs: number };
  readonly prices: Prices | null;
}

export type { Environment } from './config/environment.ts';
export type { PowerConfigInput } from './config/input.ts';

/**
 * Gives the config back as it is: for power.config.ts, so that an editor completes and explains every field.
 * @example export default defineConfig({ projects: ['default'] });
 */
export function defineConfig(config: PowerConfigInput): PowerConfigInput {
  return config;
}

/** What the environment says; a blank variable counts as unset. Never throws: its faults are found by loadConfig. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>> = process.env): Environment {
  return parseEnvironment(variables);
}

export interface LoadOptions {
  /**
   * Where the config is used: a Lambda refuses OPENSCALER_TOKEN.
   * @default 'lambda' when the environment is a Lambda's, else 'terminal'
   */
  readonly where?: 'lambda' | 'terminal';
  /**
   * Whether a secret or a token must be there: not for packaging, nor for checking a config without its fleet.
   * @default 'required'
   */
  readonly credentials?: 'required' | 'optional';
  /** Finds what this module does not load the code for; `loadWithSchedules` gives the faults of schedules here. */
  readonly furtherFaults?: (input: unknown) => readonly string[];
}

/**
 * The whole configuration, deeply frozen. Throws `config` with every fault of the input and the environment at once.
 * What schedules and calendars say is not read here: see config/schedules.ts.
 */
export function loadConfig(input: unknown, environment: Environment, options: LoadOptions = {}): Config {
  const unreadable = faultOfReading(input);
  if (unreadable !== null) throw configFault([unreadable]);
  const names = accountNamesIn(input);
  const use = {
    where: options.where ?? (environment.functionName === null ? 'terminal' : 'lambda'),
    credentials: options.credentials ?? 'required',
    namedAccounts: names?.length ?? null,
  };
  const parsed = v.safeParse(configSchema(names ?? ['main'], surroundingsIn(input)), input);
  const further = options.furtherFaults?.(input) ?? [];
  const faults = [...(parsed.issues ?? []).map(describe), ...further, ...environmentFaults(environment, use)];
  if (!parsed.success || faults.length > 0) throw configFault(faults);
  return assembleConfig(parsed.output, environment);
}

/** The error that lists these faults of the configuration. */
export function configFault(faults: readonly string[]): PowerError {
  const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`;
  const lines = faults.map((fault) => `\n  - ${fault}`).join('');
  return new PowerError('config', `the configuration has ${count}:${lines}`, { faults });
}

function describe(issue: v.BaseIssue<unknown>): string {
  const path = pathOf((issue.path ?? []).map(({ key }) => key));
  return `${path === '' ? 'the configuration' : path}: ${issue.message}`;
}
