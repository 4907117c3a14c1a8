// One wave of sends: what leaves, with which limits, what is told of it, and that nothing it meets is thrown.

import PQueue from 'p-queue';
import { describe, expect, it } from 'vitest';
import type { Action } from '../../lib/core/action.ts';
import { PowerError } from '../../lib/core/errors.ts';
import { begin, type HandedBack, type Pursuit } from '../../lib/core/pursuit.ts';
import { vmKey } from '../../lib/core/vm.ts';
import type { Engine, RunEvent, SendLimits, Sent, VmCloud } from '../../lib/ports.ts';
import { inProcessEngine } from '../../lib/run/engine.ts';
import { type JournalEntry, type Present, type SendWorld, sendWave, type Turnstile } from '../../lib/run/send.ts';
import { whenAborted } from '../../lib/run/stopping.ts';
import { FakeClock } from '../fakes/clock.ts';
import { MemoryLog } from '../fakes/log.ts';
import { Journal, resume } from '../fakes/resuming-engine.ts';
import { status } from '../fakes/vm-cloud.ts';
import { vm } from '../fixtures/vm.ts';
import { policy } from '../fixtures/world.ts';

type Act = (limits: SendLimits, nth: number) => Sent | Promise<Sent>;

const taken: Sent = { answer: status(200), posts: 1, sentAt: 0 };

class ScriptedCloud implements VmCloud {
  readonly account: string;
  readonly calls = { lists: 0, reads: 0, actions: 0 };
  readonly given: { id: string; action: Action; limits: SendLimits; isMoot: SendLimits['isMoot'] }[] = [];
  readonly #act: Act;

  constructor(account: string, act: Act = () => taken) {
    this.account = account;
    this.#act = act;
  }

  async act(id: string, action: Action, { isMoot, ...limits }: SendLimits): Promise<Sent> {
    this.given.push({ id, action, limits, isMoot });
    return this.#act(limits, this.given.length);
  }

  list = () => Promise.reject(new Error('a wave lists nothing'));
  read = () => Promise.reject(new Error('a wave reads nothing'));
}

// No rival run: what leases do is tested in leasing.test.ts.
const undisputed = {
  holder: { run: 'run', requestedAt: 0 },
  leases: { take: async () => [], lost: async () => [] },
};

/** Open from the start, and nobody stops it. */
const turnstile = (concurrency = 50): Turnstile => ({
  gate: new PQueue({ concurrency }),
  isLive: Promise.resolve(),
  stopped: new Promise(() => undefined),
});

function pursue(id: string, more: Partial<Pursuit> = {}, account = 'main'): Pursuit {
  return { ...begin(vm({ id, account }), 'shutdown', { kind: 'send', reason: '' }, policy, 0), ...more };
}

function presentOf(wave: readonly Pursuit[]): Present {
  const byKey = new Map(wave.map((pursuit) => [vmKey(pursuit.vm), pursuit]));
  return (key) => byKey.get(key);
}

interface Staging extends Partial<SendWorld> {
  readonly inFlight?: number;
  readonly sends?: Engine['sends'];
  /** When the turn ends. */
  readonly endsAt?: number;
  /** The names of the steps in which the process ends. */
  readonly cutOff?: readonly string[];
}

