// Tier by tier: who is sent to when, what stops the rest, and what lies between two tiers.
// In virtual time, with the real settlement; every VM arrives 5 seconds after its POST unless said otherwise.

import { describe, expect, it } from 'vitest';
import { wantedPower } from '../../lib/core/action.ts';
import { PowerError } from '../../lib/core/errors.ts';
import { planWishes } from '../../lib/core/plan.ts';
import type { Pursuit } from '../../lib/core/pursuit.ts';
import type { Engine } from '../../lib/ports.ts';
import { inProcessEngine } from '../../lib/run/engine.ts';
import { takeInventory } from '../../lib/run/inventory.ts';
import { settle } from '../../lib/run/settle.ts';
import { status } from '../fakes/vm-cloud.ts';
import { begun, inTier, type Ordering, ordering } from './order/ordering.ts';

const off = { state: 'shutoff' };
const arrivalMs = 5_000;

/** Every VM arrives after a while, but for those that never do. */
function arriving(stage: Ordering, ...never: readonly string[]): Ordering {
  stage.cloud.onAct = (vm, action) => {
    const wanted = wantedPower[action];
    if (!never.includes(vm.id) && wanted !== null)
      stage.cloud.becomes(vm.id, wanted === 'on' ? 'running' : 'shutoff', arrivalMs);
    return status(200);
  };
  return stage;
}

const threeTiers = (state: string) => [
  inTier(1, 'app', { state }),
  inTier(0, 'db', { state }),
  inTier(2, 'web', { state }),
  inTier(1, 'app-2', { state }),
];

const resultsOf = (outcomes: Awaited<ReturnType<Ordering['pursue']>>) =>
  outcomes.map(({ vm, result, code }) => `${vm} ${result} ${code}`);

describe('a plan with tiers', () => {
  it('starts from the lowest up, each when the one before was seen on', async () => {
    const stage = arriving(ordering(threeTiers('shutoff')));
    const outcomes = await stage.pursue('start');
    expect(stage.sent()).toEqual(['0 start db', '7.5 start app', '7.5 start app-2', '15 start web']);
    expect(resultsOf(outcomes)).toEqual(['db', 'app', 'app-2', 'web'].map((id) => `${id} succeeded seen`));
  });

  it('shuts down from the highest down', async () => {
    const stage = arriving(ordering(threeTiers('running')));
    await stage.pursue('shutdown');
    expect(stage.sent()).toEqual(['0 shutdown web', '7.5 shutdown app', '7.5 shutdown app-2', '15 shutdown db']);
  });

  it('counts how long each took from its own turn on', async () => {
    const outcomes = await arriving(ordering(threeTiers('running'))).pursue('shutdown');
    expect(outcomes.map(({ durationMs }) => durationMs)).toEqual([7_500, 7_500, 7_500, 7_500]);
  });

  it('has no VM twice, and none left out', async () => {
    const outcomes = await arriving(ordering([...threeTiers('running'), inTier(0, 'x', off)])).pursue('shutdown');
    expect(outcomes.map(({ vm }) => vm).sort()).toEqual(['app', 'app-2', 'db', 'web']);
  });

  it('tells how each tier stands', async () => {
    const stage = arriving(ordering([inTier(1, 'a'), inTier(0, 'b')]));
    await stage.pursue('shutdown');
    expect(stage.tiers()).toEqual([
      'down 0 waiting (1): tier 1 to be settled',
      'down 1 open (1)',
      'down 1 settled (1)',
      'down 0 open (1)',
      'down 0 settled (1)',
    ]);
  });

  it('tells only of tiers that have something to do', async () => {
    const stage = arriving(ordering([inTier(2, 'a', off), inTier(1, 'b'), inTier(0, 'c', off)]));
    await stage.pursue('shutdown');
    expect(stage.tiers()).toEqual([
      'down 1 waiting (1): tier 2 to be settled',
      'down 1 open (1)',
      'down 1 settled (1)',
    ]);
    expect(stage.events.find((event) => event.kind === 'tier' && event.state === 'open')).not.toHaveProperty('why');
  });

  it('counts the calls of its lists', async () => {
    const stage = arriving(ordering([inTier(1, 'a'), inTier(0, 'b')]));
    const steps: string[] = [];
    const engine = inProcessEngine(stage.clock);
    const lists = () => stage.cloud.calls.lists;
    const noting: Engine = {
      ...engine,
      step: async (name, fn) => {
        const before = lists();
        const result = await engine.step(name, fn);
        if (name.startsWith('tier-')) steps.push(`${name}: ${lists() - before}`);
        return result;
      },
      map: (name, items, fn, limit) => engine.map(name, items, (item, index) => fn(item, index, noting), limit),
    };
    await stage.pursue('shutdown', { engine: noting });
    // The plan is fresh for those whose turn is first.
    expect(steps).toEqual(['tier-down-1: 0', 'tier-down-0: 1']);
  });

  it('that has nothing to do does nothing', async () => {
    const stage = ordering([inTier(0, 'a', off)]);
    expect(await stage.pursue('shutdown')).toEqual([]);
    expect(stage.tiers()).toEqual([]);
  });
});

