// The functions as the framework names them in the template: five, and one more where tokens are rotated.
// One list, so that roles, alarms and schedules cannot forget one.

import type { Config } from '../lib/config.ts';

export const functionKeys = ['scheduled', 'reconcile', 'api', 'webhook', 'run'] as const;

export type FunctionKey = (typeof functionKeys)[number] | 'rotate';

/** Those that this configuration deploys. */
export function functionKeysOf({ rotation }: Pick<Config, 'rotation'>): readonly FunctionKey[] {
  return rotation === null ? functionKeys : [...functionKeys, 'rotate'];
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
