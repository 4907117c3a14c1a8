// What all StopWarnings promise, whatever they are made of.
// Run against those in memory and those in DynamoDB.

import { describe, expect, it } from 'vitest';
import type { StopWarnings } from '../../lib/notify-ports.ts';

/** Instants are unique per test, so that one table may serve all. */
export function stopWarningsContract(what: string, open: () => StopWarnings): void {
  let stopMs = Date.UTC(2026, 0, 5, 18);
  const next = () => {
    stopMs += 60_001;
    const shown = [{ key: 'main/1', name: '<b>&"\u202e' }];
    return { stopMs, keys: ['main/1', 'main/2'], shown };
  };

  describe(`${what} are claimed`, () => {
    it('once, and then read as they were claimed, unused', async () => {
      const warning = next();
      expect(await open().claim(warning)).toBe(true);
      expect(await open().claim({ ...warning, keys: [] })).toBe(false);
      expect(await open().read(warning.stopMs)).toEqual({ ...warning, used: 0 });
    });

    it('by exactly one of many who claim at once', async () => {
      const warning = next();
      const claims = await Promise.all(Array.from({ length: 8 }, () => open().claim(warning)));
      expect(claims.filter((isClaimed) => isClaimed)).toEqual([true]);
    });

    it('again, once, after sending failed, with what is the case by then', async () => {
      const warning = next();
      const later = { ...warning, keys: ['main/2'] };
      await open().claim(warning);
      await open().unsent(warning.stopMs);
      expect([await open().claim(later), await open().claim(warning)]).toEqual([true, false]);
      expect(await open().read(warning.stopMs)).toEqual({ ...later, used: 0 });
    });

    it('each for its own instant', async () => {
      const [one, other] = [next(), next()];
      await open().claim(one);
      expect(await open().read(other.stopMs)).toBeNull();
      expect(await open().claim(other)).toBe(true);
    });
  });

  describe(`the uses of ${what}`, () => {
    it('count from what was read, each once', async () => {
      const warning = next();
      await open().claim(warning);
      const uses = await Promise.all(Array.from({ length: 8 }, () => open().use(warning.stopMs, 0)));
      expect(uses.filter((isUsed) => isUsed)).toEqual([true]);
      expect((await open().read(warning.stopMs))?.used).toBe(1);
      expect([await open().use(warning.stopMs, 0), await open().use(warning.stopMs, 1)]).toEqual([false, true]);
    });

    it('are none of what nobody claimed', async () => {
      const { stopMs: unknown } = next();
      expect(await open().use(unknown, 0)).toBe(false);
      await open()
        .unsent(unknown)
        .catch(() => undefined);
      expect(await open().read(unknown)).toBeNull();
    });
  });
}
