// A run that is killed at every operation, on both sides, and taken up again by another process: its outcomes stay true.
// The engine of test/fakes/resuming-engine.ts says when code between two steps does not go the same way again.

import { describe, expect, it } from 'vitest';
import { wantedPower } from '../../lib/core/action.ts';
import { PowerError } from '../../lib/core/errors.ts';
import type { Outcome } from '../../lib/core/outcome.ts';
import { powerOf } from '../../lib/core/vm.ts';
import { conduct } from '../../lib/run/conduct.ts';
import type { RunReport } from '../../lib/run/report.ts';
import { work } from '../../lib/run/work.ts';
import type { RunProgress } from '../../lib/stores.ts';
import { type Ends, Journal, type Moment, moments, type Resumption, resume } from '../fakes/resuming-engine.ts';
import { MemoryRunStore } from '../fakes/run-store.ts';
import { type Fleet, fleets } from './resuming-fleets.ts';

class WatchedStore extends MemoryRunStore {
  readonly progressWritten: RunProgress[] = [];
  outcomesWritten = 0;

  override async progress(name: string, progress: RunProgress, outcomes: readonly Outcome[]): Promise<void> {
    this.progressWritten.push(progress);
    this.outcomesWritten += outcomes.length;
    await super.progress(name, progress, outcomes);
  }
}

interface Run {
  readonly journal: Journal;
  readonly report: RunReport;
  readonly fleet: Fleet;
  readonly store: WatchedStore;
}

/** A kill at the n-th POST: before it leaves, or when it has left and nobody has learnt of it. */
interface PostKill {
  readonly nth: number;
  readonly hasLeft: boolean;
}

async function run(make: () => Fleet, how: Partial<Resumption> = {}, post?: PostKill): Promise<Run> {
  const fleet = make();
  const { clock, world, request } = fleet;
  const store = new WatchedStore();
  const recordedAt = new Date(clock.now()).toISOString();
  await store.record({ name: 'run-1', trigger: 'api', request, requestHash: 'h', recordedAt });
  const journal = new Journal();
  const reports: RunReport[] = [];
  let posts = 0;
  const going = resume(
    async (engine, turn) => {
      const accounts = world.accounts.map(({ cloud, projects }) => {
        const alive = turn.mortal(cloud);
        const act: typeof cloud.act = (...given) => {
          posts += 1;
          if (turn.isOver || posts !== post?.nth) return alive.act(...given);
          const lost = post.hasLeft ? alive.act(...given) : new Promise<never>(() => undefined);
          turn.end();
          return lost;
        };
        return {
          projects,
          cloud: new Proxy(cloud, { get: (_, key) => (key === 'act' ? act : Reflect.get(alive, key)) }),
        };
      });
      const mortal = {
        accounts,
        clock: turn.mortal(clock),
        leases: turn.mortal(world.leases),
        state: turn.mortal(world.state),
      };
      const { log } = world;
      const own = { engine, store: turn.mortal(store), clock: mortal.clock, log, claimant: 'execution-1' };
      try {
        await work('run-1', {
          ...own,
          lifetimeMs: 3_600_000,
          conduct: async (one, hooks) => {
            const report = await conduct(one, { ...world, ...mortal, ...hooks });
            reports.push(report);
            return report;
          },
        });
      } catch (error) {
        if (!(error instanceof PowerError && error.code === 'run-trouble')) throw error;
      }
    },
    { journal, clock, ...how },
  );
  await clock.run(going);
  const report = reports.at(-1);
  if (report === undefined) throw new Error('there is no report');
  return { journal, report, fleet, store };
}

/** Everything that must hold however often the run was killed. */
async function expectTruth({ journal, report, fleet, store }: Run): Promise<void> {
  expect(journal.faults).toEqual([]);
  expect(report.outcomes.map(({ account, vm }) => `${account}/${vm}`)).toEqual(fleet.selected);
  for (const outcome of report.outcomes) expect(lieIn(outcome, fleet), JSON.stringify(outcome)).toBeNull();
  for (const [vm, times] of fleet.rebooted) expect([vm, times]).toEqual([vm, 1]);
  const record = await store.read('run-1', report.run.endedAt);
  expect(record).toMatchObject({ status: 'ended', summary: { counts: report.counts } });
  const kept = await store.outcomes('run-1');
  expect(byKey(kept)).toEqual(byKey(report.outcomes));
  const sent = report.outcomes.filter(({ attempts }) => attempts > 0).length;
  const selected = report.outcomes.length;
  expect(record?.progress).toMatchObject({ selected, settled: selected, sent });
}

function byKey(outcomes: RunReport['outcomes']) {
  return outcomes.toSorted((a, b) => `${a.account}/${a.vm}`.localeCompare(`${b.account}/${b.vm}`));
}

