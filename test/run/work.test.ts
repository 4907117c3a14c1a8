// The worker: one claim, progress while it goes, a report kept before trouble is thrown.

import { describe, expect, it } from 'vitest';
import { PowerError } from '../../lib/core/errors.ts';
import { type Outcome, type Result, untouched } from '../../lib/core/outcome.ts';
import type { VmId } from '../../lib/core/vm.ts';
import type { RunEvent } from '../../lib/ports.ts';
import { inProcessEngine } from '../../lib/run/engine.ts';
import { makeReport } from '../../lib/run/report.ts';
import { parseRunRequest } from '../../lib/run/request.ts';
import { endMarginMs, type RunHooks, type WorkWorld, work } from '../../lib/run/work.ts';
import { readRunEvent } from '../../lib/run/work-event.ts';
import type { RunProgress } from '../../lib/stores.ts';
import { FakeClock } from '../fakes/clock.ts';
import { MemoryLog } from '../fakes/log.ts';
import { Journal, type Moment, moments, resume } from '../fakes/resuming-engine.ts';
import { MemoryRunStore } from '../fakes/run-store.ts';

const request = parseRunRequest({ action: 'shutdown', select: 'env=dev' });

function outcome(id: number, result: Result = 'succeeded'): Outcome {
  const vm = { id: String(id) as VmId, name: `vm-${id}`, account: 'acme', project: 'default', power: 'off' } as const;
  return untouched(vm, 'shutdown', { result, code: 'seen', reason: 'as seen' });
}

const settled = (one: Outcome): RunEvent => ({ kind: 'settled', outcome: one });

class WatchedStore extends MemoryRunStore {
  readonly writes: { progress: RunProgress; outcomes: number }[] = [];
  readonly ends: number[] = [];
  failure: Error | null = null;

  override async progress(name: string, progress: RunProgress, outcomes: readonly Outcome[]): Promise<void> {
    this.writes.push({ progress, outcomes: outcomes.length });
    if (this.failure) throw this.failure;
    await super.progress(name, progress, outcomes);
  }

  override async end(name: string, at: string, summary: unknown, outcomes: readonly Outcome[]): Promise<void> {
    this.ends.push(outcomes.length);
    await super.end(name, at, summary, outcomes);
  }
}

type Conduct = (hooks: RunHooks, clock: FakeClock) => Promise<readonly Outcome[]>;

async function bench(act: Conduct = async () => [outcome(1)]) {
  const clock = new FakeClock();
  const store = new WatchedStore();
  const log = new MemoryLog();
  await store.record({
    name: 'run-1',
    trigger: 'cron',
    request,
    requestHash: 'h',
    recordedAt: '2026-01-01T00:00:00.000Z',
  });
  const conducted: { name: string; until: number }[] = [];
  const world: WorkWorld = {
    store,
    clock,
    log,
    engine: inProcessEngine(clock),
    claimant: 'execution-1',
    lifetimeMs: 900_000,
    conduct: async (run, hooks) => {
      conducted.push({ name: run.name, until: hooks.until });
      expect(run.request).toEqual(request);
      const startedAt = clock.now();
      const outcomes = await act(hooks, clock);
      const rest = { unlisted: [], matched: true, interrupted: false, calls: { lists: 2, reads: 0, actions: 1 } };
      return makeReport(run.name, run.request, { outcomes, ...rest, startedAt, endedAt: clock.now() });
    },
  };
  const read = async () => ({
    run: await store.read('run-1', new Date(clock.now()).toISOString()),
    outcomes: await store.outcomes('run-1'),
  });
  const go = (more: Partial<WorkWorld> = {}) => clock.run(work('run-1', { ...world, ...more }));
  return { clock, store, log, conducted, world, read, go };
}

