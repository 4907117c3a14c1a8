// The API calls of a run: its own only, and those of every turn.

import { describe, expect, it } from 'vitest';
import { CallCount } from '../../lib/run/calls.ts';
import { FakeClock } from '../fakes/clock.ts';
import { FakeCloud } from '../fakes/vm-cloud.ts';

const turn = (id: string) => ({ id, endsAt: Number.POSITIVE_INFINITY });

function stage(...accounts: string[]) {
  const clouds = accounts.map((account) => new FakeCloud({ account, clock: new FakeClock(), projects: {} }));
  return { clouds, accounts: clouds.map((cloud) => ({ cloud, projects: [] })) };
}

describe('the calls of a run', () => {
  it('are none before a step was noted', () => {
    const { clouds, accounts } = stage('acme');
    const count = new CallCount(accounts);
    for (const { calls } of clouds) calls.lists += 1;
    expect(count.total).toEqual({ lists: 0, reads: 0, actions: 0 });
  });

  it('are those of all its accounts since it began, and not of the run before', () => {
    const { clouds, accounts } = stage('acme', 'zeta');
    for (const { calls } of clouds) Object.assign(calls, { lists: 10, reads: 20, actions: 30 });
    const count = new CallCount(accounts);
    for (const { calls } of clouds) Object.assign(calls, { lists: 11, reads: 22, actions: 33 });
    expect(count.now(turn('a'))).toEqual({ turn: 'a', calls: { lists: 2, reads: 4, actions: 6 } });
  });

  it('add up over the turns, of each of which the most counts', () => {
    const count = new CallCount([]);
    count.note({ turn: 'a', calls: { lists: 1, reads: 0, actions: 5 } });
    count.note({ turn: 'a', calls: { lists: 3, reads: 1, actions: 4 } });
    // Accounts side by side are replayed in another order than they went.
    count.note({ turn: 'a', calls: { lists: 2, reads: 0, actions: 3 } });
    count.note({ turn: 'b', calls: { lists: 10, reads: 20, actions: 30 } });
    expect(count.total).toEqual({ lists: 13, reads: 21, actions: 35 });
  });
});
