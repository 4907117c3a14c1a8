// What is kept of a run while it goes: its figures, each outcome once, and nothing that is there already.

import { describe, expect, it } from 'vitest';
import { PowerError } from '../../lib/core/errors.ts';
import { type Outcome, untouched } from '../../lib/core/outcome.ts';
import type { RunEvent } from '../../lib/ports.ts';
import { runRecorder } from '../../lib/run/recorder.ts';
import type { RunProgress, RunStore } from '../../lib/stores.ts';
import { MemoryLog } from '../fakes/log.ts';
import { vm } from '../fixtures/vm.ts';

const settledNow = (id: string, more: Partial<Outcome> = {}): Outcome => ({
  ...untouched(vm({ id }), 'shutdown', { result: 'succeeded', code: 'seen', reason: 'seen off' }),
  attempts: 1,
  ...more,
});

const settled = (outcome: Outcome): RunEvent => ({ kind: 'settled', outcome });
const sent = (id: string): RunEvent => ({ kind: 'sent', vm: id, account: 'main', action: 'shutdown', attempt: 1 });

interface Write {
  readonly progress: RunProgress;
  readonly vms: readonly string[];
}

function stage(progress: RunStore['progress'] = async () => undefined) {
  const writes: Write[] = [];
  const log = new MemoryLog();
  const store: Pick<RunStore, 'progress' | 'outcomes'> = {
    outcomes: async (name) => (name === 'run-1' ? [settledNow('9')] : []),
    progress: async (name, figures, outcomes) => {
      expect(name).toBe('run-1');
      writes.push({ progress: figures, vms: outcomes.map((outcome) => outcome.vm) });
      await progress(name, figures, outcomes);
    },
  };
  return { recorder: runRecorder('run-1', { store, log }), writes, log };
}

describe('keeping', () => {
  it('writes the figures and what was settled since, and says which outcomes those are', async () => {
    const { recorder, writes } = stage();
    recorder.onEvent({ kind: 'planned', selected: 3, toSend: 2 });
    recorder.onEvent(sent('1'));
    recorder.onEvent(sent('2'));
    recorder.onEvent(settled(settledNow('1')));
    expect(await recorder.keep()).toEqual(['main/1']);
    recorder.onEvent(settled(settledNow('2')));
    expect(await recorder.keep()).toEqual(['main/2']);
    expect(writes).toEqual([
      { progress: { selected: 3, sent: 2, settled: 1, tiers: [] }, vms: ['1'] },
      { progress: { selected: 3, sent: 2, settled: 2, tiers: [] }, vms: ['2'] },
    ]);
  });

  it('writes nothing that is there already', async () => {
    const { recorder, writes } = stage();
    recorder.onEvent({ kind: 'planned', selected: 1, toSend: 1 });
    expect(await recorder.keep()).toEqual([]);
    recorder.onEvent({ kind: 'looked', open: 1 });
    expect(await recorder.keep()).toEqual([]);
    expect(writes).toHaveLength(1);
    recorder.onEvent(sent('1'));
    await recorder.keep();
    expect(writes.map(({ progress }) => progress.sent)).toEqual([0, 1]);
  });

  it('counts as sent what an earlier turn sent: by its outcome, or because it is told so', async () => {
    const { recorder, writes } = stage();
    recorder.sent('main/1', 'shutdown');
    recorder.onEvent(sent('1'));
    recorder.onEvent(settled(settledNow('2')));
    recorder.onEvent(settled(settledNow('3', { attempts: 0 })));
    recorder.onEvent(settled(settledNow('4', { action: null })));
    await recorder.keep();
    expect(writes[0]?.progress).toEqual({ selected: 0, sent: 2, settled: 3, tiers: [] });
  });

  it('tells how the tiers are', async () => {
    const { recorder, writes } = stage();
    recorder.onEvent({ kind: 'tier', direction: 'down', tier: 1, state: 'open', vms: 2 });
    recorder.onEvent(sent('1'));
    recorder.sent('main/2', 'shutdown');
    recorder.onEvent(settled(settledNow('1')));
    await recorder.keep();
    const figures = { planned: 2, sent: 2, settled: 1, open: 1, state: 'settling', waitingFor: null };
    expect(writes[0]?.progress.tiers).toEqual([{ direction: 'down', tier: 1, ...figures }]);
  });

  it('that fails is warned of, and its outcomes go out with the next', async () => {
    const error = new PowerError('aws', 'the table is slow');
    let fails = true;
    const { recorder, writes, log } = stage(async () => {
      if (fails) throw error;
    });
    recorder.onEvent(settled(settledNow('1')));
    expect(await recorder.keep()).toEqual([]);
    expect(log.lines).toEqual([
      {
        level: 'warn',
        message: 'progress could not be kept; the run goes on',
        fields: { run: 'run-1', error },
      },
    ]);
    fails = false;
    expect(await recorder.keep()).toEqual(['main/1']);
    expect(writes.map(({ vms }) => vms)).toEqual([['1'], ['1']]);
  });

  it('twice at once writes each outcome once, one after the other', async () => {
    let goOn: () => void = () => undefined;
    let under = 0;
    const { recorder, writes } = stage(async () => {
      under += 1;
      expect(under).toBe(1);
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      under -= 1;
    });
    recorder.onEvent(settled(settledNow('1')));
    const first = recorder.keep();
    const second = recorder.keep();
    await Promise.resolve();
    recorder.onEvent(settled(settledNow('2')));
    goOn();
    expect(await first).toEqual(['main/1']);
    await Promise.resolve();
    goOn();
    expect(await second).toEqual(['main/2']);
    expect(writes.map(({ vms }) => vms)).toEqual([['1'], ['2']]);
  });
});

