// When the figures of a run are told: once its end is kept, once only over all its turns, and of a run that broke off too.

import { describe, expect, it } from 'vitest';
import type { Figure } from '../../../lib/core/metric.ts';
import { inProcessEngine } from '../../../lib/run/engine.ts';
import { makeReport } from '../../../lib/run/report.ts';
import { parseRunRequest } from '../../../lib/run/request.ts';
import { type WorkWorld, work } from '../../../lib/run/work.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { MemoryLog } from '../../fakes/log.ts';
import { Journal, type Moment, moments, resume } from '../../fakes/resuming-engine.ts';
import { MemoryRunStore } from '../../fakes/run-store.ts';

async function counted(conduct?: WorkWorld['conduct']) {
  const clock = new FakeClock();
  const store = new MemoryRunStore();
  const request = parseRunRequest({ action: 'start', select: 'env=dev', allowEmpty: true });
  const recordedAt = new Date(clock.now()).toISOString();
  await store.record({ name: 'run-1', trigger: 'cron', request, requestHash: 'h', recordedAt });
  const told: Figure[] = [];
  /** How the run stood when its figures were told. */
  const stood: unknown[] = [];
  const times = { startedAt: clock.now(), endedAt: clock.now() + 1_000 };
  const rest = {
    outcomes: [],
    unlisted: [],
    matched: false,
    interrupted: false,
    calls: { lists: 1, reads: 0, actions: 0 },
  };
  const world: WorkWorld = {
    store,
    clock,
    log: new MemoryLog(),
    engine: inProcessEngine(clock),
    claimant: 'execution-1',
    lifetimeMs: 900_000,
    conduct: conduct ?? (async (run) => makeReport(run.name, run.request, { ...times, ...rest })),
    emit: async (figures) => {
      stood.push((await store.read('run-1', recordedAt))?.status);
      told.push(...figures);
    },
  };
  const endings = () => told.flatMap(({ name, by }) => (name === 'Runs' ? [by.ending] : []));
  return { world, clock, stood, endings, told };
}

describe('the figures of a run', () => {
  it('are told when its end is kept', async () => {
    const { world, clock, stood, endings, told } = await counted();
    await clock.run(work('run-1', world));
    expect([stood, endings()]).toEqual([['ended'], ['well']]);
    expect(told).toContainEqual({ name: 'RunDuration', value: 1_000, by: {} });
  });

  it.each(moments)('are told once, but for a turn that ends before it is remembered: %s', async (moment: Moment) => {
    const { world, clock, endings } = await counted();
    const journal = new Journal();
    const ends = (operation: { name: string; turn: number }, when: Moment) =>
      operation.turn === 1 && operation.name === 'keep' && when === moment;
    await clock.run(resume((engine) => work('run-1', { ...world, engine }), { journal, clock, ends, gapMs: 5 }));
    expect(journal.turns).toBe(2);
    expect(endings()).toEqual(moment === 'done' ? ['well', 'well'] : ['well']);
  });

  it('that broke off say so', async () => {
    const { world, clock, endings, told } = await counted(async () => {
      throw new Error('lost');
    });
    await expect(clock.run(work('run-1', world))).rejects.toThrow('lost');
    expect([endings(), told.length]).toEqual([['broke-off'], 1]);
  });

  it('that somebody else does are not told', async () => {
    const { world, clock, told } = await counted();
    await clock.run(work('run-2', world));
    expect(told).toEqual([]);
  });
});
