// Ticks over days of virtual time: catching up, respecting people, never twice, never all night.

import { describe, expect, it } from 'vitest';
import { PowerError } from '../../../lib/core/errors.ts';
import { verdictOf } from '../../../lib/run/report.ts';
import { status } from '../../fakes/vm-cloud.ts';
import { scheduleSettings } from '../../fixtures/world.ts';
import { type TickScene, tickScene } from './ticking.ts';

const day = Date.UTC(2026, 10, 24); // a Tuesday
const at = (time: string, dayOffset = 0) => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return day + dayOffset * 86_400_000 + (hours * 60 + minutes) * 60_000;
};
const office = (id: string, state = 'running') => ({ id, state, description: '[schedule="08:00-18:00"]' });

const powers = ({ cloud }: TickScene, ...ids: string[]) => ids.map((id) => cloud.vm(id).state);

/** A scene in which every VM has been seen once, at 12:00. */
async function adopted(...vms: Parameters<typeof tickScene>[0]): Promise<TickScene> {
  const stage = await tickScene(vms, at('12:00'));
  await stage.tick();
  return stage;
}

describe('a tick', () => {
  it('stops what should be off by now, once, and starts it again in the morning', async () => {
    const stage = await adopted(office('1'), { id: '2', description: 'no schedule' });
    await stage.until(at('18:00'));
    const report = await stage.tick();
    expect(report.acting.map(({ vm, decision }) => [vm.id, decision.action])).toEqual([['1', 'shutdown']]);
    expect(powers(stage, '1', '2')).toEqual(['shutoff', 'running']);
    expect(stage.reports[0]?.run).toMatchObject({ action: null, select: null });
    expect(stage.reports[0]?.outcomes).toMatchObject([{ vm: '1', action: 'shutdown', result: 'succeeded' }]);
    await stage.until(at('18:05'));
    expect((await stage.tick()).launched).toBeNull();
    await stage.until(at('08:00', 1));
    await stage.tick();
    expect(powers(stage, '1')).toEqual(['running']);
    expect(stage.cloud.sent.map(({ action }) => action)).toEqual(['shutdown', 'start']);
  });

  it('that has nothing to do costs one list per project, one query, and no write', async () => {
    const stage = await adopted(office('1'));
    let writes = 0;
    let loads = 0;
    const { putMarks, load } = stage.state;
    stage.state.putMarks = async (changes) => {
      writes += changes.length;
      return putMarks.call(stage.state, changes);
    };
    stage.state.load = async () => {
      loads += 1;
      return load.call(stage.state);
    };
    const before = { ...stage.cloud.calls };
    await stage.until(at('12:05'));
    await stage.tick();
    expect([writes, loads]).toEqual([0, 1]);
    expect(stage.cloud.calls).toEqual({ ...before, lists: before.lists + 1 });
  });

  it('catches up however late it is', async () => {
    const stage = await adopted(office('1'));
    await stage.until(at('23:40'));
    await stage.tick();
    expect(powers(stage, '1')).toEqual(['shutoff']);
  });

  it('leaves a VM that was first seen out of hours until its next boundary', async () => {
    const stage = await tickScene([office('1')], at('21:00'));
    await stage.tick();
    await stage.until(at('21:05'));
    expect((await stage.tick()).acting).toEqual([]);
    await stage.until(at('18:00', 1));
    await stage.tick();
    expect(powers(stage, '1')).toEqual(['shutoff']);
  });

  it('acts on a VM first seen out of hours at once where the config says so', async () => {
    const stage = await tickScene([office('1')], at('21:00'), {}, { ...scheduleSettings, adopt: 'now' });
    await stage.tick();
    expect(powers(stage, '1')).toEqual(['shutoff']);
  });

  it('lets a manual start at night live until the next boundary', async () => {
    const stage = await adopted(office('1'));
    await stage.until(at('18:00'));
    await stage.tick();
    stage.cloud.setState('1', 'running');
    for (const time of ['21:00', '21:05', '23:55']) {
      await stage.until(at(time));
      expect((await stage.tick()).acting).toEqual([]);
    }
    await stage.until(at('18:00', 1));
    await stage.tick();
    expect(powers(stage, '1')).toEqual(['shutoff']);
  });

  it('delivered twice or overlapping acts once', async () => {
    const stage = await adopted(office('1'));
    await stage.until(at('18:00'));
    stage.cloud.actMs = 10_000;
    await stage.tickBeside();
    await stage.tickBeside(at('18:00'));
    await stage.tickBeside(at('18:00') + 1);
    await stage.idle();
    expect(stage.cloud.sent).toHaveLength(1);
    expect(powers(stage, '1')).toEqual(['shutoff']);
  });

  it('that is too old does nothing', async () => {
    const stage = await adopted(office('1'));
    await stage.until(at('18:30'));
    await expect(stage.tick(at('18:00'))).rejects.toMatchObject({ code: 'stale-event' });
    expect(stage.cloud.sent).toEqual([]);
  });

  it('tries again what failed, with growing pauses, and says so after the third time', async () => {
    const stage = await adopted(office('1'));
    stage.cloud.onAct = () => status(200);
    const sends: number[] = [];
    for (let minute = 0; minute <= 120; minute += 5) {
      await stage.until(at('18:00') + minute * 60_000);
      const before = stage.cloud.sent.length;
      await stage.tick();
      if (stage.cloud.sent.length > before) sends.push(minute);
    }
    const pauses = sends.slice(1).map((minute, index) => minute - (sends[index] ?? 0));
    expect(sends.length).toBeGreaterThan(2);
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    const alarms = stage.log.lines.filter(({ fields }) => fields.alarm === 'in-vain');
    expect(alarms.length).toBeGreaterThan(0);
    expect(alarms[0]?.fields.vms).toMatchObject([expect.stringContaining('main/1')]);
  });

  it('leaves a VM with an unreadable schedule alone, and names it and its fault', async () => {
    const stage = await adopted({ id: '1', description: '[schedule=never]' }, office('2'));
    await stage.until(at('18:00'));
    const report = await stage.tick();
    expect(report.atFault.map(({ id }) => id)).toEqual(['1']);
    expect(powers(stage, '1', '2')).toEqual(['running', 'shutoff']);
    const [line] = stage.log.lines.filter(({ fields }) => fields.alarm === 'tags');
    expect(String(line?.fields.vms)).toMatch(/always on.*always off/);
  });

  it('names VMs with tags whose state nobody has explained, and no others', async () => {
    const dev = { description: '[env=dev]' };
    const stage = await tickScene(
      [
        { id: '1', state: 'asleep', ...dev },
        { id: '2', state: 'paused', ...dev },
        { id: '3', state: 'asleep' },
        { id: '4', state: 'asleep', description: '[env=dev protected]' },
        { id: '5', state: 'asleep', description: '[schedule=never]' },
        { id: '6', state: 'running', ...dev },
      ],
      at('12:00'),
    );
    expect((await stage.tick()).inUnknownState.map(({ id }) => id)).toEqual(['1']);
    const [line] = stage.log.lines.filter(({ fields }) => fields.alarm === 'states');
    expect(line).toMatchObject({ level: 'error', fields: { count: 1, vms: ['main/1: asleep'] } });
  });

  it('has its run report who is left alone for a fault, once each, and launches none for that alone', async () => {
    const faulty = { description: '[schedule=never]' };
    const vms = [{ id: '1', ...faulty }, office('2'), { id: '3', description: '[protected schedule=never]' }];
    const stage = await tickScene(vms, at('12:00'), { guard: { maxVms: 500, maxShare: 0.34 } });
    expect((await stage.tick()).launched).toBeNull();
    await stage.until(at('18:00'));
    const report = await stage.tick();
    expect(report.acting.map(({ vm }) => vm.id)).toEqual(['2']);
    expect(stage.reports[0]?.outcomes).toMatchObject([
      { vm: '1', action: null, result: 'skipped', code: 'fault', reason: expect.stringContaining('always off') },
      { vm: '2', result: 'succeeded' },
    ]);
    expect(stage.reports.map(verdictOf)).toEqual(['well']);
  });

  it('leaves alone what got a fault or was protected since, and reports each once', async () => {
    const stage = await adopted(office('1'), office('2'), office('3'));
    await stage.until(at('18:00'));
    stage.delayRuns(1_000);
    await stage.tickBeside();
    stage.cloud.add('default', { id: '1', description: '[schedule=never]' });
    stage.cloud.add('default', { id: '3', description: '[protected schedule="08:00-18:00"]' });
    await stage.idle();
    expect(stage.reports[0]?.outcomes.map(({ vm, action, code }) => [vm, action, code])).toEqual([
      ['1', null, 'fault'],
      ['2', 'shutdown', 'seen'],
      ['3', null, 'protected'],
    ]);
  });

  it('leaves a protected VM alone, whatever its schedule wants', async () => {
    const stage = await adopted({ id: '1', description: '[protected] [schedule="08:00-18:00"]' });
    await stage.until(at('18:00'));
    expect((await stage.tick()).acting).toEqual([]);
  });

  it('leaves a project that cannot be listed alone, and catches up when it can', async () => {
    const stage = await adopted(office('1'));
    await stage.until(at('18:00'));
    stage.cloud.failList('default', new PowerError('list-failed', 'HTTP 500'));
    const report = await stage.tick();
    expect(report.unlisted).toHaveLength(1);
    expect(stage.log.lines.some(({ fields }) => fields.alarm === 'unlisted')).toBe(true);
    stage.cloud.failList('default', null);
    await stage.until(at('18:05'));
    await stage.tick();
    expect(powers(stage, '1')).toEqual(['shutoff']);
  });

  it('beyond the guard is refused whole, and alarms once per boundary, not at every tick', async () => {
    const vms = Array.from({ length: 6 }, (_, index) => office(String(index)));
    const stage = await tickScene(vms, at('12:00'), { guard: { maxVms: 3, maxShare: 1 } });
    await stage.tick();
    for (let minute = 0; minute <= 60; minute += 5) {
      await stage.until(at('18:00') + minute * 60_000);
      await stage.tick();
    }
    expect(stage.cloud.sent).toEqual([]);
    expect(stage.reports.map(verdictOf)).toEqual(['refused']);
    await stage.until(at('18:00', 1));
    await stage.tick();
    expect(stage.reports.map(verdictOf)).toEqual(['refused', 'refused']);
  });

  it('has its run decide afresh: a VM that was changed or reached its power since is not acted on', async () => {
    const stage = await adopted(office('1'), office('2'));
    await stage.until(at('18:00'));
    stage.cloud.listMs = 1_000;
    const { onList } = stage.cloud;
    let lists = 0;
    stage.cloud.onList = (project, vms, nth) => {
      lists += 1;
      if (lists === 1) stage.cloud.after(500, () => stage.cloud.setState('1', 'shutoff'));
      return onList(project, vms, nth);
    };
    await stage.tick();
    expect(stage.cloud.sent.map(({ id }) => id)).toEqual(['2']);
    expect(stage.reports[0]?.outcomes).toMatchObject([
      { vm: '1', result: 'unchanged', code: 'already' },
      { vm: '2', result: 'succeeded' },
    ]);
  });

  it('acts on a new schedule only if what it wants now differs from what was settled', async () => {
    const stage = await tickScene([{ id: '1', description: '[schedule=office]' }], at('12:00'));
    stage.define({ office: { timezone: 'UTC', on: '08:00-18:00' } });
    await stage.tick();
    await stage.until(at('18:00'));
    await stage.tick();
    stage.cloud.setState('1', 'running');
    await stage.until(at('21:05'));
    stage.define({ office: { timezone: 'UTC', on: '08:00-18:30' } });
    await stage.tick();
    expect(powers(stage, '1')).toEqual(['running']);
    stage.define({ office: { timezone: 'UTC', on: '08:00-23:00' } });
    await stage.until(at('21:10'));
    await stage.tick();
    await stage.until(at('23:00'));
    await stage.tick();
    expect(powers(stage, '1')).toEqual(['shutoff']);
  });
});

