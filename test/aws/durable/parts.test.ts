// Runs that are too large for one process, on the SDK's own test runner: split, settled by the same function, gathered.
// Whatever becomes of the process of a part, every VM's outcome is true, and none is sent to more often than it may be.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Outcome } from '../../../lib/core/outcome.ts';
import { status } from '../../fakes/vm-cloud.ts';
import { setUpDurable, tearDownDurable } from '../../fixtures/durable.ts';
import { runName, type Staged, type Staging, stage } from './parted-fleet.ts';

beforeAll(setUpDurable, 60_000);
afterAll(tearDownDurable);

/** Three parts of 16, 16 and 25: the large project's halves, and the two others together. */
const vms = { 'acme/a': 32, 'acme/b': 12, 'zeta/default': 13 };
const shutdown = { action: 'shutdown', select: 'env=dev' };
const reboot = { action: 'reboot', select: 'env=dev' };

const keyOf = ({ account, vm }: Pick<Outcome, 'account' | 'vm'>) => `${account}/${vm}`;
const everybody = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const keysOf = (staged: Staged, label: string) =>
  staged.parts.find((part) => part.label === label)?.pursuits.map(({ vm: { account, id } }) => `${account}/${id}`) ??
  [];
const postsTo = (staged: Staged, key: string) => staged.posts().filter((post) => post.key === key).length;
/** They are begun side by side, in no order. */
const partsIn = (operations: readonly string[]) => operations.filter((name) => name.startsWith('part-')).toSorted();
const tally = (outcomes: readonly Outcome[] = []) => {
  const counts: Record<string, number> = {};
  for (const { result, code } of outcomes) counts[`${result} ${code}`] = (counts[`${result} ${code}`] ?? 0) + 1;
  return counts;
};

/** Every POST is held for so long, and what it asks for comes about this long after its answer. */
function slow(staged: Staged, heldMs: number, thenMs = 0): void {
  for (const cloud of staged.clouds) {
    cloud.actMs = heldMs;
    cloud.onAct = (vm) => {
      cloud.becomes(vm.id, 'shutoff', thenMs);
      return status(202);
    };
  }
}

describe('a run that is too large for one process', () => {
  it('is settled in parts, and gathered into one report in the order of the lists', async () => {
    const staged = stage({ vms });
    slow(staged, 20_000, 5_000);
    const { report, operations, events, hasFailed } = await staged.run(shutdown);
    expect(hasFailed).toBe(false);
    expect(partsIn(operations)).toEqual(['part-all-0', 'part-all-1', 'part-all-2']);
    expect(operations.filter((name) => /^(send|look|answers)/.test(name))).toEqual([]);
    // In the order of their labels: which of them begins first is the service's business.
    const inOrder = staged.parts.toSorted((a, b) => a.label.localeCompare(b.label));
    expect(inOrder.map(({ pursuits, shares }) => [pursuits.length, shares])).toEqual([
      [16, { acme: 3 }],
      [16, { acme: 3 }],
      [25, { acme: 3, zeta: 1 }],
    ]);
    expect(events).toHaveLength(4);
    expect(events[0]).toEqual({ run: runName });
    expect(report?.outcomes.map(({ vm }) => Number(vm))).toEqual(everybody(57));
    expect(report?.counts).toEqual({ succeeded: 57 });
    expect(new Set(report?.outcomes.map((one) => staged.stateOf(keyOf(one))))).toEqual(new Set(['shutoff']));
    expect(
      staged
        .posts()
        .map(({ key }) => key)
        .toSorted(),
    ).toEqual(report?.outcomes.map(keyOf).toSorted());
  });

  it('keeps each outcome once, by the part that settled it, and its figures are those of all parts', async () => {
    const staged = stage({ vms });
    slow(staged, 20_000, 5_000);
    const seen: number[] = [];
    staged.afterPosts(40, async () => {
      const run = await staged.store.read(runName, new Date(staged.clock.now()).toISOString());
      seen.push(run?.progress?.selected ?? -1, run?.progress?.sent ?? -1);
    });
    const { report } = await staged.run(shutdown);
    expect(seen[0]).toBe(57);
    expect(seen[1]).toBeGreaterThan(10);
    expect(seen[1]).toBeLessThanOrEqual(40);
    const kept = staged.store.kept.flatMap(({ by, vms: keys }) => keys.map((key) => `${by} ${key}`));
    const settledBy = ['all-0', 'all-1', 'all-2'].flatMap((label) =>
      keysOf(staged, label).map((key) => `${label} ${key}`),
    );
    expect(kept.toSorted()).toEqual(settledBy.toSorted());
    const run = await staged.store.read(runName, '2026-01-01T00:00:00.000Z');
    expect(run?.progress).toMatchObject({ selected: 57, sent: 57, settled: 57 });
    expect(await staged.store.outcomes(runName)).toEqual(expect.arrayContaining([...(report?.outcomes ?? [])]));
  });

  it('counts the calls of all its processes', async () => {
    const staged = stage({ vms });
    const { report } = await staged.run(shutdown);
    const lists = staged.clouds.flatMap((cloud) => cloud.listed).length;
    expect(report?.calls).toEqual({ lists, reads: 0, actions: 57 });
  });

  it.each([9, 5, 3, 2])('never has more than %i POSTs of an account under way over all its parts', async (inFlight) => {
    const staged = stage({ vms, inFlight });
    slow(staged, 20_000);
    const { report } = await staged.run(shutdown);
    expect(report?.counts).toEqual({ succeeded: 57 });
    for (const { mostUnderWay } of staged.clouds) expect(mostUnderWay).toBeLessThanOrEqual(inFlight);
    // One place is kept for reads where there are several.
    expect(staged.clouds[0]?.mostUnderWay).toBeGreaterThanOrEqual(Math.min(3, inFlight));
  });

  it('stays whole where there is no second place in the pace', async () => {
    const staged = stage({ vms, inFlight: 1 });
    const { report, operations } = await staged.run(shutdown);
    expect([report?.counts, staged.parts]).toEqual([{ succeeded: 57 }, []]);
    expect(partsIn(operations)).toEqual([]);
  });
});

