// What crosses the wire between the durable SDK and the service: updates come in, operations go out.
// The SDK reads timestamps in two notations: ISO 8601 in the invocation event, epoch seconds in REST answers.

import * as v from 'valibot';

const text = v.exactOptional(v.string());

const errorSchema = v.object({
  ErrorType: text,
  ErrorMessage: text,
  ErrorData: text,
  StackTrace: v.exactOptional(v.array(v.string())),
});

export type ErrorObject = v.InferOutput<typeof errorSchema>;

const updateSchema = v.object({
  Id: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)),
  Type: v.picklist(['EXECUTION', 'CONTEXT', 'STEP', 'WAIT', 'CHAINED_INVOKE']),
  Action: v.picklist(['START', 'SUCCEED', 'FAIL', 'RETRY', 'CANCEL']),
  ParentId: text,
  Name: v.exactOptional(v.pipe(v.string(), v.regex(/^[\x20-\x7e]{1,256}$/))),
  SubType: text,
  Payload: text,
  Error: v.exactOptional(errorSchema),
  ContextOptions: v.exactOptional(v.object({ ReplayChildren: v.exactOptional(v.boolean()) })),
  StepOptions: v.exactOptional(v.object({ NextAttemptDelaySeconds: v.pipe(v.number(), v.minValue(1)) })),
  WaitOptions: v.exactOptional(v.object({ WaitSeconds: v.pipe(v.number(), v.integer(), v.minValue(1)) })),
  ChainedInvokeOptions: v.exactOptional(v.object({ FunctionName: v.string() })),
});

/** One change that a handler asks for. */
export type Update = v.InferOutput<typeof updateSchema>;

export const checkpointSchema = v.object({
  CheckpointToken: v.string(),
  ClientToken: text,
  Updates: v.optional(v.array(updateSchema), []),
});

export type CheckpointRequest = v.InferOutput<typeof checkpointSchema>;

/** What a handler's invocation returns to the service. */
export const outputSchema = v.variant('Status', [
  v.object({ Status: v.literal('PENDING') }),
  v.object({ Status: v.literal('SUCCEEDED'), Result: text }),
  v.object({ Status: v.literal('FAILED'), Error: v.exactOptional(errorSchema) }),
]);

export type Status = 'STARTED' | 'PENDING' | 'READY' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

/** An operation as the service keeps it; instants are epoch milliseconds. */
export interface Operation {
  readonly id: string;
  readonly type: Update['Type'];
  readonly status: Status;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly parentId?: string;
  readonly name?: string;
  readonly subType?: string;
  /** How many attempts of a step have ended. */
  readonly attempts: number;
  /** When a wait ends, or the next attempt may begin. */
  readonly dueAt?: number;
  /** The input of an execution or of an invoked function. */
  readonly input?: string;
  readonly functionName?: string;
  readonly result?: string;
  readonly error?: ErrorObject;
  readonly replayChildren?: boolean;
}

/** Epoch seconds, as REST answers have them. */
export const epochSeconds = (ms: number): unknown => ms / 1_000;
/** ISO 8601, as the invocation event has them. */
export const isoInstant = (ms: number): unknown => new Date(ms).toISOString();

/** The operation in the service's words; what is undefined is left out by JSON. */
export function written(operation: Operation, instant: (ms: number) => unknown): Readonly<Record<string, unknown>> {
  const at = (ms: number | undefined) => (ms === undefined ? undefined : instant(ms));
  const end = { Result: operation.result, Error: operation.error };
  return {
    Id: operation.id,
    ParentId: operation.parentId,
    Name: operation.name,
    Type: operation.type,
    SubType: operation.subType,
    Status: operation.status,
    StartTimestamp: at(operation.startedAt),
    EndTimestamp: at(operation.endedAt),
    ...(operation.type === 'EXECUTION' && { ExecutionDetails: { InputPayload: operation.input } }),
    ...(operation.type === 'CONTEXT' && {
      ContextDetails: { ...end, ReplayChildren: operation.replayChildren ?? false },
    }),
    ...(operation.type === 'STEP' && {
      StepDetails: { ...end, Attempt: operation.attempts, NextAttemptTimestamp: at(operation.dueAt) },
    }),
    ...(operation.type === 'WAIT' && { WaitDetails: { ScheduledEndTimestamp: at(operation.dueAt) } }),
    ...(operation.type === 'CHAINED_INVOKE' && { ChainedInvokeDetails: end }),
  };
}
