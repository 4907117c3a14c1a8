// When a run looks, at what, and what ends it: the loop of looks in virtual time, look by look.
// In the default policy the first pause is 3 s and each next one is half as long again, up to 15 s.

import { describe, expect, it } from 'vitest';
import { PowerError } from '../../lib/core/errors.ts';
import type { Engine } from '../../lib/ports.ts';
import { conduct } from '../../lib/run/conduct.ts';
import { inProcessEngine } from '../../lib/run/engine.ts';
import { parseRunRequest } from '../../lib/run/request.ts';
import type { FakeClock } from '../fakes/clock.ts';
import { status } from '../fakes/vm-cloud.ts';
import { dev, type Scene, scene } from '../fixtures/world.ts';

const begun = Date.UTC(2026, 0, 1);
const shutdownDev = { action: 'shutdown', select: 'env=dev' };

/** When each list was asked for, in seconds from the begin; the first one is the inventory. */
const listTimes = ({ cloud }: Scene, project = 'default') =>
  cloud.listed.filter((call) => call.project === project).map(({ at }) => (at - begun) / 1_000);

/** An engine that writes down the names it is given; a durable one would remember results under them. */
function namingEngine(clock: FakeClock, names: string[]): Engine {
  const engine = inProcessEngine(clock);
  const own: Engine = {
    ...engine,
    step: (name, fn) => {
      names.push(name);
      return engine.step(name, fn);
    },
    once: (name, fn) => {
      names.push(name);
      return engine.once(name, fn);
    },
    wait: (name, ...rest) => {
      names.push(name);
      return engine.wait(name, ...rest);
    },
    map: (name, items, fn, limit) => {
      names.push(name);
      return engine.map(name, items, (item, index) => fn(item, index, own), limit);
    },
  };
  return own;
}

describe('the looks of a run', () => {
  it('come ever more slowly while nothing happens, up to the longest pause', async () => {
    const stage = scene([dev('1', { state: 'in shutdown' })]);
    stage.cloud.becomes('1', 'shutoff', 60_000);
    await stage.run(shutdownDev);
    expect(listTimes(stage)).toEqual([0, 3, 7.5, 14.25, 24.375, 39.375, 54.375, 69.375]);
  });

  it('come at once when the last answer is in, and soon after it', async () => {
    const stage = scene([dev('1'), dev('2')]);
    stage.cloud.onAct = async (vm) => {
      await stage.clock.sleep(vm.id === '1' ? 1_000 : 40_000);
      return status(500);
    };
    stage.cloud.becomes('1', 'shutoff', 55_000);
    stage.cloud.becomes('2', 'shutoff', 55_000);
    await stage.run(shutdownDev);
    expect(listTimes(stage)).toEqual([0, 3, 7.5, 14.25, 24.375, 39.375, 40, 43, 47.5, 54.25, 64.375]);
  });

  it('come exactly when a second send is due, and when patience is over', async () => {
    const stage = scene([dev('1')], { settle: { everyMs: 3_000, atMostMs: 200_000 } });
    stage.cloud.onAct = () => status(500);
    await stage.run(shutdownDev);
    expect(stage.cloud.sent.map(({ at }) => (at - begun) / 1_000)).toEqual([0, 90]);
    const times = listTimes(stage);
    expect([times.includes(90), times.at(-1)]).toEqual([true, 480]);
  });

  it('are not hurried by an instant that is nearer than the shortest pause', async () => {
    const stage = scene([dev('1')], { settle: { everyMs: 40_000, atMostMs: 40_000 } });
    stage.cloud.onAct = () => status(500);
    await stage.run(shutdownDev);
    expect(stage.cloud.sent.map(({ at }) => (at - begun) / 1_000)).toEqual([0, 120]);
    expect(listTimes(stage).slice(0, 5)).toEqual([0, 0, 40, 80, 120]);
  });

  it('cost no call while every POST is out', async () => {
    const stage = scene([dev('1')]);
    stage.cloud.actMs = 60_000;
    const report = await stage.run(shutdownDev);
    expect(report.calls).toEqual({ lists: 2, reads: 0, actions: 1 });
    expect(listTimes(stage)).toEqual([0, 60]);
  });

  it('read only the lists of projects in which somebody waits', async () => {
    const stage = scene({ a: [dev('1')], b: [dev('2')] });
    stage.cloud.onAct = async (vm) => {
      await stage.clock.sleep(vm.id === '1' ? 1_000 : 10_000);
      return status(500);
    };
    stage.cloud.becomes('1', 'shutoff', 9_000);
    stage.cloud.becomes('2', 'shutoff', 9_000);
    await stage.run(shutdownDev);
    expect([listTimes(stage, 'a'), listTimes(stage, 'b')]).toEqual([
      [0, 3, 7.5, 10],
      [0, 10],
    ]);
  });

  it('are told with how many VMs are still open', async () => {
    const stage = scene([dev('1'), dev('2')]);
    stage.cloud.onAct = (vm) => {
      stage.cloud.becomes(vm.id, 'shutoff', vm.id === '1' ? 0 : 2_000);
      return status(200);
    };
    await stage.run(shutdownDev);
    expect(stage.events.filter(({ kind }) => kind === 'looked')).toEqual([
      { kind: 'looked', open: 1 },
      { kind: 'looked', open: 0 },
    ]);
  });

  it('go on past the patience for a VM that cannot be seen, for twice the longest pause', async () => {
    const stage = scene([dev('1', { state: 'in shutdown' })]);
    stage.cloud.onList = (_project, vms, nth) => {
      if (nth > 1) throw new PowerError('list-failed', 'HTTP 500');
      return vms;
    };
    const report = await stage.run(shutdownDev);
    expect(report.outcomes).toMatchObject([{ result: 'unknown', code: 'no-sight' }]);
    const ms = report.outcomes[0]?.durationMs ?? 0;
    expect([ms >= 510_000, ms <= 525_000]).toEqual([true, true]);
  });
});