function stage(clouds: readonly VmCloud[], staging: Staging = {}) {
  const { inFlight = 5, sends, endsAt = Number.POSITIVE_INFINITY, cutOff = [], ...more } = staging;
  const clock = new FakeClock(0);
  const log = new MemoryLog();
  const events: RunEvent[] = [];
  const journal: JournalEntry[] = [];
  const engine = inProcessEngine(clock);
  const maps: string[] = [];
  const limits: number[] = [];
  const steps: string[] = [];
  // Each item has an engine of its own, and has to use that one.
  const own: Engine = {
    ...engine,
    once: async (name, fn) => {
      steps.push(name);
      const result = await fn();
      return cutOff.includes(name) ? null : result;
    },
  };
  const world: SendWorld = {
    accounts: clouds.map((cloud) => ({ cloud, projects: ['default'] })),
    engine: {
      ...engine,
      ...(sends === undefined ? {} : { sends }),
      turn: { id: 'turn-1', endsAt },
      map: (name, items, fn, limit) => {
        maps.push(name);
        limits.push(limit);
        return engine.map(name, items, (item, index) => fn(item, index, own), limit);
      },
    },
    clock,
    log,
    policy,
    ...undisputed,
    onEvent: (event) => events.push(event),
    ...more,
  };
  const open = turnstile(inFlight);
  const stopped = more.stop === undefined ? open.stopped : whenAborted(more.stop);
  const send = async (wave: readonly Pursuit[], present: readonly Pursuit[] = wave) => {
    const { chunks, back } = sendWave('send-1', wave, presentOf(present), { ...open, stopped }, world);
    await clock.run(back);
    const parts = await Promise.all(chunks.map(async ({ id, entries }) => [id, await entries] as const));
    journal.push(...parts.flatMap(([, entries]) => entries));
    return Object.fromEntries(parts.map(([id, entries]) => [id, entries.map(({ key }) => key)]));
  };
  return { clock, log, events, journal, maps, limits, steps, send };
}

describe('a wave', () => {
  it('goes to each account through its own cloud, and journals every answer under its VM', async () => {
    const acme = new ScriptedCloud('acme');
    const zeta = new ScriptedCloud('zeta', () => ({ answer: status(500), posts: 1, sentAt: 7 }));
    const { send, journal, maps } = stage([acme, zeta]);
    await send([pursue('1', {}, 'zeta'), pursue('1', {}, 'acme'), pursue('2', { action: 'power_off' }, 'acme')]);
    expect(acme.given.map(({ id, action }) => [id, action])).toEqual([
      ['1', 'shutdown'],
      ['2', 'power_off'],
    ]);
    expect(zeta.given).toHaveLength(1);
    expect(maps).toEqual(['send-1']);
    const byKey = Object.fromEntries(journal.map(({ key, answered }) => [key, answered]));
    expect(byKey['zeta/1']).toEqual({ meaning: 'unknown', detail: 'HTTP 500', posts: 1, sentAt: 7, answeredAt: 0 });
    expect(byKey['acme/2']).toEqual({ meaning: 'done', detail: 'HTTP 200', posts: 1, sentAt: 0, answeredAt: 0 });
    expect(journal).toHaveLength(3);
  });

  it('tells of each POST before it leaves, and of its answer', async () => {
    const { send, events, log } = stage([new ScriptedCloud('main')]);
    await send([pursue('1', { attempts: 2 })]);
    const where = { vm: '1', account: 'main' };
    expect(events).toEqual([
      { kind: 'sent', ...where, action: 'shutdown', attempt: 3 },
      { kind: 'answered', ...where, meaning: 'done', detail: 'HTTP 200' },
    ]);
    expect(log.lines).toEqual([
      {
        level: 'debug',
        message: 'an action was answered',
        fields: { ...where, action: 'shutdown', meaning: 'done', detail: 'HTTP 200' },
      },
    ]);
  });

  it('needs nobody who listens', async () => {
    const clock = new FakeClock(0);
    const accounts = [{ cloud: new ScriptedCloud('main'), projects: [] }];
    const world = { accounts, engine: inProcessEngine(clock), clock, log: new MemoryLog(), policy, ...undisputed };
    const { chunks, back } = sendWave('send-1', [pursue('1')], () => pursue('1'), turnstile(), world);
    await clock.run(back);
    expect(await chunks[0]?.entries).toMatchObject([{ key: 'main/1', answered: { meaning: 'done' } }]);
  });
});