describe('what is stored', () => {
  it('is everything that the store has of the run, whoever wrote it', async () => {
    expect(await stage().recorder.stored()).toEqual([settledNow('9')]);
  });
});

describe('a part of a run', () => {
  it('is kept under its label, the run itself under none', async () => {
    const kept: unknown[] = [];
    const store = {
      progress: async (...given: Parameters<RunStore['progress']>) => void kept.push(given),
      outcomes: async () => [],
    };
    for (const part of [undefined, 'up-2-0']) {
      const recorder = runRecorder('run-1', { store, log: new MemoryLog() }, part);
      recorder.onEvent(settled(settledNow('1')));
      await recorder.finish();
    }
    const figures = { selected: 0, sent: 1, settled: 1, tiers: [] };
    expect(kept).toEqual([
      ['run-1', figures, [settledNow('1')], undefined],
      ['run-1', figures, [settledNow('1')], 'up-2-0'],
    ]);
  });
});

describe('what is assumed to be kept', () => {
  it('is not written again, whether it was told before or is told later', async () => {
    const { recorder, writes } = stage();
    recorder.onEvent(settled(settledNow('1')));
    recorder.assume(['main/1', 'main/2']);
    recorder.onEvent(settled(settledNow('2')));
    recorder.onEvent(settled(settledNow('3')));
    expect(await recorder.keep()).toEqual(['main/3']);
    expect(writes).toMatchObject([{ progress: { settled: 3 }, vms: ['3'] }]);
  });
});

describe('the end', () => {
  it('writes what of the report was never told, with the last figures', async () => {
    const { recorder, writes } = stage();
    recorder.onEvent(settled(settledNow('1')));
    recorder.assume(['main/1']);
    expect(await recorder.finish([settledNow('1'), settledNow('2')])).toEqual([]);
    expect(writes).toEqual([{ progress: { selected: 0, sent: 2, settled: 2, tiers: [] }, vms: ['2'] }]);
  });

  it('without a report writes what was told', async () => {
    const { recorder, writes } = stage();
    recorder.onEvent(settled(settledNow('1')));
    expect(await recorder.finish()).toEqual([]);
    expect(writes.map(({ vms }) => vms)).toEqual([['1']]);
  });

  it('gives back what could not be kept, and nothing else', async () => {
    const { recorder } = stage(async () => {
      throw new PowerError('aws', 'the table is slow');
    });
    recorder.assume(['main/1']);
    const left = [settledNow('2'), settledNow('3')];
    expect(await recorder.finish([settledNow('1'), ...left])).toEqual(left);
  });
});
