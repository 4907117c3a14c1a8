// Who is told of which runs, in which words, and that telling is never in a run's way.

import { describe, expect, it } from 'vitest';
import { PowerError } from '../../../lib/core/errors.ts';
import type { Figure } from '../../../lib/core/metric.ts';
import { neverStarted } from '../../../lib/core/not-begun.ts';
import type { Notice } from '../../../lib/core/notice.ts';
import type { Outcome } from '../../../lib/core/outcome.ts';
import type { Delivered } from '../../../lib/ports.ts';
import { notifiedStore, tellSwept } from '../../../lib/run/notify/notified-store.ts';
import type { RunsTold } from '../../../lib/run/notify/run-notice.ts';
import { makeReport, type RunReport, verdictOf } from '../../../lib/run/report.ts';
import { parseRunRequest } from '../../../lib/run/request.ts';
import { runStoreContract } from '../../contracts/run-store.ts';
import { MemoryLog } from '../../fakes/log.ts';
import { MemoryRunStore } from '../../fakes/run-store.ts';
import { outcome } from '../../fixtures/outcome.ts';

const at = '2026-11-24T18:00:00.000Z';
const end = '2026-11-24T18:05:00.000Z';

const failed = (vm: string) => outcome(vm, { result: 'failed', code: 'still', reason: `it is still on: ${vm}` });

function stage(when: RunsTold = 'trouble') {
  const store = new MemoryRunStore();
  const log = new MemoryLog();
  const sent: Notice[] = [];
  const unsent: Figure[] = [];
  const emit = async (figures: readonly Figure[]) => void unsent.push(...figures);
  let how: () => Promise<Delivered> = async () => ({ isSent: true });
  const messenger = {
    send: async (notice: Notice) => {
      sent.push(notice);
      return how();
    },
  };
  const told = notifiedStore(store, { log, notifying: () => ({ messenger, when }), emit });
  const begin = async (name: string, to = told) => {
    const request = parseRunRequest({ action: 'shutdown', select: 'env=dev' });
    await to.record({ name, trigger: 'cron', request, requestHash: 'h', recordedAt: at });
    await to.claim(name, at, '2026-11-24T19:00:00.000Z', 'me');
  };
  const finish = async (
    outcomes: readonly Outcome[],
    more: Partial<RunReport> & { dryRun?: boolean } = {},
    name = 'cron-1',
  ) => {
    const { dryRun = false, ...rest } = more;
    await begin(name);
    const request = parseRunRequest({ action: 'shutdown', select: 'env=dev', dryRun });
    const times = { startedAt: Date.parse(at), endedAt: Date.parse(end) };
    const calls = { lists: 1, reads: 0, actions: 1 };
    const made = makeReport(name, request, {
      ...times,
      outcomes,
      unlisted: [],
      matched: true,
      interrupted: false,
      calls,
    });
    const report = { ...made, ...rest };
    const { outcomes: last, ...summary } = report;
    await told.end(name, end, { ...summary, verdict: verdictOf(report) }, last);
  };
  const deliver = (next: () => Promise<Delivered>) => {
    how = next;
  };
  return { store, told, log, sent, unsent, emit, messenger, begin, finish, deliver };
}

type Stage = ReturnType<typeof stage>;