describe('a tier that did not get there', () => {
  const words = 'tier 2 is not down: VM web "vm-web" is on (failed: still); so nothing is sent to the tiers after it';

  it('stops all that come after it', async () => {
    const stage = arriving(ordering(threeTiers('running')), 'web');
    const outcomes = await stage.pursue('shutdown');
    expect(new Set(stage.cloud.sent.map(({ id }) => id))).toEqual(new Set(['web']));
    expect(resultsOf(outcomes)).toEqual([
      'web failed still',
      'app skipped tier',
      'app-2 skipped tier',
      'db skipped tier',
    ]);
    for (const { reason, attempts, power, action } of outcomes.slice(1))
      expect({ reason, attempts, power, action }).toEqual({
        reason: words,
        attempts: 0,
        power: 'on',
        action: 'shutdown',
      });
    expect(stage.tiers().slice(-2)).toEqual([`down 1 stopped (2): ${words}`, `down 0 stopped (1): ${words}`]);
    const told = stage.events.flatMap((event) => (event.kind === 'settled' ? [event.outcome.vm] : []));
    expect(told).toEqual(['web', 'app', 'app-2', 'db']);
    expect(stage.warnings).toContain('a tier did not get where it should; nothing is sent to the tiers after it');
  });

  it('does not, by best effort: the rest goes on, with a warning', async () => {
    const stage = arriving(ordering(threeTiers('running'), { tiers: { gate: 'best-effort' } }), 'web');
    const outcomes = await stage.pursue('shutdown');
    expect(resultsOf(outcomes)).toEqual([
      'web failed still',
      'app succeeded seen',
      'app-2 succeeded seen',
      'db succeeded seen',
    ]);
    expect(stage.warnings).toEqual(['a tier did not get where it should; the next one is begun all the same']);
  });

  it('stops the rest also when it was only left alone', async () => {
    const stage = arriving(ordering([inTier(1, 'kept', { description: '[tier=1 protected]' }), inTier(0, 'db')]));
    const outcomes = await stage.pursue('shutdown');
    expect(outcomes.map(({ reason }) => reason)).toEqual([
      'tier 1 is not down: VM kept "vm-kept" is on (skipped: protected); so nothing is sent to the tiers after it',
    ]);
    expect(stage.cloud.sent).toEqual([]);
  });

  it('stops the rest when projects are unseen, but not itself', async () => {
    const stage = arriving(ordering({ seen: [inTier(1, 'app'), inTier(0, 'db')], unseen: [] }));
    stage.cloud.failList('unseen', new PowerError('list-failed', 'HTTP 500'));
    const outcomes = await stage.pursue('shutdown');
    expect(resultsOf(outcomes)).toEqual(['app succeeded seen', 'db skipped tier']);
    expect(outcomes[1]?.reason).toBe(
      'VMs of the tiers before it may be in projects that could not be listed: main/unseen; so nothing is sent to the tiers after it',
    );
  });

  it('does not, by best effort, when projects are unseen, and warns once', async () => {
    const vms = { seen: threeTiers('running'), unseen: [] };
    const stage = arriving(ordering(vms, { tiers: { gate: 'best-effort' } }));
    stage.cloud.failList('unseen', new PowerError('list-failed', 'HTTP 500'));
    expect(resultsOf(await stage.pursue('shutdown')).filter((line) => line.endsWith('seen'))).toHaveLength(4);
    const warning = 'a tier did not get where it should; the next one is begun all the same';
    expect(stage.warnings.filter((line) => line === warning)).toHaveLength(1);
  });

  it('is logged with the run, the way and the reason', async () => {
    const stage = arriving(ordering([inTier(1, 'a'), inTier(0, 'b')]), 'a');
    const lines: unknown[] = [];
    await stage.pursue('shutdown', { log: { ...stage.world.log, warn: (_message, fields) => lines.push(fields) } });
    const why = 'tier 1 is not down: VM a "vm-a" is on (failed: still)';
    expect(lines).toEqual([{ run: 'test-run', direction: 'down', why }]);
  });

  it('does not stop the other direction', async () => {
    const stage = arriving(ordering([inTier(1, 'a'), inTier(0, 'b'), inTier(0, 'c', off), inTier(1, 'd', off)]), 'a');
    const outcomes = await pursueBoth(stage);
    expect(resultsOf(outcomes).sort()).toEqual([
      'a failed still',
      'b skipped tier',
      'c succeeded seen',
      'd succeeded seen',
    ]);
  });
});

