// What a VM's own tags say of its schedule, and every fault that leaves it alone.

import { describe, expect, it } from 'vitest';
import { scheduleOf } from '../../../lib/core/schedule/of-vm.ts';
import { makeSchedules } from '../../../lib/core/schedule/schedules.ts';
import { scheduleSettings } from '../../fixtures/world.ts';

const names = new Map([['office', { timezone: 'Europe/Berlin', on: '08:00-18:00' }]]);
const schedules = makeSchedules({ names, calendars: new Map(), zone: 'Africa/Algiers' }, scheduleSettings);
const zoneless = makeSchedules({ names: new Map(), calendars: new Map(), zone: null }, scheduleSettings);

function read(tags: Record<string, string>, known = schedules) {
  return scheduleOf({ tags }, known);
}

describe('the tags of a VM', () => {
  it('without any of a schedule mean no schedule and no override', () => {
    expect(read({ env: 'dev' })).toEqual({ schedule: null, overrides: [], keepTag: '' });
  });

  it('mean the schedule that is named, or written', () => {
    expect(read({ schedule: 'office' })).toMatchObject({ schedule: { zone: 'Europe/Berlin' }, overrides: [] });
    expect(read({ schedule: '08:00-18:00' })).toMatchObject({ schedule: { zone: 'Africa/Algiers' } });
  });

  it.each([
    ['keep-on-until', 'on'],
    ['keep-off-until', 'off'],
  ])('%s is an override that began nobody knows when, in the zone of the schedule', (key, keep) => {
    expect(read({ schedule: 'office', [key]: '2026-11-25T22:00' })).toMatchObject({
      overrides: [
        { keep, startMs: null, endMs: Date.parse('2026-11-25T21:00Z'), reason: `tag ${key}`, by: "the VM's tag" },
      ],
    });
  });

  it('have a fingerprint of the keep tag as it is written, whatever the schedule beside it', () => {
    const print = (tags: Record<string, string>) => {
      const found = read(tags);
      return 'faults' in found ? found.faults : found.keepTag;
    };
    const kept = print({ 'keep-on-until': '2026-11-25T22:00' });
    expect(kept).toMatch(/^[0-9a-f]{14}$/);
    expect(print({ 'keep-on-until': '2026-11-25T22:00', schedule: 'office', env: 'dev' })).toBe(kept);
    expect(print({ 'keep-on-until': '2026-11-25T23:00' })).not.toBe(kept);
    expect(print({ 'keep-off-until': '2026-11-25T22:00' })).not.toBe(kept);
    expect(print({ schedule: 'office' })).toBe('');
  });

  it('may keep for longer than an override may last', () => {
    expect(read({ 'keep-off-until': '2036-11-25' })).toMatchObject({ overrides: [{ keep: 'off' }] });
  });

  it('without a schedule are read in the zone of the configuration', () => {
    const read25 = read({ 'keep-on-until': '2026-11-25T22:00' });
    expect(read25).toMatchObject({ schedule: null, overrides: [{ endMs: Date.parse('2026-11-25T21:00Z') }] });
  });

  it.each([
    [{ schedule: 'never' }, /^the tag schedule="never": .*always on.*always off/],
    [{ schedule: 'offise' }, /^the tag schedule="offise": .*office/],
    [{ 'keep-on-until': 'tomorrow' }, /^the tag keep-on-until="tomorrow": "tomorrow" is not an instant/],
    [{ 'keep-off-until': '22:00' }, /^the tag keep-off-until="22:00": "22:00" is not an instant/],
    [
      { 'keep-on-until': '2026-11-25', 'keep-off-until': '2026-11-26' },
      /^it has both keep-on-until and keep-off-until; keep one of them$/,
    ],
  ])('%j are a fault', (tags, fault) => {
    const found = read(tags);
    expect(found).toEqual({ faults: [expect.stringMatching(fault)], schedule: null });
  });

  it('at fault leave a schedule that can be read to be shown', () => {
    expect(read({ schedule: 'office', 'keep-on-until': 'tomorrow' })).toMatchObject({
      faults: [expect.stringContaining('keep-on-until')],
      schedule: { text: expect.stringContaining('office') },
    });
  });

  it('name each of their faults', () => {
    expect(read({ schedule: 'never', 'keep-on-until': 'x' })).toMatchObject({
      faults: [expect.anything(), expect.anything()],
    });
  });

  it('in no known zone are a fault that says so', () => {
    expect(read({ 'keep-on-until': '2026-11-25T22:00' }, zoneless)).toMatchObject({
      faults: [expect.stringContaining('no time zone')],
    });
  });
});