describe('the names under which an engine remembers', () => {
  it('are the same whenever the run takes the same way, and no name is used twice', async () => {
    const names: string[] = [];
    const stage = scene([dev('1')]);
    stage.cloud.onAct = (vm) => {
      stage.cloud.becomes(vm.id, 'shutoff', 2_000);
      return status(200);
    };
    await stage.run(shutdownDev, { engine: namingEngine(stage.clock, names) });
    expect(names).toEqual([
      'list',
      'lease',
      'send-all-main-1',
      'send-all-main-1-0',
      'answers-all-main-1',
      'look-all-main-1',
      'pause-all-main-2',
      'answers-all-main-2',
      'look-all-main-2',
      'end',
    ]);
  });
});

describe('a VM that a look shows gone while its POST is out', () => {
  it('keeps nobody waiting, and its outcome counts the POST', async () => {
    const stage = scene([dev('1'), dev('2')]);
    stage.cloud.onAct = async (vm) => {
      if (vm.id === '1') {
        stage.cloud.remove('1');
        await stage.clock.sleep(20_000);
      }
      stage.cloud.becomes('2', 'shutoff', 5_000);
      return status(500);
    };
    const report = await stage.run(shutdownDev);
    expect(report.outcomes).toMatchObject([
      { vm: '1', result: 'gone', attempts: 1, durationMs: 20_000 },
      { vm: '2', result: 'succeeded', attempts: 1, durationMs: 7_500 },
    ]);
  });
});