/** Stops what is on and starts what is off, as a tick's run may. */
function pursueBoth(
  stage: Ordering,
  changes: Parameters<Ordering['pursue']>[1] = {},
  parts: Parameters<Ordering['pursue']>[2] = {},
) {
  return stage.carryOut(
    async (world) => {
      const inventory = await takeInventory({ accounts: null, projects: null }, world);
      const wishes = inventory.vms.map((vm) => ({ vm, action: vm.power === 'on' ? 'shutdown' : 'start' }) as const);
      const leave = { dryRun: false, allowDataLoss: false, overrideGuard: true };
      return { ...planWishes(wishes, leave, inventory, world.policy, world.clock.now()), matched: true };
    },
    changes,
    parts,
  );
}

describe('starts and stops in one plan', () => {
  const both = () => arriving(ordering([inTier(1, 'a'), inTier(0, 'b'), inTier(0, 'c', off), inTier(1, 'd', off)]));

  it('go beside each other, each in its own order', async () => {
    const stage = both();
    await pursueBoth(stage);
    expect(stage.sent().sort()).toEqual(['0 shutdown a', '0 start c', '7.5 shutdown b', '7.5 start d']);
  });

  it('are both settled here, whatever engine it is that has other processes to give', async () => {
    const stage = both();
    const plain = inProcessEngine(stage.clock);
    // As engines are: its methods need it, and are not its own.
    class OwnEngine implements Engine {
      readonly #plain = plain;
      readonly turn = { id: 'own', endsAt: 9e15 };
      readonly sends = { perStep: 3, stepsAtOnce: 2 };
      readonly elsewhere = { mostVmsHere: 1, do: async () => Promise.reject(new Error('asked elsewhere')) };
      step<T>(name: string, fn: () => Promise<T>) {
        return this.#plain.step(name, fn);
      }
      once<T>(name: string, fn: () => Promise<T>) {
        return this.#plain.once(name, fn);
      }
      wait(name: string, ms: number, early?: Promise<unknown>) {
        return this.#plain.wait(name, ms, early);
      }
      map<I, T>(
        name: string,
        items: readonly I[],
        fn: (item: I, index: number, engine: Engine) => Promise<T>,
        limit: number,
      ): Promise<T[]> {
        return this.#plain.map(name, items, (item, index) => fn(item, index, this), limit);
      }
    }
    const engines: Engine[] = [];
    const spied: Parameters<typeof pursueBoth>[2] = {
      settle: (label, pursuits, world) => {
        engines.push(world.engine);
        return settle(label, pursuits, world);
      },
    };
    await pursueBoth(stage, { engine: new OwnEngine() }, spied);
    expect(stage.sent().sort()).toEqual(['0 shutdown a', '0 start c', '7.5 shutdown b', '7.5 start d']);
    expect(engines).toHaveLength(4);
    for (const { elsewhere, turn, sends } of engines) {
      expect([elsewhere, turn.id, sends]).toEqual([undefined, 'own', { perStep: 3, stepsAtOnce: 2 }]);
    }
  });

  it('tell of no tier where each way has one', async () => {
    const stage = arriving(ordering([inTier(1, 'a'), inTier(0, 'c', off)]));
    await pursueBoth(stage);
    expect(stage.sent().sort()).toEqual(['0 shutdown a', '0 start c']);
    expect(stage.tiers()).toEqual([]);
  });

  it('use no name twice', async () => {
    const stage = both();
    const names: string[] = [];
    await pursueBoth(stage, { engine: namingEngine(inProcessEngine(stage.clock), names) });
    expect(names).toEqual(
      expect.arrayContaining(['order', 'tier-up-0', 'tier-up-1', 'tier-down-0', 'look-down-0-main-1']),
    );
    expect(new Set(names).size).toBe(names.length);
  });
});

