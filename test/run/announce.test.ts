// What a run tells outside: every event as docs/events promises it, and none that promises less.

import { describe, expect, it } from 'vitest';
import { actions } from '../../lib/core/action.ts';
import { type Outcome, results } from '../../lib/core/outcome.ts';
import { powers } from '../../lib/core/vm.ts';
import type { PowerEvent } from '../../lib/ports.ts';
import { isTold, runEnded, runStarted, vmSettled } from '../../lib/run/announce.ts';
import type { RunRecord } from '../../lib/stores.ts';
import { read } from '../fixtures/documents.ts';
import { eventSchema, faultsOfEvent } from '../fixtures/event-schemas.ts';

const running: RunRecord = {
  name: 'cron-1',
  trigger: 'cron',
  request: { action: 'shutdown', select: 'env=dev', dryRun: false, ids: null },
  requestHash: 'h',
  status: 'running',
  recordedAt: '2026-01-01T00:00:00.000Z',
  startedAt: '2026-01-01T00:00:01.000Z',
  endedAt: null,
  deadline: '2026-01-02T00:00:01.000Z',
  progress: null,
  cancelRequestedAt: null,
  cancelRequestedBy: null,
  summary: null,
};

const report = {
  run: {
    name: 'cron-1',
    action: 'shutdown',
    select: 'env=dev',
    dryRun: false,
    startedAt: '2026-01-01T00:00:02.000Z',
    endedAt: '2026-01-01T00:05:00.000Z',
  },
  counts: { succeeded: 3, failed: 1 },
  unlisted: [{ account: 'main', project: 'p', reason: 'HTTP 500' }],
  matched: true,
  allowEmpty: false,
  interrupted: false,
  calls: { lists: 2, reads: 0, actions: 4 },
  verdict: 'trouble',
};

function ended(summary: unknown): RunRecord {
  return { ...running, status: 'ended', endedAt: '2026-01-01T00:05:00.000Z', summary };
}

const outcome: Outcome = {
  vm: '67',
  name: 'dev-legacy-2',
  account: 'main',
  project: 'default',
  action: 'shutdown',
  result: 'failed',
  code: 'still',
  reason: 'still running',
  power: 'on',
  attempts: 2,
  durationMs: 6_400,
};

const facts = { run: 'cron-1', trigger: 'cron', action: 'shutdown', select: 'env=dev', dryRun: false };

/** The event, which must be as its schema says. */
function right(event: PowerEvent | null): PowerEvent {
  if (event === null) throw new Error('there is no event');
  expect(faultsOfEvent(event.type, event.at, event.detail)).toEqual([]);
  return event;
}

describe('a run that has started', () => {
  it('is told with what it is about, and when it counts as lost', () => {
    expect(right(runStarted(running))).toEqual({
      type: 'RunStarted',
      at: running.startedAt,
      detail: {
        version: 1,
        id: 'cron-1/RunStarted',
        ...facts,
        startedAt: running.startedAt,
        deadline: running.deadline,
      },
    });
  });

  it.each([
    [
      'a tick',
      { action: null, select: null, ids: ['1'], at: 0, dryRun: true },
      { action: null, select: null, dryRun: true },
    ],
    [
      'ids',
      { action: 'start', select: null, ids: ['1'], dryRun: false },
      { action: 'start', select: null, dryRun: false },
    ],
    [
      'a request in the words of another version',
      { action: 'hibernate', select: 7 },
      { action: null, select: null, dryRun: false },
    ],
    ['a request that is none', 'rubbish', { action: null, select: null, dryRun: false }],
  ])('is told also of %s', (_of, request, told) => {
    expect(right(runStarted({ ...running, request })).detail).toMatchObject({ run: 'cron-1', ...told });
  });
});

describe('a VM that has settled', () => {
  it('is told with its outcome, whole', () => {
    const { vm, name, account, project, action, result, code, reason, power, attempts, durationMs } = outcome;
    expect(right(vmSettled('cron-1', outcome))).toEqual({
      type: 'VmSettled',
      at: null,
      detail: {
        version: 1,
        id: 'cron-1/VmSettled/main/67',
        run: 'cron-1',
        ...{ vm, name, account, project, action, result, code, reason, power, attempts, durationMs },
      },
    });
  });

  it('has an id of its own in each run, account and VM, the same each time', () => {
    const all = [
      vmSettled('cron-1', outcome),
      vmSettled('cron-2', outcome),
      vmSettled('cron-1', { ...outcome, account: 'labs' }),
      vmSettled('cron-1', { ...outcome, vm: '68' }),
    ];
    expect(new Set(all.map(({ detail }) => detail.id)).size).toBe(4);
    expect(vmSettled('cron-1', { ...outcome, durationMs: 1 }).detail.id).toBe(all[0]?.detail.id);
  });

  it('has names and reasons that are cut where they are too long, and nowhere before', () => {
    const { detail } = right(vmSettled('r', { ...outcome, name: 'n'.repeat(256), reason: 'r'.repeat(1_000) }));
    expect(detail).toMatchObject({ name: 'n'.repeat(256), reason: 'r'.repeat(1_000) });
    const long = { ...outcome, name: `${'n'.repeat(255)}😀`, reason: `${'r'.repeat(1_000)}s` };
    expect(right(vmSettled('r', long)).detail).toMatchObject({
      name: `${'n'.repeat(255)}\uFFFD…`,
      reason: `${'r'.repeat(1_000)}…`,
    });
  });

  it.each(results)('%s is told when it is asked for', (result) => {
    const told = (['failures', 'all', 'none'] as const).filter((wanted) => isTold({ result }, wanted));
    const needsAttention = ['failed', 'unknown', 'refused'].includes(result);
    expect(told).toEqual(needsAttention ? ['failures', 'all'] : ['all']);
  });
});

