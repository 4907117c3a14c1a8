// What an update makes of an operation, and which updates the service refuses.
// Pure, so that the rules can be read in one place.

import { maxErrorBytes, maxPayloadBytes, Refusal } from './limits.ts';
import type { Operation, Status, Update } from './wire.ts';

type From = Status | 'absent';

const closing: readonly From[] = ['absent', 'STARTED', 'READY'];

/** Which action may meet an operation in which state: whatever is not here is refused. */
const allowed: Readonly<Record<Update['Type'], Partial<Record<Update['Action'], readonly From[]>>>> = {
  EXECUTION: { SUCCEED: ['STARTED'], FAIL: ['STARTED'] },
  CONTEXT: { START: ['absent'], SUCCEED: ['absent', 'STARTED'], FAIL: ['absent', 'STARTED'] },
  STEP: { START: ['absent', 'READY'], SUCCEED: closing, FAIL: closing, RETRY: closing },
  WAIT: { START: ['absent'], CANCEL: ['STARTED'] },
  CHAINED_INVOKE: { START: ['absent'], CANCEL: ['STARTED'] },
};

const statusAfter: Readonly<Record<Update['Action'], Status>> = {
  START: 'STARTED',
  SUCCEED: 'SUCCEEDED',
  FAIL: 'FAILED',
  RETRY: 'PENDING',
  CANCEL: 'CANCELLED',
};

/** What one update writes, in bytes. */
export function bytesOf({ Payload, Error: error }: Update): number {
  return Buffer.byteLength(Payload ?? '') + (error === undefined ? 0 : Buffer.byteLength(JSON.stringify(error)));
}

/** The operation after the update at `now`; waits take `speed` times less than asked for. Throws a `Refusal`. */
export function applied(update: Update, before: Operation | undefined, now: number, speed: number): Operation {
  refuseUnlessAllowed(update, before);
  const { Action, Type } = update;
  const hasEnded = Action === 'SUCCEED' || Action === 'FAIL' || Action === 'CANCEL';
  const dueAt = dueAfter(update, now, speed);
  const ended = Action === 'RETRY' || (hasEnded && Type === 'STEP') ? 1 : 0;
  const { dueAt: _past, ...kept } = before ?? created(update, now);
  return {
    ...kept,
    status: statusAfter[Action],
    attempts: kept.attempts + ended,
    ...(hasEnded && { endedAt: now }),
    ...(dueAt !== undefined && { dueAt }),
    ...(Action !== 'START' && update.Payload !== undefined && { result: update.Payload }),
    ...(update.Error !== undefined && { error: update.Error }),
    ...(update.ContextOptions?.ReplayChildren && { replayChildren: true }),
  };
}

function created(update: Update, now: number): Operation {
  return {
    id: update.Id,
    type: update.Type,
    status: 'STARTED',
    startedAt: now,
    attempts: 0,
    ...(update.ParentId !== undefined && { parentId: update.ParentId }),
    ...(update.Name !== undefined && { name: update.Name }),
    ...(update.SubType !== undefined && { subType: update.SubType }),
    ...(update.Type === 'CHAINED_INVOKE' && {
      input: update.Payload ?? 'null',
      functionName: update.ChainedInvokeOptions?.FunctionName ?? '',
    }),
  };
}

function dueAfter({ Action, WaitOptions, StepOptions }: Update, now: number, speed: number): number | undefined {
  const seconds = Action === 'START' ? WaitOptions?.WaitSeconds : StepOptions?.NextAttemptDelaySeconds;
  return seconds === undefined ? undefined : Math.ceil(now + (seconds * 1_000) / speed);
}

function refuseUnlessAllowed(update: Update, before: Operation | undefined): void {
  const { Type, Action, Payload, Error: error } = update;
  const from = before?.status ?? 'absent';
  if (!allowed[Type][Action]?.includes(from)) throw new Refusal(`Invalid ${Type} action ${Action}: it is ${from}.`);
  if (before !== undefined && before.type !== Type) throw new Refusal(`The operation is a ${before.type}.`);
  if (Payload !== undefined && error !== undefined) throw new Refusal('Cannot provide both a payload and an error.');
  if (Action === 'SUCCEED' && error !== undefined) throw new Refusal('Cannot provide an Error for SUCCEED action.');
  if (Action === 'FAIL' && Payload !== undefined) throw new Refusal('Cannot provide a Payload for FAIL action.');
  if (Action === 'RETRY' && update.StepOptions === undefined) throw new Refusal('Invalid StepOptions.');
  if (Type === 'WAIT' && Action === 'START' && update.WaitOptions === undefined)
    throw new Refusal('Invalid WaitOptions.');
  if (error !== undefined && bytesOf(update) > maxErrorBytes)
    throw new Refusal(`Error object size must be less than ${maxErrorBytes} bytes.`);
  // A whole execution's result is an invocation's answer (6 MB), however it arrives.
  if (Type !== 'EXECUTION' && Buffer.byteLength(Payload ?? '') > maxPayloadBytes)
    throw new Refusal(`Payload size must be at most ${maxPayloadBytes} bytes.`);
}
