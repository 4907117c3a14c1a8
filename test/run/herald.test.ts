// The store that announces: what was kept is told, in the order in which it was kept, and telling is never in the run's way.

import { describe, expect, it } from 'vitest';
import { PowerError } from '../../lib/core/errors.ts';
import { type Outcome, type Result, untouched } from '../../lib/core/outcome.ts';
import type { Announcer, PowerEvent } from '../../lib/ports.ts';
import type { VmSettledWanted } from '../../lib/run/announce.ts';
import { inProcessEngine } from '../../lib/run/engine.ts';
import { type Announcing, announcedStore } from '../../lib/run/herald.ts';
import { makeReport } from '../../lib/run/report.ts';
import { parseRunRequest } from '../../lib/run/request.ts';
import { type WorkWorld, work } from '../../lib/run/work.ts';
import type { RunProgress } from '../../lib/stores.ts';
import { runStoreContract } from '../contracts/run-store.ts';
import { FakeClock } from '../fakes/clock.ts';
import { MemoryLog } from '../fakes/log.ts';
import { MemoryRunStore } from '../fakes/run-store.ts';
import { faultsOfEvent } from '../fixtures/event-schemas.ts';

const request = parseRunRequest({ action: 'shutdown', select: 'env=dev' });
const at = '2026-01-01T00:00:00.000Z';
const progress: RunProgress = { selected: 1, sent: 1, settled: 1, tiers: [] };
const secret = 'the-token-of-this-test';

function outcome(id: number, result: Result): Outcome {
  const vm = { id: String(id), name: `vm-${id}`, account: 'acme', project: 'default', power: 'off' } as const;
  return untouched(vm, 'shutdown', { result, code: 'seen', reason: 'as seen' });
}

class MemoryAnnouncer implements Announcer {
  readonly told: PowerEvent[] = [];
  failure: Error | null = null;

  async announce(events: readonly PowerEvent[]): Promise<void> {
    if (this.failure !== null) throw this.failure;
    expect(events).not.toEqual([]);
    for (const { type, at: time, detail } of events) expect(faultsOfEvent(type, time, detail)).toEqual([]);
    this.told.push(...events);
  }

  get ids(): readonly string[] {
    return this.told.map(({ detail }) => detail.id);
  }
}

async function bench(vmSettled: VmSettledWanted = 'failures', more: { announcing?: () => Announcing | null } = {}) {
  const inner = new MemoryRunStore();
  const log = new MemoryLog();
  const announcer = new MemoryAnnouncer();
  const store = announcedStore(inner, { log, announcing: () => ({ announcer, vmSettled }), ...more });
  await store.record({ name: 'run-1', trigger: 'cron', request, requestHash: 'h', recordedAt: at });
  return { inner, store, log, announcer };
}

const claim = (store: { claim: MemoryRunStore['claim'] }, claimant = 'execution-1') =>
  store.claim('run-1', at, '2026-01-02T00:00:00.000Z', claimant);

const summary = (outcomes: readonly Outcome[]) => {
  const rest = { unlisted: [], matched: true, interrupted: false, calls: { lists: 1, reads: 0, actions: 1 } };
  const report = makeReport('run-1', request, {
    outcomes,
    ...rest,
    startedAt: Date.parse(at),
    endedAt: Date.parse(at),
  });
  return { ...report, outcomes: undefined, verdict: 'trouble' };
};

// Whatever is announced, it stays the store it is.
const underneath = new MemoryRunStore();
runStoreContract('the announced store', () =>
  announcedStore(underneath, {
    log: new MemoryLog(),
    announcing: () => ({ announcer: new MemoryAnnouncer(), vmSettled: 'all' }),
  }),
);