describe('a run that is claimed', () => {
  it('is conducted within the time the process has, less what the end takes', async () => {
    const { go, conducted, clock, read } = await bench();
    const now = clock.now();
    await go();
    expect(conducted).toEqual([{ name: 'run-1', until: now + 900_000 - endMarginMs }]);
    const { run } = await read();
    expect([run?.startedAt, run?.deadline]).toEqual(['2026-01-01T00:00:00.000Z', '2026-01-01T00:15:00.000Z']);
  });

  it('gets no time at all when there is less than the end takes', async () => {
    const { go, conducted, clock } = await bench();
    const now = clock.now();
    await go({ lifetimeMs: 5_000 });
    expect(conducted).toMatchObject([{ until: now + 5_000 - endMarginMs }]);
  });

  it('ends with its outcomes, and a summary that has everything else and the verdict', async () => {
    const { go, read, log } = await bench();
    await go();
    const { run, outcomes } = await read();
    expect(run?.status).toBe('ended');
    expect(run?.summary).toEqual({
      run: {
        name: 'run-1',
        action: 'shutdown',
        select: 'env=dev',
        dryRun: false,
        startedAt: run?.startedAt,
        endedAt: run?.endedAt,
      },
      counts: { succeeded: 1 },
      unlisted: [],
      matched: true,
      allowEmpty: false,
      interrupted: false,
      calls: { lists: 2, reads: 0, actions: 1 },
      verdict: 'well',
    });
    expect(outcomes).toEqual([outcome(1)]);
    expect(log.lines).toMatchObject([
      { level: 'info', message: 'run started', fields: { run: 'run-1', trigger: 'cron' } },
      { level: 'info', message: 'run ended well', fields: { run: 'run-1', verdict: 'well', counts: { succeeded: 1 } } },
    ]);
  });
});

describe('a run of several turns', () => {
  const killed = async (name: string, moment: Moment, act?: Conduct) => {
    const stage = await bench(act);
    const { clock, world } = stage;
    const journal = new Journal();
    const ends = (operation: { name: string; turn: number }, when: Moment) =>
      operation.turn === 1 && operation.name === name && when === moment;
    const going = resume((engine) => work('run-1', { ...world, engine }), { journal, clock, ends, gapMs: 60_000 });
    await clock.run(going);
    expect(journal.faults).toEqual([]);
    expect(journal.turns).toBe(2);
    return stage;
  };

  it.each(moments)('is claimed once, for the time it has from then on: %s', async (moment) => {
    const { read, conducted, clock } = await killed('claim', moment);
    const { run } = await read();
    expect([run?.status, run?.startedAt]).toEqual([
      'ended',
      // Nothing was claimed yet when the first turn ended before it did anything.
      moment === 'begun' ? '2026-01-01T00:01:00.000Z' : '2026-01-01T00:00:00.000Z',
    ]);
    expect(conducted).toHaveLength(1);
    expect(conducted[0]?.until).toBe(Date.parse(run?.deadline ?? '') - endMarginMs);
    expect(Date.parse(run?.deadline ?? '') - Date.parse(run?.startedAt ?? '')).toBe(900_000);
    expect(clock.now()).toBe(Date.parse('2026-01-01T00:01:00.000Z'));
  });

  it("is nobody else's meanwhile, and over for its own claimant when it has ended", async () => {
    const { go, conducted, store } = await bench();
    await store.claim('run-1', '2026-01-01T00:00:00.000Z', '2026-01-01T00:15:00.000Z', 'execution-1');
    await go({ claimant: 'execution-2' });
    expect(conducted).toEqual([]);
    await go();
    expect(conducted).toHaveLength(1);
    await go();
    expect(conducted).toHaveLength(1);
  });

  it('asks its own record whether it was cancelled', async () => {
    const asked: boolean[] = [];
    const { go, store } = await bench(async ({ isCancelled }) => {
      asked.push(await isCancelled());
      await store.cancel('run-1', '2026-01-01T00:00:01.000Z', 'somebody');
      asked.push(await isCancelled());
      return [];
    });
    await expect(go()).resolves.toBeUndefined();
    expect(asked).toEqual([false, true]);
  });

  it('is given the engine of its turn', async () => {
    const engines: unknown[] = [];
    const { go, world } = await bench(async ({ engine }) => {
      engines.push(engine);
      return [];
    });
    await go();
    expect(engines).toEqual([world.engine]);
  });
});

