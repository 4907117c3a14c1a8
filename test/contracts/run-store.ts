// What every RunStore promises, whatever it is made of.
// Run against the store in memory and the one in DynamoDB, so that tests with the first say something about the second.

import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../lib/core/outcome.ts';
import type { NewRun, RunStore } from '../../lib/stores.ts';

const recordedAt = '2026-01-05T18:00:00.000Z';
const startedAt = '2026-01-05T18:00:01.000Z';
const deadline = '2026-01-05T18:15:00.000Z';
const endedAt = '2026-01-05T18:05:00.000Z';

export function newRun(name: string, more: Partial<NewRun> = {}): NewRun {
  const request = { action: 'shutdown', select: 'env=dev', ids: null };
  return { name, trigger: 'cron', request, requestHash: 'h1', recordedAt, ...more };
}

export function outcomeOf(vm: string, more: Partial<Outcome> = {}): Outcome {
  return {
    vm,
    name: `web-${vm}`,
    account: 'main',
    project: 'default',
    action: 'shutdown',
    result: 'succeeded',
    reason: 'seen off after the last answer',
    code: 'seen',
    power: 'off',
    attempts: 1,
    durationMs: 1234,
    ...more,
  };
}

/** `open` gives an empty store; names are unique per test, so that one table may serve all. */
export function runStoreContract(what: string, open: () => RunStore): void {
  let count = 0;
  const uniqueName = () => {
    count += 1;
    return `cron-${count}`;
  };

  async function claimed(store: RunStore): Promise<string> {
    const name = uniqueName();
    await store.record(newRun(name));
    await store.claim(name, startedAt, deadline, 'worker-1');
    return name;
  }

  describe(`${what} keeps a record`, () => {
    it('of a new run, as recorded and not yet started', async () => {
      const store = open();
      const name = uniqueName();
      const { isNew, run } = await store.record(newRun(name));
      expect(isNew).toBe(true);
      expect(run).toEqual({
        ...newRun(name),
        status: 'recorded',
        startedAt: null,
        endedAt: null,
        deadline: null,
        progress: null,
        cancelRequestedAt: null,
        cancelRequestedBy: null,
        summary: null,
      });
      expect(await store.read(name, recordedAt)).toEqual(run);
    });

    it('of the first run of a name, and gives it to the second', async () => {
      const store = open();
      const name = uniqueName();
      const first = await store.record(newRun(name));
      const second = await store.record(
        newRun(name, { trigger: 'api', request: { action: 'start' }, requestHash: 'h2' }),
      );
      expect(second).toEqual({ isNew: false, run: first.run });
      expect(await store.read(name, recordedAt)).toEqual(first.run);
    });

    it('that is new for exactly one of many who record a name at once', async () => {
      const store = open();
      const name = uniqueName();
      const hashes = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
      const answers = await Promise.all(hashes.map((requestHash) => store.record(newRun(name, { requestHash }))));
      expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1);
      expect(new Set(answers.map(({ run }) => run.requestHash)).size).toBe(1);
    });

    it('and has none of a name that nobody recorded', async () => {
      expect(await open().read('never-recorded', recordedAt)).toBeNull();
      expect(await open().outcomes('never-recorded')).toEqual([]);
    });
  });

  describe(`${what} lets a run be claimed`, () => {
    it('by one worker, who gets it as running until its deadline', async () => {
      const store = open();
      const name = uniqueName();
      await store.record(newRun(name));
      const run = await store.claim(name, startedAt, deadline, 'worker-1');
      expect(run).toMatchObject({ name, status: 'running', startedAt, deadline, request: newRun(name).request });
      expect(await store.read(name, startedAt)).toEqual(run);
    });

    it('by exactly one of many who try at once', async () => {
      const store = open();
      const name = uniqueName();
      await store.record(newRun(name));
      const tries = Array.from({ length: 10 }, (_, index) => store.claim(name, startedAt, deadline, `worker-${index}`));
      expect((await Promise.all(tries)).filter((run) => run !== null)).toHaveLength(1);
    });

    it('again by the one who has it, as it was: a replay must find its own claim', async () => {
      const store = open();
      const name = await claimed(store);
      const again = await store.claim(name, endedAt, '2026-01-05T19:00:00.000Z', 'worker-1');
      expect(again).toMatchObject({ name, status: 'running', startedAt, deadline });
      expect(await store.read(name, startedAt)).toEqual(again);
    });

    it('by nobody else when it is running, and by nobody when it has ended or was never recorded', async () => {
      const store = open();
      const name = await claimed(store);
      expect(await store.claim(name, startedAt, deadline, 'worker-2')).toBeNull();
      await store.end(name, endedAt, {}, []);
      expect(await store.claim(name, startedAt, deadline, 'worker-1')).toBeNull();
      expect((await store.read(name, endedAt))?.status).toBe('ended');
      expect(await store.claim('never-recorded', startedAt, deadline, 'worker-1')).toBeNull();
      expect(await store.read('never-recorded', startedAt)).toBeNull();
    });
  });

  describe(`${what} follows a run`, () => {
    it('by its latest progress', async () => {
      const store = open();
      const name = await claimed(store);
      await store.progress(name, { selected: 3, sent: 1, settled: 0, tiers: [] }, []);
      await store.progress(name, { selected: 3, sent: 3, settled: 2, tiers: [] }, []);
      expect(await store.read(name, startedAt)).toMatchObject({
        status: 'running',
        progress: { selected: 3, sent: 3, settled: 2, tiers: [] },
      });
    });

    it('tier by tier', async () => {
      const store = open();
      const name = await claimed(store);
      const up = { direction: 'up', planned: 2, sent: 2, settled: 1, open: 1 } as const;
      const tiers = [
        { ...up, tier: -1, state: 'settling', waitingFor: 'the list to show their power' },
        { ...up, tier: 2.5, state: 'waiting', waitingFor: null },
      ] as const;
      await store.progress(name, { selected: 4, sent: 2, settled: 1, tiers }, []);
      expect((await store.read(name, startedAt))?.progress?.tiers).toEqual(tiers);
    });

    it('by the figures of its parts, the latest of each, added up', async () => {
      const store = open();
      const name = await claimed(store);
      const figures = (sent: number, settled: number, selected = 0) => ({ selected, sent, settled, tiers: [] });
      const read = async () => (await store.read(name, startedAt))?.progress;
      await store.progress(name, figures(1, 0), [outcomeOf('1')], 'all-0');
      expect(await read()).toBeNull();
      await store.progress(name, figures(0, 2, 20), []);
      expect(await read()).toEqual(figures(1, 2, 20));
      await store.progress(name, figures(4, 3), [outcomeOf('2')], 'all-0');
      await store.progress(name, figures(5, 1), [outcomeOf('3')], 'all-1');
      expect(await read()).toEqual(figures(9, 4, 20));
      // What they came to is in the run's own figures once they are back.
      await store.progress(name, figures(9, 11, 20), []);
      expect(await read()).toEqual(figures(9, 11, 20));
      expect((await store.list(startedAt, 1_000, null)).runs.find((run) => run.name === name)?.progress).toEqual(
        figures(9, 11, 20),
      );
      expect((await store.outcomes(name)).map(({ vm }) => vm)).toEqual(['1', '2', '3']);
    });

    it('by parts of every tier, each under its own label', async () => {
      const store = open();
      const name = await claimed(store);
      const labels = ['up-1-5', 'up-1.5-0', 'up-1.5-1', 'up--1-5', 'up--1.5-0', 'down-1-5', 'up-15-0', 'up-1-50'];
      const one = { selected: 0, sent: 1, settled: 1, tiers: [] };
      await store.progress(name, { ...one, selected: 8, sent: 0, settled: 0 }, []);
      for (const label of labels) await store.progress(name, one, [], label);
      expect((await store.read(name, startedAt))?.progress).toEqual({ selected: 8, sent: 8, settled: 8, tiers: [] });
    });

    it('to its end, with its summary', async () => {
      const store = open();
      const name = await claimed(store);
      await store.end(name, endedAt, { counts: { succeeded: 3 }, note: 'déjà vu' }, []);
      expect(await store.read(name, '2027-01-01T00:00:00.000Z')).toMatchObject({
        status: 'ended',
        endedAt,
        summary: { counts: { succeeded: 3 }, note: 'déjà vu' },
      });
    });

    it('and calls it lost once its deadline is over, without writing that down', async () => {
      const store = open();
      const name = await claimed(store);
      expect((await store.read(name, deadline))?.status).toBe('running');
      expect((await store.read(name, '2026-01-05T18:15:00.001Z'))?.status).toBe('lost');
      await store.end(name, '2026-01-05T18:20:00.000Z', {}, []);
      expect((await store.read(name, '2026-01-05T18:21:00.000Z'))?.status).toBe('ended');
    });

    it('and lets progress that comes late change nothing but the outcomes', async () => {
      const store = open();
      const name = await claimed(store);
      await store.progress(name, { selected: 2, sent: 2, settled: 1, tiers: [] }, [outcomeOf('1')]);
      await store.end(name, endedAt, { counts: {} }, []);
      const ended = await store.read(name, endedAt);
      await store.progress(name, { selected: 2, sent: 0, settled: 0, tiers: [] }, [outcomeOf('2')]);
      await store.progress(name, { selected: 0, sent: 9, settled: 9, tiers: [] }, [outcomeOf('3')], 'all-0');
      expect(await store.read(name, endedAt)).toEqual(ended);
      expect((await store.outcomes(name)).map(({ vm }) => vm)).toEqual(['1', '2', '3']);
    });

    it('and loses no outcome when progress and end come at once', async () => {
      const store = open();
      const name = await claimed(store);
      const progress = { selected: 8, sent: 8, settled: 8, tiers: [] };
      await Promise.all([
        ...['1', '2', '3', '4', '5', '6', '7'].map((vm) => store.progress(name, progress, [outcomeOf(vm)])),
        store.end(name, endedAt, {}, [outcomeOf('8')]),
      ]);
      const vms = (await store.outcomes(name)).map(({ vm }) => vm);
      expect(vms.sort()).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
      expect((await store.read(name, endedAt))?.status).toBe('ended');
    });

    it('and takes the same end twice, but not another one', async () => {
      const store = open();
      const name = await claimed(store);
      await store.end(name, endedAt, { first: true }, [outcomeOf('1')]);
      await store.end(name, endedAt, { first: true }, [outcomeOf('1')]);
      const other = store.end(name, deadline, { first: false }, [outcomeOf('1', { result: 'failed' })]);
      await expect(other).rejects.toMatchObject({ name: 'PowerError', code: 'aws' });
      expect(await store.read(name, deadline)).toMatchObject({ endedAt, summary: { first: true } });
      expect(await store.outcomes(name)).toEqual([outcomeOf('1')]);
    });

    it('only if it was claimed', async () => {
      const store = open();
      const name = uniqueName();
      await store.record(newRun(name));
      for (const unclaimed of [name, 'never-recorded']) {
        const progress = store.progress(unclaimed, { selected: 1, sent: 1, settled: 1, tiers: [] }, [outcomeOf('1')]);
        await expect(progress).rejects.toMatchObject({ name: 'PowerError', code: 'aws' });
        const part = store.progress(unclaimed, { selected: 0, sent: 1, settled: 1, tiers: [] }, [], 'all-0');
        await expect(part).rejects.toMatchObject({ name: 'PowerError', code: 'aws' });
        const end = store.end(unclaimed, endedAt, {}, [outcomeOf('1')]);
        await expect(end).rejects.toMatchObject({ name: 'PowerError', code: 'aws' });
        expect(await store.outcomes(unclaimed)).toEqual([]);
      }
      expect((await store.read(name, recordedAt))?.status).toBe('recorded');
    });
  });

  describe(`${what} cancels`, () => {
    const at = '2026-01-05T18:00:30.000Z';
    const later = '2026-01-05T18:00:40.000Z';

    it('a run that is only recorded: it has ended, says why, and cannot be claimed any more', async () => {
      const store = open();
      const name = uniqueName();
      await store.record(newRun(name));
      const run = await store.cancel(name, at, 'ann');
      expect(run).toMatchObject({
        status: 'ended',
        startedAt: null,
        endedAt: at,
        cancelRequestedAt: at,
        cancelRequestedBy: 'ann',
        summary: { notBegun: 'cancelled', reason: expect.stringContaining('cancelled by ann before it began') },
      });
      expect(await store.read(name, later)).toEqual(run);
      expect(await store.claim(name, later, deadline, 'worker-1')).toBeNull();
      expect(await store.cancel(name, later, 'bob')).toEqual(run);
    });

    it('a running run: it is asked to stop, and goes on to its own end', async () => {
      const store = open();
      const name = await claimed(store);
      expect(await store.isCancelled(name)).toBe(false);
      const run = await store.cancel(name, at, 'ann');
      expect(run).toMatchObject({ status: 'running', cancelRequestedAt: at, cancelRequestedBy: 'ann', summary: null });
      expect(await store.isCancelled(name)).toBe(true);
      expect(await store.cancel(name, later, 'bob')).toEqual(run);
      await store.end(name, endedAt, { interrupted: true }, []);
      const ended = await store.read(name, endedAt);
      expect(ended).toMatchObject({ status: 'ended', cancelRequestedBy: 'ann', summary: { interrupted: true } });
      expect(await store.cancel(name, endedAt, 'bob')).toEqual(ended);
    });

    it('no run that has ended, is lost, or was never recorded', async () => {
      const store = open();
      const lost = await claimed(store);
      const afterDeadline = '2026-01-05T18:15:00.001Z';
      expect(await store.cancel(lost, afterDeadline, 'ann')).toMatchObject({ status: 'lost', cancelRequestedAt: null });
      expect(await store.isCancelled(lost)).toBe(false);
      const ended = await claimed(store);
      await store.end(ended, endedAt, { well: true }, []);
      const run = await store.cancel(ended, endedAt, 'ann');
      expect(run).toMatchObject({ status: 'ended', cancelRequestedAt: null, summary: { well: true } });
      expect(await store.cancel('never-recorded', at, 'ann')).toBeNull();
      expect(await store.isCancelled('never-recorded')).toBe(false);
      expect(await store.read('never-recorded', at)).toBeNull();
    });

    it('or lets it be claimed, never both, when the two come at once', async () => {
      const store = open();
      for (let round = 0; round < 5; round += 1) {
        const name = uniqueName();
        await store.record(newRun(name));
        const [claim, cancelled] = await Promise.all([
          store.claim(name, startedAt, deadline, 'worker-1'),
          store.cancel(name, at, 'ann'),
        ]);
        expect(cancelled?.cancelRequestedAt).toBe(at);
        if (claim !== null) expect(await store.isCancelled(name)).toBe(true);
        expect((await store.read(name, at))?.status).toBe(claim === null ? 'ended' : 'running');
      }
    });
  });

  describe(`${what} abandons`, () => {
    it('a run that was only recorded, and no other', async () => {
      const store = open();
      const name = uniqueName();
      await store.record(newRun(name));
      const summary = { notBegun: 'never-started', reason: 'too late' };
      expect(await store.abandon(name, endedAt, summary)).toBe(true);
      expect(await store.read(name, endedAt)).toMatchObject({ status: 'ended', endedAt, startedAt: null, summary });
      expect(await store.claim(name, endedAt, deadline, 'worker-1')).toBeNull();
      expect(await store.abandon(name, deadline, {})).toBe(false);
      const running = await claimed(store);
      expect(await store.abandon(running, endedAt, summary)).toBe(false);
      expect((await store.read(running, startedAt))?.status).toBe('running');
      expect(await store.abandon('never-recorded', endedAt, summary)).toBe(false);
      expect(await store.read('never-recorded', endedAt)).toBeNull();
    });
  });

  describe(`${what} lists runs`, () => {
    const newest = (second: number) => `2031-01-01T00:00:${String(second).padStart(2, '0')}.000Z`;

    it('newest first, a page at a time, each as it stands', async () => {
      const store = open();
      const names = Array.from({ length: 5 }, uniqueName);
      for (const [index, name] of names.entries()) await store.record(newRun(name, { recordedAt: newest(index) }));
      const [oldest = '', second = '', third = '', fourth = '', last = ''] = names;
      await store.claim(second, newest(10), newest(20), 'worker-1');
      await store.progress(second, { selected: 3, sent: 1, settled: 0, tiers: [] }, [outcomeOf('1')]);
      await store.claim(third, newest(10), newest(40), 'worker-1');
      await store.cancel(last, newest(10), 'ann');
      const first = await store.list(newest(30), 2, null);
      expect(first.runs.map(({ name, status }) => [name, status])).toEqual([
        [last, 'ended'],
        [fourth, 'recorded'],
      ]);
      expect(first.next).toEqual({ recordedAt: newest(3), name: fourth });
      const then = await store.list(newest(30), 3, first.next);
      expect(then.runs.map(({ name, status }) => [name, status])).toEqual([
        [third, 'running'],
        [second, 'lost'],
        [oldest, 'recorded'],
      ]);
      expect(then.runs[1]).toEqual(await store.read(second, newest(30)));
    });

    it('without losing or repeating any of one instant', async () => {
      const store = open();
      const names = Array.from({ length: 5 }, uniqueName);
      for (const name of names) await store.record(newRun(name, { recordedAt: '2032-01-01T00:00:00.000Z' }));
      const found: string[] = [];
      for (let next = null, page = 0; page < 3; page += 1) {
        const { runs, next: after } = await store.list(endedAt, page === 2 ? 1 : 2, next);
        found.push(...runs.map(({ name }) => name));
        next = after;
      }
      expect(found.sort()).toEqual(names.sort());
    });

    it('and says that there is no next page when there is none', async () => {
      const store = open();
      const name = uniqueName();
      await store.record(newRun(name, { recordedAt: '1999-01-01T00:00:00.000Z' }));
      const before = { recordedAt: '1999-06-01T00:00:00.000Z', name: 'x' };
      const { runs, next } = await store.list(endedAt, 1, before);
      expect(runs.map((run) => run.name)).toEqual([name]);
      expect(next).toBeNull();
      expect(await store.list(endedAt, 5, { recordedAt: '1998-01-01T00:00:00.000Z', name })).toEqual({
        runs: [],
        next: null,
      });
    });

    it('that were recorded in a time and never started, oldest first', async () => {
      const store = open();
      const when = (minute: number) => `2033-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`;
      const names = Array.from({ length: 6 }, uniqueName);
      for (const [index, name] of names.entries()) await store.record(newRun(name, { recordedAt: when(index) }));
      const [, first = '', claimedOne = '', cancelled = '', last = ''] = names;
      await store.claim(claimedOne, when(10), when(20), 'worker-1');
      await store.cancel(cancelled, when(10), 'ann');
      expect(await store.unstarted(when(1), when(4))).toEqual([
        { recordedAt: when(1), name: first },
        { recordedAt: when(4), name: last },
      ]);
      expect(await store.unstarted(when(30), when(40))).toEqual([]);
    });

    it('that did not end, and of those that are lost each to one caller, once', async () => {
      const store = open();
      const from = Date.UTC(2034, 2, 1);
      const when = (minute: number) => new Date(from + minute * 60_000).toISOString();
      const names = [uniqueName(), uniqueName(), uniqueName(), uniqueName(), uniqueName()] as const;
      for (const [index, name] of names.entries())
        await store.record(newRun(name, { recordedAt: when(index === 4 ? 30 : index) }));
      const [lost, running, ended, , later] = names;
      for (const name of [lost, ended, later]) await store.claim(name, when(10), when(20), 'worker-1');
      await store.claim(running, when(10), when(40), 'worker-1');
      await store.end(ended, when(11), {}, []);
      expect((await store.unended(when(0), when(9))).map(({ name }) => name)).toEqual([lost, running]);
      expect(await store.takeLost(lost, when(20))).toBe(false);
      const taken = await Promise.all([1, 2, 3].map(() => store.takeLost(lost, when(21))));
      expect(taken.toSorted()).toEqual([false, false, true]);
      for (const name of [lost, running, ended, 'unknown']) expect(await store.takeLost(name, when(22))).toBe(false);
      expect((await store.read(lost, when(22)))?.status).toBe('lost');
    });
  });

  describe(`${what} keeps outcomes`, () => {
    it('whole, in the order in which VMs first came', async () => {
      const store = open();
      const name = await claimed(store);
      const odd = outcomeOf('2', {
        action: null,
        result: 'skipped',
        code: 'protected',
        reason: 'geschützt "so" \u{1f512}',
      });
      await store.progress(name, { selected: 3, sent: 1, settled: 2, tiers: [] }, [outcomeOf('9'), odd]);
      await store.end(name, endedAt, {}, [outcomeOf('1')]);
      expect(await store.outcomes(name)).toEqual([outcomeOf('9'), odd, outcomeOf('1')]);
    });

    it('once per VM, the latest, where an id counts within its account', async () => {
      const store = open();
      const name = await claimed(store);
      const progress = { selected: 2, sent: 2, settled: 2, tiers: [] };
      await store.progress(name, progress, [
        outcomeOf('1', { result: 'unknown' }),
        outcomeOf('1', { account: 'acme' }),
      ]);
      await store.progress(name, progress, [outcomeOf('1', { result: 'failed' })]);
      await store.end(name, endedAt, {}, [outcomeOf('1', { result: 'gone' })]);
      expect(await store.outcomes(name)).toEqual([
        outcomeOf('1', { result: 'gone' }),
        outcomeOf('1', { account: 'acme' }),
      ]);
    });

    it('of one run apart from those of another whose name begins alike', async () => {
      const store = open();
      const name = await claimed(store);
      await store.record(newRun(`${name}-2`));
      await store.claim(`${name}-2`, startedAt, deadline, 'worker-1');
      await store.end(`${name}-2`, endedAt, {}, [outcomeOf('2')]);
      expect(await store.outcomes(name)).toEqual([]);
    });

    it('of ten thousand VMs', async () => {
      const store = open();
      const name = await claimed(store);
      const all = Array.from({ length: 10_000 }, (_, index) =>
        outcomeOf(String(index), { reason: 'seen off after an ambiguous answer (500) and two looks' }),
      );
      await store.progress(name, { selected: 10_000, sent: 10_000, settled: 4_000, tiers: [] }, all.slice(0, 4_000));
      await store.end(name, endedAt, {}, all.slice(4_000));
      expect(await store.outcomes(name)).toEqual(all);
    });
  });
}