describe('the parts of a wave', () => {
  const sends = { perStep: 4, stepsAtOnce: 3 };
  const ids = (count: number) => Array.from({ length: count }, (_, index) => String(index + 1));
  const keys = (...of: string[]) => of.map((id) => `main/${id}`);

  it('are steps of so many VMs as the engine says, in their order, so many side by side', async () => {
    const { send, steps, limits, maps } = stage([new ScriptedCloud('main')], { sends });
    const parts = await send(ids(9).map((id) => pursue(id)));
    expect(parts).toEqual({
      'send-1-0': keys('1', '2', '3', '4'),
      'send-1-1': keys('5', '6', '7', '8'),
      'send-1-2': keys('9'),
    });
    expect([steps, limits, maps]).toEqual([['send-1-0', 'send-1-1', 'send-1-2'], [3], ['send-1']]);
  });

  it('are whole when they can be', async () => {
    const { send } = stage([new ScriptedCloud('main')], { sends });
    expect(Object.keys(await send(ids(8).map((id) => pursue(id))))).toEqual(['send-1-0', 'send-1-1']);
  });

  it.each(['reboot', 'reset'] as const)(
    'are a quarter as large for a %s, which is never sent again',
    async (action) => {
      const { send } = stage([new ScriptedCloud('main')], { sends: { perStep: 8, stepsAtOnce: 3 } });
      const parts = await send(ids(5).map((id) => pursue(id, { action })));
      expect(Object.values(parts)).toEqual([keys('1', '2'), keys('3', '4'), keys('5')]);
    },
  );

  it.each(['reboot', 'reset'] as const)('hold at least one VM for a %s', async (action) => {
    const { send } = stage([new ScriptedCloud('main')]);
    expect(Object.values(await send([pursue('1', { action }), pursue('2', { action })]))).toEqual([
      keys('1'),
      keys('2'),
    ]);
  });

  it('let no more POSTs out at once than the gate, however many run side by side', async () => {
    let out = 0;
    let most = 0;
    const cloud = new ScriptedCloud('main', async () => {
      out += 1;
      most = Math.max(most, out);
      await clock.sleep(1_000);
      out -= 1;
      return taken;
    });
    const { send, clock } = stage([cloud], { sends, inFlight: 5 });
    await send(ids(20).map((id) => pursue(id)));
    expect(most).toBe(5);
  });

  it('are back one by one, before the wave is', async () => {
    const clock = new FakeClock(0);
    const cloud = new ScriptedCloud('main', async (_limits, nth) => {
      await clock.sleep(nth * 1_000);
      return taken;
    });
    const world: SendWorld = {
      accounts: [{ cloud, projects: [] }],
      engine: inProcessEngine(clock),
      clock,
      log: new MemoryLog(),
      policy,
      ...undisputed,
    };
    const wave = [pursue('1'), pursue('2')];
    const { chunks, back } = sendWave('send-1', wave, presentOf(wave), turnstile(), world);
    const at: number[] = [];
    for (const { entries } of chunks) void entries.then(() => at.push(clock.now()));
    await clock.run(back);
    expect(at).toEqual([1_000, 2_000]);
  });

  it('that a turn ended in the middle of are cut off, every VM of them and no other', async () => {
    const { send, journal } = stage([new ScriptedCloud('main')], { sends, cutOff: ['send-1-1'] });
    await send(ids(9).map((id) => pursue(id)));
    const lost = journal.filter(({ answered }) => answered === 'cut-off');
    expect(lost.map(({ key }) => key)).toEqual(keys('5', '6', '7', '8'));
    expect(journal).toHaveLength(9);
  });

  it('that an earlier turn completed are given by what it remembered of the wave', async () => {
    const clock = new FakeClock(0);
    const cloud = new ScriptedCloud('main');
    const journal = new Journal();
    const world = { accounts: [{ cloud, projects: [] }], clock, log: new MemoryLog(), policy, ...undisputed };
    const inOneTurn = async (engine: Engine) => {
      const wave = ids(6).map((id) => pursue(id));
      const { chunks, back } = sendWave('send-1', wave, presentOf(wave), turnstile(), { ...world, engine });
      await back;
      return Promise.all(chunks.map(({ entries }) => entries));
    };
    const first = await clock.run(resume(inOneTurn, { journal, clock, sends }));
    expect(first.map((entries) => entries.map(({ key }) => key))).toEqual([keys('1', '2', '3', '4'), keys('5', '6')]);
    expect(await clock.run(resume(inOneTurn, { journal, clock, sends }))).toEqual(first);
    expect([cloud.given.length, journal.operations.length]).toEqual([6, 3]);
  });
});