describe('a run that is not claimed', () => {
  it('is left alone without an error: unknown, under way, or over', async () => {
    const { go, conducted, log } = await bench();
    await go();
    await go();
    expect(conducted).toHaveLength(1);
    expect(log.lines.at(-1)).toMatchObject({
      level: 'info',
      message: expect.stringContaining('nothing to do'),
      fields: { run: 'run-1' },
    });
    const fresh = await bench();
    await fresh.store.claim('run-1', '2026-01-01T00:00:00.000Z', '2026-01-01T00:15:00.000Z', 'somebody');
    await fresh.go();
    await work('nobody', fresh.world);
    expect(fresh.conducted).toEqual([]);
  });
});

describe('trouble', () => {
  it.each(['failed', 'unknown', 'refused'] as const)(
    'is thrown for %s, after the report is kept and each VM is logged',
    async (result) => {
      const { go, read, log } = await bench(async () => [outcome(1), outcome(2, result)]);
      await expect(go()).rejects.toMatchObject({ code: 'run-trouble', message: expect.stringContaining('run-1') });
      const { run, outcomes } = await read();
      expect([run?.status, outcomes.length]).toEqual(['ended', 2]);
      expect(run?.summary).toMatchObject({ verdict: 'trouble' });
      const loud = log.lines.filter(({ level }) => level !== 'info');
      expect(loud).toMatchObject([
        { level: 'warn', message: 'a VM needs attention', fields: { run: 'run-1', vm: '2', result } },
        { level: 'error', message: expect.stringContaining('not well'), fields: { run: 'run-1', verdict: 'trouble' } },
      ]);
    },
  );

  it('of a list is thrown with its reason: where nothing was listed, no outcome says which secret to renew', async () => {
    const reason = 'the API refused the token from the secret "power/main" (401), also fetched again';
    const { go, world } = await bench(async () => []);
    const conduct: WorkWorld['conduct'] = async (...run) => {
      const report = await world.conduct(...run);
      return { ...report, unlisted: [{ account: 'acme', project: 'default', reason }] };
    };
    await expect(go({ conduct })).rejects.toMatchObject({ code: 'run-trouble', faults: [`acme/default: ${reason}`] });
  });

  it('does not come back: the retry of the invocation does nothing', async () => {
    const { go, conducted } = await bench(async () => [outcome(1, 'failed')]);
    await expect(go()).rejects.toThrow();
    await go();
    expect(conducted).toHaveLength(1);
  });

  it('that breaks the run off ends it with the error and the outcomes so far', async () => {
    const { go, read } = await bench(async ({ onEvent }) => {
      onEvent(settled(outcome(1)));
      throw new PowerError('request', 'id 8 stands in several accounts');
    });
    await expect(go()).rejects.toMatchObject({ code: 'request' });
    const { run, outcomes } = await read();
    expect(run).toMatchObject({
      status: 'ended',
      summary: { error: { code: 'request', message: 'id 8 stands in several accounts' } },
    });
    expect(outcomes).toEqual([outcome(1)]);
  });

  it('that breaks the run off is thrown also when its end cannot be kept either', async () => {
    const { go, world, store, log } = await bench(() => Promise.reject(new PowerError('request', 'the first fault')));
    const end = () => Promise.reject(new PowerError('aws', 'the second fault'));
    const broken = Object.assign(Object.create(store), { end, claim: store.claim.bind(store) });
    await expect(go({ ...world, store: broken })).rejects.toMatchObject({ message: 'the first fault' });
    const errors = log.lines.filter(({ level }) => level === 'error');
    expect(errors).toMatchObject([
      { message: 'the run broke off', fields: { run: 'run-1', error: { message: 'the first fault' } } },
      {
        message: expect.stringContaining('could not be kept'),
        fields: { run: 'run-1', error: { message: 'the second fault' } },
      },
    ]);
  });

  it('of our own making says nothing of what was thrown', async () => {
    const { go, read } = await bench(() => Promise.reject(new TypeError('Bearer abc')));
    await expect(go()).rejects.toThrow(TypeError);
    expect(JSON.stringify((await read()).run?.summary)).not.toContain('abc');
  });
});

