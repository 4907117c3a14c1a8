// What the durable SDK (2.4.0) really does, where the engine depends on it and its documentation is silent.
// A new version that does otherwise fails here, and not in somebody's run.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DurableBackend, KillPlan } from './backend.ts';
import { killAt } from './kill-plans.ts';
import { type Ledgers, ledgers, notesIn } from './ledger.ts';
import { maxPayloadBytes } from './limits.ts';
import { startToys } from './toy-backend.ts';

let backend: DurableBackend;
let books: Ledgers;

beforeAll(async () => {
  books = ledgers();
  const handlers = ['alongside', 'interrupted', 'mapping', 'serdes', 'failing', 'large'];
  backend = await startToys('findings.ts', handlers, { speed: 500 });
});

afterAll(async () => {
  await backend.close();
  books.remove();
});

async function run(functionName: string, input: object = {}, kill?: KillPlan) {
  const ledger = books.open();
  const end = await backend.run(functionName, { ledger, ...input }, kill && { kill });
  const result: unknown = end.result === null ? null : JSON.parse(end.result);
  return {
    end,
    result,
    notes: notesIn(ledger),
    named: (name: string) => end.operations.find((its) => its.name === name),
  };
}

describe('(a) a wait beside a running step', () => {
  // A step that runs keeps the invocation alive (CheckpointManager.shouldTerminate, rule 4). The wait elapses meanwhile: at its
  // end the SDK asks the service by an empty checkpoint, and the branch behind the wait goes on in the same invocation.
  // Only when nothing runs any more does the invocation suspend: the 60 s pause at the end takes a second one.
  it('ends in the same invocation, while the step runs', async () => {
    const { end, notes } = await run('alongside');
    expect(notes.slice(0, 3)).toEqual(['wait over', 'step beside', 'slow step over']);
    expect([end.status, end.invocations <= 2]).toEqual(['SUCCEEDED', true]);
  });
});

describe('(b) an interrupted at-most-once step without retries', () => {
  const message = 'The step execution process was initiated but failed to reach completion due to an interruption.';
  // Thrown is a `StepError`, never a `StepInterruptedError`: that name is in `error.cause.name` only, in the invocation that
  // finds it as in every replay. It is checkpointed first (FAIL, ErrorType StepInterruptedError), and thrown after that is
  // stored: an invocation killed before finds the same again. Several that start together share a checkpoint, and a fate.
  it.each([
    ['', killAt(1, 'after')],
    [
      ', also when killed before that is stored',
      (at) => (at.number === 1 ? 'after' : at.number === 2 ? 'before' : null),
    ],
    [', also when killed after that is stored', (at) => (at.number <= 2 ? 'after' : null)],
  ] satisfies [string, KillPlan][])('is a StepError caused by StepInterruptedError, always%s', async (_name, kill) => {
    const { result, notes, named } = await run('interrupted', {}, kill);
    const thrown = { thrown: 'StepError', message, cause: 'StepInterruptedError' };
    expect(result).toEqual(thrown);
    expect(new Set(notes)).toEqual(new Set([JSON.stringify(thrown)]));
    expect(named('once')).toMatchObject({
      status: 'FAILED',
      error: { ErrorType: 'StepInterruptedError', ErrorMessage: message },
    });
  });
});