/** An engine that writes down the names it is given; a durable one would remember results under them. */
function namingEngine(engine: Engine, names: string[]): Engine {
  const noted = (name: string) => {
    names.push(name);
    return name;
  };
  const naming: Engine = {
    ...engine,
    step: (name, fn) => engine.step(noted(name), fn),
    once: (name, fn) => engine.once(noted(name), fn),
    wait: (name, ...rest) => engine.wait(noted(name), ...rest),
    map: (name, items, fn, limit) => engine.map(noted(name), items, (item, index) => fn(item, index, naming), limit),
  };
  return naming;
}

describe('a plan with one tier', () => {
  it('has no step more than it needs, and tells of no tier', async () => {
    const stage = arriving(ordering([inTier(3, 'a')]));
    const names: string[] = [];
    await stage.pursue('shutdown', { engine: namingEngine(inProcessEngine(stage.clock), names) });
    const rounds = [1, 2, 3].flatMap((round) => [`answers-all-main-${round}`, `look-all-main-${round}`]);
    expect(names.filter((name) => !/^(?:send|pause)-all-/.test(name))).toEqual(['lease', ...rounds]);
    expect(stage.tiers()).toEqual([]);
  });
});

describe('when the turn of a tier comes', () => {
  it('who was protected, or arrived by itself, meanwhile is left alone', async () => {
    const stage = arriving(ordering([inTier(1, 'first'), inTier(0, 'hand'), inTier(0, 'kept'), inTier(0, 'db')]));
    stage.cloud.becomes('hand', 'shutoff', 1_000);
    stage.cloud.after(1_000, () => stage.cloud.add('default', { id: 'kept', description: '[tier=0 protected]' }));
    const outcomes = await stage.pursue('shutdown');
    expect(stage.sent()).toEqual(['0 shutdown first', '7.5 shutdown db']);
    expect(resultsOf(outcomes)).toEqual([
      'first succeeded seen',
      'hand unchanged already',
      'kept skipped protected',
      'db succeeded seen',
    ]);
    expect(stage.events.filter((event) => event.kind === 'settled')).toHaveLength(4);
  });

  it('one list per project of its own tells', async () => {
    const stage = arriving(ordering({ a: [inTier(1, 'first')], b: [inTier(0, 'db')], c: [inTier(1, 'other')] }));
    await stage.pursue('shutdown');
    const at = (project: string) =>
      stage.cloud.listed.filter((one) => one.project === project).map((one) => (one.at - begun) / 1000);
    expect([at('a').length, at('b')[1], at('c').length]).toEqual([at('c').length, 7.5, at('a').length]);
    expect(at('a').every((second) => second <= 7.5)).toBe(true);
  });

  it('it goes on as planned where its list cannot be read', async () => {
    const stage = arriving(ordering({ a: [inTier(1, 'first')], b: [inTier(0, 'db')] }));
    stage.cloud.onList = (project, vms, nth) => {
      if (project === 'b' && nth === 2) throw new PowerError('list-failed', 'HTTP 500');
      return vms;
    };
    expect(resultsOf(await stage.pursue('shutdown'))).toEqual(['first succeeded seen', 'db succeeded seen']);
  });
});

