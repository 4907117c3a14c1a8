// The durable engine keeps the contract of all engines, on the SDK's own test runner; and what it takes of the service's limits.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryLeases } from '../../../cli/state/leases.ts';
import { PowerError } from '../../../lib/core/errors.ts';
import { conduct } from '../../../lib/run/conduct.ts';
import { parseRunRequest } from '../../../lib/run/request.ts';
import { engineContract } from '../../contracts/engine.ts';
import { LeapingClock } from '../../fakes/leaping-clock.ts';
import { FakeCloud, status } from '../../fakes/vm-cloud.ts';
import { execute, setUpDurable, tearDownDurable } from '../../fixtures/durable.ts';
import { dev, scene } from '../../fixtures/world.ts';

beforeAll(setUpDurable, 60_000);
afterAll(tearDownDurable);

engineContract('durable', async (body, clock) => (await execute(body, clock)).result);

describe('a durable step', () => {
  it('is tried again when the store is in trouble, and then throws its fault', async () => {
    const clock = new LeapingClock();
    let tries = 0;
    const doomed = execute(
      (engine) =>
        engine.step('doomed', () => {
          tries += 1;
          return Promise.reject(new PowerError('aws', 'the table throttles'));
        }),
      clock,
    );
    await expect(doomed).rejects.toMatchObject({ code: 'aws', message: 'the table throttles' });
    expect(tries).toBe(10);
  });

  it('says nothing of what an error of our own making carries', async () => {
    const body = execute(
      (engine) => engine.step('broken', () => Promise.reject(new TypeError('Bearer abc'))),
      new LeapingClock(),
    );
    await expect(body).rejects.toThrow(/a mistake of ours: TypeError in broken/);
  });

  it('puts what is too long for a checkpoint into the attic', async () => {
    const long = Array.from({ length: 60_000 }, (_, index) => Math.sin(index));
    const { result, inAttic } = await execute((engine) => engine.step('long', async () => long), new LeapingClock());
    expect(result).toEqual(long);
    expect(inAttic).toBe(1);
  });
});

describe('a durable run', () => {
  const conducted = (count: number, turnMs?: (turn: number) => number, prepare?: (cloud: FakeCloud) => void) => {
    const clock = new LeapingClock();
    const vms = Array.from({ length: count }, (_, index) => dev(String(index + 1)));
    const cloud = new FakeCloud({ clock, projects: { default: vms } });
    prepare?.(cloud);
    const { world } = scene([], { guard: { maxVms: count, maxShare: 1 } });
    const all = { ...world, clock, accounts: [{ cloud, projects: ['default'] }], leases: memoryLeases(clock) };
    const run = { name: 'run', request: parseRunRequest({ action: 'shutdown', select: 'env=dev' }), requestedAt: 0 };
    return execute((engine) => conduct(run, { ...all, engine }), clock, turnMs);
  };

  it('sends to a hundred VMs in one operation', async () => {
    const { result, operations } = await conducted(250);
    expect(result.counts).toEqual({ succeeded: 250 });
    expect(operations.filter((name) => /^send-all-main-1-\d+$/.test(name))).toHaveLength(3);
    expect(operations.length).toBeLessThan(20);
  });

  it('goes on in another process before the time of this one is over', async () => {
    // Too short for a send: the first turn may not send at all.
    const { result, turns, operations } = await conducted(3, (turn) => (turn === 1 ? 100_000 : 900_000));
    expect(result.counts).toEqual({ succeeded: 3 });
    expect(turns).toBeGreaterThan(1);
    expect(operations.filter((name) => name.startsWith('pause'))).not.toEqual([]);
  });

  it('says of what it could not look at any more why: which secret is to be renewed', async () => {
    const refused =
      'the API refused the token from the secret "power/main" (401), also fetched again: put a valid one there';
    const { result } = await conducted(2, undefined, (cloud) => {
      cloud.onAct = () => {
        cloud.failList('default', new PowerError('token-rejected', refused));
        return status(500);
      };
    });
    expect(result.outcomes.map(({ code, reason }) => `${code}: ${reason}`)).toEqual(
      Array(2).fill(
        `no-sight: it could not be looked at when patience was over; last seen on, then no more: ${refused}`,
      ),
    );
  });
});
