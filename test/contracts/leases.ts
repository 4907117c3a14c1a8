// What all Leases promise, whatever they are made of.
// Run against those in memory and those in DynamoDB.

import { describe, expect, it } from 'vitest';
import type { Leases } from '../../lib/stores.ts';

export const leaseNow = Date.UTC(2026, 0, 5, 18);
const until = leaseNow + 900_000;
const older = { run: 'cron-1', requestedAt: leaseNow - 60_000 };
const newer = { run: 'api-1', requestedAt: leaseNow - 1_000 };

/** `open` gives leases whose clock stands at `now()`; keys are unique per test, so that one table may serve all. */
export function leasesContract(what: string, open: (clock: { now(): number }) => Leases): void {
  let count = 0;
  const unique = (many: number) => {
    count += 1;
    return Array.from({ length: many }, (_, index) => `main/${count}-${index}`);
  };
  const standing = () => open({ now: () => leaseNow });

  describe(`${what} give a VM`, () => {
    it('to a run that asks for it, which has lost nothing', async () => {
      const leases = standing();
      const keys = unique(3);
      expect(await leases.take(older, keys, until)).toEqual([]);
      expect(await leases.lost(older, keys)).toEqual([]);
    });

    it('to the same run again', async () => {
      const leases = standing();
      const keys = unique(1);
      await leases.take(older, keys, until);
      expect(await leases.take(older, keys, until + 1)).toEqual([]);
      expect(await leases.lost(older, keys)).toEqual([]);
    });

    it('to a newer request, and the older one learns that it lost it', async () => {
      const leases = standing();
      const [first = '', second = ''] = unique(2);
      await leases.take(older, [first, second], until);
      expect(await leases.take(newer, [second], until)).toEqual([]);
      expect(await leases.lost(older, [first, second])).toEqual([second]);
      expect(await leases.lost(newer, [second])).toEqual([]);
    });

    it('not to an older request, which learns what a newer one holds, in its order', async () => {
      const leases = standing();
      const [first = '', second = '', third = ''] = unique(3);
      await leases.take(newer, [first, third], until);
      expect(await leases.take(older, [third, second, first], until)).toEqual([third, first]);
      expect(await leases.lost(newer, [first, third])).toEqual([]);
      expect(await leases.lost(older, [second])).toEqual([]);
    });

    it.each([
      ['first', ['a', 'b']],
      ['last', ['b', 'a']],
    ])('of two requests of one instant to the run whose name sorts last, also when it asks %s', async (_, runs) => {
      const leases = standing();
      const keys = unique(1);
      for (const run of runs) await leases.take({ run, requestedAt: leaseNow }, keys, until);
      expect(await leases.lost({ run: 'b', requestedAt: leaseNow }, keys)).toEqual([]);
      expect(await leases.lost({ run: 'a', requestedAt: leaseNow }, keys)).toEqual(keys);
    });

    it('to exactly one of many who ask at once: the newest', async () => {
      const leases = standing();
      const keys = unique(2);
      const runs = Array.from({ length: 8 }, (_, index) => ({ run: `r${index}`, requestedAt: leaseNow + (index % 4) }));
      await Promise.all(runs.map((holder) => leases.take(holder, keys, until)));
      const lost = await Promise.all(runs.map((holder) => leases.lost(holder, keys)));
      expect(lost.map((each) => each.length)).toEqual([2, 2, 2, 2, 2, 2, 2, 0]);
    });

    it('to an older request once the lease of the newer has lapsed, not a moment before', async () => {
      let now = leaseNow;
      const leases = open({ now: () => now });
      const keys = unique(1);
      await leases.take(newer, keys, until);
      now = until - 1;
      expect(await leases.take(older, keys, until + 900_000)).toEqual(keys);
      now = until;
      expect(await leases.take(older, keys, until + 900_000)).toEqual([]);
      expect(await leases.lost(newer, keys)).toEqual(keys);
    });

    it('for as long as was asked for last', async () => {
      let now = leaseNow;
      const leases = open({ now: () => now });
      const keys = unique(1);
      await leases.take(newer, keys, leaseNow + 10);
      await leases.take(newer, keys, until);
      now = leaseNow + 10;
      expect(await leases.take(older, keys, until)).toEqual(keys);
    });
  });

  it(`${what} are kept for dozens of VMs as for few`, async () => {
    const leases = standing();
    const keys = unique(60);
    const over = keys.filter((_, index) => index % 3 === 0);
    expect(await leases.take(older, keys, until)).toEqual([]);
    expect(await leases.take(newer, over, until)).toEqual([]);
    expect(await leases.lost(older, keys)).toEqual(over);
    expect(await leases.lost(newer, over)).toEqual([]);
  });

  it(`${what} of no VM are no trouble`, async () => {
    const leases = standing();
    expect(await leases.take(older, [], until)).toEqual([]);
    expect(await leases.lost(older, [])).toEqual([]);
  });
}
