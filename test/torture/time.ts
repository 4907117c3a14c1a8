// Time under attack: a run's time nearly over at every instant of it, processes ended at random places, clocks that jump.
// In virtual time, over fleets in which every VM answers in its own way; what the fake cloud knows decides.

import { steadyClock } from '../../lib/clock.ts';
import { type Action, wantedPower } from '../../lib/core/action.ts';
import { powerOf, vmKey } from '../../lib/core/vm.ts';
import type { Clock, VmCloud } from '../../lib/ports.ts';
import { conduct } from '../../lib/run/conduct.ts';
import { inProcessEngine } from '../../lib/run/engine.ts';
import type { RunReport } from '../../lib/run/report.ts';
import { Journal, type Resumption, resume } from '../fakes/resuming-engine.ts';
import type { FakeCloud } from '../fakes/vm-cloud.ts';
import { mortalParts } from '../run/resumed.ts';
import { type Fleet, fleets } from '../run/resuming-fleets.ts';
import { Chance } from './chance.ts';
import type { Tally } from './tally.ts';
import { Watch } from './week-watch.ts';

type Making = (typeof fleets)[string];

/** The run ends at each of the instants at which an undisturbed one does something: all that is claimed is true, and nothing left later. */
export async function runOutOfTime(tally: Tally, seed: number, share = 1): Promise<void> {
  for (const [name, make] of Object.entries(fleets)) {
    const chance = new Chance(seed, 'time', name);
    for (const afterMs of (await eventful(make)).filter(() => chance.is(share))) {
      const fleet = make();
      const until = fleet.clock.now() + afterMs;
      const { report, watch } = await conductOn(fleet, (clock) => clock, { until });
      tally.inject('time is over', name);
      tally.count('runs');
      const late = watch.posts
        .filter(({ at }) => at > until)
        .map(({ vm }) => `VM ${vm} was sent to after the time was over`);
      tally.violate(`${seed}: ${name}, ${afterMs} ms`, ...late, ...wrongsOf(fleet, report, watch));
    }
  }
  tally.seeds.add(String(seed));
}

/** When something happens in a run that nothing disturbs, and just before and after it. */
async function eventful(make: Making): Promise<readonly number[]> {
  const fleet = make();
  const begun = fleet.clock.now();
  const instants = new Set<number>();
  const noting = (clock: Clock): Clock => ({
    now: () => {
      for (const ms of [-1, 0, 1]) instants.add(Math.max(0, clock.now() - begun + ms));
      return clock.now();
    },
    sleep: (ms, signal) => clock.sleep(ms, signal),
  });
  await conductOn(fleet, noting);
  return [...instants].sort((a, b) => a - b);
}

/** Processes of random length, ended at random places besides, and taken up again. */
export async function endProcesses(tally: Tally, seed: number, runs: number): Promise<void> {
  for (const [name, make] of Object.entries(fleets)) {
    for (let nth = 0; nth < runs; nth += 1) {
      const chance = new Chance(seed, 'processes', name, nth);
      const fleet = make();
      const journal = new Journal();
      const deaths = chance.integer(1, 6);
      let left = deaths;
      const ends: Resumption['ends'] = () => left > 0 && chance.is(0.05) && left-- > 0;
      // Sends need their time-out and half a minute; a process shorter than that is none.
      const turnMs = chance.integer(61_000, 400_000);
      const watch = new Watch(fleet.clock);
      const report = await fleet.clock.run(
        resume(
          (engine, turn) => {
            const mortal = mortalParts(fleet.world, turn);
            const accounts = mortal.accounts.map(({ cloud, projects }) => ({
              cloud: watch.over(cloud, cloud.account, `${cloud.account} ${turn.id}`),
              projects,
            }));
            return conduct(runOf(fleet), { ...fleet.world, ...mortal, accounts, engine });
          },
          { journal, clock: fleet.clock, turnMs, gapMs: chance.integer(0, 20_000), ends },
        ),
      );
      for (let death = left; death < deaths; death += 1) tally.inject('process ended', name);
      for (let turn = 1; turn < journal.turns; turn += 1) tally.inject('invocation over', name);
      tally.count('runs');
      tally.violate(`${seed}: ${name}, ${nth}`, ...journal.faults, ...wrongsOf(fleet, report, watch));
    }
  }
  tally.seeds.add(String(seed));
}

const jumpsMs = [-86_400_000, -3_600_000, -90_000, -5_000, 5_000, 90_000, 3_600_000, 86_400_000];