describe('a run that must end', () => {
  it.each([1_000, 10_000])('after %i ms has its report by then, and says why it knows no more', async (ms) => {
    const stage = scene([dev('1', { state: 'in shutdown' })]);
    const report = await stage.run(shutdownDev, { until: begun + ms });
    expect(stage.clock.now() - begun).toBe(ms);
    const reason = 'its time was over before it was settled; last seen stopping';
    expect(report.outcomes).toMatchObject([{ result: 'unknown', code: 'no-sight', reason, durationMs: ms }]);
  });

  it('has no pause at all when its time is over already', async () => {
    const stage = scene([dev('1', { state: 'in shutdown' })]);
    await stage.run(shutdownDev, { until: begun - 5_000 });
    expect([stage.clock.now(), listTimes(stage)]).toEqual([begun, [0, 0]]);
  });

  it('looks for 30 s more at what it has sent when it is stopped, and says so of the rest', async () => {
    const stage = scene([dev('1')], { settle: { everyMs: 15_000, atMostMs: 15_000 } });
    const stop = new AbortController();
    stage.cloud.onAct = () => {
      stop.abort();
      return status(200);
    };
    const report = await stage.run(shutdownDev, { stop: stop.signal });
    const reason = 'the run was stopped before it was settled; last seen on';
    expect(report.outcomes).toMatchObject([{ result: 'unknown', code: 'no-sight', reason, durationMs: 30_000 }]);
  });

  it('ends within its pause when it is stopped', async () => {
    const stage = scene([dev('1', { state: 'booting' })]);
    const stop = new AbortController();
    void stage.clock.sleep(5_000).then(() => stop.abort());
    const report = await stage.run(shutdownDev, { stop: stop.signal });
    expect(report.outcomes).toMatchObject([{ result: 'skipped', code: 'interrupted', durationMs: 5_000 }]);
    expect(report.interrupted).toBe(true);
  });

  it('ends at once when it was stopped before it began', async () => {
    const stage = scene([dev('1', { state: 'booting' })]);
    const report = await stage.run(shutdownDev, { stop: AbortSignal.abort() });
    expect(report.outcomes).toMatchObject([{ result: 'skipped', code: 'interrupted', durationMs: 0 }]);
  });
});

describe('what a run tells', () => {
  it('is what it listed, planned and settled, those first that need nothing', async () => {
    const { run, events, cloud } = scene({
      a: [dev('1'), dev('2', { state: 'shutoff' }), { id: '3', description: '' }],
      b: [dev('4')],
    });
    cloud.failList('b', new PowerError('list-failed', 'HTTP 500'));
    const report = await run(shutdownDev);
    const unlisted = [{ account: 'main', project: 'b', reason: 'HTTP 500' }];
    expect(events.filter(({ kind }) => kind !== 'answered' && kind !== 'looked')).toEqual([
      { kind: 'listed', vms: 3, unlisted },
      { kind: 'planned', selected: 2, toSend: 1 },
      { kind: 'settled', outcome: report.outcomes[1] },
      { kind: 'sent', vm: '1', account: 'main', action: 'shutdown', attempt: 1 },
      { kind: 'settled', outcome: report.outcomes[0] },
    ]);
    expect(report.interrupted).toBe(false);
  });

  it('needs nobody who listens', async () => {
    const { world, clock } = scene([dev('1'), dev('2', { state: 'shutoff' })]);
    const { onEvent: _nobody, ...unheard } = world;
    const request = parseRunRequest(shutdownDev);
    const report = await clock.run(conduct({ name: 'quiet', request, requestedAt: clock.now() }, unheard));
    expect(report.counts).toEqual({ succeeded: 1, unchanged: 1 });
  });

  it('is in the order of the lists, whoever was settled first, and what is in no list comes last', async () => {
    const { run, cloud, clock } = scene([dev('3'), dev('1', { state: 'shutoff' }), dev('2')]);
    cloud.onAct = async (vm) => {
      await clock.sleep(vm.id === '3' ? 30_000 : 1_000);
      cloud.setState(vm.id, 'shutoff');
      return status(200);
    };
    const report = await run({ action: 'shutdown', ids: ['99', '2', '1', '3'] });
    expect(report.outcomes.map(({ vm }) => vm)).toEqual(['3', '1', '2', '99']);
  });

  it('counts the calls of this run only', async () => {
    const { run, cloud } = scene([dev('1'), dev('2')]);
    cloud.onList = (_project, vms, nth) => (nth % 2 === 1 ? vms : vms.filter(({ id }) => id !== '2'));
    const first = await run(shutdownDev);
    expect(first.calls).toEqual({ lists: 2, reads: 1, actions: 2 });
    cloud.setState('1', 'running');
    cloud.setState('2', 'running');
    expect((await run(shutdownDev)).calls).toEqual(first.calls);
  });
});
