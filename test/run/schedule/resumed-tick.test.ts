// A tick's run that is killed at every operation and taken up again: each boundary is acted on once, and marked.
// Its own marks, found by the next turn, are nobody else's.

import { describe, expect, it } from 'vitest';
import { type Ends, type Moment, moments } from '../../fakes/resuming-engine.ts';
import { scheduleSettings } from '../../fixtures/world.ts';
import { tickScene } from './ticking.ts';

const day = Date.UTC(2026, 10, 24);
const noon = day + 12 * 3_600_000;
const evening = day + 18 * 3_600_000;

/** A day whose evening's run is killed; the names of that run's operations. */
async function killedAt(nth: number, moment: Moment) {
  const names: string[] = [];
  let isEvening = false;
  const ends: Ends = (operation, when) => {
    if (!isEvening) return false;
    if (when === 'begun' && operation.turn === 1) names.push(operation.name);
    return operation.turn === 1 && operation.nth === nth && when === moment;
  };
  const office = (id: string, hours: string, state: string) => ({ id, state, description: `[schedule="${hours}"]` });
  const fleet = [
    office('1', '08:00-18:00', 'running'),
    office('2', '08:00-18:00', 'running'),
    // A start beside the two stops, so that the run has two courses.
    office('3', '18:00-23:00', 'shutoff'),
  ];
  const stage = await tickScene(fleet, noon, {}, scheduleSettings, ends);
  await stage.tick();
  await stage.until(evening);
  isEvening = true;
  await stage.tick();
  await stage.until(evening + 300_000);
  const next = await stage.tick();
  return { stage, names, next };
}

describe("a tick's run", () => {
  it('consists of these operations', async () => {
    const { names } = await killedAt(0, 'begun');
    expect(names).toEqual(
      expect.arrayContaining(['claim', 'list', 'state', 'mark', 'lease', 'order', 'settle-marks', 'keep']),
    );
  });

  it.each(moments)('acts once on each boundary wherever an operation ends its process: %s', async (moment) => {
    const { names } = await killedAt(0, moment);
    for (let nth = 1; nth <= names.length; nth += 1) {
      const { stage, next } = await killedAt(nth, moment);
      const where = `${names[nth - 1]} ${moment}`;
      const powers = ['1', '2', '3'].map((id) => stage.cloud.vm(id).state);
      expect([where, powers]).toEqual([where, ['shutoff', 'shutoff', 'running']]);
      const outcomes = stage.reports.at(-1)?.outcomes.map(({ vm, result }) => [vm, result]);
      expect([where, outcomes]).toEqual([where, ['1', '2', '3'].map((vm) => [vm, 'succeeded'])]);
      expect([where, stage.cloud.sent.map(({ id }) => id).toSorted()]).toEqual([where, ['1', '2', '3']]);
      expect([where, next.launched]).toEqual([where, null]);
      expect(stage.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
    }
  });
});
