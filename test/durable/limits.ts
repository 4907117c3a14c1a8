// The quotas of Lambda durable functions, and the refusals of a service that holds everyone to them.
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, "Durable functions"; none of them can be raised.

/** Of one operation's payload, in one checkpoint. */
export const maxPayloadBytes = 256 * 1024;
/** Of one operation's error object. */
export const maxErrorBytes = 32 * 1024;
/** Operations of one execution, the execution itself among them. */
export const maxOperations = 3_000;
/** Everything that one execution ever writes: its input, results and errors. */
export const maxStoredBytes = 100 * 1024 * 1024;

/** An answer of the service other than yes, as its REST protocol writes it. */
export class Refusal extends Error {
  readonly type: string;
  readonly status: number;

  constructor(message: string, type = 'InvalidParameterValueException', status = 400) {
    super(message);
    this.type = type;
    this.status = status;
  }
}