describe('the end of a turn', () => {
  const margin = 30_000;
  const throttledOnce: Sent = { answer: status(429), posts: 1, sentAt: 0 };
  const late: Sent = { answer: { kind: 'unsent', detail: 'its time was over' }, posts: 0, sentAt: null };
  const nextTurn = (posts: number): HandedBack => ({
    later: 'next turn',
    why: 'the process was about to end',
    posts,
  });

  it.each([
    ['one action may take, and the margin', policy.timeouts.actionMs, policy.timeouts.actionMs + margin],
    ['five minutes and the margin, where an action may take longer', 900_000, 300_000 + margin],
  ])('is too near for a send when there is no more left than %s', async (_what, actionMs, leftMs) => {
    const timeouts = { ...policy.timeouts, actionMs };
    const send = async (endsAt: number) => {
      const cloud = new ScriptedCloud('main');
      const staged = stage([cloud], { endsAt, policy: { ...policy, timeouts } });
      await staged.send([pursue('1')]);
      return { ...staged, cloud };
    };
    const near = await send(leftMs);
    expect(near.journal).toEqual([{ key: 'main/1', answered: nextTurn(0) }]);
    expect([near.cloud.given, near.events]).toEqual([[], []]);
    const far = await send(leftMs + 1);
    expect(far.journal).toMatchObject([{ answered: { meaning: 'done' } }]);
    expect(far.cloud.given).toMatchObject([{ limits: { until: leftMs + 1 - margin } }]);
  });

  it.each<[string, number, object]>([
    ['is sent by the next one', 200_000, nextTurn(0)],
    [
      'has that for an answer where its turn has time left',
      900_000,
      { meaning: 'unsent', detail: 'its time was over' },
    ],
  ])('makes that what waited too long for its place %s', async (_what, endsAt, answered) => {
    const cloud = new ScriptedCloud('main', async () => {
      await clock.sleep(60_000);
      return late;
    });
    const { send, journal, clock } = stage([cloud], { endsAt });
    await send([pursue('1')]);
    expect(journal).toMatchObject([{ key: 'main/1', answered }]);
  });

  it('is not what the API thinks: what it only told to come again is sent by the next one, its POSTs counted', async () => {
    const cloud = new ScriptedCloud('main', async (_limits, nth) => {
      await clock.sleep(30_000);
      return nth < 3 ? { answer: status(429), posts: 1, sentAt: nth } : late;
    });
    const { send, journal, clock } = stage([cloud], { endsAt: 200_000 });
    await send([pursue('1')]);
    expect(journal).toEqual([{ key: 'main/1', answered: nextTurn(2) }]);
    const inTime = stage([new ScriptedCloud('main', (_limits, nth) => (nth === 1 ? throttledOnce : late))], {
      endsAt: 900_000,
    });
    await inTime.send([pursue('1')]);
    expect(inTime.journal).toMatchObject([{ answered: { meaning: 'slow-down', posts: 1 } }]);
  });

  it('takes back what was told to come again and did not get its turn before the end', async () => {
    const cloud = new ScriptedCloud('main', async (_limits, nth) => {
      if (nth === 1) return throttledOnce;
      await clock.sleep(60_000);
      return late;
    });
    const { send, journal, clock } = stage([cloud], { endsAt: 200_000 });
    await send([pursue('1')]);
    expect(journal).toEqual([{ key: 'main/1', answered: nextTurn(1) }]);
  });

  it.each([500, 403, 401])('takes nothing from an answer of %i that came late', async (code) => {
    const cloud = new ScriptedCloud('main', async () => {
      await clock.sleep(60_000);
      return { answer: status(code), posts: 1, sentAt: 0 };
    });
    const { send, journal, clock } = stage([cloud], { endsAt: 200_000 });
    await send([pursue('1')]);
    expect(journal).toMatchObject([{ answered: { detail: `HTTP ${code}`, posts: 1 } }]);
  });

  it('changes nothing about an answer that came in time', async () => {
    const cloud = new ScriptedCloud('main', async () => {
      await clock.sleep(60_000);
      return taken;
    });
    const { send, journal, clock } = stage([cloud], { endsAt: 200_000 });
    await send([pursue('1')]);
    expect(journal).toMatchObject([{ answered: { meaning: 'done' } }]);
  });

  it('comes after a stop: what was stopped is not left to the next turn', async () => {
    const { send, journal } = stage([new ScriptedCloud('main')], { endsAt: 0, stop: AbortSignal.abort() });
    await send([pursue('1')]);
    expect(journal).toMatchObject([{ answered: { meaning: 'unsent', detail: 'the run was stopped' } }]);
  });
});

