// Warnings of scheduled stops, on real ticks in virtual time: of whom, when, once, and what the link then does.

import { describe, expect, it } from 'vitest';
import { PowerError } from '../../../lib/core/errors.ts';
import type { Figure } from '../../../lib/core/metric.ts';
import type { Notice } from '../../../lib/core/notice.ts';
import { makeSchedules } from '../../../lib/core/schedule/schedules.ts';
import { vmId } from '../../../lib/openscaler/vm-id.ts';
import type { Delivered } from '../../../lib/ports.ts';
import { readKeepToken } from '../../../lib/run/notify/keep-link.ts';
import { stopsAhead } from '../../../lib/run/notify/stops-ahead.ts';
import { mostShown, type WarnWorld, warnOfStops } from '../../../lib/run/notify/warn.ts';
import { makeKnownOverride } from '../../../lib/run/schedule/overrides.ts';
import { MemoryStopWarnings } from '../../fakes/stop-warnings.ts';
import type { FakeVm } from '../../fakes/vm-cloud.ts';
import { scheduleSettings } from '../../fixtures/world.ts';
import { tickScene } from '../schedule/ticking.ts';

const day = Date.UTC(2026, 10, 24); // a Tuesday
const at = (time: string) => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return day + (hours * 60 + minutes) * 60_000;
};
const schedules = makeSchedules({ names: new Map(), calendars: new Map(), zone: 'UTC' }, scheduleSettings);
const office = (id: string, more: Partial<FakeVm> = {}) => ({
  id,
  state: 'running',
  description: '[schedule="08:00-18:00"]',
  ...more,
});
const keys = ['k'.repeat(64)];
const policy = { beforeMs: 1_800_000, keepMs: 7_200_000, quota: 1 };

/** Ticks that warn, as the deployed one does; `deliver` says how sending goes. */
async function stage(fleet: readonly FakeVm[], more: Partial<WarnWorld> = {}) {
  const scene = await tickScene(fleet, at('12:00'));
  await scene.tick();
  const told: Notice[] = [];
  const unsent: Figure[] = [];
  let delivered: Delivered | PowerError = { isSent: true };
  const world: WarnWorld = {
    clock: scene.clock,
    log: scene.log,
    warnings: new MemoryStopWarnings(scene.clock),
    messenger: {
      send: async (notice) => {
        if (delivered instanceof PowerError) throw delivered;
        if (delivered.isSent) told.push(notice);
        return delivered;
      },
    },
    policy,
    zone: 'Africa/Algiers',
    linkBase: 'https://api.example.org/v1/keep',
    keys: async () => keys,
    emit: async (figures) => void unsent.push(...figures),
    ...more,
  };
  const look = async () => {
    const { judgements, state } = await scene.tick();
    return stopsAhead(judgements, state, schedules, { now: scene.clock.now(), beforeMs: policy.beforeMs });
  };
  const warn = async () => warnOfStops(await look(), world);
  const deliver = (how: Delivered | PowerError) => {
    delivered = how;
  };
  const stops = async () => (await look()).map(({ stopMs, vms }) => [stopMs, vms.map(({ id }) => id)]);
  return { ...scene, told, unsent, world, warn, look, stops, deliver };
}

describe('the stops ahead', () => {
  it('are those of VMs that are on, from so long before to the stop itself', async () => {
    const { until, stops } = await stage([office('2'), office('1'), office('3', { state: 'shutoff' })]);
    await until(at('17:30') - 1);
    expect(await stops()).toEqual([]);
    await until(at('17:30'));
    expect(await stops()).toEqual([[at('18:00'), ['1', '2']]]);
    await until(at('18:00') - 1);
    expect(await stops()).toEqual([[at('18:00'), ['1', '2']]]);
    await until(at('18:00'));
    expect(await stops()).toEqual([]);
  });

  it('are none of VMs without schedule, protected, at fault, or kept on', async () => {
    const fleet = [
      office('1', { description: '[env=dev]' }),
      office('2', { description: '[schedule="08:00-18:00" protected]' }),
      office('3', { description: '[schedule="08:00-28:00"]' }),
      office('4', { description: '[schedule="08:00-18:00" keep-on-until="2026-11-24T19:00Z"]' }),
      office('5'),
    ];
    const { until, stops, state, clock } = await stage(fleet);
    const override = { id: 'o', keep: 'on', reason: 'r', by: 'b', keys: ['main/5'], endMs: at('18:10') } as const;
    await makeKnownOverride(override, { clock, state, maxDurationMs: 86_400_000 });
    await until(at('17:30'));
    expect(await stops()).toEqual([]);
    // Then the override's end is what stops it.
    await until(at('17:40'));
    expect(await stops()).toEqual([[at('18:10'), ['5']]]);
  });

  it('come the next one first, each VM at its first', async () => {
    const fleet = [
      office('1', { description: '[schedule="08:00-17:50"]' }),
      office('2', { description: '[schedule="08:00-17:40,17:45-17:50"]' }),
      office('3', { description: '[schedule="08:00-18:01"]' }),
      // On by hand, before its schedule starts it.
      office('4', { description: '[schedule="17:45-17:55"]' }),
    ];
    const { until, stops } = await stage(fleet);
    await until(at('17:30'));
    expect(await stops()).toEqual([
      [at('17:40'), ['2']],
      [at('17:50'), ['1']],
      [at('17:55'), ['4']],
    ]);
  });
});

