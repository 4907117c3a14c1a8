// How far each tier is, from what a run tells of its tiers, its sends and its outcomes.

import { describe, expect, it } from 'vitest';
import { TierFigures } from '../../lib/run/tier-figures.ts';

const up = { kind: 'tier', direction: 'up' } as const;
const down = { kind: 'tier', direction: 'down' } as const;

describe('the figures of tiers', () => {
  it('are none of a run that tells of none', () => {
    const figures = new TierFigures();
    figures.sent('main/1', 'start');
    figures.settled('main/1', 'start');
    expect(figures.progress).toEqual([]);
  });

  it('follow a tier from waiting to settled', () => {
    const figures = new TierFigures();
    const now = () => figures.progress[0];
    figures.tell({ ...up, tier: 1, state: 'waiting', vms: 2, why: 'tier 0 to be settled' });
    const base = { direction: 'up', tier: 1, planned: 2, sent: 0, settled: 0, open: 0, waitingFor: null };
    expect(now()).toEqual({ ...base, state: 'waiting', waitingFor: 'tier 0 to be settled' });
    figures.tell({ ...up, tier: 1, state: 'open', vms: 2 });
    expect(now()).toEqual({ ...base, state: 'sending' });
    figures.sent('main/1', 'start');
    expect(now()).toEqual({ ...base, state: 'sending', sent: 1, open: 1 });
    figures.sent('main/2', 'start');
    expect(now()).toEqual({ ...base, state: 'settling', sent: 2, open: 2 });
    figures.settled('main/1', 'start');
    expect(now()).toEqual({ ...base, state: 'settling', sent: 2, settled: 1, open: 1 });
    figures.settled('main/2', 'start');
    figures.tell({ ...up, tier: 1, state: 'settled', vms: 2 });
    expect(now()).toEqual({ ...base, state: 'settled', sent: 2, settled: 2 });
  });

  it('count a VM once, however often it is sent to', () => {
    const figures = new TierFigures();
    figures.tell({ ...down, tier: 0, state: 'open', vms: 3 });
    figures.sent('main/1', 'shutdown');
    figures.sent('main/1', 'power_off');
    figures.settled('main/1', 'shutdown');
    figures.settled('main/1', 'shutdown');
    expect(figures.progress).toMatchObject([{ sent: 1, settled: 1, open: 0, state: 'sending' }]);
  });

  it('call a tier skipped that is left alone, and say why', () => {
    const figures = new TierFigures();
    figures.tell({ ...up, tier: 1, state: 'waiting', vms: 4, why: 'tier 0 to be settled' });
    figures.tell({ ...up, tier: 1, state: 'stopped', vms: 4, why: 'vm 8 of tier 0 failed' });
    figures.settled('main/9', 'start');
    expect(figures.progress).toEqual([
      {
        direction: 'up',
        tier: 1,
        planned: 4,
        sent: 0,
        settled: 0,
        open: 0,
        state: 'skipped',
        waitingFor: 'vm 8 of tier 0 failed',
      },
    ]);
  });

  it('give each send and outcome to the tier that is open in its direction, and to no other', () => {
    const figures = new TierFigures();
    figures.tell({ ...up, tier: 0, state: 'open', vms: 2 });
    figures.tell({ ...down, tier: 0, state: 'open', vms: 1 });
    figures.sent('main/1', 'start');
    figures.sent('main/8', 'shutdown');
    figures.settled('main/8', 'shutdown');
    figures.settled('main/9', null);
    figures.tell({ ...down, tier: 0, state: 'settled', vms: 1 });
    // Nothing is open that way any more.
    figures.sent('main/7', 'power_off');
    figures.settled('main/7', 'power_off');
    figures.tell({ ...up, tier: 0, state: 'settled', vms: 2 });
    figures.tell({ ...up, tier: 1, state: 'open', vms: 5 });
    figures.sent('main/2', 'start');
    const of = (direction: string, tier: number) =>
      figures.progress.find((one) => one.direction === direction && one.tier === tier);
    expect(of('up', 0)).toMatchObject({ planned: 2, sent: 1, settled: 0, open: 1, state: 'settled' });
    expect(of('down', 0)).toMatchObject({ planned: 1, sent: 1, settled: 1, open: 0 });
    expect(of('up', 1)).toMatchObject({ planned: 5, sent: 1, settled: 0, open: 1 });
  });

  it('stay with the open tier when another one of its direction is only waiting or stopped', () => {
    const figures = new TierFigures();
    figures.tell({ ...up, tier: 0, state: 'open', vms: 1 });
    figures.tell({ ...up, tier: 1, state: 'waiting', vms: 1 });
    figures.tell({ ...up, tier: 2, state: 'stopped', vms: 1, why: 'x' });
    figures.sent('main/1', 'start');
    expect(figures.progress.map(({ tier, sent }) => [tier, sent])).toEqual([
      [0, 1],
      [1, 0],
      [2, 0],
    ]);
  });

  it('are in the order in which the tiers were first told of', () => {
    const figures = new TierFigures();
    figures.tell({ ...down, tier: 2, state: 'waiting', vms: 1 });
    figures.tell({ ...down, tier: 1, state: 'waiting', vms: 1 });
    figures.tell({ ...down, tier: 2, state: 'open', vms: 1 });
    expect(figures.progress.map(({ tier }) => tier)).toEqual([2, 1]);
  });
});
