// What every StateStore promises, whatever it is made of.
// Run against the stores in memory, in a file and in DynamoDB, so that tests with the first say something about the last.

import { describe, expect, it } from 'vitest';
import type { Mark } from '../../lib/core/schedule/mark.ts';
import type { KeptOverride, StateStore } from '../../lib/stores.ts';

export const sixPm = Date.UTC(2026, 0, 5, 18);
const hourMs = 3_600_000;

export function markOf(more: Partial<Mark> = {}): Mark {
  return {
    kind: 'settled',
    boundary: sixPm,
    wanted: 'off',
    attempts: 0,
    lastAttempt: null,
    schedule: '0123456789abcd',
    ...more,
  };
}

export function overrideOf(id: string, more: Partial<KeptOverride> = {}): KeptOverride {
  return {
    id,
    keep: 'on',
    startMs: sixPm,
    reason: 'load test',
    by: 'dana',
    ends: { 'main/1': sixPm + 3 * hourMs, 'main/2': sixPm + 4 * hourMs },
    cancelledMs: null,
    ...more,
  };
}

/** `open` gives a store; keys are unique per test, so that one table may serve all. */
export function stateStoreContract(what: string, open: () => StateStore): void {
  let count = 0;
  const unique = (of: string) => {
    count += 1;
    return `${of}-${count}`;
  };
  const markIn = async (store: StateStore, key: string) => (await store.load()).marks.get(key) ?? null;
  const overrideIn = async (store: StateStore, id: string) =>
    (await store.load()).overrides.filter((override) => override.id === id);

  describe(`${what} keeps marks`, () => {
    it.each<[string, Mark]>([
      ['settled', markOf()],
      ['adopted, where nothing is wanted yet', markOf({ kind: 'adopted', wanted: 'none' })],
      ['acted on in vain', markOf({ wanted: 'on', attempts: 12, lastAttempt: sixPm + 123 })],
      ['made without a schedule', markOf({ schedule: '' })],
      ['of a schedule with blanks in its name', markOf({ schedule: ' a  b "é" ' })],
      ['of the beginning of time', markOf({ boundary: 0, lastAttempt: 0 })],
    ])('as they are: %s', async (_, mark) => {
      const store = open();
      const key = unique('main/a b#c');
      expect(await markIn(store, key)).toBeNull();
      expect(await store.putMarks([{ key, from: null, to: mark }])).toEqual([]);
      expect(await markIn(store, key)).toEqual(mark);
    });

    it('and puts one in the place of another', async () => {
      const store = open();
      const key = unique('main/vm');
      await store.putMarks([{ key, from: null, to: markOf({ kind: 'adopted' }) }]);
      const change = { key, from: markOf({ kind: 'adopted' }), to: markOf({ boundary: sixPm + 1 }) };
      expect(await store.putMarks([change])).toEqual([]);
      expect(await markIn(store, key)).toEqual(markOf({ boundary: sixPm + 1 }));
    });

    it('and changes nothing where nothing is to change', async () => {
      const store = open();
      expect(await store.putMarks([])).toEqual([]);
    });

    it('but not where none was expected and one is', async () => {
      const store = open();
      const key = unique('main/vm');
      await store.putMarks([{ key, from: null, to: markOf() }]);
      expect(await store.putMarks([{ key, from: null, to: markOf({ boundary: sixPm + 1 }) }])).toEqual([key]);
      expect(await markIn(store, key)).toEqual(markOf());
    });

    it('but not where one was expected and none is', async () => {
      const store = open();
      const key = unique('main/vm');
      expect(await store.putMarks([{ key, from: markOf(), to: markOf({ boundary: sixPm + 1 }) }])).toEqual([key]);
      expect(await markIn(store, key)).toBeNull();
    });

    it.each<[keyof Mark, Partial<Mark>]>([
      ['kind', { kind: 'adopted' }],
      ['boundary', { boundary: sixPm - 1 }],
      ['wanted', { wanted: 'on' }],
      ['attempts', { attempts: 1 }],
      ['lastAttempt', { lastAttempt: sixPm }],
      ['schedule', { schedule: '0123456789abce' }],
    ])('but not where another %s stands there', async (_, other) => {
      const store = open();
      const key = unique('main/vm');
      await store.putMarks([{ key, from: null, to: markOf() }]);
      const change = { key, from: markOf(other), to: markOf({ boundary: sixPm + 1 }) };
      expect(await store.putMarks([change])).toEqual([key]);
      expect(await markIn(store, key)).toEqual(markOf());
    });

    it('and says of many which ones had changed, in their order, while it writes the others', async () => {
      const store = open();
      const keys = Array.from({ length: 40 }, () => unique('main/vm'));
      const early = keys.filter((_, index) => index % 2 === 1);
      await store.putMarks(early.map((key) => ({ key, from: null, to: markOf() })));
      const to = markOf({ wanted: 'on' });
      expect(await store.putMarks(keys.map((key) => ({ key, from: null, to })))).toEqual(early);
      const { marks } = await store.load();
      expect(keys.map((key) => marks.get(key)?.wanted)).toEqual(
        keys.map((_, index) => (index % 2 === 1 ? 'off' : 'on')),
      );
    });

    it('for exactly one of many who write from the same mark at once, also when they write the very same', async () => {
      const store = open();
      const key = unique('main/vm');
      await store.putMarks([{ key, from: null, to: markOf() }]);
      const change = { key, from: markOf(), to: markOf({ attempts: 1, lastAttempt: sixPm }) };
      const missed = await Promise.all(Array.from({ length: 8 }, () => store.putMarks([change])));
      expect(missed.filter((keys) => keys.length === 0)).toHaveLength(1);
      expect(await markIn(store, key)).toEqual(change.to);
    });
  });

  describe(`${what} keeps overrides`, () => {
    it.each<[string, Partial<KeptOverride>]>([
      ['as they are', {}],
      ['for no VM', { ends: {} }],
      ['with any reason', { keep: 'off', reason: '', by: 'über "dana"\n' }],
      ['for VMs that have odd keys', { ends: { 'main/': 1, '1/__proto__': 2, '2/a"#\\': 2 } }],
      ['that were cancelled before', { cancelledMs: sixPm + 1 }],
    ])('%s', async (_, more) => {
      const store = open();
      const override = overrideOf(unique('o'), more);
      await store.putOverride(override);
      expect(await overrideIn(store, override.id)).toEqual([override]);
    });

    it('each under its own id, also when one begins like another', async () => {
      const store = open();
      const id = unique('o');
      const ids = [id, `${id}#`, `${id}#1`, `${id} 2`, `${id}%23`];
      for (const each of ids) await store.putOverride(overrideOf(each, { reason: each }));
      for (const each of ids) expect(await overrideIn(store, each)).toEqual([overrideOf(each, { reason: each })]);
      expect((await store.cancelOverride(id, sixPm))?.id).toBe(id);
      expect(await overrideIn(store, `${id}#1`)).toMatchObject([{ cancelledMs: null }]);
      const longer = `${unique('o')}#1`;
      await store.putOverride(overrideOf(longer));
      expect(await store.cancelOverride(longer.slice(0, -2), sixPm)).toBeNull();
    });

    it('once per id: the first one stands', async () => {
      const store = open();
      const id = unique('o');
      await store.putOverride(overrideOf(id));
      const second = store.putOverride(overrideOf(id, { keep: 'off', ends: {} }));
      await expect(second).rejects.toMatchObject({ name: 'PowerError', code: 'aws' });
      expect(await overrideIn(store, id)).toEqual([overrideOf(id)]);
    });

    it('until they are cancelled, and from then on as cancelled', async () => {
      const store = open();
      const id = unique('o');
      await store.putOverride(overrideOf(id));
      expect(await store.cancelOverride(id, sixPm + 60_000)).toEqual(overrideOf(id, { cancelledMs: sixPm + 60_000 }));
      expect(await overrideIn(store, id)).toEqual([overrideOf(id, { cancelledMs: sixPm + 60_000 })]);
    });

    it('as cancelled first, however often they are', async () => {
      const store = open();
      const id = unique('o');
      await store.putOverride(overrideOf(id));
      await store.cancelOverride(id, sixPm + 1);
      expect(await store.cancelOverride(id, sixPm + 2)).toEqual(overrideOf(id, { cancelledMs: sixPm + 1 }));
      expect(await overrideIn(store, id)).toMatchObject([{ cancelledMs: sixPm + 1 }]);
    });

    it('and has none to cancel that nobody made', async () => {
      const store = open();
      expect(await store.cancelOverride('never-made', sixPm)).toBeNull();
      expect(await overrideIn(store, 'never-made')).toEqual([]);
    });

    it('that are on forty thousand VMs, beside the marks', async () => {
      const store = open();
      const id = unique('o');
      const key = unique('main/vm');
      const keys = Array.from({ length: 40_000 }, (_, index) => `account-${index % 7}/vm-${index}`);
      const ends = Object.fromEntries(keys.map((each, index) => [each, sixPm + (index % 3) * hourMs]));
      await store.putMarks([{ key, from: null, to: markOf() }]);
      await store.putOverride(overrideOf(id, { ends }));
      expect(await overrideIn(store, id)).toEqual([overrideOf(id, { ends })]);
      expect(await store.cancelOverride(id, sixPm)).toEqual(overrideOf(id, { ends, cancelledMs: sixPm }));
      expect(await markIn(store, key)).toEqual(markOf());
    });
  });
}