describe('people are told of a run that a sweep found', () => {
  const later = '2026-11-24T20:00:00.000Z';
  const sweep = async (swept: { abandoned?: string[]; lost?: string[] }, { store, log, messenger, emit }: Stage) =>
    tellSwept({ abandoned: [], lost: [], ...swept }, later, {
      store,
      log,
      notifying: () => ({ messenger, when: 'trouble' }),
      emit,
    });

  it('lost, with the VMs that are known to need attention', async () => {
    const scene = stage();
    await scene.begin('cron-1');
    const figures = { selected: 2, sent: 2, settled: 1, tiers: [] };
    await scene.store.progress('cron-1', figures, [failed('2')]);
    await sweep({ lost: ['cron-1'] }, scene);
    expect(scene.sent).toMatchObject([
      {
        id: 'run-lost/cron-1',
        at: Date.parse('2026-11-24T19:00:00.000Z'),
        title: 'Run cron-1 is lost: nobody knows how it ended',
        text: expect.stringContaining('It has no report: see the log, and list its VMs.'),
        vms: [{ key: 'main/2' }],
        facts: { ending: 'lost' },
      },
    ]);
  });

  it('lost, and once more when it ends all the same, as another message and not as a repeat', async () => {
    const scene = stage();
    await scene.begin('cron-1');
    await sweep({ lost: ['cron-1'] }, scene);
    await scene.told.end('cron-1', later, { error: { code: 'aws', message: 'late' } }, []);
    const ids = scene.sent.map(({ id }) => id);
    expect([ids.length, new Set(ids).size]).toEqual([2, 2]);
  });

  it('never started in time', async () => {
    const scene = stage();
    await scene.store.record({ name: 'cron-2', trigger: 'cron', request: {}, requestHash: 'h', recordedAt: at });
    await scene.store.abandon('cron-2', end, neverStarted(15));
    await sweep({ abandoned: ['cron-2'] }, scene);
    expect(scene.sent.map(({ title }) => title)).toEqual(['Run cron-2 was never started']);
  });

  it('five at once at most, lost ones first, and says in the log of whom nobody could be told', async () => {
    const scene = stage();
    scene.deliver(async () => ({ isSent: false, why: 'it answered 503' }));
    const names = ['1', '2', '3', '4'].map((nth) => `cron-${nth}`);
    for (const name of [...names, 'lost-1', 'lost-2']) await scene.begin(name);
    await sweep({ abandoned: names, lost: ['lost-1', 'lost-2'] }, scene);
    expect(scene.sent).toHaveLength(5);
    const runs = scene.log.lines.map(({ level, fields }) => `${level} ${fields?.run}`);
    expect(runs.toSorted()).toEqual(['cron-1', 'cron-2', 'cron-3', 'lost-1', 'lost-2'].map((run) => `error ${run}`));
  });
});

describe('people are told of a run', () => {
  it('that ended in trouble: its counts, and the VMs that need attention', async () => {
    const { finish, sent, log } = stage();
    await finish(
      [outcome('1'), failed('2'), outcome('3', { result: 'unknown', code: 'no-sight', reason: 'not seen' })],
      {
        unlisted: [{ account: 'main', project: 'ci', reason: '503' }],
      },
    );
    expect(sent).toEqual([
      {
        id: 'run-ended/cron-1',
        type: 'run.ended',
        at: Date.parse(end),
        title: 'Run cron-1 (shutdown) ended in trouble',
        text: '1 succeeded, 1 failed, 1 unknown. 1 project(s) could not be listed. Details: npx power runs, or GET /v1/runs/cron-1',
        vms: [
          { key: 'main/2', name: 'vm-2', note: 'failed: it is still on: 2' },
          { key: 'main/3', name: 'vm-3', note: 'unknown: not seen' },
        ],
        more: 0,
        unlisted: [{ key: 'main/ci', reason: '503' }],
        link: null,
        facts: {
          run: 'cron-1',
          trigger: 'cron',
          action: 'shutdown',
          ending: 'trouble',
          counts: { succeeded: 1, failed: 1, unknown: 1 },
        },
      },
    ]);
    expect(log.lines).toEqual([
      { level: 'info', message: 'people were told how the run ended', fields: { run: 'cron-1' } },
    ]);
  });

  it('with the VMs whose outcomes were kept before its end, too', async () => {
    const { begin, told, sent } = stage();
    await begin('cron-2');
    const figures = { selected: 1, sent: 1, settled: 1, tiers: [] };
    await told.progress('cron-2', figures, [failed('7')]);
    await told.end('cron-2', end, { error: { code: 'internal', message: 'm' } }, []);
    expect(sent).toMatchObject([
      { title: 'Run cron-2 broke off', vms: [{ key: 'main/7' }], facts: { ending: 'broke-off' } },
    ]);
    expect(sent[0]?.text).toContain('no report');
  });

  it.each([
    ['interrupted', { interrupted: true }, [outcome('1')], 'was stopped before it was done'],
    ['refused', {}, [outcome('1', { result: 'refused', code: 'guard' })], 'was refused: nothing was sent'],
    ['trouble', { matched: false }, [], 'ended in trouble'],
  ] as const)('that was %s', async (ending, more, outcomes, words) => {
    const { finish, sent } = stage();
    await finish(outcomes, more);
    expect(sent[0]?.vms).toHaveLength(ending === 'refused' ? 1 : 0);
    expect(sent[0]?.text).toMatch(/^[^.]+\. Details: npx power runs, or GET \/v1\/runs\/cron-1$/);
    expect(sent).toMatchObject([{ title: expect.stringContaining(words), facts: { ending } }]);
  });

  it('that ended well only where all are wanted, and never of a rehearsal', async () => {
    const { finish, sent } = stage();
    await finish([outcome('1')]);
    expect(sent).toEqual([]);
    const always = stage('always');
    await always.finish([outcome('1')]);
    await always.finish([], {}, 'cron-2');
    expect(always.sent.map(({ title, text }) => [title, text.split('.')[0]])).toEqual([
      ['Run cron-1 (shutdown) ended well', '1 succeeded'],
      ['Run cron-2 (shutdown) ended well', 'No VM was selected'],
    ]);
    await always.finish([failed('1')], { dryRun: true }, 'cron-3');
    expect(always.sent).toHaveLength(2);
  });

  it('again when its end is kept again, under the same id', async () => {
    const { finish, told, sent } = stage();
    await finish([failed('1')]);
    await told.end('cron-1', end, { error: { message: 'again' } }, []).catch(() => undefined);
    expect(new Set(sent.map(({ id }) => id))).toEqual(new Set(['run-ended/cron-1']));
  });

  it('by 20 VMs at most', async () => {
    const { finish, sent } = stage();
    await finish(Array.from({ length: 50 }, (_, nth) => failed(String(nth))));
    expect([sent[0]?.vms.length, sent[0]?.more]).toEqual([20, 30]);
  });
});