describe('(c) a map', () => {
  const bodies = ['body 0', 'body 1', 'body 2'];
  // FLAT: 1 operation for the map, and what each item itself uses. NESTED: one more per item.
  it.each([
    ['FLAT', 6],
    ['NESTED', 9],
  ] as const)(
    '%s takes %i operations for three items of one step, the execution and a wait among them',
    async (nesting, count) => {
      const { end, result } = await run('mapping', { nesting, items: 3, bytesEach: 1 });
      expect([result, end.figures.operations]).toEqual([['0', '1', '2'], count]);
    },
  );

  // Ids are counters per context (map 1, its items 1-1, 1-2, 1-3, the first item's first step 1-1-1), hashed by MD5: they
  // depend on where an item stands, not on when it ends. All results are written once more, as the map's own: items of which
  // only effects matter should return nothing.
  it('gives items the same ids in whatever order they end', async () => {
    const { notes, end } = await run('mapping', { nesting: 'FLAT', items: 3, bytesEach: 1 }, killAt(2, 'after'));
    expect(notes.filter((note) => note.startsWith('item'))[0]).toBe('item 2');
    expect([end.status, end.figures.operations, end.deaths]).toEqual(['SUCCEEDED', 6, 1]);
  });

  // Beyond 256 KB the map stores a summary and `ReplayChildren`: the service keeps its children, and every later invocation
  // runs the items' bodies again (their steps come from the checkpoints). Below that bodies never run again.
  it('runs the bodies of its items again in every replay when its results exceed 256 KB, but no step', async () => {
    const small = await run('mapping', { nesting: 'FLAT', items: 3, bytesEach: 1 });
    const large = await run('mapping', { nesting: 'FLAT', items: 3, bytesEach: 100_000 }, ({ request }) =>
      // A fresh process for what follows the map, lest the wait end before the invocation does.
      request.Updates.some(({ Type }) => Type === 'WAIT') ? 'after' : null,
    );
    expect(small.notes.filter((note) => note.startsWith('body'))).toEqual(bodies);
    expect(large.notes.filter((note) => note.startsWith('body')).slice(0, 6)).toEqual([...bodies, ...bodies]);
    expect(large.notes.filter((note) => note.startsWith('item')).length).toBe(3);
    expect(large.result).toEqual(['0', '1', '2']);
    expect([small.named('each')?.replayChildren, large.named('each')?.replayChildren]).toEqual([undefined, true]);
  });
});

describe('(d) a step’s serdes', () => {
  const afterwards: KillPlan = ({ request }) => (request.Updates.some(({ Type }) => Type === 'WAIT') ? 'after' : null);
  // Both may be asynchronous. `entityId` is the plain id (`1`, in a map `2-1-1`), not the hash. What a step returns has always
  // passed through deserialize, also in the invocation that ran it: that reads back at once what was just written.
  it('reads back what it wrote, in the invocation that ran the step as in each replay', async () => {
    const { end, result, notes } = await run('serdes', { first: 'works' }, afterwards);
    const [, , ...reads] = notes;
    expect(notes.slice(0, 2)).toEqual(['step', expect.stringMatching(/^serialize 1 of execution-\d+$/)]);
    // Once by the invocation that was killed, and once by each that replayed.
    expect(reads).toEqual(Array(end.invocations).fill('deserialize 1 {"value":"value"}'));
    expect([result, end.deaths]).toEqual(['value again', 1]);
  });

  // A serdes that throws ends the *invocation* (SerdesFailedError), not the step: Lambda invokes again, and the step, whose end
  // was never stored, is run again — or, if at most once, is interrupted. A spill must do its own retries.
  it('that throws has the step run again in another invocation', async () => {
    const { end, notes } = await run('serdes', { first: 'throws' }, afterwards);
    expect(end).toMatchObject({ status: 'SUCCEEDED', result: '"value again"' });
    expect(notes.filter((note) => note === 'step').length).toBe(2);
  });
});

describe('(e) an error that a step throws', () => {
  // Checkpointed are `message` and `name` (as ErrorType), as they stand; never the stack, the cause or further properties, so a
  // code is lost, too. It comes back as a `StepError` with that message, whose cause has that name. So: catch inside the step,
  // and throw (or better: return) what is our own. Without a `retryStrategy` a step is tried six times, each message stored.
  it('leaves its message and its name behind, and nothing else', async () => {
    const { result, named, end } = await run('failing');
    expect(named('fails')?.error).toEqual({ ErrorType: 'ErrorOfOurs', ErrorMessage: 'the message' });
    expect(result).toMatchObject({ own: 'StepError' });
    expect(JSON.stringify(end)).not.toMatch(/the-code|the-token|the cause|findings\.ts/);
  });
});

describe('(f) a step’s result', () => {
  // Unlike a context's, a step's result is not split: one byte too many and the *execution* fails, for good; and the SDK
  // prints the refusal to the console.
  it('may take 256 KB, and fails the whole execution beyond', async () => {
    const quotes = 2;
    const most = await run('large', { bytes: maxPayloadBytes - quotes });
    const more = await run('large', { bytes: maxPayloadBytes - quotes + 1 });
    expect([most.end.status, most.result]).toEqual(['SUCCEEDED', maxPayloadBytes - quotes]);
    expect(more.end).toMatchObject({
      status: 'FAILED',
      invocations: 1,
      error: { ErrorType: 'CheckpointUnrecoverableExecutionError' },
    });
  });
});
