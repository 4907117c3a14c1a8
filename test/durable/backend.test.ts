// The proof rig proved: toy handlers in child processes, killed at every checkpoint in both ways.
// What the SDK promises must come out, each way a promise can be used up must be seen at least once, and limits must hold.

import { fileURLToPath } from 'node:url';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localClient } from '../fixtures/local-aws.ts';
import { type DurableBackend, type ExecutionEnd, type KillPlan, startDurableBackend } from './backend.ts';
import { killAt, killWhen } from './kill-plans.ts';
import { type Ledgers, ledgers, notesIn } from './ledger.ts';
import { startToys } from './toy-backend.ts';

let backend: DurableBackend;
let books: Ledgers;

beforeAll(async () => {
  books = ledgers();
  // Small pages, so that every replay fetches further ones.
  backend = await startToys('toys.ts', ['outer', 'inner'], { pageSize: 4 });
});

afterAll(async () => {
  await backend.close();
  books.remove();
});

async function run(kill?: KillPlan, on = backend): Promise<{ end: ExecutionEnd; notes: readonly string[] }> {
  const ledger = books.open();
  const end = await on.run('outer', { ledger }, kill && { kill });
  return { end, notes: notesIn(ledger) };
}

const repeatable = ['first', 'inner', 'other', 'last'];
const onceOnly = ['sent', 'chunk-30', 'chunk-20', 'chunk-10'];

/** Of each once-only step: `done` or `interrupted`, and how often it really happened. */
function claims({ result }: ExecutionEnd, notes: readonly string[]): string[] {
  const { sent, chunks } = JSON.parse(result ?? '');
  const said = [sent, ...chunks].map((text) => String(text).replace(/-\d+$/, ''));
  return onceOnly.map((name, index) => `${said[index]} ${notes.filter((note) => note === name).length}`);
}

async function deathsOfInvoked({ operations }: ExecutionEnd): Promise<number> {
  const invoked = operations.find(({ type }) => type === 'CHAINED_INVOKE');
  const ends = [...backend.executions].filter(([name]) => name === `${operations[0]?.name}-${invoked?.id}`);
  const [end] = await Promise.all(ends.map(([, its]) => its));
  return end?.deaths ?? Number.NaN;
}

/** Kills at the n-th checkpoint, for every n that there is. */
async function sweep(when: 'before' | 'after', functionName: string) {
  const seen = { claims: new Set<string>() };
  let unharmed = 0;
  for (let number = 1; number < 40; number += 1) {
    const { end, notes } = await run(killAt(number, when, functionName));
    expect([number, end.status, end.error]).toEqual([number, 'SUCCEEDED', null]);
    const { first, last, inside, invoked } = JSON.parse(end.result ?? '');
    expect([last, inside, invoked]).toEqual([first, 'inner', 'other']);
    for (const name of repeatable) {
      expect([1, 2]).toContain(notes.filter((note) => note === name).length);
    }
    for (const claim of claims(end, notes)) seen.claims.add(claim);
    const deaths = functionName === 'outer' ? end.deaths : await deathsOfInvoked(end);
    unharmed = deaths === 0 ? unharmed + 1 : 0;
    // One run has a checkpoint more than another: that asks in vain whether a wait is over.
    if (unharmed === 2) return { ...seen, checkpoints: number - 2 };
  }
  throw new Error('there is no end of checkpoints');
}

