// The one family of errors. Each has a literal code and a message that tells the operator what to do.
// Expected outcomes are returned, not thrown; what is thrown is one of these.

export type ErrorCode =
  /** The configuration or the environment has faults; the message lists them all. */
  | 'config'
  /** A request (arguments, body, event) is not well formed; the message says what is allowed. */
  | 'request'
  /** A selector could not be read; the message gives the position. */
  | 'selector'
  /** The secret could not be read, or does not hold a token. */
  | 'secret'
  /** The API refused the token, also after it was fetched again. */
  | 'token-rejected'
  /** A project's list could not be read. */
  | 'list-failed'
  /** A project's list hints that it is not whole (rule 5). */
  | 'list-not-whole'
  /** One VM could not be read. */
  | 'read-failed'
  /** The action may lose data and the request does not allow it (rule 2). */
  | 'data-loss'
  /** The run would disrupt more VMs than the guard allows (rule 10). */
  | 'guard'
  /** A signature is missing, wrong, or too old. */
  | 'signature'
  /** The same Idempotency-Key came with another request. */
  | 'conflict'
  /** There is no such run, VM, webhook or path. */
  | 'not-found'
  /** The store, or another AWS service, did not do what was asked of it. */
  | 'aws'
  /** The trigger's event is older than its maximum age. */
  | 'stale-event'
  /** The run is over, its report is out, and it ended in trouble (rule 7). */
  | 'run-trouble';

export class PowerError extends Error {
  override readonly name = 'PowerError';
  readonly code: ErrorCode;
  /** Each single fault, where there can be several. */
  readonly faults: readonly string[];

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; faults?: readonly string[] } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.faults = options.faults ?? [];
  }
}

/** For the end of a switch over a union: fails to compile when a case was forgotten. */
export function assertNever(value: never): never {
  throw new TypeError(`unexpected value: ${String(value)}`);
}
