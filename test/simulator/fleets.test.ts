// The fleets are what their users count on: sizes, shares, and tags that are read as they were meant.

import { describe, expect, it } from 'vitest';
import { behaviourNames } from '../../simulator/behaviours.ts';
import { demoFleet, demoTags, hostileFleet, plainFleet, scenarios } from '../../simulator/fleets.ts';
import { list, simulate } from './calling.ts';

const isDev = ({ description = '', name }: { description?: string; name: string }) =>
  /\[env=dev\b/.test(description) || name.startsWith('ci-');

describe('the demo fleet', () => {
  it('is the same for the same seed, and in another order for another', () => {
    expect(demoFleet(3)).toEqual(demoFleet(3));
    expect(demoFleet(4).map(({ name }) => name)).not.toEqual(demoFleet(3).map(({ name }) => name));
    expect(new Set(demoFleet(4).map(({ name }) => name))).toEqual(new Set(demoFleet(3).map(({ name }) => name)));
  });

  it('has about sixty VMs of two projects, with unique ids', () => {
    const fleet = demoFleet(1);
    expect(fleet.length).toBe(60);
    expect(new Set(fleet.map(({ id }) => id)).size).toBe(60);
    expect(new Set(fleet.map(({ project }) => project ?? 'default'))).toEqual(new Set(['default', 'staging']));
  });

  it('has less than 70 % that env=dev would stop, and other environments', () => {
    const fleet = demoFleet(1);
    const toStop = fleet.filter((spec) => isDev(spec) && !['off', 'paused'].includes(spec.behaviour ?? ''));
    expect(toStop.length / fleet.length).toBeLessThan(0.7);
    expect(toStop.length).toBeGreaterThan(25);
    for (const env of ['staging', 'prod'])
      expect(fleet.some(({ description }) => description?.includes(`[env=${env}`))).toBe(true);
  });

  it.each(['slow', 'timeout-408-then-off', 'timeout-500-then-off', 'ignores-signal', 'booting', 'off', 'paused'])(
    'has dev VMs that are %s',
    (behaviour) => {
      expect(demoFleet(1).some((spec) => spec.behaviour === behaviour && isDev(spec))).toBe(true);
    },
  );

  it('has VMs for its tag rules to match', () => {
    for (const { match } of demoTags) {
      expect(demoFleet(1).some(({ name }) => name.startsWith(match.name.slice(0, -1)))).toBe(true);
    }
  });
});

describe('the hostile fleet', () => {
  it('has so many of every behaviour, and a bystander for each', () => {
    const fleet = hostileFleet({ perBehaviour: 3, env: 'ci' });
    expect(new Set(fleet.map(({ id }) => id)).size).toBe(behaviourNames.length * 6);
    for (const name of behaviourNames) {
      const ofKind = fleet.filter(({ behaviour }) => behaviour === name);
      expect(ofKind.filter(({ description }) => description === `${name} [env=ci]`).length).toBe(3);
      expect(ofKind.filter(({ description }) => !description?.includes('[env=ci]')).length).toBe(3);
    }
  });

  it('has no bystander with the tag it is about', () => {
    const bystanders = hostileFleet().filter(({ name }) => name.startsWith('bystander'));
    expect(bystanders.length).toBe(behaviourNames.length);
    expect(bystanders.filter(({ description }) => /\[env=dev[\] ]/.test(description ?? ''))).toEqual([]);
  });
});

describe('the plain fleet', () => {
  it('has so many VMs of one behaviour', () => {
    const fleet = plainFleet(50, { behaviour: 'slow', project: 'p', env: 'ci', timing: { effectMs: [5, 5] } });
    expect(fleet.length).toBe(50);
    expect(fleet[49]).toEqual({
      id: 50,
      name: 'vm-50',
      project: 'p',
      behaviour: 'slow',
      description: '[env=ci]',
      timing: { effectMs: [5, 5] },
    });
  });

  it('deals a mix of behaviours out by their weights', () => {
    const fleet = plainFleet(1_000, { mix: { prompt: 3, slow: 1 } });
    const slow = fleet.filter(({ behaviour }) => behaviour === 'slow').length;
    expect(slow).toBeGreaterThan(200);
    expect(slow).toBeLessThan(300);
    expect(fleet.filter(({ behaviour }) => behaviour === 'prompt').length).toBe(1_000 - slow);
    expect(plainFleet(1_000, { mix: { prompt: 3, slow: 1 } })).toEqual(fleet);
  });
});

describe('a scenario', () => {
  it.each(Object.keys(scenarios))('%s starts', async (name) => {
    const scenario = scenarios[name];
    const fleet = scenario?.fleet(1) ?? [];
    const simulator = await simulate({ fleet, quirks: scenario?.quirks ?? {} });
    expect(simulator.ids.length).toBeGreaterThan(50);
    expect((await list(simulator)).length).toBeGreaterThan(20);
  });
});
