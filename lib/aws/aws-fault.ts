// What an AWS error means to the operator: what could not be done, and what to do about it.
// By the error's name only: its message and its fields can quote what was sent.

import { describeError, kindOf } from '../core/describe-error.ts';
import { PowerError } from '../core/errors.ts';

export interface Undertaking {
  /** What was being done, as in "could not …". */
  readonly doing: string;
  /** What to do when the thing it needs does not exist. */
  readonly ifMissing: string;
}

const denied = ['AccessDeniedException', 'AccessDenied', 'UnauthorizedException', 'KMSAccessDeniedException'];
const noCredentials = [
  'CredentialsProviderError',
  'UnrecognizedClientException',
  'ExpiredTokenException',
  'ExpiredToken',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
];
const throttled = [
  'ThrottlingException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'TooManyRequestsException',
  'LimitExceededException',
];
const unreachable = ['TimeoutError', 'AbortError', 'NetworkingError'];

/** The `aws` error for what the SDK threw; one that already is a PowerError stays as it is. */
export function awsFault(error: unknown, { doing, ifMissing }: Undertaking): PowerError {
  if (error instanceof PowerError) return error;
  return new PowerError('aws', `could not ${doing}: ${adviceFor(error, ifMissing)}`, { cause: error });
}

/** Whether AWS asks to come again later. */
export function isThrottled(error: unknown): boolean {
  return throttled.includes(kindOf(error));
}

function adviceFor(error: unknown, ifMissing: string): string {
  const name = kindOf(error);
  if (name === 'ResourceNotFoundException') return ifMissing;
  if (denied.includes(name))
    return `AWS denies ${deniedAction(error)}: allow it in the role, or deploy the stack again (${name})`;
  if (noCredentials.includes(name))
    return `AWS does not accept the credentials: renew them, or check AWS_PROFILE (${name})`;
  if (throttled.includes(name))
    return `AWS throttles, also after retries: try again later, or raise the quota (${name})`;
  if (unreachable.includes(name) || hasSystemCode(error)) {
    return `AWS does not answer: check the network and AWS_ENDPOINT_URL_* (${name})`;
  }
  if (name === 'ValidationException' && isTooLarge(error))
    return `it is larger than the 400 KB of an item: ask for fewer VMs at once (${name})`;
  if (error instanceof Error && error.message === 'Region is missing') return 'no AWS region is set: set AWS_REGION';
  // Only what a service sent has `$fault`; the rest arose here.
  return error instanceof Error && '$fault' in error ? `AWS answers ${name}` : describeError(error).message;
}

/** `service:Action`, which IAM puts into its message and the operator needs; nothing else of the message is passed on. */
function deniedAction(error: unknown): string {
  const found = error instanceof Error ? /perform: ([a-z0-9-]+:[A-Za-z]+)/.exec(error.message)?.[1] : undefined;
  return found ?? 'it';
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && /item size .*exceeded/i.test(error.message);
}

function hasSystemCode(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^E[A-Z_]+$/.test(error.code);
}
