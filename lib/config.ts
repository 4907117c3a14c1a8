// Environment + power.config.ts → one frozen Config, every fault listed at once.
// The only reader of process.env in the project.

import * as v from 'valibot';
import { assembleConfig } from './config/assemble.ts';
import { type Environment, environmentFaults, parseEnvironment } from './config/environment.ts';
import type { PowerConfigInput } from './config/input.ts';
import { accountNamesIn, configSchema } from './config/schema.ts';
import type { Action } from './core/action.ts';
import { PowerError } from './core/errors.ts';
import type { PacePolicy, RunPolicy } from './core/policy.ts';
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

export interface Config extends RunPolicy {
  readonly accounts: readonly AccountConfig[];
  readonly tags: readonly TagRule[];
  readonly crons: readonly CronConfig[];
  readonly webhooks: readonly WebhookConfig[];
  readonly pace: PacePolicy;
  readonly states: Readonly<Record<string, Power>>;
  readonly alarms: { readonly email: string } | null;
  /** Lambda concurrency reserved for runs; null is none. */
  readonly reservedConcurrency: number | null;
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
}

/** The whole configuration, deeply frozen. Throws `config` with every fault of the input and the environment at once. */
export function loadConfig(input: unknown, environment: Environment, options: LoadOptions = {}): Config {
  const names = accountNamesIn(input);
  const use = {
    where: options.where ?? (environment.functionName === null ? 'terminal' : 'lambda'),
    credentials: options.credentials ?? 'required',
    namedAccounts: names?.length ?? null,
  };
  const parsed = v.safeParse(configSchema(names ?? ['main']), input);
  const faults = [...(parsed.issues ?? []).map(describe), ...environmentFaults(environment, use)];
  if (!parsed.success || faults.length > 0) throw faulty(faults);
  return assembleConfig(parsed.output, environment);
}

function faulty(faults: readonly string[]): PowerError {
  const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`;
  const lines = faults.map((fault) => `\n  - ${fault}`).join('');
  return new PowerError('config', `the configuration has ${count}:${lines}`, { faults });
}

function describe(issue: v.BaseIssue<unknown>): string {
  const path = (issue.path ?? []).map(({ key }) => pathPart(key)).join('');
  return `${path === '' ? 'the configuration' : path.replace(/^\./, '')}: ${issue.message}`;
}

/** As one would write it in the config file, so that it can be found there. */
function pathPart(key: unknown): string {
  if (typeof key === 'number') return `[${key}]`;
  return /^[\w-]+$/.test(String(key)) ? `.${String(key)}` : `[${JSON.stringify(String(key))}]`;
}
