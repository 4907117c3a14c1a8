// What is left to say when the run was stopped, its time was over, or we made a mistake.

import { describe, expect, it } from 'vitest';
import {
  broken,
  type HandedBack,
  handedBack,
  handedOver,
  looked,
  stopped,
  superseded,
  timedOut,
} from '../../../lib/core/pursuit.ts';
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

  it.each([
    ['nothing was sent to it', due(), ''],
    ['something was', sent(), ' after this run had sent to it'],
    ['its POST is out', handedOver(due()), ' after this run had sent to it'],
  ])('is left to a newer request, and says whether anything was sent before: %s', (_what, open, after) => {
    const reason = `a newer request has taken it over${after}: nothing more is sent by this run`;
    expect(endOf(superseded(open, 7_000))).toEqual(['skipped', 'superseded', reason]);
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
    for (const [open, attempts] of [
      [due(), 0],
      // Its POST may be out.
      [handedOver(due()), 1],
      [handedOver({ ...due(), attempts: 2 }), 3],
      [look(sent(), 'stopping', 20), 1],
    ] as const) {
      const end = ['unknown', 'no-sight', `time is up; last seen ${open.power}`];
      const over = timedOut(open, 'time is up', 30_000);
      expect([endOf(over), over.outcome?.attempts]).toEqual([end, attempts]);
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

const nextTurn: HandedBack = { later: 'next turn', why: 'the process was about to end', posts: 0 };

describe('a pursuit that could not be sent to before its process ended', () => {
  it('is due as before', () => {
    expect(handedBack(handedOver(due()), nextTurn, 20_000)).toEqual(due());
    const again = { ...sent('unknown'), phase: 'due' } as const;
    expect(handedBack(handedOver(again), nextTurn, 20_000)).toEqual(again);
  });

  it('keeps count of what had left all the same, and its patience from then on', () => {
    const back = handedBack(handedOver(due()), { ...nextTurn, posts: 2 }, 20_000);
    expect(back).toEqual({ ...due(), attempts: 2, patienceFrom: 20_000 });
    const again = handedBack(handedOver(back), { ...nextTurn, posts: 1 }, 30_000);
    expect(again).toEqual({ ...due(), attempts: 3, patienceFrom: 20_000 });
  });

  it('is as it was when it is not on its way any more', () => {
    const ended = look(sent(), 'off', 20);
    for (const other of [sent(), booting(), due(), ended])
      expect(handedBack(other, { ...nextTurn, posts: 1 }, 9e6)).toBe(other);
  });
});

describe('a pursuit that could not be sent to because nobody knew whose it is', () => {
  const nextLook: HandedBack = { later: 'next look', why: 'the table is slow', posts: 0 };
  const { patienceMs } = policy.shutdown;

  it('is due again half a minute later, with its patience from the first time on', () => {
    const back = handedBack(handedOver(due()), nextLook, 20_000);
    expect(back).toEqual({ ...due(), patienceFrom: 20_000, notBefore: 50_000 });
    const again = handedBack(handedOver(back), nextLook, 19_999 + patienceMs);
    expect(again).toEqual({ ...back, notBefore: 49_999 + patienceMs });
  });

  it('has failed when patience is over and a look shows it where it was, with the reason', () => {
    const over = handedBack(handedOver({ ...due(), patienceFrom: 20_000 }), nextLook, 20_000 + patienceMs);
    expect([over.phase, over.outcome]).toEqual(['settling', null]);
    const still = looked(over, 'on', { at: 20_000 + patienceMs, graceMs: 0 });
    const reason = 'still running when patience was over (the table is slow)';
    expect([endOf(still), still.outcome?.attempts]).toEqual([['failed', 'still', reason], 0]);
    const off = looked(over, 'off', { at: 20_000 + patienceMs, graceMs: 0 });
    expect(endOf(off)).toEqual(['unchanged', 'already', 'it became off without anything being sent']);
  });

  it('keeps the answer it has: that says more', () => {
    const again = { ...sent('unknown'), phase: 'due', patienceFrom: 0 } as const;
    expect(handedBack(handedOver(again), nextLook, patienceMs)).toEqual({
      ...again,
      phase: 'settling',
      notBefore: 30_000 + patienceMs,
    });
  });

  it('has failed at once when patience is over where no look could prove anything', () => {
    const reboot = { ...pursue('reboot', 'on'), patienceFrom: 20_000 };
    const over = handedBack(handedOver(reboot), nextLook, 20_000 + reboot.policy.patienceMs);
    const reason = 'it was on when patience was over, and could not be sent to: the table is slow';
    expect([endOf(over), over.outcome?.attempts]).toEqual([['failed', 'still', reason], 0]);
  });
});