describe('the turnstile', () => {
  const open = () => new ScriptedCloud('main');

  it('lets nothing through, and asks nobody, before a resumed run has come to where it is new', async () => {
    const cloud = open();
    const clock = new FakeClock(0);
    const live = Promise.withResolvers<void>();
    const world = { accounts: [{ cloud, projects: [] }], clock, log: new MemoryLog(), policy, ...undisputed };
    const { back } = sendWave(
      'send-1',
      [pursue('1')],
      () => pursue('1'),
      { ...turnstile(), isLive: live.promise },
      {
        ...world,
        engine: inProcessEngine(clock),
      },
    );
    await clock.run(clock.sleep(60_000));
    expect(cloud.given).toEqual([]);
    live.resolve();
    await clock.run(back);
    expect(cloud.given).toHaveLength(1);
  });

  it('turns those back at once that have no place when the run is stopped, and waits for those that have', async () => {
    const stop = new AbortController();
    const cloud = new ScriptedCloud('main', async () => {
      await clock.sleep(60_000);
      return taken;
    });
    const { send, journal, clock } = stage([cloud], { inFlight: 1, stop: stop.signal });
    void clock.sleep(10_000).then(() => stop.abort());
    await send([pursue('1'), pursue('2'), pursue('3')]);
    const spared = { meaning: 'unsent', detail: 'the run was stopped', posts: 0, sentAt: null, answeredAt: 10_000 };
    expect(journal).toEqual([
      { key: 'main/1', answered: { meaning: 'done', detail: 'HTTP 200', posts: 1, sentAt: 0, answeredAt: 60_000 } },
      { key: 'main/2', answered: spared },
      { key: 'main/3', answered: spared },
    ]);
    expect(cloud.given.map(({ id }) => id)).toEqual(['1']);
  });
});

describe('a lease that cannot be read', () => {
  it('is not ours to send by: the VM waits for the next look, and nobody is asked', async () => {
    const cloud = new ScriptedCloud('main');
    const error = new PowerError('aws', 'the table is slow');
    const leases = { ...undisputed.leases, lost: () => Promise.reject(error) };
    const { send, journal, events, log } = stage([cloud], { leases });
    await send([pursue('1')]);
    const answered = { later: 'next look', why: 'the table is slow', posts: 0 };
    expect([journal, cloud.given, events]).toEqual([[{ key: 'main/1', answered }], [], []]);
    expect(log.lines).toMatchObject([{ level: 'error', fields: { vm: '1', error } }]);
  });
});

