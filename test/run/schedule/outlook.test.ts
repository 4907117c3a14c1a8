// power plan: what schedules and overrides want of a fake fleet over a span of time.

import { describe, expect, it } from 'vitest';
import { PowerError } from '../../../lib/core/errors.ts';
import { type OutlookRequest, outlook, outlookJson } from '../../../lib/run/schedule/outlook.ts';
import { at, hourMs, keptOverride, noon, planScene } from './planning.ts';

const fleet = [
  { id: '8', description: '[schedule=office env=dev]' },
  { id: '9', description: '[env=dev]' },
  { id: '10', description: '[schedule=office env=prod] [protected]' },
  { id: '11', description: '[schedule=ofice]' },
  { id: '12', description: '[schedule="-19:00" env=prod]' },
];

const aDay: OutlookRequest = { select: null, ids: null, fromMs: noon, toMs: noon + 24 * hourMs };

async function failure(request: OutlookRequest, scene = planScene(fleet)): Promise<unknown> {
  return outlook(request, scene.world).catch((error: unknown) => error);
}

describe('an outlook', () => {
  it('has every VM with what is wanted of it at first and from then on', async () => {
    const { vms, unlisted } = await outlook(aDay, planScene(fleet).world);
    expect(vms.map(({ vm, transitions, wantedAtFrom }) => ({ id: vm.id, wantedAtFrom, transitions }))).toEqual([
      {
        id: '8',
        wantedAtFrom: 'on',
        transitions: [
          { at: at('23T18:00'), wanted: 'off' },
          { at: at('24T08:00'), wanted: 'on' },
        ],
      },
      { id: '9', wantedAtFrom: 'none', transitions: [] },
      { id: '10', wantedAtFrom: 'none', transitions: [] },
      { id: '12', wantedAtFrom: 'none', transitions: [{ at: at('23T19:00'), wanted: 'off' }] },
    ]);
    expect(vms.map(({ schedule }) => schedule !== null)).toEqual([true, false, true, true]);
    expect(unlisted).toEqual([]);
  });

  it('counts kept overrides', async () => {
    const { world } = planScene(fleet);
    await world.state.putOverride(keptOverride());
    const [first] = (await outlook({ ...aDay, ids: ['8'] }, world)).vms;
    expect(first?.transitions.map((each) => each.at)).toEqual([at('23T20:00'), at('24T08:00')]);
  });

  it('says what overrides keep, also where the schedule has moments; nothing of a protected VM', async () => {
    const { world } = planScene(fleet);
    const ends = { 'main/10': at('23T20:00'), 'main/12': at('23T20:00') };
    await world.state.putOverride(keptOverride({ startMs: noon + hourMs, ends }));
    const { vms } = await outlook({ ...aDay, ids: ['10', '12'] }, world);
    expect(vms.map(({ kept }) => kept)).toEqual([[], [{ fromMs: noon + hourMs, toMs: at('23T20:00'), keep: 'on' }]]);
  });

  it('keeps VMs at fault apart, also where they could be meant', async () => {
    const { world } = planScene(fleet);
    const idsOf = async (select: string | null) => {
      const { vms, atFault } = await outlook({ ...aDay, select }, world);
      return { vms: vms.map(({ vm }) => vm.id), atFault: atFault.map(({ id }) => id) };
    };
    expect(await idsOf(null)).toEqual({ vms: ['8', '9', '10', '12'], atFault: ['11'] });
    expect(await idsOf('env=dev')).toEqual({ vms: ['8', '9'], atFault: ['11'] });
    expect(await idsOf('schedule=office')).toEqual({ vms: ['8', '10'], atFault: [] });
  });

  it('is of the ids that the selector matches, where there are both', async () => {
    const { vms } = await outlook({ ...aDay, ids: ['8', '10'], select: 'env=prod' }, planScene(fleet).world);
    expect(vms.map(({ vm }) => vm.id)).toEqual(['10']);
  });

  it('reports the projects that could not be listed', async () => {
    const { cloud, world } = planScene(fleet);
    cloud.failList('default', new PowerError('list-failed', 'HTTP 500'));
    expect(await outlook(aDay, world)).toEqual({
      vms: [],
      atFault: [],
      unlisted: [{ account: 'main', project: 'default', reason: 'HTTP 500' }],
    });
  });

  it.each<[string, Partial<OutlookRequest>, string, string]>([
    [
      'an id in no list',
      { ids: ['8', '404', 'beta/9'] },
      'not-found',
      'there is no VM 404, beta/9: check the id, and that the configuration lists its project',
    ],
    ['an unreadable selector', { select: 'a=(' }, 'selector', ''],
    ['an end at its start', { toMs: noon }, 'request', 'from 2026-11-23T12:00:00Z to 2026-11-23T12:00:00Z'],
    ['more than 400 days', { toMs: noon + 400 * 24 * hourMs + 1 }, 'request', 'at most 400 days'],
    ['no number', { toMs: Number.NaN }, 'request', 'at most 400 days'],
  ])('is refused for %s', async (_name, changes, code, words) => {
    const error = await failure({ ...aDay, ...changes });
    expect(error).toMatchObject({ code, message: expect.stringContaining(words) });
  });

  it('names ten of many ids that are in no list', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `x${index}`);
    expect(await failure({ ...aDay, ids })).toMatchObject({ message: expect.stringContaining('x9 and 2 more') });
    expect(await failure({ ...aDay, ids: ids.slice(0, 10) })).toMatchObject({
      message: expect.stringContaining('x8, x9: check'),
    });
  });

  it('may span 400 days', async () => {
    const { vms } = await outlook({ ...aDay, toMs: noon + 400 * 24 * hourMs }, planScene(fleet).world);
    expect(vms[0]?.transitions.length).toBeGreaterThan(560);
  });
});

describe('its JSON', () => {
  it('has no transition where an override ends that nothing follows, though the outlook has', async () => {
    const { world } = planScene(fleet);
    await world.state.putOverride(keptOverride({ startMs: noon + hourMs, ends: { 'main/9': noon + 2 * hourMs } }));
    const found = await outlook({ ...aDay, ids: ['9'] }, world);
    expect(found.vms[0]?.transitions.map(({ wanted }) => wanted)).toEqual(['on', 'none']);
    expect(outlookJson(found).vms[0]?.transitions).toEqual([{ at: '2026-11-23T13:00:00Z', wanted: 'on' }]);
  });

  it('has instants in UTC, the schedule as understood, and the faults', async () => {
    const { world } = planScene(fleet);
    const json = outlookJson(await outlook({ ...aDay, ids: ['8', '9', '11'] }, world));
    expect(json).toEqual({
      vms: [
        {
          vm: '8',
          name: 'vm-8',
          account: 'main',
          project: 'default',
          schedule: expect.stringContaining('office'),
          wantedAtFrom: 'on',
          transitions: [
            { at: '2026-11-23T18:00:00Z', wanted: 'off' },
            { at: '2026-11-24T08:00:00Z', wanted: 'on' },
          ],
        },
        {
          vm: '9',
          name: 'vm-9',
          account: 'main',
          project: 'default',
          schedule: null,
          wantedAtFrom: 'none',
          transitions: [],
        },
      ],
      atFault: [
        {
          vm: '11',
          name: 'vm-11',
          account: 'main',
          project: 'default',
          faults: [expect.stringContaining('did you mean office?')],
        },
      ],
      unlisted: [],
    });
  });
});
