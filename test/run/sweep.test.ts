import { describe, expect, it } from 'vitest';
import { PowerError } from '../../lib/core/errors.ts';
import { startForgotten } from '../../lib/run/sweep.ts';
import { newRun } from '../contracts/run-store.ts';
import { FakeClock } from '../fakes/clock.ts';
import { FakeLauncher } from '../fakes/launcher.ts';
import { MemoryLog } from '../fakes/log.ts';
import { MemoryRunStore } from '../fakes/run-store.ts';

const now = Date.parse('2026-01-05T18:00:00.000Z');
const ago = (ms: number) => new Date(now - ms).toISOString();
const minute = 60_000;

/** Runs by name, each recorded so many milliseconds ago. */
async function forgotten(runs: Readonly<Record<string, number>>) {
  const store = new MemoryRunStore();
  for (const [name, ms] of Object.entries(runs)) await store.record(newRun(name, { recordedAt: ago(ms) }));
  return {
    store,
    launcher: new FakeLauncher(),
    clock: new FakeClock(now),
    log: new MemoryLog(),
    lifetimeMs: 15 * minute,
  };
}

describe('a sweep', () => {
  it.each([
    ['just recorded', 0, 'left alone'],
    ['a moment under two minutes old', 2 * minute - 1, 'left alone'],
    ['two minutes old', 2 * minute, 'started'],
    ['fifteen minutes old', 15 * minute, 'started'],
    ['a moment over fifteen minutes old', 15 * minute + 1, 'ended'],
    ['two hours old', 120 * minute, 'ended'],
    ['a moment over two hours old', 120 * minute + 1, 'left alone'],
  ])('meets a run that is %s', async (_what, ms, then) => {
    const world = await forgotten({ 'cron-1': ms });
    const swept = await startForgotten(world);
    expect(swept).toEqual({
      started: then === 'started' ? ['cron-1'] : [],
      abandoned: then === 'ended' ? ['cron-1'] : [],
      lost: [],
    });
    expect(world.launcher.started).toEqual(swept.started);
    expect((await world.store.read('cron-1', ago(0)))?.status).toBe(then === 'ended' ? 'ended' : 'recorded');
    const recordedAt = ago(ms);
    const said = {
      started: [['warn', 'a run was recorded but never started: it is started now', { run: 'cron-1', recordedAt }]],
      ended: [
        [
          'error',
          'a run was never started, and now it is too late: launch it again if it is still wanted',
          { alarm: 'never-started', run: 'cron-1', recordedAt },
        ],
      ],
    }[then];
    expect(world.log.lines.map(({ level, message, fields }) => [level, message, fields])).toEqual(said ?? []);
  });

  it('says of a run that it is too late for why it ended', async () => {
    const world = await forgotten({ 'cron-1': 20 * minute });
    await startForgotten(world);
    expect(await world.store.read('cron-1', ago(0))).toMatchObject({
      endedAt: ago(0),
      startedAt: null,
      summary: { notBegun: 'never-started', reason: expect.stringContaining('never started within 15 minutes') },
    });
  });

  it('leaves alone what somebody has claimed, cancelled or ended', async () => {
    const world = await forgotten({ running: 5 * minute, cancelled: 5 * minute, old: 20 * minute });
    await world.store.claim('running', ago(0), ago(-minute), 'worker-1');
    await world.store.cancel('cancelled', ago(0), 'ann');
    await world.store.claim('old', ago(0), ago(-minute), 'worker-1');
    expect(await startForgotten(world)).toEqual({ started: [], abandoned: [], lost: [] });
    expect(world.launcher.started).toEqual([]);
    expect(world.log.lines).toEqual([]);
  });

  it('does not end a run that is claimed in that very moment', async () => {
    const world = await forgotten({ 'cron-1': 20 * minute });
    const { unstarted } = world.store;
    world.store.unstarted = async (from, to) => {
      const found = await unstarted.call(world.store, from, to);
      await world.store.claim('cron-1', ago(0), ago(-minute), 'worker-1');
      return found;
    };
    expect(await startForgotten(world)).toEqual({ started: [], abandoned: [], lost: [] });
    expect((await world.store.read('cron-1', ago(0)))?.status).toBe('running');
    expect(world.log.lines).toEqual([]);
  });

  it('serves the others when one cannot be started or ended, and says which', async () => {
    const world = await forgotten({ late: 30 * minute, later: 20 * minute, bad: 10 * minute, good: 5 * minute });
    const { start } = world.launcher;
    world.launcher.start = async (name) => {
      if (name === 'bad') throw new PowerError('aws', 'Lambda does not answer');
      await start.call(world.launcher, name);
    };
    const { abandon } = world.store;
    world.store.abandon = async (name, at, summary) => {
      if (name === 'late') throw new PowerError('aws', 'the table does not answer');
      return abandon.call(world.store, name, at, summary);
    };
    expect(await startForgotten(world)).toEqual({ started: ['good'], abandoned: ['later'], lost: [] });
    expect(world.log.lines.map((line) => [line.level, line.fields.run])).toEqual([
      ['error', 'late'],
      ['error', 'later'],
      ['error', 'bad'],
      ['warn', 'good'],
    ]);
  });

  it('fails when the store cannot be asked', async () => {
    const world = await forgotten({});
    world.store.unstarted = () => Promise.reject(new PowerError('aws', 'no'));
    await expect(startForgotten(world)).rejects.toMatchObject({ code: 'aws' });
  });

  it('finds a run that is lost once, and says so', async () => {
    const world = await forgotten({ 'cron-1': 30 * minute });
    await world.store.claim('cron-1', ago(30 * minute), ago(1), 'me');
    expect(await startForgotten(world)).toEqual({ started: [], abandoned: [], lost: ['cron-1'] });
    expect(world.log.lines).toMatchObject([
      { level: 'error', message: expect.stringContaining('a run is lost'), fields: { run: 'cron-1' } },
    ]);
    expect(await startForgotten(world)).toMatchObject({ lost: [] });
  });

  it('finds a run that is lost after a day, where a run may last for one', async () => {
    const world = await forgotten({ 'cron-1': 24 * 60 * minute, going: 23 * 60 * minute });
    await world.store.claim('cron-1', ago(24 * 60 * minute), ago(15 * minute), 'me');
    await world.store.claim('going', ago(23 * 60 * minute), ago(-45 * minute), 'me');
    expect(await startForgotten({ ...world, lifetimeMs: 23.75 * 60 * minute })).toMatchObject({ lost: ['cron-1'] });
  });

  it('tells of a lost run though of another nobody can find out, and of that one the next time', async () => {
    const world = await forgotten({ first: 40 * minute, second: 30 * minute });
    for (const name of ['first', 'second']) await world.store.claim(name, ago(30 * minute), ago(1), 'me');
    const takeLost = world.store.takeLost.bind(world.store);
    world.store.takeLost = async (name, at) => {
      if (name === 'second') throw new PowerError('aws', 'the table is away');
      return takeLost(name, at);
    };
    expect(await startForgotten(world)).toMatchObject({ lost: ['first'] });
    expect(world.log.lines.map(({ level, fields }) => [level, fields.run])).toEqual([
      ['error', 'first'],
      ['error', 'second'],
    ]);
    world.store.takeLost = takeLost;
    expect(await startForgotten(world)).toMatchObject({ lost: ['second'] });
  });

  it('gives nothing up as long as the store cannot be asked for lost ones', async () => {
    const world = await forgotten({ 'cron-1': 20 * minute });
    const unended = world.store.unended.bind(world.store);
    world.store.unended = () => Promise.reject(new PowerError('aws', 'the table is away'));
    await expect(startForgotten(world)).rejects.toMatchObject({ code: 'aws' });
    world.store.unended = unended;
    expect(await startForgotten(world)).toEqual({ started: [], abandoned: ['cron-1'], lost: [] });
  });
});