describe('the delay between tiers', () => {
  const delayed = (...vms: Parameters<typeof ordering>[0][]) =>
    arriving(ordering(vms[0] ?? [inTier(1, 'a'), inTier(0, 'b')], { tiers: { delayMs: 60_000 } }));

  it('passes after a tier that was acted on', async () => {
    const stage = delayed();
    await stage.pursue('shutdown');
    expect(stage.sent()).toEqual(['0 shutdown a', '67.5 shutdown b']);
    expect(stage.tiers()).toContain('down 0 waiting (1): the delay after tier 1');
  });

  it('does not after one that was not, nor after the last', async () => {
    const stage = delayed([inTier(1, 'a', off), inTier(0, 'b')]);
    await stage.pursue('shutdown');
    expect(stage.sent()).toEqual(['0 shutdown b']);
    expect(stage.clock.now() - begun).toBe(7_500);
  });

  it('is cut short when the run is stopped, and nothing is sent after it', async () => {
    const stage = delayed();
    const stop = new AbortController();
    void stage.clock.sleep(20_000).then(() => stop.abort());
    const outcomes = await stage.pursue('shutdown', { stop: stop.signal });
    expect(resultsOf(outcomes)).toEqual(['a succeeded seen', 'b skipped interrupted']);
    expect(outcomes[1]?.reason).toBe('the run was stopped before its tier had its turn');
    expect(stage.clock.now() - begun).toBe(20_000);
  });

  it('is waited for in pieces of a minute, each under a name of its own', async () => {
    const stage = arriving(ordering(threeTiers('running'), { tiers: { delayMs: 130_000 } }));
    const names: string[] = [];
    const engine = namingEngine(inProcessEngine(stage.clock), names);
    await stage.pursue('shutdown', { engine, until: begun + 3_600_000 });
    const ofDelays = names.filter((name) => name.startsWith('delay'));
    const pieces = (tier: string) => [0, 1, 2].flatMap((piece) => [`${tier}-${piece}`, `${tier}-${piece}-stop`]);
    const [second, first] = ['delay-down-2', 'delay-down-1'];
    expect(ofDelays).toEqual([`${second}-from`, ...pieces(second), `${first}-from`, ...pieces(first)]);
    expect(stage.sent()).toEqual(['0 shutdown web', '137.5 shutdown app', '137.5 shutdown app-2', '275 shutdown db']);
  });

  it('is left within a minute of a cancel, and nothing is sent after it', async () => {
    const stage = arriving(ordering([inTier(1, 'a'), inTier(0, 'b')], { tiers: { delayMs: 900_000 } }));
    const isCancelled = async () => stage.clock.now() >= begun + 200_000;
    const outcomes = await stage.pursue('shutdown', { isCancelled });
    expect(resultsOf(outcomes)).toEqual(['a succeeded seen', 'b skipped interrupted']);
    const endedAt = (stage.clock.now() - begun) / 1_000;
    expect([endedAt >= 200, endedAt <= 260]).toEqual([true, true]);
  });

  it('is not waited for when the time of the run is over', async () => {
    const stage = arriving(
      ordering([inTier(1, 'a'), inTier(0, 'b')], { tiers: { delayMs: 60_000, gate: 'best-effort' } }),
      'a',
    );
    const names: string[] = [];
    const engine = namingEngine(inProcessEngine(stage.clock), names);
    await stage.pursue('shutdown', { engine, until: begun + 20_000 });
    expect(names.filter((name) => name.startsWith('delay'))).toEqual(['delay-down-1-from']);
  });

  it('never outlasts the time of the run', async () => {
    const stage = delayed();
    const outcomes = await stage.pursue('shutdown', { until: begun + 30_000 });
    expect(resultsOf(outcomes)).toEqual(['a succeeded seen', 'b skipped interrupted']);
    expect(outcomes[1]?.reason).toBe('the time of the run was over before its tier had its turn');
    expect(stage.clock.now() - begun).toBe(30_000);
  });
});

