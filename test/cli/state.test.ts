import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileStateStore } from '../../cli/state/file.ts';
import { fileLeases } from '../../cli/state/file-leases.ts';
import { memoryLeases } from '../../cli/state/leases.ts';
import { memoryStateStore } from '../../cli/state/memory.ts';
import type { Clock } from '../../lib/ports.ts';
import type { StateStore } from '../../lib/stores.ts';
import { leaseNow, leasesContract } from '../contracts/leases.ts';
import { markOf, overrideOf, sixPm, stateStoreContract } from '../contracts/state-store.ts';

const dayMs = 86_400_000;
let directory = '';
let count = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'power-state-'));
});
afterAll(() => rm(directory, { recursive: true }));

function newPath(): string {
  count += 1;
  return join(directory, `state-${count}.json`);
}

/** Time passes only while somebody sleeps, and then at once. */
function quickClock(start = sixPm): Clock & { slept: number } {
  const clock = {
    slept: 0,
    now: () => start + clock.slept,
    sleep: async (ms: number) => {
      clock.slept += ms;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
  return clock;
}

leasesContract('the leases in memory', memoryLeases);
leasesContract('the leases in a file', ({ now }) => fileLeases(newPath(), { ...quickClock(), now }));
stateStoreContract('the store in memory', () => memoryStateStore());
stateStoreContract('the store in a file', () => fileStateStore(newPath(), quickClock()));

describe('the store in memory', () => {
  it('hands out what it holds at that moment, not what it holds itself', async () => {
    const marks = new Map([['main/1', markOf()]]);
    const store = memoryStateStore({ marks, overrides: [overrideOf('o')] });
    const before = await store.load();
    await store.putMarks([{ key: 'main/1', from: markOf(), to: markOf({ wanted: 'on' }) }]);
    await store.cancelOverride('o', sixPm);
    expect(before).toEqual({ marks: new Map([['main/1', markOf()]]), overrides: [overrideOf('o')] });
    expect(marks.get('main/1')).toEqual(markOf());
  });
});

describe('the store in a file', () => {
  async function filled(path: string): Promise<StateStore> {
    const store = fileStateStore(path, quickClock());
    await store.putMarks([{ key: 'main/1', from: null, to: markOf() }]);
    await store.putOverride(overrideOf('o'));
    return store;
  }

  it('is there for the next command, for its owner alone, and leaves nothing else behind', async () => {
    const path = newPath();
    await filled(path);
    expect(await fileStateStore(path).load()).toEqual({
      marks: new Map([['main/1', markOf()]]),
      overrides: [overrideOf('o')],
    });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(
      (await readdir(directory)).filter((name) => path.includes(name) || name.includes(`state-${count}.`)),
    ).toEqual([`state-${count}.json`]);
  });

  it('is not made by looking', async () => {
    const path = newPath();
    expect(await fileStateStore(path).load()).toEqual({ marks: new Map(), overrides: [] });
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('loses no change when commands work on it at once', async () => {
    const path = newPath();
    const keys = Array.from({ length: 12 }, (_, index) => `main/${index}`);
    const missed = await Promise.all(
      keys.map((key) => fileStateStore(path).putMarks([{ key, from: null, to: markOf() }])),
    );
    expect(missed.flat()).toEqual([]);
    expect([...(await fileStateStore(path).load()).marks.keys()].sort()).toEqual([...keys].sort());
  });

  it('keeps what a change is not about: marks, overrides and leases', async () => {
    const path = newPath();
    await filled(path);
    const leases = fileLeases(path, quickClock());
    const run = { run: 'cli-1', requestedAt: sixPm };
    await leases.take(run, ['main/1'], sixPm + 1);
    await fileStateStore(path, quickClock()).putMarks([{ key: 'main/2', from: null, to: markOf() }]);
    const { marks, overrides } = await fileStateStore(path).load();
    expect([[...marks.keys()], overrides.map(({ id }) => id)]).toEqual([['main/1', 'main/2'], ['o']]);
    expect(await leases.lost(run, ['main/1'])).toEqual([]);
  });

  it('reads a file of a version that knew no leases', async () => {
    const path = newPath();
    const before = { version: 1, marks: { 'main/1': markOf() }, overrides: [overrideOf('o')] };
    await writeFile(path, JSON.stringify(before));
    expect(await fileStateStore(path).load()).toEqual({
      marks: new Map([['main/1', markOf()]]),
      overrides: [overrideOf('o')],
    });
    expect(await fileLeases(path, quickClock()).take({ run: 'cli-1', requestedAt: sixPm }, ['main/1'], 1)).toEqual([]);
  });

  it('waits for a lock of another command for five seconds, then says which file to delete', async () => {
    const path = newPath();
    await writeFile(`${path}.lock`, '');
    const clock = quickClock();
    const writing = fileStateStore(path, clock).putMarks([]);
    await expect(writing).rejects.toMatchObject({ name: 'PowerError', code: 'aws' });
    await expect(writing).rejects.toThrow(`${path}.lock is another command at work: wait for it, or delete the file`);
    expect(clock.slept).toBe(249 * 20);
    expect(await readdir(directory)).toContain(`state-${count}.json.lock`);
  });

  it('gives the lock back also when a change is refused', async () => {
    const path = newPath();
    const store = await filled(path);
    await expect(store.putOverride(overrideOf('o'))).rejects.toThrow('there already is one of that id');
    expect(await store.cancelOverride('o', sixPm)).toMatchObject({ cancelledMs: sixPm });
  });

  it.each([
    ['until 30 days after its end', 30 * dayMs - 1, null, ['o', 'p']],
    ['no longer', 30 * dayMs, null, ['p']],
    ['no longer than 30 days after it was cancelled', 30 * dayMs - 1000, sixPm - 1000, ['p']],
  ])('keeps an override %s', async (_, afterMs, cancelledMs, ids) => {
    const path = newPath();
    await fileStateStore(path, quickClock()).putOverride(overrideOf('o', { ends: { 'main/1': sixPm }, cancelledMs }));
    const later = fileStateStore(path, quickClock(sixPm + afterMs));
    await later.putOverride(overrideOf('p', { ends: { 'main/1': sixPm + 90 * dayMs } }));
    expect((await later.load()).overrides.map(({ id }) => id)).toEqual(ids);
  });

  it.each([
    ['{"version": 1', 'the whole file'],
    ['[]', 'version'],
    ['{"version":2,"marks":{},"overrides":[]}', 'version'],
    ['{"version":1,"marks":{"main/1":{"kind":"settled"}},"overrides":[]}', 'marks.main/1'],
    [
      `{"version":1,"marks":{},"overrides":[${JSON.stringify({ ...overrideOf('o'), ends: { 'main/1': 'x' } })}]}`,
      'ends',
    ],
    [`{"version":1,"marks":{},"overrides":[${JSON.stringify({ ...overrideOf('o'), startMs: 1.5 })}]}`, 'startMs'],
    ['{"version":1,"marks":{},"overrides":[],"leases":{"main/1":{"run":"a","requestedAt":1}}}', 'leases.main/1'],
  ])('that cannot be read is a fault that says where, and is left as it is: %s', async (text, where) => {
    const path = newPath();
    await writeFile(path, text);
    const store = fileStateStore(path, quickClock());
    for (const using of [() => store.load(), () => store.putMarks([])]) {
      const use = using();
      await expect(use).rejects.toMatchObject({ name: 'PowerError', code: 'aws' });
      await expect(use).rejects.toThrow(`${path} cannot be read (`);
      await expect(use).rejects.toThrow(where);
    }
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it('whose place cannot be read or written says so', async () => {
    await expect(fileStateStore(directory).load()).rejects.toThrow(/cannot be read \(EISDIR\)/);
    const nowhere = fileStateStore(join(directory, 'no', 'state.json'));
    await expect(nowhere.putMarks([])).rejects.toThrow(/state\.json\.lock cannot be written \(ENOENT\)/);
  });
});

describe('the leases in a file', () => {
  const older = { run: 'cli-1', requestedAt: leaseNow - 1 };
  const newer = { run: 'cli-2', requestedAt: leaseNow };
  const until = leaseNow + 3_600_000;

  it('are seen by another terminal, which takes them over at once and keeps them', async () => {
    const path = newPath();
    const [one, other] = [fileLeases(path, quickClock(leaseNow)), fileLeases(path, quickClock(leaseNow))];
    expect(await one.take(older, ['main/1', 'main/2'], until)).toEqual([]);
    expect(await one.lost(older, ['main/1', 'main/2'])).toEqual([]);
    expect(await other.take(newer, ['main/2'], until)).toEqual([]);
    expect(await one.lost(older, ['main/1', 'main/2'])).toEqual(['main/2']);
    expect(await one.take(older, ['main/2'], until)).toEqual(['main/2']);
  });

  it('are given to one only, however many terminals ask at once', async () => {
    const path = newPath();
    const runs = Array.from({ length: 6 }, (_, index) => ({ run: `cli-${index}`, requestedAt: leaseNow + index }));
    await Promise.all(runs.map((run) => fileLeases(path, quickClock(leaseNow)).take(run, ['main/1'], until)));
    const lost = await Promise.all(runs.map((run) => fileLeases(path).lost(run, ['main/1'])));
    expect(lost.map((keys) => keys.length)).toEqual([1, 1, 1, 1, 1, 0]);
  });

  it.each([
    ['until a day after they lapsed, for a run that lasts longer', 86_400_000 - 1, []],
    ['no longer', 86_400_000, ['main/1']],
  ])('stay in the file %s', async (_, afterMs, lost) => {
    const path = newPath();
    await fileLeases(path, quickClock(leaseNow)).take(older, ['main/1'], until);
    await fileStateStore(path, quickClock(until + afterMs)).putMarks([]);
    expect(await fileLeases(path).lost(older, ['main/1'])).toEqual(lost);
    expect((await readFile(path, 'utf8')).includes('main/1')).toBe(lost.length === 0);
  });

  it('are read anew only after a change: asking a thousand times is no reading', async () => {
    const path = newPath();
    const leases = fileLeases(path, quickClock(leaseNow));
    await leases.take(older, ['main/1'], until);
    const held = await readFile(path, 'utf8');
    const putAsOfOneInstant = async (text: string) => {
      await writeFile(path, text);
      await utimes(path, 1000, 1000);
    };
    await putAsOfOneInstant(held);
    expect(await leases.lost(older, ['main/1'])).toEqual([]);
    await putAsOfOneInstant(' '.repeat(held.length));
    expect(await leases.lost(older, ['main/1'])).toEqual([]);
    await writeFile(path, ' '.repeat(held.length));
    await expect(leases.lost(older, ['main/1'])).rejects.toThrow(`${path} cannot be read (`);
    await writeFile(path, held);
    expect(await leases.lost(older, ['main/1'])).toEqual([]);
  });
});