describe('the limits of a send', () => {
  const stop = new AbortController().signal;
  const limitsOf = async (pursuit: Pursuit, more: Staging = {}) => {
    const cloud = new ScriptedCloud('main');
    await stage([cloud], more).send([pursuit]);
    return cloud.given[0]?.limits;
  };
  const impatient = pursue('1', { policy: { ...policy.shutdown, patienceMs: 5_000 } });

  it.each<[string, Pursuit, Staging, SendLimits]>([
    ['are the time-out alone before anything was sent', pursue('1'), {}, { timeoutMs: 120_000 }],
    ['have no time-out beyond the patience', impatient, {}, { timeoutMs: 5_000 }],
    [
      'end with the patience that has begun',
      pursue('1', { patienceFrom: 1_000 }),
      {},
      { timeoutMs: 120_000, until: 481_000 },
    ],
    ['end with the run', pursue('1'), { until: 9_000 }, { timeoutMs: 120_000, until: 9_000 }],
    [
      'end with what comes first',
      pursue('1', { patienceFrom: 1_000 }),
      { until: 9_000 },
      { timeoutMs: 120_000, until: 9_000 },
    ],
    ['end with a stop', pursue('1'), { stop }, { timeoutMs: 120_000, stop }],
  ])('%s', async (_what, pursuit, more, limits) => {
    expect(await limitsOf(pursuit, more)).toStrictEqual(limits);
  });
});

describe('what is not sent', () => {
  it.each([
    ['seen in the wanted power meanwhile', { wasSeenWanted: true }, {}, 'it was seen in the wanted power meanwhile'],
    ['waiting when the run is stopped', {}, { stop: AbortSignal.abort() }, 'the run was stopped'],
  ])('is what was %s', async (_what, present, more, detail) => {
    const cloud = new ScriptedCloud('main');
    const { send, journal, events } = stage([cloud], more);
    await send([pursue('1')], [pursue('1', present)]);
    expect(journal).toEqual([
      { key: 'main/1', answered: { meaning: 'unsent', detail, posts: 0, sentAt: null, answeredAt: 0 } },
    ]);
    expect([cloud.given, events]).toEqual([[], []]);
  });

  it('is what has an outcome already, and nobody is asked whose it is', async () => {
    const cloud = new ScriptedCloud('main');
    const asked: unknown[] = [];
    const lost = async (...question: unknown[]) => {
      asked.push(question);
      return [];
    };
    const leases = { ...undisputed.leases, lost };
    const { send } = stage([cloud], { leases });
    await send([pursue('1')], []);
    expect([cloud.given, asked]).toEqual([[], []]);
  });

  it('is what a newer request has by now', async () => {
    const cloud = new ScriptedCloud('main');
    const leases = { ...undisputed.leases, lost: async (_holder: unknown, keys: readonly string[]) => keys };
    const { send, journal } = stage([cloud], { leases });
    await send([pursue('1')]);
    expect(journal).toMatchObject([
      { answered: { meaning: 'unsent', detail: 'a newer request has taken it over', posts: 0 } },
    ]);
    expect(cloud.given).toEqual([]);
  });

  it.each([
    ['as it was', [pursue('1')], false],
    ['seen in the wanted power', [pursue('1', { wasSeenWanted: true })], true],
    ['settled', [], true],
  ])('is asked for once more when its turn comes: %s', async (_what, present, isMoot) => {
    const wave = [pursue('1')];
    const cloud = new ScriptedCloud('main', () => {
      wave.splice(0, 1, ...present);
      return { answer: { kind: 'unsent', detail: '' }, posts: 0, sentAt: null };
    });
    const { clock } = stage([]);
    const world = { accounts: [{ cloud, projects: [] }], clock, log: new MemoryLog(), policy, ...undisputed };
    const own = { ...world, engine: inProcessEngine(clock) };
    const { back } = sendWave('send-1', [pursue('1')], (key) => presentOf(wave)(key), turnstile(), own);
    await clock.run(back);
    expect(cloud.given.map((given) => given.isMoot?.())).toEqual([isMoot]);
  });
});

