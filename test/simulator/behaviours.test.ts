// Every behaviour does what its name says, over real sockets, to a start as well as to a shutdown.

import { describe, expect, it } from 'vitest';
import { type BehaviourName, behaviourNames, behaviours } from '../../simulator/behaviours.ts';
import { fillQuirks } from '../../simulator/quirks.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { act, simulate, statusOf } from './calling.ts';

type Told = number | 'cut' | 'nothing';
type Effect = 'done' | 'later' | 'never';

const table: readonly [BehaviourName, Told | readonly Told[], Effect, onlyFor?: 'shutdown'][] = [
  ['prompt', 200, 'done'],
  ['slow', 200, 'done'],
  ['timeout-408-then-off', 408, 'later'],
  ['timeout-500-then-off', 500, 'later'],
  ['ignores-signal', [408, 500], 'never', 'shutdown'],
  ['ignores-first-signal', [408, 500], 'never'],
  ['gone', 200, 'done'],
  ['refuses', [403, 409], 'never'],
  ['hangs', 'nothing', 'never'],
  ['hangs-after-effect', 'nothing', 'done'],
  ['cuts-before', 'cut', 'never'],
  ['cuts-after', 'cut', 'done'],
  ['drips', 200, 'done'],
  ['redirects', 302, 'never'],
  ['bad-json', 200, 'done'],
  ['html-error', 502, 'done'],
  ['huge-body', 200, 'done'],
  ['server-error-once', 503, 'never'],
  ['accepted-but-nothing', 200, 'never'],
  ['accepted-late', 200, 'later'],
  ['stale', 200, 'done'],
  ['vanishes', 200, 'done'],
];

const byInitialState: readonly BehaviourName[] = ['booting', 'stopping-now', 'off', 'paused'];

/** The answer; for one that is to hang: that there still is none, well after the VM has heard of it and is at rest. */
async function told(simulator: Simulator, answer: Promise<number | 'cut'>, isToHang: boolean): Promise<Told> {
  if (!isToHang) return answer;
  await expect.poll(() => simulator.actionsOf('8').length, { interval: 5 }).toBe(1);
  await expect.poll(() => simulator.truth('8').isOnItsWay, { interval: 5 }).toBe(false);
  return Promise.race([answer, new Promise<'nothing'>((resolve) => setTimeout(resolve, 100, 'nothing'))]);
}

describe('a behaviour', () => {
  it('is in these tables, each of them', () => {
    expect(new Set([...table.map(([name]) => name), ...byInitialState])).toEqual(new Set(behaviourNames));
  });

  it.each(['timeout-408-then-off', 'timeout-500-then-off'] as const)(
    '%s takes longer than any call is held',
    (name) => {
      expect(behaviours[name].effectMs[0]).toBeGreaterThan(fillQuirks({}).holdMs[1]);
    },
  );

  it('slow takes less time than a call is held', () => {
    expect(behaviours.slow.effectMs[1]).toBeLessThan(fillQuirks({}).holdMs[0]);
  });

  for (const action of ['shutdown', 'start'] as const) {
    const [before, after] = action === 'shutdown' ? (['running', 'off'] as const) : (['off', 'running'] as const);
    const powerOf = { running: 'on', off: 'off' } as const;
    const cases = table.filter(([, , , onlyFor]) => onlyFor === undefined || onlyFor === action);

    it.each(cases)(`%s answers a ${action} with %s, and it is done: %s`, async (behaviour, answers, effect) => {
      // A late effect is put off further, so that a busy machine still sees the VM before it.
      const timing = effect === 'later' ? { effectMs: [800_000, 800_000] as const } : {};
      const simulator = await simulate({ fleet: [{ id: 8, name: 'a', behaviour, state: before, timing }] });
      const hung = new AbortController();
      const answer = statusOf(act(simulator, '8', action, { signal: hung.signal }).catch((error) => hungUp(error)));

      expect([answers].flat()).toContain(await told(simulator, answer, answers === 'nothing'));

      const { power, isOnItsWay } = simulator.truth('8');
      if (effect === 'done') expect(power).toBe(powerOf[after]);
      if (effect === 'never') expect({ power, isOnItsWay }).toEqual({ power: powerOf[before], isOnItsWay: false });
      if (effect === 'later') {
        expect({ isDone: power === powerOf[after], isOnItsWay }).toEqual({ isDone: false, isOnItsWay: true });
        await expect.poll(() => simulator.truth('8').power, { timeout: 5_000 }).toBe(powerOf[after]);
      }
      expect(simulator.actionsOf('8')).toEqual([action]);
      hung.abort();
    });
  }
});

/** Where a test itself hangs up on a hung call, there is no response to speak of. */
function hungUp(error: unknown): Response {
  if (error instanceof DOMException && error.name === 'AbortError') return Response.error();
  throw error;
}