describe('a durable execution', { timeout: 120_000 }, () => {
  it('goes on in one process until it waits, and counts what it uses', async () => {
    const { end, notes } = await run();
    expect(end).toMatchObject({ status: 'SUCCEEDED', error: null, deaths: 0 });
    expect(claims(end, notes)).toEqual(['done 1', 'done 1', 'done 1', 'done 1']);
    expect(notes.toSorted()).toEqual([...repeatable, ...onceOnly].toSorted());
    // The execution, 2 steps, a wait, a map and its 3 steps, a context with a wait and a step, an invocation, a last step.
    expect(end.figures.operations).toBe(13);
    expect(end.figures.bytes).toBeGreaterThan(200);
  });

  it.each(['before', 'after'] as const)(
    'keeps every promise when it is killed %s any checkpoint is stored',
    async (when) => {
      const seen = await sweep(when, 'outer');
      expect(seen.checkpoints).toBeGreaterThan(8);
      // Said to be done when it happened once; interrupted when it may have. Nothing else, and each seen at least once.
      const [seenThen, possible] = [[...seen.claims], ['done 1', 'interrupted 0', 'interrupted 1']];
      expect(possible).toEqual(expect.arrayContaining(seenThen));
      expect(seenThen).toEqual(
        expect.arrayContaining(['done 1', when === 'before' ? 'interrupted 1' : 'interrupted 0']),
      );
    },
  );

  it('keeps every promise when the function that it invokes is killed', async () => {
    for (const when of ['before', 'after'] as const) {
      const { claims: seen } = await sweep(when, 'inner');
      expect([when, seen]).toEqual([when, new Set(['done 1'])]);
    }
  });

  it('does again what was done and not stored, and nothing that was stored', async () => {
    const times = async (kill: KillPlan) => (await run(kill)).notes.filter((note) => note === 'last').length;
    expect(await times(killWhen(/^last$/, 'SUCCEED', 'before'))).toBe(2);
    expect(await times(killWhen(/^last$/, 'SUCCEED', 'after'))).toBe(1);
  });

  it('gets through although every checkpoint kills it', async () => {
    const { end, notes } = await run(() => 'after');
    expect(end).toMatchObject({ status: 'SUCCEEDED', error: null });
    expect(end.deaths).toBeGreaterThan(10);
    expect(new Set(claims(end, notes))).toEqual(new Set(['interrupted 0']));
    expect(notes.toSorted()).toEqual(repeatable.toSorted());
  });

  it('never needs what a process remembered', async () => {
    const forgetful = await startToys('toys.ts', ['outer', 'inner'], { keepsProcesses: false });
    const { end, notes } = await run(undefined, forgetful);
    await forgetful.close();
    expect(claims(end, notes)).toEqual(['done 1', 'done 1', 'done 1', 'done 1']);
  });

  it('does not notice one failing checkpoint, and goes on in another invocation after three', async () => {
    const one = await run(killAt(3, 'refuse'));
    const three = await run(({ functionName, number }) =>
      functionName === 'outer' && number >= 3 && number <= 5 ? 'refuse' : null,
    );
    expect([one.end.status, three.end.status]).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(claims(one.end, one.notes)[0]).toBe('done 1');
    expect(claims(three.end, three.notes)[0]).toBe('interrupted 1');
    expect(three.end.deaths).toBe(0);
  });
});

describe('the backend', () => {
  it('ends what would go on for ever', async () => {
    const bounded = await startToys('toys.ts', ['outer', 'inner'], { bounds: { invocations: 3 } });
    const { end } = await run(() => 'before', bounded);
    await bounded.close();
    expect(end).toMatchObject({ status: 'OUT_OF_BOUNDS', invocations: 3, deaths: 3 });
  });

  it('kills what takes longer than its time', async () => {
    const hasty = await startToys('toys.ts', ['outer', 'inner'], { speed: 1, bounds: { ms: 300 } });
    const { end } = await run(undefined, hasty);
    await hasty.close();
    expect(end.status).toBe('OUT_OF_BOUNDS');
  });

  it('kills an invocation that takes longer than its function may', async () => {
    const file = fileURLToPath(new URL('findings.ts', import.meta.url));
    const functions = { alongside: { file, handler: 'alongside', timeoutMs: 100 } };
    const strict = await startDurableBackend({ functions, speed: 50, bounds: { invocations: 2 } });
    const end = await strict.run('alongside', { ledger: books.open() });
    await strict.close();
    expect(end).toMatchObject({ status: 'OUT_OF_BOUNDS', invocations: 2, deaths: 2 });
  });

  it('takes an execution’s name from Lambda’s Invoke once, and refuses it with another payload', async () => {
    const client = new LambdaClient({ ...localClient(backend.url), maxAttempts: 1 });
    const invoke = (ledger: string) =>
      client.send(
        new InvokeCommand({
          FunctionName: 'inner',
          Qualifier: 'durable',
          InvocationType: 'Event',
          DurableExecutionName: 'by-name',
          Payload: JSON.stringify({ ledger }),
        }),
      );
    const ledger = books.open();
    const [first, second] = [await invoke(ledger), await invoke(ledger)];
    expect(first).toMatchObject({ StatusCode: 202, DurableExecutionArn: expect.stringContaining('/by-name/') });
    expect(second.DurableExecutionArn).toBe(first.DurableExecutionArn);
    await expect(invoke(books.open())).rejects.toMatchObject({ name: 'DurableExecutionAlreadyStartedException' });
    expect(await backend.executions.get('by-name')).toMatchObject({ status: 'SUCCEEDED', result: '"other"' });
    expect(notesIn(ledger)).toEqual(['other']);
    client.destroy();
  });
});