describe('a run that is not too large', () => {
  const few = { 'acme/a': 10, 'acme/b': 3, 'zeta/default': 4 };
  const operationsOf = async (more: Partial<Staging>) => {
    const staged = stage({ vms: few, mostVmsHere: 17, inFlight: 50, ...more });
    const { report, operations } = await staged.run(shutdown);
    expect(report?.counts).toEqual({ succeeded: 17 });
    return operations;
  };

  it('does what it would do without other processes, up to the very limit', async () => {
    // How often it looks is up to a clock that leaps in real time: a busy machine makes it a look more.
    const kindsOf = (operations: readonly string[]) =>
      [...new Set(operations.map((name) => name.replace(/(-\d+)+$/, '')))].toSorted();
    const operations = await operationsOf({});
    expect(kindsOf(operations)).toEqual(kindsOf(await operationsOf({ isAlone: true })));
    expect(partsIn(operations)).toEqual([]);
  });

  it('is split with one VM more', async () => {
    expect(partsIn(await operationsOf({ mostVmsHere: 16 }))).toHaveLength(2);
  });
});

describe('a part whose process breaks off', () => {
  it('is taken over: what had left is seen to, and only what is still on is sent to again', async () => {
    const staged = stage({ vms, diesAfter: { 'all-0': 5 } });
    slow(staged, 1_000, 10_000);
    const { report, operations, hasFailed } = await staged.run(shutdown);
    expect(hasFailed).toBe(false);
    expect(report?.counts).toEqual({ succeeded: 57 });
    const broken = keysOf(staged, 'all-0');
    expect(broken).toHaveLength(16);
    expect(report?.outcomes.map(({ vm }) => Number(vm))).toEqual(everybody(57));
    for (const { account, vm } of report?.outcomes ?? []) {
      expect(staged.stateOf(`${account}/${vm}`)).toBe('shutoff');
      // Of what had left before its process died, nothing is sent a second time.
      expect(postsTo(staged, `${account}/${vm}`)).toBe(1);
    }
    expect(operations).toContain('take-over-all');
    expect(operations.filter((name) => name.startsWith('send-all-again-acme'))).not.toEqual([]);
    expect(staged.log.lines.filter(({ level }) => level === 'error')).toEqual([
      expect.objectContaining({ fields: { run: runName, vms: 16 } }),
    ]);
    expect((await staged.store.outcomes(runName)).map(keyOf).toSorted()).toEqual(
      report?.outcomes.map(keyOf).toSorted(),
    );
  });

  it('before it sent anything, or with all of it sent, comes to the same', async () => {
    const staged = stage({ vms, diesAfter: { 'all-0': 0, 'all-1': 16 } });
    slow(staged, 1_000, 10_000);
    const { report } = await staged.run(shutdown);
    expect(report?.counts).toEqual({ succeeded: 57 });
    for (const one of report?.outcomes ?? []) expect(postsTo(staged, keyOf(one))).toBe(1);
    expect(new Set(report?.outcomes.map((one) => staged.stateOf(keyOf(one))))).toEqual(new Set(['shutoff']));
  });

  it('never has a VM rebooted twice: nobody knows of its VMs', async () => {
    const staged = stage({ vms, diesAfter: { 'all-0': 5 } });
    for (const cloud of staged.clouds) cloud.actMs = 5_000;
    const { report, hasFailed } = await staged.run(reboot);
    expect(tally(report?.outcomes)).toEqual({ 'accepted taken': 41, 'unknown ambiguous': 16 });
    // Its trouble is told, once the report is kept.
    expect(hasFailed).toBe(true);
    const broken = new Set(keysOf(staged, 'all-0'));
    for (const one of report?.outcomes ?? []) {
      expect(one.result).toBe(broken.has(keyOf(one)) ? 'unknown' : 'accepted');
      expect(postsTo(staged, keyOf(one))).toBeLessThanOrEqual(1);
    }
    expect(staged.posts().filter(({ key }) => broken.has(key))).toHaveLength(5);
  });
});

