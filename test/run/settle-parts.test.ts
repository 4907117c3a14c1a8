// What a run hands to other processes and takes back from them, on the virtual clock: each a plain call here, through JSON.
// On the durable engine, with whole runs, it is in test/aws/durable/parts.test.ts.

import { describe, expect, it } from 'vitest';
import { PowerError } from '../../lib/core/errors.ts';
import type { Outcome } from '../../lib/core/outcome.ts';
import type { Engine } from '../../lib/ports.ts';
import { inProcessEngine } from '../../lib/run/engine.ts';
import type { Part, PartEnd } from '../../lib/run/parts.ts';
import { runRecorder } from '../../lib/run/recorder.ts';
import { readPart } from '../../lib/run/work-event.ts';
import { workPart } from '../../lib/run/work-part.ts';
import type { RunWorld } from '../../lib/run/world.ts';
import { MemoryLog } from '../fakes/log.ts';
import { MemoryRunStore } from '../fakes/run-store.ts';
import { type FakeVm, status } from '../fakes/vm-cloud.ts';
import { dev, scene } from '../fixtures/world.ts';

const shutdown = { action: 'shutdown', select: 'env=dev' };
const many = (count: number, more: Partial<FakeVm> = {}) =>
  Array.from({ length: count }, (_, index) => dev(String(index + 1), more));