describe('a warning', () => {
  it('names the VMs, the stop, and a link to it that is good for nothing else', async () => {
    const { until, warn, told } = await stage([office('1', { name: 'db\u202e<b>' }), office('2')]);
    await until(at('17:30'));
    expect(await warn()).toBe(1);
    const [notice] = told;
    expect(notice).toEqual({
      id: `stop-ahead/${at('18:00')}`,
      type: 'stop.ahead',
      at: at('17:30'),
      title: '2 VMs will be stopped in 30 min, at Tue 19:00 (Africa/Algiers)',
      text: 'The link below shows what it will do and asks first. It works until the stop, and keeps all of them on until Tue 21:00 (Africa/Algiers).',
      vms: [
        { key: 'main/1', name: 'db\\u{202e}<b>', note: '' },
        { key: 'main/2', name: 'vm-2', note: '' },
      ],
      more: 0,
      unlisted: [],
      link: {
        label: 'Keep on for 2h longer',
        url: expect.stringMatching(/^https:\/\/api\.example\.org\/v1\/keep\/k1\./),
      },
      facts: { stop: '2026-11-24T18:00:00.000Z', keptUntil: '2026-11-24T20:00:00.000Z', count: 2 },
    });
    expect(readKeepToken(notice?.link?.url.split('/').at(-1) ?? '', keys)).toEqual({ stopMs: at('18:00'), nth: 0 });
  });

  it('comes once, whatever the number of ticks, and of those that overlap', async () => {
    const { until, warn, look, told, world } = await stage([office('1')]);
    await until(at('17:30'));
    const stops = await look();
    const warned = await Promise.all([1, 2, 3].map(() => warnOfStops(stops, world)));
    expect(warned.toSorted()).toEqual([0, 0, 1]);
    for (const time of ['17:35', '17:40', '17:55']) {
      await until(at(time));
      expect(await warn()).toBe(0);
    }
    expect(told).toHaveLength(1);
  });

  it('comes for each stop, once more the next evening', async () => {
    const { until, warn, told } = await stage([office('1'), office('2', { description: '[schedule="08:00-17:45"]' })]);
    await until(at('17:30'));
    expect(await warn()).toBe(2);
    await until(at('18:05'));
    expect(await warn()).toBe(0);
    // Which starts them again.
    await until(at('32:00'));
    expect(await warn()).toBe(0);
    await until(at('41:30'));
    expect(await warn()).toBe(2);
    expect(told.map(({ facts }) => facts.stop)).toEqual([
      '2026-11-24T17:45:00.000Z',
      '2026-11-24T18:00:00.000Z',
      '2026-11-25T17:45:00.000Z',
      '2026-11-25T18:00:00.000Z',
    ]);
  });

  it('that could not be sent is tried again by the next tick, and says so in the log', async () => {
    const { until, warn, told, unsent: counted, deliver, log } = await stage([office('1')]);
    await until(at('17:30'));
    deliver({ isSent: false, why: 'it answered 503' });
    expect(await warn()).toBe(0);
    const unsent = 'nobody could be warned of a scheduled stop; the next tick tries again';
    expect(log.lines.at(-1)).toMatchObject({
      level: 'error',
      message: unsent,
      fields: { stop: '2026-11-24T18:00:00.000Z', vms: 1, why: 'it answered 503' },
    });
    deliver(new PowerError('secret', 'the secret is away'));
    expect(await warn()).toBe(0);
    expect(log.lines.slice(-2)).toMatchObject([
      {
        message: 'the secret of notifications, or of their links, cannot be used',
        fields: { error: { code: 'secret' } },
      },
      { message: unsent, fields: { why: 'its secret cannot be used' } },
    ]);
    expect(counted.map(({ name }) => name)).toEqual(['MessagesUnsent', 'MessagesUnsent']);
    deliver({ isSent: true });
    expect(await warn()).toBe(1);
    expect(counted).toHaveLength(2);
    expect(log.lines.at(-1)).toMatchObject({ level: 'info', message: 'people were warned of a scheduled stop' });
    expect([await warn(), told.length]).toEqual([0, 1]);
  });

  it('never ends the tick, whatever the table does', async () => {
    const warnings = new MemoryStopWarnings({ now: () => 0 });
    warnings.claim = async () => {
      throw new PowerError('aws', 'the table is away');
    };
    const { until, warn, unsent, log } = await stage([office('1')], { warnings });
    await until(at('17:30'));
    expect(await warn()).toBe(0);
    expect(log.lines.at(-1)).toMatchObject({
      level: 'error',
      message: 'a warning could not be noted and is not sent; the next tick tries again',
      fields: { vms: 1, error: { code: 'aws' } },
    });
    expect(unsent).toMatchObject([{ name: 'MessagesUnsent' }]);
  });

  it('that cannot be made, for want of what signs its link, is counted as one that nobody got', async () => {
    const keys = () => Promise.reject(new PowerError('secret', 'denied'));
    const { until, warn, unsent } = await stage([office('1')], { keys });
    await until(at('17:30'));
    expect([await warn(), unsent]).toMatchObject([0, [{ name: 'MessagesUnsent', value: 1 }]]);
  });

  it('whose tick was ended in its middle is sent by a later one', async () => {
    const { until, warn, look, told, world } = await stage([office('1')]);
    await until(at('17:30'));
    const messenger = { send: () => new Promise<never>(() => {}) };
    void warnOfStops(await look(), { ...world, messenger });
    await until(at('17:35'));
    expect([await warn(), told.length]).toEqual([1, 1]);
    await until(at('17:40'));
    expect([await warn(), told.length]).toEqual([0, 1]);
  });

  it('of which it could not be noted how it went is sent again, rather than not at all', async () => {
    const { until, warn, log, world, told } = await stage([office('1')]);
    const note = world.warnings.note.bind(world.warnings);
    world.warnings.note = async () => {
      throw new PowerError('aws', 'the table is away');
    };
    await until(at('17:30'));
    expect(await warn()).toBe(1);
    expect(log.lines.at(-1)).toMatchObject({
      level: 'error',
      message: 'how the warning of a scheduled stop went could not be noted; a later tick sends it, perhaps again',
      fields: { vms: 1, error: { code: 'aws' } },
    });
    world.warnings.note = note;
    await until(at('17:35'));
    await warn();
    expect(told.map(({ id }) => id)).toEqual([`stop-ahead/${at('18:00')}`, `stop-ahead/${at('18:00')}`]);
  });

  it('of VMs that come to the stop after it follows, about them alone, with a link of its own', async () => {
    const { until, warn, told, cloud } = await stage([office('1'), office('2', { state: 'shutoff' })]);
    await until(at('17:30'));
    await warn();
    cloud.setState('2', 'running');
    await until(at('17:48'));
    expect(await warn()).toBe(1);
    expect(told[1]).toMatchObject({
      id: `stop-ahead/${at('18:00')}/1`,
      title: '1 more VM will be stopped in 12 min, at Tue 19:00 (Africa/Algiers)',
      vms: [{ key: 'main/2' }],
    });
    expect(readKeepToken(told[1]?.link?.url.split('/').at(-1) ?? '', keys)).toEqual({ stopMs: at('18:00'), nth: 1 });
    await until(at('17:50'));
    expect([await warn(), told.length]).toEqual([0, 2]);
  });

  it('without an address for links says how else to keep them on', async () => {
    const { until, warn, told } = await stage([office('1')], { linkBase: null });
    await until(at('17:30'));
    await warn();
    expect(told).toMatchObject([
      {
        title: '1 VM will be stopped in 30 min, at Tue 19:00 (Africa/Algiers)',
        link: null,
        text: expect.stringContaining('npx power keep on'),
        facts: { keptUntil: null },
      },
    ]);
  });

  it('keeps the keys of all and the names of some; of too many for the table, no key, and gives no link', async () => {
    const vms = (count: number, length = 1) =>
      Array.from({ length: count }, (_, nth) => ({ ...office(`${'x'.repeat(length)}${nth}`), name: 'n'.repeat(300) }));
    const { until, look, world, told } = await stage(vms(150));
    await until(at('17:30'));
    const [stop] = await look();
    await warnOfStops(stop === undefined ? [] : [stop], world);
    const kept = await world.warnings.read({ stopMs: at('18:00'), nth: 0 });
    expect([kept?.keys.length, kept?.shown.length, kept?.shown[0]?.name.length]).toEqual([150, mostShown, 120]);
    const [vm] = stop?.vms ?? [];
    const many = vm === undefined ? [] : Array.from({ length: 30_001 }, () => vm);
    const later = [{ stopMs: at('19:00'), vms: many }];
    await warnOfStops(later, world);
    expect((await world.warnings.read({ stopMs: at('19:00'), nth: 0 }))?.keys).toEqual([]);
    expect(told.map(({ link }) => link === null)).toEqual([false, true]);
    expect(await warnOfStops(later, world)).toBe(0);
  });

  it.each(['\u0001', '\u4e16', '\ud800', '"'])(
    'fits into an item of the table, whatever VMs are called (%j)',
    async (text) => {
      const { until, look, world } = await stage([{ ...office('1'), name: text.repeat(5000) }]);
      await until(at('17:30'));
      const [stop] = await look();
      // As many as still fit with their keys.
      const vms = (stop?.vms ?? []).flatMap((vm) =>
        Array.from({ length: 10_000 }, (_, nth) => ({ ...vm, id: vmId(`a-long-id-${10_000 + nth}`) })),
      );
      await warnOfStops([{ stopMs: at('19:00'), vms }], world);
      const kept = await world.warnings.read({ stopMs: at('19:00'), nth: 0 });
      expect(kept?.keys).toHaveLength(10_000);
      expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThan(390_000);
    },
  );

  it('is of five stops at once, the others at the next tick', async () => {
    const fleet = Array.from({ length: 7 }, (_, nth) =>
      office(String(nth), { description: `[schedule="08:00-17:4${nth}"]` }),
    );
    const { until, warn } = await stage(fleet);
    await until(at('17:30'));
    const counts = [await warn()];
    await until(at('17:35'));
    counts.push(await warn(), await warn());
    expect(counts).toEqual([5, 2, 0]);
  });
});