describe('a run that has ended', () => {
  it('is told with what it added up to', () => {
    expect(right(runEnded(ended(report)))).toEqual({
      type: 'RunEnded',
      at: '2026-01-01T00:05:00.000Z',
      detail: {
        version: 1,
        id: 'cron-1/RunEnded',
        ...facts,
        startedAt: running.startedAt,
        endedAt: '2026-01-01T00:05:00.000Z',
        verdict: 'trouble',
        reason: null,
        interrupted: false,
        counts: report.counts,
        unlisted: report.unlisted,
        unlistedCount: 1,
      },
    });
  });

  it.each(['well', 'trouble', 'refused'])('keeps its verdict %s also where it was stopped', (verdict) => {
    const { detail } = right(runEnded(ended({ ...report, verdict, interrupted: true })));
    expect(detail).toMatchObject({ verdict, interrupted: true });
  });

  it('by a fault is told with the reason, and claims nothing that nobody counted', () => {
    const error = { code: 'request', message: `id 8 stands in several accounts${'!'.repeat(2_000)}` };
    expect(right(runEnded(ended({ error }))).detail).toMatchObject({
      id: 'cron-1/RunEnded',
      verdict: 'broke-off',
      reason: `${error.message.slice(0, 1_000)}…`,
      interrupted: false,
      counts: null,
      unlisted: null,
      unlistedCount: null,
    });
  });

  it('names no more than 50 projects that were not listed, and says how many there are', () => {
    const unlisted = Array.from({ length: 51 }, (_, index) => ({
      account: 'main',
      project: `p${index}`,
      reason: 'x'.repeat(2_000),
    }));
    const { detail } = right(runEnded(ended({ ...report, unlisted })));
    expect(detail.unlistedCount).toBe(51);
    expect(detail.unlisted).toEqual(unlisted.slice(0, 50).map((one) => ({ ...one, reason: `${'x'.repeat(1_000)}…` })));
  });

  it('is not told before', () => {
    expect(runEnded(running)).toBeNull();
  });
});

describe('the schemas of docs/events', () => {
  const types = ['RunStarted', 'VmSettled', 'RunEnded'] as const;
  const details: Readonly<Record<(typeof types)[number], object>> = {
    RunStarted: runStarted(running).detail,
    VmSettled: vmSettled('cron-1', outcome).detail,
    RunEnded: runEnded(ended(report))?.detail ?? {},
  };

  it.each(types)('want every field of %s, and refuse it when one is missing or wrong', (type) => {
    const detail = details[type];
    const { required, properties } = eventSchema(type).properties.detail;
    expect([...required].sort()).toEqual(Object.keys(detail).sort());
    expect(Object.keys(properties).sort()).toEqual(Object.keys(detail).sort());
    for (const key of Object.keys(detail)) {
      const { [key]: _, ...rest } = Object.fromEntries(Object.entries(detail));
      expect(faultsOfEvent(type, null, rest), key).not.toEqual([]);
      expect(faultsOfEvent(type, null, { ...detail, [key]: ['wrong'] }), key).not.toEqual([]);
    }
  });

  it('know every action, result and power, and no other', () => {
    const enumOf = (type: (typeof types)[number], field: string): unknown =>
      Reflect.get(Reflect.get(eventSchema(type).properties.detail.properties, field), 'enum');
    for (const type of types) expect(enumOf(type, 'action')).toEqual([...actions, null]);
    expect(enumOf('VmSettled', 'result')).toEqual(results);
    expect(enumOf('VmSettled', 'power')).toEqual(powers);
  });

  it('take the example of their document', () => {
    const example = /```json\n(.+?)```/s.exec(read('docs/events/README.md'))?.[1] ?? '';
    const { detail, 'detail-type': type } = JSON.parse(example);
    expect(type).toBe('VmSettled');
    expect(faultsOfEvent('VmSettled', JSON.parse(example).time, detail)).toEqual([]);
  });
});