describe('an announced store', () => {
  it('tells of a claim to whoever has it, again when it is claimed again, and of nobody else’s', async () => {
    const { store, announcer } = await bench();
    expect(await claim(store)).toMatchObject({ status: 'running' });
    expect(announcer.ids).toEqual(['run-1/RunStarted']);
    expect(await claim(store, 'execution-2')).toBeNull();
    expect(announcer.ids).toHaveLength(1);
    await claim(store);
    expect(announcer.told[1]).toEqual(announcer.told[0]);
  });

  it.each([
    ['failures', ['2', '4', '5']],
    ['all', ['1', '2', '3', '4', '5']],
    ['none', []],
  ] as const)('tells of VMs that settled, where %s are wanted, once they are kept', async (wanted, told) => {
    const { store, inner, announcer } = await bench(wanted);
    await claim(store);
    const some = [outcome(1, 'succeeded'), outcome(2, 'failed'), outcome(3, 'skipped')];
    await store.progress('run-1', progress, some);
    await store.end('run-1', at, summary(some), [outcome(4, 'unknown'), outcome(5, 'refused')]);
    expect(announcer.ids).toEqual([
      'run-1/RunStarted',
      ...told.map((vm) => `run-1/VmSettled/acme/${vm}`),
      'run-1/RunEnded',
    ]);
    expect(await inner.outcomes('run-1')).toHaveLength(5);
  });

  it('tells of an end as it stands in the store, again when it is kept again', async () => {
    const { store, announcer } = await bench();
    await claim(store);
    await store.end('run-1', at, summary([outcome(1, 'failed')]), []);
    await store.end('run-1', at, { error: { message: 'the second end' } }, []);
    const ends = announcer.told.filter(({ type }) => type === 'RunEnded');
    expect(ends[0]?.detail).toMatchObject({
      trigger: 'cron',
      verdict: 'trouble',
      counts: { failed: 1 },
      startedAt: at,
    });
    expect(ends[1]).toEqual(ends[0]);
  });

  it('tells nothing of what could not be kept', async () => {
    const { store, inner, announcer } = await bench('all');
    await claim(store);
    const fault = new PowerError('aws', 'the table is slow');
    inner.progress = () => Promise.reject(fault);
    inner.end = () => Promise.reject(fault);
    inner.claim = () => Promise.reject(fault);
    await expect(store.progress('run-1', progress, [outcome(1, 'failed')])).rejects.toBe(fault);
    await expect(store.end('run-1', at, summary([]), [outcome(1, 'failed')])).rejects.toBe(fault);
    await expect(claim(store)).rejects.toBe(fault);
    expect(announcer.ids).toEqual(['run-1/RunStarted']);
  });

  it('lets nothing that goes wrong with telling get in the way, and logs it with what to do', async () => {
    const { store, inner, log, announcer } = await bench();
    announcer.failure = new PowerError('aws', 'AWS denies events:PutEvents');
    expect(await claim(store)).toMatchObject({ name: 'run-1' });
    await store.progress('run-1', progress, [outcome(1, 'failed')]);
    await store.end('run-1', at, summary([outcome(1, 'failed')]), [outcome(2, 'failed')]);
    expect(await inner.read('run-1', at)).toMatchObject({ status: 'ended' });
    expect(await inner.outcomes('run-1')).toHaveLength(2);
    expect(log.lines).toHaveLength(4);
    for (const line of log.lines)
      expect(line).toEqual({
        level: 'error',
        message: 'events were not announced; the run goes on, and GET /v1/runs/{name} shows what they would have said',
        fields: { run: 'run-1', error: announcer.failure },
      });
  });

  it('does not let a faulty configuration break a run off either: that is told where it is needed', async () => {
    const fault = new PowerError('config', 'the configuration has a fault');
    const announcing = () => {
      throw fault;
    };
    const { store, log } = await bench('all', { announcing });
    expect(await claim(store)).not.toBeNull();
    expect(log.lines).toMatchObject([{ level: 'error', fields: { error: fault } }]);
  });

  it('logs that an end was kept that cannot be read again', async () => {
    const { store, inner, log, announcer } = await bench();
    await claim(store);
    inner.read = async () => null;
    await store.end('run-1', at, summary([]), []);
    expect(announcer.ids).toEqual(['run-1/RunStarted']);
    expect(log.lines).toMatchObject([
      { level: 'error', fields: { error: { code: 'aws', message: expect.stringContaining('end of run run-1') } } },
    ]);
  });

  it('announces nothing where nothing is to be announced', async () => {
    const { store, log, announcer } = await bench('all', { announcing: () => null });
    await claim(store);
    await store.end('run-1', at, summary([]), [outcome(1, 'failed')]);
    expect([announcer.told, log.lines]).toEqual([[], []]);
  });
});

describe('a run whose store announces', () => {
  async function worked(conducting: (announcer: MemoryAnnouncer) => WorkWorld['conduct']) {
    const clock = new FakeClock();
    const parts = await bench();
    const { store, log } = parts;
    const conduct = conducting(parts.announcer);
    const world = { store, log, clock, engine: inProcessEngine(clock), claimant: 'c', lifetimeMs: 900_000, conduct };
    const error = await clock.run(work('run-1', world)).catch((thrown: unknown) => thrown);
    return { ...parts, error };
  }

  it('tells of its failures while it goes, and of its end with what it threw afterwards', async () => {
    const during: (readonly string[])[] = [];
    const { announcer, error } = await worked((told) => async (run, { onEvent, recorder }) => {
      onEvent({ kind: 'settled', outcome: outcome(1, 'failed') });
      await recorder.keep();
      during.push(told.ids);
      const outcomes = [outcome(1, 'failed'), outcome(2, 'succeeded')];
      const rest = { unlisted: [], matched: true, interrupted: false, calls: { lists: 1, reads: 0, actions: 2 } };
      return makeReport(run.name, run.request, { outcomes, ...rest, startedAt: 0, endedAt: 1_000 });
    });
    expect(during).toEqual([['run-1/RunStarted', 'run-1/VmSettled/acme/1']]);
    expect(announcer.ids).toEqual(['run-1/RunStarted', 'run-1/VmSettled/acme/1', 'run-1/RunEnded']);
    expect(announcer.told.at(-1)?.detail).toMatchObject({ verdict: 'trouble', counts: { failed: 1, succeeded: 1 } });
    expect(error).toMatchObject({ code: 'run-trouble' });
  });

  it('tells that it broke off, and nothing of what a foreign error says', async () => {
    const { announcer, error } = await worked(() => () => Promise.reject(new TypeError(`Bearer ${secret}`)));
    expect(error).toBeInstanceOf(TypeError);
    expect(announcer.ids).toEqual(['run-1/RunStarted', 'run-1/RunEnded']);
    expect(announcer.told[1]?.detail).toMatchObject({
      verdict: 'broke-off',
      reason: expect.stringContaining('TypeError'),
    });
    expect(JSON.stringify(announcer.told)).not.toContain(secret);
  });
});