describe('a run that is stopped', () => {
  it.each(['verified', 'best-effort'] as const)('begins no further tier (%s)', async (gate) => {
    const stage = arriving(ordering([inTier(1, 'a', { state: 'booting' }), inTier(0, 'b')], { tiers: { gate } }));
    const stop = new AbortController();
    void stage.clock.sleep(4_000).then(() => stop.abort());
    const outcomes = await stage.pursue('shutdown', { stop: stop.signal });
    expect(resultsOf(outcomes)).toEqual(['a skipped interrupted', 'b skipped interrupted']);
    expect(stage.cloud.sent).toEqual([]);
  });
});

describe('readiness', () => {
  const check = { tcp: { host: 'db.internal', port: 5432 }, withinMs: 60_000 };
  const tiers = { ready: { 0: check } };
  const twoTiers = (base: Parameters<typeof ordering>[1] = {}) =>
    arriving(ordering([inTier(0, 'db', off), inTier(1, 'app', off)], { ...base, tiers: { ...tiers, ...base?.tiers } }));

  it('is waited for before the next tier is started', async () => {
    const stage = twoTiers();
    const tries: unknown[] = [];
    const probe = async (...given: unknown[]) => (tries.push(given) < 4 ? 'ECONNREFUSED' : null);
    const outcomes = await stage.pursue('start', {}, { probe });
    expect(tries).toEqual(Array(4).fill([check, 5_000]));
    // Seen on after 7.5 s, then pauses of 3, 4.5 and 6.75 s.
    expect(stage.sent()).toEqual(['0 start db', '21.75 start app']);
    expect(resultsOf(outcomes)).toEqual(['db succeeded seen', 'app succeeded seen']);
    expect(stage.tiers()).toContain('up 1 waiting (1): db.internal:5432 to be ready');
  });

  it('that does not come in time stops the rest', async () => {
    const stage = twoTiers();
    const outcomes = await stage.pursue('start', {}, { probe: async () => 'ECONNREFUSED' });
    expect(resultsOf(outcomes)).toEqual(['db succeeded seen', 'app skipped tier']);
    expect(outcomes[1]?.reason).toBe(
      'tier 0 is up, but not ready: db.internal:5432 says ECONNREFUSED; so nothing is sent to the tiers after it',
    );
    expect(stage.clock.now() - begun).toBe(67_500);
  });

  it('that does not come in time is a warning by best effort', async () => {
    const stage = twoTiers({ tiers: { gate: 'best-effort' } });
    const outcomes = await stage.pursue('start', {}, { probe: async () => 'ECONNREFUSED' });
    expect(resultsOf(outcomes)).toEqual(['db succeeded seen', 'app succeeded seen']);
    expect(stage.warnings).toHaveLength(1);
  });

  it('is asked of tiers that were up already', async () => {
    const stage = arriving(ordering([inTier(0, 'db'), inTier(1, 'app', off)], { tiers }));
    const outcomes = await stage.pursue('start', {}, { probe: async () => 'ECONNREFUSED' });
    expect(resultsOf(outcomes)).toEqual(['app skipped tier']);
  });

  it('is not asked of the last tier, nor on the way down', async () => {
    const tries: unknown[] = [];
    const probe = async (...given: unknown[]) => {
      tries.push(given);
      return null;
    };
    await arriving(ordering([inTier(0, 'db', off), inTier(-1, 'x', off)], { tiers })).pursue('start', {}, { probe });
    await arriving(ordering([inTier(0, 'db'), inTier(-1, 'x')], { tiers })).pursue('shutdown', {}, { probe });
    expect(tries).toEqual([]);
  });

  it('is not waited for any more once the run is stopped', async () => {
    const stage = twoTiers();
    const stop = new AbortController();
    void stage.clock.sleep(9_000).then(() => stop.abort());
    const outcomes = await stage.pursue('start', { stop: stop.signal }, { probe: async () => 'ECONNREFUSED' });
    expect(resultsOf(outcomes)).toEqual(['db succeeded seen', 'app skipped interrupted']);
    expect(stage.clock.now() - begun).toBe(9_000);
  });

  it('is not waited for past the time of the run', async () => {
    const stage = twoTiers();
    const until = begun + 20_000;
    await stage.pursue('start', { until }, { probe: async () => 'ECONNREFUSED' });
    expect(stage.clock.now()).toBe(until);
  });
});

