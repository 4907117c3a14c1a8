// A process that is killed while chunks of sends have not begun: the next one replays first, and sends by what it then knows.
// What a crash changes must not be who is sent to.

import { describe, expect, it } from 'vitest';
import type { Ends } from '../fakes/resuming-engine.ts';
import { status } from '../fakes/vm-cloud.ts';
import { dev, type Scene, scene } from '../fixtures/world.ts';
import { conductResumed } from './resumed.ts';

const begun = Date.UTC(2026, 0, 1);
const request = { action: 'shutdown', select: 'env=dev' };
const sends = { perStep: 1, stepsAtOnce: 2 };

/** Every POST is held for a minute, and two of them are out at once. */
function slow(count: number): Scene {
  const stage = scene(Array.from({ length: count }, (_, index) => dev(String(index + 1))));
  stage.cloud.onAct = async (vm) => {
    await stage.clock.sleep(60_000);
    stage.cloud.setState(vm.id, 'shutoff');
    return status(200);
  };
  return stage;
}

/** The first turn ends after a look for which this holds. */
const atALook =
  (isTime: () => boolean): Ends =>
  ({ name, turn }, moment) =>
    turn === 1 && moment === 'kept' && name.startsWith('look') && isTime();
const never: Ends = () => false;

describe('a chunk that had not begun when its process was killed', () => {
  it.each([false, true])(
    'is not sent to a VM that was seen in the wanted power before: killed %s',
    async (isKilled) => {
      const stage = slow(6);
      stage.cloud.becomes('5', 'shutoff', 5_000);
      stage.cloud.becomes('5', 'running', 70_000);
      const ends = isKilled ? atALook(() => stage.clock.now() > begun + 75_000) : never;
      const { report, journal } = await conductResumed(stage, request, { sends, ends });
      expect(journal.turns).toBe(isKilled ? 2 : 1);
      expect(stage.cloud.sent.filter(({ id }) => id === '5')).toEqual([]);
      expect(report.outcomes.find(({ vm }) => vm === '5')).toMatchObject({ attempts: 0 });
    },
  );

  it.each([false, true])('is not sent once it is known that the run was cancelled: killed %s', async (isKilled) => {
    const stage = slow(8);
    let heardAt = 0;
    const isCancelled = async () => {
      const is = stage.clock.now() > begun + 70_000;
      if (is && heardAt === 0) heardAt = stage.clock.now();
      return is;
    };
    const ends = isKilled ? atALook(() => heardAt > 0) : never;
    const { report, journal } = await conductResumed(stage, request, { sends, ends }, { isCancelled });
    expect(journal.turns).toBe(isKilled ? 2 : 1);
    expect(heardAt).toBeGreaterThan(0);
    expect(stage.cloud.sent.filter(({ at }) => at >= heardAt)).toEqual([]);
    const spared = report.outcomes.filter(({ code }) => code === 'interrupted');
    expect(spared.map(({ vm, attempts }) => [vm, attempts])).toEqual(['5', '6', '7', '8'].map((id) => [id, 0]));
  });
});