describe('what a link makes', () => {
  it('puts the stop off: the VM stays on, is warned of again, and is stopped in the end', async () => {
    const scene = await stage([office('1')]);
    const { until, warn, tick, state, clock, cloud, told } = scene;
    await until(at('17:30'));
    await warn();
    const warned = await scene.world.warnings.read({ stopMs: at('18:00'), nth: 0 });
    const [id, keys] = ['o', warned?.keys ?? []];
    const override = { id, keep: 'on', reason: 'r', by: 'link', keys, endMs: at('20:00') } as const;
    await makeKnownOverride(override, { clock, state, maxDurationMs: 86_400_000 });
    await until(at('18:05'));
    await tick();
    expect(cloud.vm('1').state).toBe('running');
    await until(at('19:30'));
    await warn();
    expect(told.map(({ facts }) => facts.stop)).toEqual(['2026-11-24T18:00:00.000Z', '2026-11-24T20:00:00.000Z']);
    await until(at('20:00'));
    await tick();
    expect(cloud.vm('1').state).toBe('shutoff');
  });

  it('holds for a VM that was switched off meanwhile, too: it is started, as the page says', async () => {
    const { until, warn, tick, state, clock, cloud } = await stage([office('1')]);
    await until(at('17:30'));
    await warn();
    await until(at('17:40'));
    cloud.setState('1', 'shutoff');
    await tick();
    expect(cloud.vm('1').state).toBe('shutoff');
    const override = { id: 'o', keep: 'on', reason: 'r', by: 'link', keys: ['main/1'], endMs: at('20:00') } as const;
    await makeKnownOverride(override, { clock, state, maxDurationMs: 86_400_000 });
    await until(at('17:45'));
    await tick();
    expect(cloud.vm('1').state).toBe('running');
  });
});