/** A scene whose engine has other processes; those of these labels break off at once, or after their work. */
function stage(vms: readonly FakeVm[], { breaksOff = [] as readonly string[], isLate = false, mostVmsHere = 2 } = {}) {
  const stageOf = scene(vms);
  const { clock, world } = stageOf;
  const store = new MemoryRunStore();
  const log = new MemoryLog();
  const parts: Part[] = [];
  const steps: string[] = [];
  const plain = inProcessEngine(clock);
  const settled = async (task: unknown): Promise<PartEnd> => {
    const part = readPart(JSON.parse(JSON.stringify(task)));
    parts.push(part);
    if (breaksOff.includes(part.label) && !isLate) throw new Error('it broke off');
    const end = await workPart('test-run', part, { engine: plain, store, clock, log, fleet: () => world });
    if (breaksOff.includes(part.label)) throw new Error('it broke off');
    return end;
  };
  const engine: Engine = {
    ...plain,
    step: (name, fn) => {
      steps.push(name);
      return fn();
    },
    elsewhere: {
      mostVmsHere,
      do: async <T>(name: string, task: unknown): Promise<T | null> => {
        steps.push(name);
        try {
          return JSON.parse(JSON.stringify(await settled(task)));
        } catch {
          return null;
        }
      },
    },
  };
  const run = async (request: unknown, changes: Partial<RunWorld> = {}) => {
    await store.record({
      name: 'test-run',
      trigger: 'api',
      request,
      requestHash: 'h',
      recordedAt: '2026-01-01T00:00:00Z',
    });
    await store.claim('test-run', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', 'claimant');
    return stageOf.run(request, { engine, log, ...changes });
  };
  return { ...stageOf, store, parts, steps, log, run };
}

describe('a run beside which there are other processes', () => {
  it('does all by itself up to what is not too much for one', async () => {
    const { run, parts, steps } = stage(many(2));
    expect((await run(shutdown)).counts).toEqual({ succeeded: 2 });
    expect([parts, steps.includes('split-all')]).toEqual([[], false]);
  });

  it('hands over what is too much, with all that a part has to know', async () => {
    const { run, parts, steps, clock, events } = stage(many(3));
    const requestedAt = clock.now();
    const report = await run(shutdown, { until: requestedAt + 600_000 });
    expect(report.counts).toEqual({ succeeded: 3 });
    const shared = { shares: { main: 2 }, requestedAt, until: requestedAt + 600_000 };
    expect(parts).toMatchObject([
      { label: 'all-0', pursuits: [{ vm: { id: '1' } }, { vm: { id: '2' } }], ...shared },
      { label: 'all-1', pursuits: [{ vm: { id: '3' } }], ...shared },
    ]);
    expect(steps).toEqual(['list', 'lease', 'split-all', 'part-all-0', 'part-all-1', 'end']);
    const told = events.flatMap((event) => (event.kind === 'settled' ? [event.outcome] : []));
    expect(told).toEqual(report.outcomes);
  });

  it('tells its parts when there is no end to its time', async () => {
    const { run, parts } = stage(many(3));
    await run(shutdown);
    expect(parts.map(({ until }) => until)).toEqual([null, null]);
  });

  it('makes no more parts than its pace has places', async () => {
    const { run, parts } = stage(many(7), { mostVmsHere: 1 });
    expect((await run(shutdown, { inFlight: 3 })).counts).toEqual({ succeeded: 7 });
    expect(parts.map(({ pursuits }) => pursuits.length)).toEqual([3, 3, 1]);
  });

  it('hands over what it has told, before it falls silent', async () => {
    const { run, steps } = stage([...many(3), dev('4', { state: 'shutoff' })]);
    const kept: string[] = [];
    const assumed: string[] = [];
    const recorder = {
      keep: async () => {
        kept.push(String(steps.at(-1)));
        return ['main/4'];
      },
      assume: (keys: readonly string[]) => void assumed.push(...keys),
      sent: () => undefined,
      stored: async () => [],
    };
    await run(shutdown, { recorder });
    expect(kept).toEqual(['split-all']);
    expect(assumed).toEqual(['main/4', 'main/1', 'main/2', 'main/3']);
  });
});

describe('the outcomes of a part', () => {
  it('are kept by the run where the part could not keep them', async () => {
    const { run, store } = stage(many(3));
    const down = async () => Promise.reject(new PowerError('aws', 'the table is slow'));
    Object.assign(store, { progress: down });
    const assumed: string[] = [];
    const assume = (keys: readonly string[]) => void assumed.push(...keys);
    await run(shutdown, { recorder: { keep: async () => [], assume, sent: () => undefined, stored: async () => [] } });
    expect(assumed).toEqual([]);
  });

  it('are there when the time of the run is over', async () => {
    const { run, cloud, clock, parts } = stage(many(3));
    const begunAt = clock.now();
    cloud.onAct = () => status(202);
    const report = await run(shutdown, { until: begunAt + 60_000 });
    expect(report.counts).toEqual({ unknown: 3 });
    expect(parts).toHaveLength(2);
    expect(clock.now() - begunAt).toBe(60_000);
  });
});

describe('parts that break off', () => {
  it('before they did anything leave their VMs to the run, which waits as after an answer that says nothing', async () => {
    const { run, steps, cloud, log, clock } = stage(many(3), { breaksOff: ['all-0'] });
    const begunAt = clock.now();
    const report = await run(shutdown);
    expect(report.counts).toEqual({ succeeded: 3 });
    expect(report.outcomes.map(({ attempts }) => attempts)).toEqual([2, 2, 1]);
    const again = cloud.sent.filter(({ id }) => id !== '3');
    expect(again.map(({ id }) => id)).toEqual(['1', '2']);
    for (const { at } of again) expect(at - begunAt).toBeGreaterThanOrEqual(90_000);
    expect(steps).toContain('take-over-all');
    expect(log.lines.filter(({ level }) => level === 'error').map(({ fields }) => fields)).toEqual([
      { run: 'test-run', vms: 2 },
    ]);
  });

  it('after all was done leave nothing to send', async () => {
    const { run, cloud } = stage(many(3), { breaksOff: ['all-0', 'all-1'], isLate: true });
    const report = await run(shutdown);
    expect([report.counts, cloud.sent.length]).toEqual([{ succeeded: 3 }, 3]);
  });

  it('never have a VM rebooted by the run: nobody knows of any of theirs', async () => {
    const { run, cloud, steps, events } = stage(many(3), { breaksOff: ['all-0'], isLate: true });
    cloud.onAct = () => status(202);
    const report = await run({ action: 'reboot', select: 'env=dev' });
    expect(report.outcomes.map(({ result, code }) => `${result} ${code}`)).toEqual([
      'unknown ambiguous',
      'unknown ambiguous',
      'accepted taken',
    ]);
    expect(cloud.sent).toHaveLength(3);
    expect(steps.filter((name) => name.includes('again'))).toEqual([]);
    const told = events.flatMap((event) => (event.kind === 'settled' ? [event.outcome.vm] : []));
    expect(told.slice(-3).toSorted()).toEqual(['1', '2', '3']);
  });

  it('after they had kept what came of their VMs leave that as it is', async () => {
    const { run, cloud, store, log, events } = stage(many(3), { breaksOff: ['all-0', 'all-1'], isLate: true });
    cloud.onAct = () => status(202);
    const recorder = runRecorder('test-run', { store, log });
    const report = await run({ action: 'reboot', select: 'env=dev' }, { recorder });
    expect(report.outcomes.map(({ result, attempts }) => [result, attempts])).toEqual(
      many(3).map(() => ['accepted', 1]),
    );
    expect(cloud.sent).toHaveLength(3);
    expect(log.lines.filter(({ level }) => level === 'error').map(({ fields }) => fields)).toEqual([
      { run: 'test-run', vms: 0 },
    ]);
    const told = events.flatMap((event) => (event.kind === 'settled' ? [event.outcome.vm] : []));
    expect(told.toSorted()).toEqual(['1', '2', '3']);
  });

  it('have nothing sent again to a VM that they had kept, whatever became of it since', async () => {
    const first = await stage(many(1)).run(shutdown);
    const { run, cloud, log, clock } = stage(many(3), { breaksOff: ['all-0'] });
    const begunAt = clock.now();
    const assumed: string[] = [];
    const assume = (keys: readonly string[]) => void assumed.push(...keys);
    const stored = async () => [...first.outcomes, { ...first.outcomes[0], vm: '3' } as Outcome];
    const recorder = { keep: async () => [], assume, sent: () => undefined, stored };
    const report = await run(shutdown, { recorder });
    expect(report.counts).toEqual({ succeeded: 3 });
    expect(cloud.sent.map(({ id }) => id)).toEqual(['3', '2']);
    expect((cloud.sent[1]?.at ?? 0) - begunAt).toBeGreaterThanOrEqual(90_000);
    expect(assumed).toContain('main/1');
    const fields = log.lines.filter(({ level }) => level === 'error').map((line) => line.fields);
    expect(fields).toEqual([{ run: 'test-run', vms: 1 }]);
  });

  it('leave those to wait that were not to be sent to yet', async () => {
    const { run, cloud, clock } = stage(many(3, { state: 'booting' }), { breaksOff: ['all-0', 'all-1'] });
    const onAt = clock.now() + 60_000;
    for (const { id } of many(3)) cloud.becomes(id, 'running', 60_000);
    const report = await run(shutdown);
    expect(report.counts).toEqual({ succeeded: 3 });
    expect(cloud.sent.map(({ id }) => id)).toEqual(['1', '2', '3']);
    for (const { at } of cloud.sent) expect(at).toBeGreaterThanOrEqual(onAt);
    expect(report.outcomes.map(({ attempts }) => attempts)).toEqual([1, 1, 1]);
  });
});

describe('a part', () => {
  it('says whether the store has all its outcomes, and gives them in any case', async () => {
    const { world, clock, parts, run } = stage(many(3));
    await run(shutdown);
    const [part] = parts;
    if (part === undefined) throw new Error('nothing was handed over');
    const ended = async (store: MemoryRunStore) => {
      const parted = { engine: inProcessEngine(clock), store, clock, log: new MemoryLog(), fleet: () => world };
      return clock.run(workPart('test-run', { ...part, pursuits: [] }, parted));
    };
    expect(await ended(new MemoryRunStore())).toMatchObject({ outcomes: [], areKept: true });
    // A store that does not know the run takes none of its outcomes.
    const { clock: other, world: own } = scene(many(1));
    const lost = { engine: inProcessEngine(other), store: new MemoryRunStore(), clock: other, log: new MemoryLog() };
    const end = await other.run(workPart('test-run', part, { ...lost, fleet: () => own }));
    expect([end.areKept, end.outcomes.length]).toEqual([false, 2]);
  });
});
