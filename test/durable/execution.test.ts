// What the service keeps and refuses, without a process: tokens, transitions and the quotas that cannot be raised.

import { describe, expect, it } from 'vitest';
import { DurableExecution } from './execution.ts';
import { maxErrorBytes, maxOperations, maxPayloadBytes, maxStoredBytes } from './limits.ts';
import type { Update } from './wire.ts';

const setup = { arn: 'arn', name: 'name', functionName: 'f', input: '{}', speed: 10, pageSize: 2 };

function begun() {
  const execution = new DurableExecution(setup, 0);
  let token = String(execution.begin(0).CheckpointToken);
  const checkpoint = (updates: readonly Update[], now = 0, by = token) => {
    const answer = execution.checkpoint({ CheckpointToken: by, Updates: [...updates] }, now);
    token = String(answer.CheckpointToken);
    return answer;
  };
  return { execution, checkpoint, tokenNow: () => token };
}

const step = (Id: string, Action: Update['Action'], more: Partial<Update> = {}): Update => ({
  Id,
  Type: 'STEP',
  Action,
  ...more,
});

describe('an execution’s checkpoints', () => {
  it('need the token of the answer before, and none of an older invocation', () => {
    const { execution, checkpoint, tokenNow } = begun();
    const first = tokenNow();
    checkpoint([step('a', 'START')]);
    expect(() => checkpoint([step('b', 'START')], 0, first)).not.toThrow();
    expect(execution.operations.map(({ id }) => id)).not.toContain('b');
    const second = tokenNow();
    checkpoint([]);
    expect(() => checkpoint([], 0, second)).not.toThrow();
    expect(() => checkpoint([], 0, first)).toThrow('Invalid Checkpoint Token');
    execution.begin(0);
    expect(() => checkpoint([step('c', 'START')], 0, 'guessed')).toThrow('Invalid Checkpoint Token');
  });

  it('are stored whole or not at all', () => {
    const { execution, checkpoint } = begun();
    const both = [step('a', 'START'), step('b', 'START', { ParentId: 'nobody' })];
    expect(() => checkpoint(both)).toThrow('Invalid parent operation id');
    expect([execution.operations.length, execution.figures.bytes]).toEqual([1, 2]);
  });

  it.each([
    ['a second start', [step('a', 'START'), step('a', 'START')]],
    ['an end after the end', [step('a', 'SUCCEED'), step('a', 'FAIL')]],
    ['a success with an error', [step('a', 'SUCCEED', { Error: { ErrorMessage: 'x' } })]],
    ['a failure with a payload', [step('a', 'FAIL', { Payload: 'x' })]],
    ['a retry at no time', [step('a', 'RETRY')]],
    ['a wait of no length', [{ Id: 'a', Type: 'WAIT', Action: 'START' }]],
    ['a step inside a step', [step('a', 'START'), step('b', 'START', { ParentId: 'a' })]],
    ['a type that changes', [step('a', 'START'), { Id: 'a', Type: 'CONTEXT', Action: 'SUCCEED' }]],
  ] satisfies [string, Update[]][])('are refused for %s', (_name, updates) => {
    expect(() => begun().checkpoint(updates)).toThrow(
      expect.objectContaining({ type: 'InvalidParameterValueException' }),
    );
  });

  it('end a wait when it is due, in compressed time, and only then', () => {
    const { execution, checkpoint } = begun();
    checkpoint([{ Id: 'w', Type: 'WAIT', Action: 'START', WaitOptions: { WaitSeconds: 60 } }], 1_000);
    expect(execution.next(6_999)).toBe(7_000);
    expect(checkpoint([], 6_999)).toMatchObject({ NewExecutionState: { Operations: [] } });
    expect(checkpoint([], 7_000)).toMatchObject({
      NewExecutionState: { Operations: [{ Id: 'w', Status: 'SUCCEEDED', EndTimestamp: 7 }] },
    });
    expect(execution.next(7_000)).toBe('never');
  });

  it('let a step be tried again when its pause is over', () => {
    const { execution, checkpoint } = begun();
    const pause = { StepOptions: { NextAttemptDelaySeconds: 10 } };
    checkpoint([step('a', 'START'), step('a', 'RETRY', { Error: { ErrorMessage: 'x' }, ...pause })]);
    expect(() => checkpoint([step('a', 'START')], 999)).toThrow('it is PENDING');
    expect(execution.begin(1_000)).toMatchObject({
      UpdatedOperationIds: ['a'],
      InitialExecutionState: { Operations: [{ Type: 'EXECUTION' }, { Status: 'READY', StepDetails: { Attempt: 1 } }] },
    });
  });

  it('forget what is below a finished context, unless it asked for it to be kept', () => {
    const { execution, checkpoint } = begun();
    const context = (Id: string, Action: Update['Action'], more: Partial<Update> = {}): Update => ({
      Id,
      Type: 'CONTEXT',
      Action,
      ...more,
    });
    checkpoint([context('c', 'START'), step('c1', 'SUCCEED', { ParentId: 'c' }), context('c', 'SUCCEED')]);
    const kept = { ContextOptions: { ReplayChildren: true } };
    checkpoint([context('d', 'START'), step('d1', 'SUCCEED', { ParentId: 'd' }), context('d', 'SUCCEED', kept)]);
    const { InitialExecutionState: state, CheckpointToken } = execution.begin(0);
    expect(state).toMatchObject({ Operations: [{ Type: 'EXECUTION' }, { Id: 'c' }], NextMarker: expect.any(String) });
    const marker = JSON.parse(JSON.stringify(state)).NextMarker;
    expect(execution.page(String(CheckpointToken), marker)).toMatchObject({ Operations: [{ Id: 'd' }, { Id: 'd1' }] });
  });
});

describe('the quotas', () => {
  it('hold a payload to 256 KB, and an error to 32 KB', () => {
    const { checkpoint } = begun();
    checkpoint([step('a', 'SUCCEED', { Payload: 'x'.repeat(maxPayloadBytes) })]);
    expect(() => checkpoint([step('b', 'SUCCEED', { Payload: 'x'.repeat(maxPayloadBytes + 1) })])).toThrow(
      'Payload size',
    );
    const ErrorMessage = 'x'.repeat(maxErrorBytes);
    expect(() => checkpoint([step('c', 'FAIL', { Error: { ErrorMessage } })])).toThrow('Error object size');
  });

  it('hold an execution to 3,000 operations', () => {
    const { execution, checkpoint } = begun();
    for (let count = 1; count < maxOperations; count += 1) checkpoint([step(`s${count}`, 'SUCCEED')]);
    expect(execution.figures.operations).toBe(maxOperations);
    expect(() => checkpoint([step('one-more', 'SUCCEED')])).toThrow('more than 3000 operations');
  });

  it('hold an execution to 100 MB', () => {
    const { execution, checkpoint } = begun();
    const Payload = 'x'.repeat(maxPayloadBytes);
    const most = Math.floor((maxStoredBytes - 2) / maxPayloadBytes);
    for (let count = 1; count <= most; count += 1) checkpoint([step(`s${count}`, 'SUCCEED', { Payload })]);
    expect(execution.figures.bytes).toBe(2 + most * maxPayloadBytes);
    expect(() => checkpoint([step('one-more', 'SUCCEED', { Payload })])).toThrow('more than 104857600 bytes');
  });
});