describe('telling', () => {
  it.each([
    ['is refused', async () => ({ isSent: false, why: 'it answered 404' }) as const, { why: 'it answered 404' }],
    [
      'cannot be done for want of a secret',
      async () => {
        throw new PowerError('secret', 'gone');
      },
      { error: { code: 'secret' } },
    ],
  ])('that %s is a line of the log, and the end is kept', async (_what, how, fields) => {
    const { finish, store, log, unsent, deliver } = stage();
    deliver(how);
    await finish([failed('1')]);
    expect((await store.read('cron-1', end))?.status).toBe('ended');
    const message = 'nobody could be told how the run ended; its report is kept';
    expect(log.lines).toMatchObject([{ level: 'error', message, fields: { run: 'cron-1', ...fields } }]);
    expect(unsent).toEqual([{ name: 'MessagesUnsent', value: 1, by: {} }]);
  });

  it('that cannot even be made, for the run cannot be read, is counted as one that nobody got', async () => {
    const { finish, store, unsent } = stage();
    store.read = () => Promise.reject(new PowerError('aws', 'the table is away'));
    await finish([failed('1')]);
    expect(unsent).toMatchObject([{ name: 'MessagesUnsent' }]);
  });

  it('does not happen where the end could not be kept', async () => {
    const { store, finish, sent } = stage();
    store.end = async () => {
      throw new PowerError('aws', 'the table is away');
    };
    await expect(finish([failed('1')])).rejects.toMatchObject({ code: 'aws' });
    expect(sent).toEqual([]);
  });

  it('does not happen where nobody is to be told, and nothing is read for it', async () => {
    const { store, log, unsent, emit } = stage();
    const quiet = notifiedStore(store, { log, notifying: () => null, emit });
    await quiet.record({ name: 'x', trigger: 'cron', request: {}, requestHash: 'h', recordedAt: at });
    await quiet.claim('x', at, end, 'me');
    store.read = async () => {
      throw new Error('read');
    };
    await quiet.end('x', end, {}, []);
    expect([log.lines, unsent]).toEqual([[], []]);
  });
});

// Whoever is told, it stays the store it is.
const underneath = new MemoryRunStore();
runStoreContract('the store that tells people', () =>
  notifiedStore(underneath, {
    log: new MemoryLog(),
    notifying: () => ({ messenger: { send: async () => ({ isSent: true }) }, when: 'always' }),
    emit: async () => {},
  }),
);
