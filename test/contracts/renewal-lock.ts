// What every RenewalLock promises, in memory and in the table.
// One process renews at a time; one that is dead keeps nobody waiting for long; a note outlasts its lock.

import { describe, expect, it } from 'vitest';
import { lockMs, type Renewal, type RenewalLock } from '../../lib/aws/oauth/renewal-lock.ts';
import { FakeClock } from '../fakes/clock.ts';

const note: Renewal = { base: 'v1', from: 'v1', to: 'v2', at: 1_767_225_600_000, isRefused: false };

export function renewalLockContract(name: string, make: (clock: FakeClock) => RenewalLock): void {
  describe(`the lock of renewals ${name}`, () => {
    const setUp = () => {
      const clock = new FakeClock();
      const lock = make(clock);
      return { lock, pass: (ms: number) => clock.run(clock.sleep(ms)) };
    };
    let nth = 0;
    const newArn = () => `arn:${nth++}`;

    it('is held by one at a time, for each secret its own', async () => {
      const { lock } = setUp();
      const arn = newArn();
      const held = await lock.take(arn);
      expect(held).not.toBeNull();
      expect(await lock.take(arn)).toBeNull();
      expect(await lock.take(newArn())).not.toBeNull();
      expect(await held?.release()).toBe(true);
      expect(await lock.take(arn)).not.toBeNull();
    });

    it('lapses by itself, after which its holder has lost it', async () => {
      const { lock, pass } = setUp();
      const arn = newArn();
      const dead = await lock.take(arn);
      await pass(lockMs - 1);
      expect(await lock.take(arn)).toBeNull();
      await pass(1);
      const heir = await lock.take(arn);
      expect(heir).not.toBeNull();
      expect(await dead?.note(note)).toBe(false);
      expect(await dead?.release()).toBe(false);
      expect(await lock.last(arn)).toBeNull();
      expect(await lock.take(arn)).toBeNull();
    });

    it('is held for another while by a note', async () => {
      const { lock, pass } = setUp();
      const arn = newArn();
      const held = await lock.take(arn);
      await pass(lockMs - 1);
      expect(await held?.note(note)).toBe(true);
      await pass(lockMs - 1);
      expect(await lock.take(arn)).toBeNull();
    });

    it('is held for another while by who says so, and noted to nobody', async () => {
      const { lock, pass } = setUp();
      const arn = newArn();
      const held = await lock.take(arn);
      await held?.note(note);
      await pass(lockMs - 1);
      expect(await held?.extend()).toBe(true);
      await pass(lockMs - 1);
      expect(await lock.take(arn)).toBeNull();
      expect(await lock.last(arn)).toEqual(note);
      await pass(1);
      expect(await lock.take(arn)).not.toBeNull();
      expect(await held?.extend()).toBe(false);
    });

    it('tells the last note, also after it was given back and taken again', async () => {
      const { lock } = setUp();
      const arn = newArn();
      expect(await lock.last(arn)).toBeNull();
      const held = await lock.take(arn);
      expect(await lock.last(arn)).toBeNull();
      await held?.note(note);
      const second = { ...note, from: 'v2', to: 'v3', isRefused: true };
      expect(await lock.last(arn)).toEqual(note);
      await held?.note(second);
      await held?.release();
      await lock.take(arn);
      expect(await lock.last(arn)).toEqual(second);
    });
  });
}
