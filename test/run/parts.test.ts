// How a large run is split: nobody lost, nobody twice, projects together, and never more pace than is configured.
// What then becomes of the parts is in test/aws/durable/parts.test.ts.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../lib/core/decide.ts';
import { begin, type Pursuit } from '../../lib/core/pursuit.ts';
import { vmKey } from '../../lib/core/vm.ts';
import { partsOf, sharedPace, sharesOf } from '../../lib/run/parts.ts';
import { vm } from '../fixtures/vm.ts';
import { policy } from '../fixtures/world.ts';

function pursuit(id: number, project: string, account = 'main'): Pursuit {
  const subject = vm({ id: String(id), account, project });
  const decision = decide('shutdown', subject);
  if (decision.kind === 'leave') throw new TypeError('a VM that is on is shut down');
  return begin(subject, 'shutdown', decision, policy, 0);
}

/** So many VMs of each project, `account/project` by `account/project`. */
function fleet(sizes: Readonly<Record<string, number>>): Pursuit[] {
  const projects = Object.entries(sizes).flatMap(([where, size]) => Array.from({ length: size }, () => where));
  return projects.map((where, index) => {
    const [account, project = ''] = where.split('/');
    return pursuit(index + 1, project, account);
  });
}

const sizes = (parts: readonly (readonly Pursuit[])[]) => parts.map((part) => part.length);
const projectsOf = (part: readonly Pursuit[]) => [...new Set(part.map(({ vm: { project } }) => project))];

describe('a run', () => {
  it('is one part as long as it is not too large, and none when there is nothing to do', () => {
    const vms = fleet({ 'main/a': 20, 'main/b': 5 });
    expect(partsOf(vms, 25, 50)).toEqual([vms]);
    expect(partsOf([], 25, 50)).toEqual([]);
  });

  it('is split by projects, which share a part where they fit', () => {
    const parts = partsOf(fleet({ 'main/a': 15, 'main/b': 10, 'main/c': 11, 'main/d': 14, 'main/e': 1 }), 25, 50);
    expect(sizes(parts)).toEqual([25, 25, 1]);
    expect(parts.map(projectsOf)).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  it('is split evenly where a project is too large, however its VMs are strewn over the list', () => {
    const vms = fleet({ 'main/a': 13, 'main/b': 13 });
    const strewn = vms.flatMap((one, index) => (index < 13 ? [one, ...vms.slice(index + 13, index + 14)] : []));
    const parts = partsOf(strewn, 12, 50);
    expect(sizes(parts)).toEqual([7, 6, 7, 6]);
    expect(parts.map(projectsOf)).toEqual([['a'], ['a'], ['b'], ['b']]);
  });

  it('keeps projects of the same name apart by their account', () => {
    const parts = partsOf(fleet({ 'acme/default': 4, 'zeta/default': 4 }), 4, 50);
    expect(parts.map((part) => part.map(({ vm: { account } }) => account))).toEqual([
      ['acme', 'acme', 'acme', 'acme'],
      ['zeta', 'zeta', 'zeta', 'zeta'],
    ]);
  });

  it('has no more parts than places in the pace, and rather breaks projects up or makes its parts larger', () => {
    const vms = fleet({ 'main/a': 20, 'main/b': 20, 'main/c': 20 });
    expect(sizes(partsOf(vms, 25, 3))).toEqual([20, 20, 20]);
    expect(sizes(partsOf(vms, 25, 2))).toEqual([30, 30]);
    expect(sizes(partsOf(vms, 25, 1))).toEqual([60]);
  });
});

const anyFleet = fc
  .array(fc.tuple(fc.constantFrom('acme', 'zeta'), fc.constantFrom('a', 'b', 'c')), { maxLength: 80 })
  .map((places) => places.map(([account, project], index) => pursuit(index + 1, project, account)));
const anySize = fc.integer({ min: 1, max: 30 });
const anyPlaces = fc.integer({ min: 1, max: 12 });

describe('whatever the fleet, its parts', () => {
  it('have everybody once, none empty, none too large, and come out the same again', () => {
    const holds = fc.property(anyFleet, anySize, anyPlaces, (vms, mostVms, places) => {
      const parts = partsOf(vms, mostVms, places);
      const keys = parts.flat().map((one) => vmKey(one.vm));
      expect(keys.toSorted()).toEqual(vms.map((one) => vmKey(one.vm)).toSorted());
      expect(parts.length).toBeLessThanOrEqual(places);
      for (const part of parts) {
        expect(part.length).toBeGreaterThan(0);
        expect(part.length).toBeLessThanOrEqual(Math.max(mostVms, Math.ceil(vms.length / places)));
      }
      expect(partsOf(vms, mostVms, places)).toEqual(parts);
    });
    fc.assert(holds);
  });

  it('split no project that fits into one, where there are places enough', () => {
    const holds = fc.property(anyFleet, anySize, (vms, mostVms) => {
      const parts = partsOf(vms, mostVms, 1_000);
      const projects = Map.groupBy(vms, ({ vm: { account, project } }) => `${account}/${project}`);
      for (const [name, own] of projects) {
        const held = parts.filter((part) =>
          part.some(({ vm: { account, project } }) => `${account}/${project}` === name),
        );
        expect(held.length).toBe(Math.ceil(own.length / mostVms));
      }
    });
    fc.assert(holds);
  });

  it('take no more pace together than is configured, of any account', () => {
    const holds = fc.property(anyFleet, anySize, anyPlaces, (vms, mostVms, inFlight) => {
      const pace = { inFlight, perSecond: 25 };
      const parts = partsOf(vms, mostVms, inFlight);
      const { paceOf, inFlight: gate } = sharedPace(pace, sharesOf(parts));
      for (const account of ['acme', 'zeta']) {
        const users = parts.filter((part) => part.some(({ vm: of }) => of.account === account));
        expect(users.length * paceOf(account).inFlight).toBeLessThanOrEqual(users.length === 0 ? 0 : inFlight);
        expect(users.length * paceOf(account).perSecond).toBeLessThanOrEqual(25 + 1e-9);
        expect(gate).toBeLessThanOrEqual(paceOf(account).inFlight);
      }
    });
    fc.assert(holds);
  });
});

describe('shares', () => {
  it('say for each account how many parts have VMs of it', () => {
    const [a, b, c] = [fleet({ 'acme/a': 2, 'zeta/a': 1 }), fleet({ 'acme/a': 1 }), fleet({ 'odd__proto__/a': 1 })];
    expect(sharesOf([a, b, c])).toEqual({ acme: 2, zeta: 1, odd__proto__: 1 });
    expect(sharesOf([])).toEqual({});
  });

  it('divide the pace of each account, whose parts have one place at least', () => {
    const { paceOf, inFlight } = sharedPace({ inFlight: 50, perSecond: 25 }, { acme: 3, zeta: 100 });
    expect(paceOf('acme')).toEqual({ inFlight: 16, perSecond: 25 / 3 });
    expect(paceOf('zeta')).toEqual({ inFlight: 1, perSecond: 0.25 });
    // An account of which nobody said how many use it goes as slowly as the slowest.
    expect(paceOf('strange')).toEqual(paceOf('zeta'));
    expect(inFlight).toBe(1);
  });

  it('of nobody leave the pace as it is', () => {
    const pace = { inFlight: 50, perSecond: 25 };
    const { paceOf, inFlight } = sharedPace(pace, {});
    expect([paceOf('main'), inFlight]).toEqual([pace, 50]);
  });
});
