// The five functions as the framework names them in the template.
// One list, so that roles, alarms and schedules cannot forget one.

export const functionKeys = ['scheduled', 'reconcile', 'api', 'webhook', 'run'] as const;

export type FunctionKey = (typeof functionKeys)[number];

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
