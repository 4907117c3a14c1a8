// One wave of sends: what leaves, with which limits, what is told of it, and that nothing it meets is thrown.

import { describe, expect, it } from 'vitest';
import type { Action } from '../../lib/core/action.ts';
import { PowerError } from '../../lib/core/errors.ts';
import { begin, type Pursuit } from '../../lib/core/pursuit.ts';
import { vmKey } from '../../lib/core/vm.ts';
import type { RunEvent, SendLimits, Sent, VmCloud } from '../../lib/ports.ts';
import { inProcessEngine } from '../../lib/run/engine.ts';
import { type JournalEntry, type SendWorld, sendWave } from '../../lib/run/send.ts';
import { FakeClock } from '../fakes/clock.ts';
import { MemoryLog } from '../fakes/log.ts';
import { status } from '../fakes/vm-cloud.ts';
import { vm } from '../fixtures/vm.ts';
import { policy } from '../fixtures/world.ts';

type Act = (limits: SendLimits, nth: number) => Sent | Promise<Sent>;

const taken: Sent = { answer: status(200), posts: 1, sentAt: 0 };

class ScriptedCloud implements VmCloud {
  readonly account: string;
  readonly calls = { lists: 0, reads: 0, actions: 0 };
  readonly given: { id: string; action: Action; limits: SendLimits }[] = [];
  readonly #act: Act;

  constructor(account: string, act: Act = () => taken) {
    this.account = account;
    this.#act = act;
  }

  async act(id: string, action: Action, limits: SendLimits): Promise<Sent> {
    this.given.push({ id, action, limits });
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

function pursue(id: string, more: Partial<Pursuit> = {}, account = 'main'): Pursuit {
  return { ...begin(vm({ id, account }), 'shutdown', { kind: 'send', reason: '' }, policy, 0), ...more };
}

function stage(clouds: readonly VmCloud[], more: Partial<SendWorld> = {}) {
  const clock = new FakeClock(0);
  const log = new MemoryLog();
  const events: RunEvent[] = [];
  const journal: JournalEntry[] = [];
  const engine = inProcessEngine(clock);
  const maps: string[] = [];
  const world: SendWorld = {
    accounts: clouds.map((cloud) => ({ cloud, projects: ['default'] })),
    engine: {
      ...engine,
      map: (name, ...rest) => {
        maps.push(name);
        return engine.map(name, ...rest);
      },
    },
    clock,
    log,
    policy,
    inFlight: 5,
    ...undisputed,
    onEvent: (event) => events.push(event),
    ...more,
  };
  const send = (wave: readonly Pursuit[], present: readonly Pursuit[] = wave) => {
    const byKey = new Map(present.map((pursuit) => [vmKey(pursuit.vm), pursuit]));
    return clock.run(sendWave('send-1', wave, (key) => byKey.get(key), journal, world));
  };
  return { clock, log, events, journal, maps, send };
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
    const journal: JournalEntry[] = [];
    const accounts = [{ cloud: new ScriptedCloud('main'), projects: [] }];
    const world = {
      accounts,
      engine: inProcessEngine(clock),
      clock,
      log: new MemoryLog(),
      policy,
      inFlight: 1,
      ...undisputed,
    };
    await clock.run(sendWave('send-1', [pursue('1')], () => undefined, journal, world));
    expect(journal).toMatchObject([{ key: 'main/1', answered: { meaning: 'done' } }]);
  });
});

describe('the limits of a send', () => {
  const stop = new AbortController().signal;
  const limitsOf = async (pursuit: Pursuit, more: Partial<SendWorld> = {}) => {
    const cloud = new ScriptedCloud('main');
    await stage([cloud], more).send([pursuit]);
    return cloud.given[0]?.limits;
  };
  const impatient = pursue('1', { policy: { ...policy.shutdown, patienceMs: 5_000 } });

  it.each<[string, Pursuit, Partial<SendWorld>, SendLimits]>([
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