/** What is not true of the outcome, or null. */
function lieIn(
  { vm, account, action, result, attempts, code }: RunReport['outcomes'][number],
  fleet: Fleet,
): string | null {
  const cloud = fleet.cloudOf(account);
  const posts = cloud.sent.filter((send) => send.id === vm).length;
  if (action === null) return 'it has no action';
  if (attempts === 0 && posts > 0) return `${posts} POSTs left, and it says none`;
  if (result === 'gone') return fleet.isGone(account, vm) ? null : 'it is there';
  if (result === 'accepted') return posts === 1 ? null : `${posts} POSTs left`;
  const wanted = wantedPower[action];
  const power = fleet.isGone(account, vm) ? 'gone' : powerOf(cloud.vm(vm).state, {});
  if (result === 'succeeded' || (result === 'unchanged' && code === 'already'))
    return power === wanted ? null : `it is ${power}`;
  if (result === 'failed' || result === 'refused') return power === wanted ? `it is ${power}` : null;
  // What nobody can know is only of an action that no state proves, or is not our fault.
  if (result === 'unknown') return wanted === null ? null : 'it could be known';
  return posts === 0 ? null : `${posts} POSTs left`;
}

const endsAt =
  (nth: number, moment: Moment): Ends =>
  (operation, when) =>
    operation.turn === 1 && operation.nth === nth && when === moment;

/** As the service does: the process ends at every wait, unless something else is being carried out. */
const atEveryWait: Ends = ({ kind, isAlone }, moment) => kind === 'wait' && isAlone && moment === 'kept';

/** As often as it can be: each operation lets one turn end. */
function everywhere(moment: Moment): Ends {
  const before = new Set<string>();
  return ({ kind, name }, when) => {
    const key = `${kind} ${name}`;
    if (when !== moment || before.has(key)) return false;
    before.add(key);
    return true;
  };
}

// Two steps side by side for each of up to two accounts, of one VM each where an action may happen only once.
const mostCutOff = 4;

/** How many VMs nobody knows about in the end. */
function unknownIn({ report }: Run): number {
  return report.counts.unknown ?? 0;
}

/** Without repeats: a new process does not know what the one before wrote last. */
function changesIn(written: readonly RunProgress[]): RunProgress[] {
  return written.filter((progress, index) => JSON.stringify(progress) !== JSON.stringify(written[index - 1]));
}

describe.each(Object.entries(fleets))('a run: %s', (_name, make) => {
  it('has true outcomes when nothing kills it', async () => {
    const whole = await run(make);
    await expectTruth(whole);
    expect(whole.journal.turns).toBe(1);
    expect(whole.store.outcomesWritten).toBe(whole.report.outcomes.length);
    expect(Object.keys(whole.report.counts).toSorted()).toEqual(whole.fleet.results);
  });

  it.each(moments)('has true outcomes wherever an operation ends its process: %s', async (moment) => {
    const whole = await run(make);
    const operations = whole.journal.operations.length;
    expect(operations).toBeGreaterThan(10);
    for (let nth = 1; nth <= operations; nth += 1) {
      const killed = await run(make, { ends: endsAt(nth, moment) });
      await expectTruth(killed);
      expect(unknownIn(killed)).toBeLessThanOrEqual(unknownIn(whole) + mostCutOff);
      expect(killed.journal.turns).toBe(2);
    }
  });

  it.each([false, true])(
    'has true outcomes whichever POST ends its process (after it has left: %s)',
    async (hasLeft) => {
      const whole = await run(make);
      const posts = whole.report.calls.actions;
      for (let nth = 1; nth <= posts; nth += 1) {
        const killed = await run(make, { gapMs: 5_000 }, { nth, hasLeft });
        await expectTruth(killed);
        expect(unknownIn(killed)).toBeLessThanOrEqual(unknownIn(whole) + mostCutOff);
        expect(killed.journal.turns).toBe(2);
      }
    },
  );

  it.each(moments)('has true outcomes when each of its operations ends a process: %s', async (moment) => {
    const often = await run(make, { ends: everywhere(moment) });
    await expectTruth(often);
    expect(often.journal.turns).toBeGreaterThan(10);
  });

  it('is the same run, call for call, when its process ends at every wait', async () => {
    const whole = await run(make);
    const resumed = await run(make, { ends: atEveryWait });
    await expectTruth(resumed);
    const waits = whole.journal.operations.filter(({ kind }) => kind === 'wait').length;
    expect(resumed.journal.turns > 1).toBe(waits > 0);
    expect(resumed.report).toEqual(whole.report);
    expect(resumed.store.progressWritten.at(-1)).toEqual(whole.store.progressWritten.at(-1));
    // Of two accounts one may keep what the other has kept, or figures that the other has yet to add to.
    if (whole.fleet.world.accounts.length > 1) return;
    expect(resumed.store.outcomesWritten).toBe(resumed.report.outcomes.length);
    expect(changesIn(resumed.store.progressWritten)).toEqual(changesIn(whole.store.progressWritten));
  });

  it('has true outcomes in processes that last no longer than three minutes', async () => {
    await expectTruth(await run(make, { turnMs: 180_000 }));
  });
});