describe('an override', () => {
  const keepOn = (ends: number, start: number) => ({
    id: 'o1',
    keep: 'on' as const,
    startMs: start,
    reason: 'release night',
    by: 'amina',
    ends: { 'main/1': ends },
    cancelledMs: null,
  });

  it('keeps a VM on past its stop, and lets it go when it ends', async () => {
    const stage = await adopted(office('1'), office('2'));
    await stage.state.putOverride(keepOn(at('22:00'), at('17:00')));
    await stage.until(at('18:00'));
    await stage.tick();
    expect(powers(stage, '1', '2')).toEqual(['running', 'shutoff']);
    await stage.until(at('22:00'));
    await stage.tick();
    expect(powers(stage, '1')).toEqual(['shutoff']);
  });

  it('starts a VM that is off, and a cancelled one gives it back', async () => {
    const stage = await adopted(office('1'));
    await stage.until(at('18:00'));
    await stage.tick();
    await stage.until(at('20:00'));
    await stage.state.putOverride(keepOn(at('23:00'), at('20:00')));
    await stage.tick();
    expect(powers(stage, '1')).toEqual(['running']);
    await stage.until(at('21:00'));
    await stage.state.cancelOverride('o1', at('21:00'));
    await stage.until(at('21:05'));
    await stage.tick();
    expect(powers(stage, '1')).toEqual(['shutoff']);
  });

  it('written as a tag holds until its time in the zone of the schedule', async () => {
    const stage = await adopted({ id: '1', description: '[schedule="08:00-18:00" keep-on-until=2026-11-24T20:00]' });
    await stage.until(at('18:00'));
    await stage.tick();
    expect(powers(stage, '1')).toEqual(['running']);
    await stage.until(at('20:00'));
    await stage.tick();
    expect(powers(stage, '1')).toEqual(['shutoff']);
  });
});