describe('what happens to a run from outside reaches its parts', () => {
  it('when it is cancelled: nothing more leaves, and what has left is seen to', async () => {
    const staged = stage({ vms, inFlight: 6 });
    slow(staged, 10_000);
    staged.afterPosts(9, () => staged.store.cancel(runName, new Date(staged.clock.now()).toISOString(), 'ann'));
    const { report } = await staged.run(shutdown);
    expect(report?.interrupted).toBe(true);
    const sent = new Set(staged.posts().map(({ key }) => key));
    for (const one of report?.outcomes ?? []) {
      const isSent = sent.has(keyOf(one));
      // What is not seen within the time that a stopped run gives itself is unknown; this clock may leap past that.
      expect([isSent ? 'succeeded' : 'skipped', 'unknown']).toContain(one.result);
      if (one.result === 'succeeded') expect(staged.stateOf(keyOf(one))).toBe('shutoff');
    }
    for (const label of ['all-0', 'all-1', 'all-2']) {
      const isSent = keysOf(staged, label).map((key) => sent.has(key));
      expect(new Set(isSent)).toEqual(new Set([true, false]));
    }
  });

  it('when a newer request takes VMs over: they are left to it', async () => {
    const staged = stage({ vms, inFlight: 6 });
    slow(staged, 30_000);
    const lost = new Set<string>();
    staged.afterPosts(9, async () => {
      const sent = new Set(staged.posts().map(({ key }) => key));
      for (const { label } of staged.parts)
        for (const key of keysOf(staged, label)
          .filter((one) => !sent.has(one))
          .slice(-2))
          lost.add(key);
      const newer = { run: 'run-2', requestedAt: staged.clock.now() };
      await staged.leases.take(newer, [...lost], staged.clock.now() + 3_600_000);
    });
    const { report } = await staged.run(shutdown);
    expect(lost.size).toBe(6);
    for (const one of report?.outcomes ?? []) {
      const expected = lost.has(keyOf(one)) ? ['skipped', 'superseded', 0] : ['succeeded', 'seen', 1];
      expect([one.result, one.code, postsTo(staged, keyOf(one))]).toEqual(expected);
    }
  });
});

describe('the tiers of a large run', () => {
  it('have their parts one after the other: none of a later tier begins before the tier before it is off', async () => {
    const staged = stage({
      vms: { 'acme/a': 40, 'acme/b': 2, 'zeta/default': 20 },
      mostVmsHere: 15,
      inFlight: 20,
      vm: (id) => ({ description: `[env=dev, tier=${id % 2 === 0 ? 2 : 1}]` }),
    });
    slow(staged, 5_000, 20_000);
    const isAhead = (id: string) => Number(id) % 2 === 0;
    const early: string[] = [];
    for (const cloud of staged.clouds) {
      const { onAct } = cloud;
      cloud.onAct = (vm, ...rest) => {
        const ahead = everybody(62).filter((id) => id % 2 === 0);
        const isOff = (id: number) => staged.stateOf(`${id <= 42 ? 'acme' : 'zeta'}/${id}`) === 'shutoff';
        if (!isAhead(vm.id) && !ahead.every(isOff)) early.push(vm.id);
        return onAct(vm, ...rest);
      };
    }
    const { report, operations } = await staged.run(shutdown);
    expect(report?.counts).toEqual({ succeeded: 62 });
    expect(early).toEqual([]);
    expect(partsIn(operations)).toEqual([
      'part-down-1-0',
      'part-down-1-1',
      'part-down-1-2',
      'part-down-2-0',
      'part-down-2-1',
      'part-down-2-2',
    ]);
    expect(report?.outcomes.map(({ vm }) => Number(vm))).toEqual(everybody(62));
    const run = await staged.store.read(runName, '2026-01-01T00:00:00.000Z');
    const tiers = run?.progress?.tiers.map(({ tier, state, sent, settled }) => [tier, state, sent, settled]);
    expect(tiers?.toSorted()).toEqual([
      [1, 'settled', 31, 31],
      [2, 'settled', 31, 31],
    ]);
  });
});
