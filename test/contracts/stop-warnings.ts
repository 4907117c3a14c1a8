// What all StopWarnings promise, whatever they are made of.
// Run against those in memory and those in DynamoDB.

import { describe, expect, it } from 'vitest';
import type { StopWarnings } from '../../lib/stores.ts';
import { FakeClock } from '../fakes/clock.ts';

/** Instants are unique per test, so that one table may serve all. */
export function stopWarningsContract(what: string, openAt: (clock: FakeClock) => StopWarnings): void {
  const clock = new FakeClock(Date.UTC(2026, 0, 5, 17, 30));
  const open = () => openAt(clock);
  let stopMs = Date.UTC(2026, 0, 5, 18);
  const next = () => {
    stopMs += 60_001;
    const shown = [{ key: 'main/1', name: '<b>&"\u202e' }];
    return { stopMs, nth: 0, keys: ['main/1', 'main/2'], shown };
  };

  describe(`${what} are claimed`, () => {
    it('once, and then read as they were claimed, unused', async () => {
      const warning = next();
      expect(await open().claim(warning)).toBe(true);
      expect(await open().claim({ ...warning, keys: [] })).toBe(false);
      expect(await open().read(warning)).toEqual({ ...warning, used: 0 });
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
      await open().note(warning, false);
      expect(await open().claimed(warning.stopMs)).toEqual([{ nth: 0, keys: warning.keys, isUnsent: true }]);
      expect([await open().claim(later), await open().claim(warning)]).toEqual([true, false]);
      expect(await open().read(warning)).toEqual({ ...later, used: 0 });
    });

    it('again, once, when nobody noted for two minutes how sending went', async () => {
      const warning = next();
      await open().claim(warning);
      await clock.run(clock.sleep(120_000));
      expect(await open().claimed(warning.stopMs)).toMatchObject([{ isUnsent: false }]);
      expect(await open().claim(warning)).toBe(false);
      await clock.run(clock.sleep(1));
      expect(await open().claimed(warning.stopMs)).toMatchObject([{ isUnsent: true }]);
      expect([await open().claim(warning), await open().claim(warning)]).toEqual([true, false]);
    });

    it('never again once they were sent, or their link was used', async () => {
      const [sent, used] = [next(), next()];
      for (const warning of [sent, used]) await open().claim(warning);
      await open().note(sent, true);
      await open().use(used, 0);
      await open().note(used, false);
      await clock.run(clock.sleep(600_000));
      for (const warning of [sent, used]) {
        expect(await open().claimed(warning.stopMs)).toMatchObject([{ isUnsent: false }]);
        expect(await open().claim(warning)).toBe(false);
      }
    });

    it('each for its own instant and its own VMs', async () => {
      const [one, other] = [next(), next()];
      const later = { ...one, nth: 1, keys: ['main/3'] };
      await open().claim(one);
      expect(await open().read(other)).toBeNull();
      expect([await open().claim(later), await open().claim(other)]).toEqual([true, true]);
      expect(await open().claimed(one.stopMs)).toEqual([
        { nth: 0, keys: ['main/1', 'main/2'], isUnsent: false },
        { nth: 1, keys: ['main/3'], isUnsent: false },
      ]);
      expect(await open().read(later)).toEqual({ ...later, used: 0 });
    });
  });

  describe(`the uses of ${what}`, () => {
    it('count from what was read, each once', async () => {
      const warning = next();
      await open().claim(warning);
      const uses = await Promise.all(Array.from({ length: 8 }, () => open().use(warning, 0)));
      expect(uses.filter((isUsed) => isUsed)).toEqual([true]);
      expect((await open().read(warning))?.used).toBe(1);
      expect([await open().use(warning, 0), await open().use(warning, 1)]).toEqual([false, true]);
    });

    it('are none of what nobody claimed', async () => {
      const unknown = next();
      expect(await open().use(unknown, 0)).toBe(false);
      await open()
        .note(unknown, false)
        .catch(() => undefined);
      expect(await open().read(unknown)).toBeNull();
    });
  });
}