/** Twice the patience of those fleets and what comes on top: a clock that is put back by a day makes a run wait no longer. */
const mostJumpingMs = 15 * 60_000;

/** The clock is put forward or back, several times within a run. */
export async function jumpClocks(tally: Tally, seed: number, runs: number): Promise<void> {
  for (const [name, make] of Object.entries(fleets)) {
    for (let nth = 0; nth < runs; nth += 1) {
      const chance = new Chance(seed, 'jumps', name, nth);
      const fleet = make();
      const begun = fleet.clock.now();
      const jumps = Array.from({ length: chance.integer(1, 3) }, () => ({
        at: begun + chance.integer(0, 150_000),
        by: chance.pick(jumpsMs),
      }));
      for (const { by } of jumps) tally.inject(by < 0 ? 'clock put back' : 'clock put forward', name);
      // As a process has it: steady over a wall's clock that jumps.
      const jumping = (clock: Clock): Clock => ({
        ...steadyClock(
          () => clock.now() + jumps.filter(({ at }) => at <= clock.now()).reduce((sum, { by }) => sum + by, 0),
          () => clock.now(),
        ),
        sleep: (ms, signal) => clock.sleep(ms, signal),
      });
      const { report, watch } = await conductOn(fleet, jumping);
      tally.count('runs');
      const lastedMs = fleet.clock.now() - begun;
      const endless = lastedMs > mostJumpingMs ? [`it lasted ${lastedMs} ms, by a clock that was right`] : [];
      tally.violate(`${seed}: ${name}, ${nth}`, ...endless, ...wrongsOf(fleet, report, watch));
    }
  }
  tally.seeds.add(String(seed));
}

function runOf({ clock, request }: Fleet) {
  return { name: 'torture', request, requestedAt: clock.now() };
}

async function conductOn(fleet: Fleet, dress: (clock: Clock) => Clock, changes: { readonly until?: number } = {}) {
  const watch = new Watch(fleet.clock);
  const clock = dress(fleet.clock);
  const accounts = fleet.world.accounts.map(({ cloud, projects }) => ({
    cloud: untimed(watch.over(cloud, cloud.account, cloud.account), clock, fleet.clock),
    projects,
  }));
  const world = { ...fleet.world, ...changes, accounts, clock, engine: inProcessEngine(clock) };
  return { report: await fleet.clock.run(conduct(runOf(fleet), world)), watch };
}

/** The fake cloud reads the clock that is right: limits and answers are told by the run's own. */
function untimed(cloud: VmCloud, own: Clock, right: Clock): VmCloud {
  const offset = () => own.now() - right.now();
  return {
    account: cloud.account,
    calls: cloud.calls,
    list: (project) => cloud.list(project),
    read: (id) => cloud.read(id),
    act: async (id, action, limits) => {
      const until = limits.until === undefined ? {} : { until: limits.until - offset() };
      const sent = await cloud.act(id, action, { ...limits, ...until });
      return { ...sent, sentAt: sent.sentAt === null ? null : sent.sentAt + offset() };
    },
  };
}

/** What the run says that is not so, or did that it must not. */
export function wrongsOf(
  fleet: Pick<Fleet, 'selected' | 'rebooted' | 'cloudOf'>,
  { outcomes }: Pick<RunReport, 'outcomes'>,
  watch: Pick<Watch, 'showed' | 'wrongs'>,
): string[] {
  const keys = outcomes.map(({ account, vm }) => `${account}/${vm}`);
  const isWhole = [...keys].sort().join() === [...fleet.selected].sort().join();
  const rebooted = [...fleet.rebooted].filter(([, times]) => times > 1).map(([key]) => `${key} was rebooted twice`);
  const lies = outcomes.flatMap(({ account, vm, action, result }) => {
    if (result !== 'succeeded' && result !== 'unchanged') return [];
    const isSeen = action !== null && watch.showed(account, vm, wantedPower[action]);
    const isSo = truly(fleet.cloudOf(account), vm, action);
    return isSeen && isSo ? [] : [`${account}/${vm} is said to have ${result}: ${isSeen ? 'seen' : 'unseen'}, ${isSo}`];
  });
  return [
    ...(isWhole ? [] : [`outcomes of ${keys}, and not of ${fleet.selected}`]),
    ...rebooted,
    ...lies,
    ...watch.wrongs,
  ];
}

function truly(cloud: FakeCloud, vm: string, action: Action | null): boolean {
  const found = cloud.vm(vm);
  return vmKey(found).endsWith(vm) && action !== null && powerOf(found.state) === wantedPower[action];
}