describe('progress', () => {
  it('is kept whenever the run looks, each outcome once', async () => {
    const all = [1, 2, 3, 4].map((id) => outcome(id));
    const { go, store, read } = await bench(async ({ onEvent, recorder }) => {
      onEvent({ kind: 'planned', selected: 4, toSend: 3 });
      for (const [place, one] of all.entries()) {
        onEvent({ kind: 'sent', vm: one.vm, account: one.account, action: 'shutdown', attempt: 1 });
        if (place === 0) onEvent({ kind: 'sent', vm: one.vm, account: one.account, action: 'shutdown', attempt: 2 });
        onEvent(settled(one));
        if (place === 1) expect(await recorder.keep()).toEqual(['acme/1', 'acme/2']);
      }
      return all;
    });
    await go();
    expect(store.writes).toEqual([
      { progress: { selected: 4, sent: 2, settled: 2, tiers: [] }, outcomes: 2 },
      { progress: { selected: 4, sent: 4, settled: 4, tiers: [] }, outcomes: 2 },
    ]);
    expect(store.ends).toEqual([0]);
    expect((await read()).outcomes).toEqual(all);
  });

  it('of a part that an earlier turn completed is in the end all the same', async () => {
    const all = [1, 2].map((id) => outcome(id));
    const { go, store, read } = await bench(async ({ onEvent }) => {
      onEvent({ kind: 'planned', selected: 2, toSend: 2 });
      return all;
    });
    await go();
    expect(store.writes).toMatchObject([{ progress: { selected: 2, settled: 2 }, outcomes: 2 }]);
    expect((await read()).outcomes).toEqual(all);
  });

  it('of an ended run is final: its last figures are those of the report', async () => {
    const all = [1, 2, 3, 4, 5].map((id) => outcome(id));
    const { go, read } = await bench(async ({ onEvent, recorder }) => {
      onEvent({ kind: 'planned', selected: 5, toSend: 5 });
      await recorder.keep();
      for (const one of all) {
        onEvent({ kind: 'sent', vm: one.vm, account: one.account, action: 'shutdown', attempt: 1 });
        onEvent(settled(one));
      }
      return all;
    });
    await go();
    const { run, outcomes } = await read();
    expect(run).toMatchObject({ status: 'ended', progress: { selected: 5, sent: 5, settled: 5 } });
    expect(outcomes).toEqual(all);
  });

  it('of a run that selected nothing is kept too, as zeros', async () => {
    const { go, read } = await bench(async ({ onEvent }) => {
      onEvent({ kind: 'planned', selected: 0, toSend: 0 });
      return [];
    });
    await go();
    expect((await read()).run?.progress).toEqual({ selected: 0, sent: 0, settled: 0, tiers: [] });
  });

  it('of a run that broke off is final likewise, and its outcomes are with it', async () => {
    const { go, read, store } = await bench(async ({ onEvent }) => {
      onEvent({ kind: 'planned', selected: 3, toSend: 3 });
      onEvent(settled(outcome(1)));
      onEvent(settled(outcome(2)));
      throw new PowerError('request', 'x');
    });
    await expect(go()).rejects.toMatchObject({ code: 'request' });
    const { run, outcomes } = await read();
    expect(run).toMatchObject({ status: 'ended', progress: { selected: 3, sent: 0, settled: 2 } });
    expect(outcomes).toHaveLength(2);
    expect(store.ends).toEqual([0]);
  });

  it('that has not changed since it was kept is not written again, neither while the run goes nor at its end', async () => {
    const { go, store } = await bench(async ({ onEvent, recorder }) => {
      onEvent({ kind: 'planned', selected: 1, toSend: 1 });
      onEvent(settled(outcome(1)));
      for (let looks = 0; looks < 5; looks += 1) {
        await recorder.keep();
        onEvent({ kind: 'looked', open: 0 });
      }
      return [outcome(1)];
    });
    await go();
    expect(store.writes).toEqual([{ progress: { selected: 1, sent: 0, settled: 1, tiers: [] }, outcomes: 1 }]);
    expect(store.ends).toEqual([0]);
  });

  it('that cannot be kept stops nothing, and its outcomes go out with the end', async () => {
    const { go, store, read, log } = await bench(async ({ onEvent, recorder }) => {
      onEvent(settled(outcome(1)));
      await recorder.keep();
      onEvent(settled(outcome(2)));
      await recorder.keep();
      return [outcome(1), outcome(2)];
    });
    store.failure = new PowerError('aws', 'the table is slow');
    await go();
    expect(store.writes.map(({ outcomes }) => outcomes)).toEqual([1, 2, 2]);
    expect(store.ends).toEqual([2]);
    expect((await read()).outcomes).toHaveLength(2);
    const warnings = log.lines.filter(({ level }) => level === 'warn');
    expect(warnings).toHaveLength(3);
    expect(warnings[0]).toMatchObject({
      message: expect.stringContaining('progress'),
      fields: { run: 'run-1', error: store.failure },
    });
  });

  it('is never written twice at once, and the end waits for it', async () => {
    const { go, store, clock } = await bench(async ({ onEvent, recorder }) => {
      onEvent(settled(outcome(1)));
      // A look that is under way when the run breaks off.
      void recorder.keep();
      onEvent(settled(outcome(2)));
      return [outcome(1), outcome(2)];
    });
    const order: string[] = [];
    const { progress, end } = store;
    store.progress = async (...given) => {
      order.push('progress begins');
      await clock.sleep(60_000);
      await progress.apply(store, given);
      order.push('progress ends');
    };
    store.end = async (...given) => {
      order.push('end');
      await end.apply(store, given);
    };
    await go();
    expect(order).toEqual(['progress begins', 'progress ends', 'end']);
    expect(store.writes.map(({ outcomes }) => outcomes)).toEqual([2]);
    expect(store.ends).toEqual([0]);
  });

  it.each(moments)('is written to its end by the next turn when one ends over it: %s', async (moment) => {
    const stage = await bench();
    const { clock, world, store, read } = stage;
    const journal = new Journal();
    const ends = (operation: { name: string; turn: number }, when: Moment) =>
      operation.turn === 1 && operation.name === 'keep' && when === moment;
    const conduct: WorkWorld['conduct'] = (run, hooks) =>
      hooks.engine.step('conduct', () => world.conduct(run, { ...hooks, engine: world.engine }));
    await clock.run(
      resume((engine) => work('run-1', { ...world, engine, conduct }), { journal, clock, ends, gapMs: 5 }),
    );
    const { run, outcomes } = await read();
    expect([run?.status, run?.summary]).toMatchObject(['ended', { verdict: 'well' }]);
    expect(outcomes).toEqual([outcome(1)]);
    expect(store.ends).toEqual(moment === 'done' ? [0, 0] : [0]);
    expect(journal.turns).toBe(2);
  });
});

describe("the worker's event", () => {
  it('is a run name and nothing else', () => {
    expect(readRunEvent({ run: 'cron-0a', more: 1 })).toBe('cron-0a');
  });

  it.each([null, {}, 'cron-0a', { run: '' }, { run: 'a b' }, { run: 'a\n' }, { run: 'x'.repeat(65) }, { run: 8 }])(
    'refuses %j',
    (event) => {
      expect(() => readRunEvent(event)).toThrowError(expect.objectContaining({ code: 'request' }));
    },
  );
});