describe('what a cloud throws', () => {
  const throwing = (error: unknown) => stage([new ScriptedCloud('main', () => Promise.reject(error))]);

  it("is the account's token trouble when it is a fault of ours", async () => {
    const error = new PowerError('secret', 'the secret "s" is empty');
    const { send, journal, log } = throwing(error);
    await send([pursue('1')]);
    expect(journal).toEqual([
      {
        key: 'main/1',
        answered: { meaning: 'token', detail: 'the secret "s" is empty', posts: 0, sentAt: null, answeredAt: 0 },
      },
    ]);
    expect(log.lines).toEqual([
      {
        level: 'error',
        message: 'an action could not be sent',
        fields: { vm: '1', account: 'main', action: 'shutdown', error },
      },
    ]);
  });

  it.each([
    [new TypeError('Bearer abc'), 'TypeError'],
    ['Bearer abc', 'string thrown'],
  ])('is a mistake of ours otherwise, and nothing of it is told but its kind', async (error, bug) => {
    const { send, journal } = throwing(error);
    await send([pursue('1')]);
    expect(journal).toEqual([{ key: 'main/1', answered: { bug, answeredAt: 0 } }]);
  });

  it('is not needed for an account that has no cloud', async () => {
    const { send, journal, log } = stage([new ScriptedCloud('main')]);
    await send([pursue('1', {}, 'lost')]);
    expect(log.lines).toMatchObject([{ fields: { account: 'lost', error: { code: 'config' } } }]);
    expect(journal).toMatchObject([{ answered: { meaning: 'token', detail: 'account "lost" has no cloud' } }]);
  });
});

describe('an action that the API throttles', () => {
  const throttled: Sent = { answer: status(429), posts: 1, sentAt: 3_000 };

  it('is sent again within its patience, counted from the first POST, and counted', async () => {
    const cloud = new ScriptedCloud('main', (_limits, nth) =>
      nth < 3 ? { ...throttled, sentAt: nth * 3_000 } : { answer: status(202), posts: 2, sentAt: 50_000 },
    );
    const { send, journal } = stage([cloud], { until: 900_000 });
    await send([pursue('1')]);
    expect(cloud.given.map(({ limits }) => limits.until)).toEqual([900_000, 483_000, 483_000]);
    expect(journal[0]?.answered).toEqual({
      meaning: 'done',
      detail: 'HTTP 202',
      posts: 4,
      sentAt: 3_000,
      answeredAt: 0,
    });
  });

  it('is not sent past the end of the run', async () => {
    const cloud = new ScriptedCloud('main', (_limits, nth) => (nth === 1 ? throttled : taken));
    await stage([cloud], { until: 60_000 }).send([pursue('1')]);
    expect(cloud.given.map(({ limits }) => limits.until)).toEqual([60_000, 60_000]);
    const free = new ScriptedCloud('main', (_limits, nth) => (nth === 1 ? throttled : taken));
    await stage([free]).send([pursue('1')]);
    expect(free.given.map(({ limits }) => limits.until)).toEqual([undefined, 483_000]);
  });

  it('keeps that as its last answer when its turn does not come again', async () => {
    const late: Sent = { answer: { kind: 'unsent', detail: 'late' }, posts: 0, sentAt: null };
    const cloud = new ScriptedCloud('main', (_limits, nth) => (nth === 1 ? throttled : late));
    const { send, journal } = stage([cloud]);
    await send([pursue('1')]);
    const expected = { meaning: 'slow-down', detail: 'HTTP 429', posts: 1, sentAt: 3_000, answeredAt: 0 };
    expect(journal[0]?.answered).toEqual(expected);
    const never = stage([new ScriptedCloud('main', () => late)]);
    await never.send([pursue('1')]);
    expect(never.journal[0]?.answered).toMatchObject({ meaning: 'unsent', detail: 'late', posts: 0, sentAt: null });
  });
});