describe('the patience of a tier', () => {
  it('ends it for those that are not settled, and then its gate decides', async () => {
    const stage = arriving(ordering(threeTiers('running'), { tiers: { patienceMs: 100_000 } }), 'app');
    const outcomes = await stage.pursue('shutdown');
    expect(resultsOf(outcomes)).toEqual([
      'web succeeded seen',
      'app-2 succeeded seen',
      'app unknown no-sight',
      'db skipped tier',
    ]);
    // Tier 1 began after 7.5 s.
    expect(stage.clock.now() - begun).toBe(107_500);
  });

  it('holds also where there is one', async () => {
    const stage = arriving(ordering([inTier(0, 'a')], { tiers: { patienceMs: 100_000 } }), 'a');
    expect(resultsOf(await stage.pursue('shutdown'))).toEqual(['a unknown no-sight']);
    expect(stage.clock.now() - begun).toBe(100_000);
  });

  it('ends no tier later than the time of the run', async () => {
    const stage = arriving(ordering([inTier(1, 'a'), inTier(0, 'b')], { tiers: { patienceMs: 100_000 } }), 'a');
    await stage.pursue('shutdown', { until: begun + 40_000 });
    expect(stage.clock.now() - begun).toBe(40_000);
  });
});

describe('a stagger', () => {
  it('spreads each tier from its own begin on, also where there is one', async () => {
    const staggerMs = { start: 60_000, shutdown: 0, power_off: 0, reboot: 0, reset: 0 };
    const stage = ordering([inTier(0, 'a', off), inTier(0, 'b', off), inTier(0, 'c')], { staggerMs });
    const handed: Pursuit[] = [];
    const settle = async (label: string, pursuits: readonly Pursuit[]) => {
      handed.push(...pursuits);
      expect(label).toBe(pursuits[0]?.action === 'start' ? 'up-0' : 'down-0');
      return [];
    };
    await stage.pursue('start', {}, { settle });
    expect(handed.map(({ notBefore }) => (notBefore ?? 0) - begun)).toEqual([0, 30_000]);
    handed.length = 0;
    // One of two actions is enough: its own way alone is spread.
    await pursueBoth(stage, {}, { settle });
    expect(handed.map(({ vm, notBefore }) => [vm.id, notBefore])).toEqual([
      ['a', begun],
      ['b', begun + 30_000],
      ['c', null],
    ]);
  });

  it('lets every VM be sent to in its turn, and none before', async () => {
    const staggerMs = { start: 40_000, shutdown: 0, power_off: 0, reboot: 0, reset: 0 };
    const vms = ['a', 'b', 'c', 'd'].map((id) => inTier(0, id, off));
    const stage = arriving(ordering(vms, { staggerMs }));
    const outcomes = await stage.pursue('start');
    const sent = stage.sent().map((line) => line.split(' start '));
    expect(sent.map(([, id]) => id)).toEqual(['a', 'b', 'c', 'd']);
    for (const [place, [at]] of sent.entries()) {
      expect(Number(at)).toBeGreaterThanOrEqual(place * 10);
      expect(Number(at)).toBeLessThan(place * 10 + 8);
    }
    expect(resultsOf(outcomes)).toEqual(['a', 'b', 'c', 'd'].map((id) => `${id} succeeded seen`));
  });
});
