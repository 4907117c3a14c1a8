import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileStateStore } from '../../cli/state/file.ts';
import { memoryLeases } from '../../cli/state/leases.ts';
import { memoryStateStore } from '../../cli/state/memory.ts';
import type { Clock, StateStore } from '../../lib/ports.ts';
import { leasesContract } from '../contracts/leases.ts';
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
