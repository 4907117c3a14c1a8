// Environment + power.config.ts → one frozen Config, every fault listed at once.
// The only reader of process.env in the project.

import type { Action } from './core/action.ts';
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
  /** EventBridge's six fields. */
  readonly cron: string;
  readonly timezone: string;
  readonly action: Action;
  readonly select: string;
  readonly account: string | null;
  readonly allowDataLoss: boolean;
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
}
