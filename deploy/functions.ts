// The functions as the framework names them in the template: five, and more where tokens are rotated, or people warned.
// One list, so that roles, alarms and schedules cannot forget one.

import type { Config } from '../lib/config.ts';

export const functionKeys = ['scheduled', 'reconcile', 'api', 'webhook', 'run'] as const;

export type FunctionKey = (typeof functionKeys)[number] | 'rotate' | 'keep';

/** Whether warnings of stops have links, and a function behind them. */
export function hasLinks({ notify }: Pick<Config, 'notify'>): boolean {
  return notify !== null && notify.warning !== null;
}

/** Those that this configuration deploys. */
export function functionKeysOf(config: Pick<Config, 'rotation' | 'notify'>): readonly FunctionKey[] {
  const { rotation } = config;
  return [
    ...functionKeys,
    ...(rotation === null ? [] : ['rotate' as const]),
    ...(hasLinks(config) ? ['keep' as const] : []),
  ];
}

function pascal(key: FunctionKey): string {
  return key.charAt(0).toUpperCase() + key.slice(1);
}

export function functionId(key: FunctionKey): string {
  return `${pascal(key)}LambdaFunction`;
}

export function logGroupId(key: FunctionKey): string {
  return `${pascal(key)}LogGroup`;
}

/** Must be what serverless.yml names as the function's `role`. */
export function roleId(key: FunctionKey): string {
  return `${pascal(key)}Role`;
}
