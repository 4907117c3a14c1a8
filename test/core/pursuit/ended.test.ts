// What is left to say when the run was stopped, its time was over, or we made a mistake.

import { describe, expect, it } from 'vitest';
import { broken, handedBack, handedOver, stopped, timedOut } from '../../../lib/core/pursuit.ts';
import { allowing, booting, due, endOf, escalating, look, pursue, sent, stopping } from '../../fixtures/pursuit.ts';
import { policy } from '../../fixtures/world.ts';

describe('a pursuit that is ended from outside', () => {
  it('ends as skipped when the run is stopped before anything was sent', () => {
    for (const open of [due(), booting(), stopping()]) {
      expect(endOf(stopped(open, 7_000))).toEqual([
        'skipped',
        'interrupted',
        'the run was stopped before anything was sent to it',
      ]);
    }
  });

  it('is only looked at once the run is stopped: nothing is sent again, nothing forced', () => {
    const open = { ...sent(), mayEscalate: true };
    for (const phase of ['settling', 'due'] as const) {
      expect(stopped({ ...open, phase }, 20_000)).toEqual({
        ...open,
        phase: 'settling',
        mayEscalate: false,
        policy: { ...policy.shutdown, resends: -1 },
      });
    }
    expect(look(stopped(open, 20_000), 'on', 200).phase).toBe('settling');
    expect(look(stopped({ ...open, sends: 0 }, 20_000), 'on', 200).phase).toBe('settling');
    expect(endOf(look(stopped(open, 20_000), 'off', 25))).toContain('seen');
  });

  it('that is being sent keeps its way, without leave to force', () => {
    const open = handedOver(pursue('shutdown', 'on', escalating, allowing));
    expect(stopped(open, 5_000)).toEqual({ ...open, mayEscalate: false });
  });

  it('is unknown when the time of the run is over, with what was last seen', () => {
    for (const open of [due(), handedOver(due()), look(sent(), 'stopping', 20)]) {
      const end = ['unknown', 'no-sight', `time is up; last seen ${open.power}`];
      expect(endOf(timedOut(open, 'time is up', 30_000))).toEqual(end);
    }
  });

  it('is unknown after a mistake of ours, which is to be reported', () => {
    expect(endOf(broken(due(), 'TypeError', 1_000))).toEqual([
      'unknown',
      'bug',
      'a mistake of ours: TypeError; please report it',
    ]);
  });

  it('keeps the end it has', () => {
    const done = sent('gone');
    expect(stopped(done, 1)).toEqual(done);
    expect(timedOut(done, 'x', 1)).toBe(done);
  });
});

describe('a pursuit whose turn never came before its process ended', () => {
  it('is due as before', () => {
    expect(handedBack(handedOver(due()))).toEqual(due());
    const again = { ...sent('unknown'), phase: 'due' } as const;
    expect(handedBack(handedOver(again))).toEqual(again);
  });

  it('is as it was when it is not on its way any more', () => {
    const ended = look(sent(), 'off', 20);
    for (const other of [sent(), booting(), due(), ended]) expect(handedBack(other)).toBe(other);
  });
});
