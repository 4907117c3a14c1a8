// power plan --savings: hours and money, reckoned by hand here.

import { describe, expect, it } from 'vitest';
import { outlook } from '../../../lib/run/schedule/outlook.ts';
import { type Prices, savings } from '../../../lib/run/schedule/savings.ts';
import type { FakeVm } from '../../fakes/vm-cloud.ts';
import { at, keptOverride, noon, planScene } from './planning.ts';

const prices: Prices = {
  currency: 'DZD',
  sizes: { small: { hourly: 2, stopped: 0.5 }, large: { hourly: 10, stopped: 0 } },
};

/** From Monday noon to Tuesday noon unless said otherwise, of the scene's fleet. */
async function saved(vms: readonly FakeVm[], given: Prices | null, toMs = at('24T12:00'), fromMs = noon) {
  const ahead = await outlook({ select: null, ids: null, fromMs, toMs }, planScene(vms).world);
  return savings(ahead, given, fromMs, toMs);
}

const office = (id: string, size: string) => ({ id, size, description: '[schedule=office]' });

describe('savings in hours', () => {
  it.each<[string, string, string, string, number]>([
    ['a night', 'office', '23T12:00', '24T12:00', 14],
    ['a night from its middle on', 'office', '24T00:00', '24T12:00', 8],
    ['a night until its middle', 'office', '23T12:00', '24T00:00', 6],
    ['a weekend', 'office', '27T18:00', '30T08:00', 62],
    ['a day', 'office', '23T09:00', '23T17:00', 0],
    ['always', 'always off', '23T09:00', '23T17:00', 8],
    ['never', 'always on', '23T09:00', '23T17:00', 0],
    ['from a stop to a start', '08:00-; -19:00', '23T12:00', '24T12:00', 13],
    ['from a stop on', '08:00-; -19:00', '23T12:00', '24T00:00', 5],
    ['only after stops, which nobody knows the length of', '-19:00', '23T12:00', '25T12:00', 0],
    ['never, by starts alone', '08:00-', '23T12:00', '25T12:00', 0],
  ])('count what is wanted off: %s', async (_name, schedule, from, to, offHours) => {
    const vm = { id: '8', description: `[schedule="${schedule}"]` };
    const result = await saved([vm], null, at(to), at(from));
    expect(result.offHours).toBe(offHours);
    expect(result.hours).toBe((at(to) - at(from)) / 3_600_000);
  });

  it('are summed, with the share of all hours', async () => {
    const vms = [office('8', 'small'), { id: '9' }, { id: '10', description: '[schedule=office] [protected]' }];
    const result = await saved(vms, null);
    expect(result).toMatchObject({ hours: 72, offHours: 14, offShare: 14 / 72, money: null, unpricedSizes: [] });
    expect(result.vms.map(({ vm, hours, offHours, money }) => [vm.id, hours, offHours, money])).toEqual([
      ['8', 24, 14, null],
      ['9', 24, 0, null],
      ['10', 24, 0, null],
    ]);
  });

  it('leave out VMs at fault', async () => {
    expect((await saved([{ id: '8', description: '[schedule=ofice]' }], prices)).vms).toEqual([]);
  });

  it('of nobody are no share of anything', async () => {
    expect(await saved([], prices)).toMatchObject({ hours: 0, offHours: 0, offShare: 0, money: { saved: 0 } });
  });

  it('count overrides', async () => {
    const { world } = planScene([office('8', 'small')]);
    await world.state.putOverride(keptOverride());
    const toMs = at('24T12:00');
    const ahead = await outlook({ select: null, ids: null, fromMs: noon, toMs }, world);
    expect(savings(ahead, null, noon, toMs).offHours).toBe(12);
  });
});

describe('savings in money', () => {
  it('are the running price less what a stopped VM still costs', async () => {
    const result = await saved([office('8', 'small'), office('9', 'large')], prices);
    expect(result.vms.map(({ money }) => money)).toEqual([
      { alwaysOn: 48, asScheduled: 27, saved: 21 },
      { alwaysOn: 240, asScheduled: 100, saved: 140 },
    ]);
    expect(result.money).toEqual({ currency: 'DZD', alwaysOn: 288, asScheduled: 127, saved: 161 });
    expect(result.unpricedSizes).toEqual([]);
  });

  it('leave out VMs whose size has no price, and name the sizes', async () => {
    const vms = [office('8', 'small'), office('9', 'xl'), office('10', 'constructor'), office('11', 'xl')];
    const result = await saved(vms, prices);
    expect(result.money).toEqual({ currency: 'DZD', alwaysOn: 48, asScheduled: 27, saved: 21 });
    expect(result.vms.map(({ money }) => money === null)).toEqual([false, true, true, true]);
    expect(result.unpricedSizes).toEqual(['constructor', 'xl']);
    expect(result.offHours).toBe(56);
  });
});
