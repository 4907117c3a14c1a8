// Every defect of runs and clients that is known of other schedulers, as a test that would fail if we had it.
// Those of schedules are in test/core/schedule/peers.test.ts.

import { describe, expect, it } from 'vitest';
import { PowerError } from '../../lib/core/errors.ts';
import { vmId } from '../../lib/openscaler/vm-id.ts';
import { type RunReport, verdictOf } from '../../lib/run/report.ts';
import { status } from '../fakes/vm-cloud.ts';
import { dev, policy, scene } from '../fixtures/world.ts';
import { setUp } from '../openscaler/set-up.ts';
import { tickScene } from './schedule/ticking.ts';

const shutdownDev = { action: 'shutdown', select: 'env=dev' };
const minuteMs = 60_000;
const noon = Date.UTC(2026, 10, 24, 12);
const six = noon + 6 * 60 * minuteMs;
const office = (id: string) => ({ id, state: 'running', description: '[schedule="08:00-18:00"]' });

const resultsOf = ({ outcomes }: RunReport) => outcomes.map(({ vm, result }) => `${vm} ${result}`);

/** A scene whose VMs were seen on at noon, when it is six. */
async function atSix(...vms: Parameters<typeof tickScene>[0]) {
  const stage = await tickScene(vms, noon);
  await stage.tick();
  await stage.until(six);
  return stage;
}

describe('what Instance Scheduler gets wrong', () => {
  it('says in a dry run what would be sent, and sends nothing', async () => {
    const { run, cloud } = scene([dev('1'), dev('2', { state: 'shutoff' })]);
    expect(resultsOf(await run({ ...shutdownDev, dryRun: true }))).toEqual(['1 planned', '2 unchanged']);
    expect(cloud.sent).toEqual([]);
  });

  it('stops in order: the database only once the application was seen off', async () => {
    const { run, cloud, clock } = scene([
      dev('db', { description: '[env=dev tier=0]' }),
      dev('app', { description: '[env=dev tier=1]' }),
    ]);
    const begun = clock.now();
    cloud.onAct = (vm) => {
      cloud.becomes(vm.id, 'shutoff', minuteMs);
      return status(200);
    };
    expect(resultsOf(await run(shutdownDev))).toEqual(['db succeeded', 'app succeeded']);
    expect(cloud.sent.map(({ id }) => id)).toEqual(['app', 'db']);
    expect(cloud.sent[1]?.at).toBeGreaterThanOrEqual(begun + minuteMs);
  });

  it('applies no stale decision in a run that comes late', async () => {
    const stage = await atSix(office('1'));
    stage.delayRuns(5 * minuteMs);
    expect((await stage.tickBeside()).acting).toHaveLength(1);
    const ends = { 'main/1': six + 60 * minuteMs };
    await stage.state.putOverride({
      id: 'o1',
      keep: 'on',
      startMs: six + minuteMs,
      reason: 'a release',
      by: 'amel',
      ends,
      cancelledMs: null,
    });
    await stage.idle();
    expect(stage.reports.map(resultsOf)).toEqual([['1 unchanged']]);
    expect(stage.cloud.sent).toEqual([]);
  });

  it('does nothing at all in one that comes far too late', async () => {
    const stage = await atSix(office('1'));
    stage.delayRuns(11 * minuteMs);
    await stage.tick();
    expect(stage.reports.map(resultsOf)).toEqual([['1 skipped']]);
    expect(stage.cloud.sent).toEqual([]);
  });
});

describe('what Cloud Custodian gets wrong', () => {
  it('stops the others where one VM is in a wrong state and another refuses', async () => {
    const { run, cloud } = scene([dev('1'), dev('2', { state: 'error' }), dev('3'), dev('4')]);
    const { onAct } = cloud;
    cloud.onAct = (vm, action, nth) => (vm.id === '3' ? status(409, 'wrong state') : onAct(vm, action, nth));
    expect(resultsOf(await run(shutdownDev))).toEqual(['1 succeeded', '2 skipped', '3 refused', '4 succeeded']);
  });

  it.each(['never', 'no', 'false', 'disabled'])('stops no VM whose schedule is the word %s', async (word) => {
    const stage = await atSix({ id: '1', state: 'running', description: `[schedule=${word}]` });
    const { acting, atFault } = await stage.tick();
    expect([acting.length, atFault.length]).toEqual([0, 1]);
    expect(stage.cloud.sent).toEqual([]);
  });
});

describe('what GoKubeDownscaler gets wrong', () => {
  it('goes on past a tag that cannot be read, and names the VM', async () => {
    const stage = await atSix({ id: '1', state: 'running', description: '[schedule="08:00-25:00"]' }, office('2'));
    const { atFault } = await stage.tick();
    expect(atFault.map(({ id }) => id)).toEqual(['1']);
    expect(stage.cloud.sent.map(({ id }) => id)).toEqual(['2']);
    expect(stage.reports.map(resultsOf)).toEqual([['1 skipped', '2 succeeded']]);
  });

  it('goes on past a list that fails, and names the project', async () => {
    const { run, cloud } = scene({ a: [dev('1')], b: [dev('2')] });
    cloud.failList('a', new PowerError('list-failed', 'HTTP 500'));
    const report = await run(shutdownDev);
    expect(resultsOf(report)).toEqual(['2 succeeded']);
    expect(report.unlisted).toEqual([{ account: 'main', project: 'a', reason: 'HTTP 500' }]);
    expect(verdictOf(report)).toBe('trouble');
  });

  it('has its tick live through a list that fails, and catch up', async () => {
    const stage = await atSix(office('1'));
    stage.cloud.failList('default', new PowerError('list-failed', 'HTTP 500'));
    expect((await stage.tick()).unlisted).toHaveLength(1);
    stage.cloud.failList('default', null);
    await stage.until(six + 5 * minuteMs);
    await stage.tick();
    expect(stage.cloud.sent.map(({ action }) => action)).toEqual(['shutdown']);
  });
});

describe('what lights-off-aws gets wrong', () => {
  it('calls a VM stopped only when it was seen off, however long that takes', async () => {
    const { run, cloud, clock } = scene([dev('1')]);
    const begun = clock.now();
    cloud.onAct = () => {
      cloud.becomes('1', 'shutoff', 5 * minuteMs);
      return status(202);
    };
    expect(resultsOf(await run(shutdownDev))).toEqual(['1 succeeded']);
    expect(clock.now()).toBeGreaterThanOrEqual(begun + 5 * minuteMs);
  });
});

describe('what Azure Start/Stop VMs v2 gets wrong', () => {
  it('reports no success where the API took every action and nothing stopped', async () => {
    const { run, cloud } = scene([dev('1'), dev('2')]);
    cloud.onAct = () => status(200);
    const report = await run(shutdownDev);
    expect(resultsOf(report)).toEqual(['1 failed', '2 failed']);
    expect(verdictOf(report)).toBe('trouble');
  });

  it.each([
    ['is refused', () => status(403)],
    ['breaks in our own code', () => Promise.reject(new TypeError('a mistake'))],
    ['is never answered', () => new Promise<never>(() => undefined)],
  ])('stops the others at once where one %s', async (_name, answer) => {
    const { run, cloud, clock } = scene([dev('1'), dev('2'), dev('3')]);
    const begun = clock.now();
    const { onAct } = cloud;
    cloud.onAct = (vm, action, nth) => (vm.id === '1' ? answer() : onAct(vm, action, nth));
    expect(resultsOf(await run(shutdownDev)).slice(1)).toEqual(['2 succeeded', '3 succeeded']);
    expect(cloud.sent.slice(0, 3).map(({ id, at }) => [id, at - begun])).toEqual([
      ['1', 0],
      ['2', 0],
      ['3', 0],
    ]);
  });
});

describe('what terraform-lambda-scheduler-stop-start gets wrong', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => dev(String(index)));

  it('sends side by side, one call per VM and a few lists for all', async () => {
    const { run, cloud, clock } = scene(hundred);
    cloud.actMs = 10_000;
    const begun = clock.now();
    const report = await run(shutdownDev);
    expect(report.counts).toEqual({ succeeded: 100 });
    expect(report.calls).toMatchObject({ reads: 0, actions: 100 });
    expect(report.calls.lists).toBeLessThan(10);
    expect(clock.now() - begun).toBeLessThan(60_000);
  });

  it('waits for a VM that takes longer than 600 s', async () => {
    const { run, cloud } = scene([dev('1')], { shutdown: { ...policy.shutdown, patienceMs: 900_000 } });
    cloud.onAct = () => {
      cloud.setState('1', 'in shutdown');
      cloud.becomes('1', 'shutoff', 800_000);
      return status(200);
    };
    expect(resultsOf(await run(shutdownDev))).toEqual(['1 succeeded']);
  });

  it('swallows no error: a run that did not do its work ends in one', async () => {
    const stage = await atSix(office('1'));
    stage.cloud.onAct = () => status(403);
    await stage.tick();
    const errors = stage.log.lines.filter(({ level }) => level === 'error');
    expect(errors.map(({ fields }) => fields.error)).toContainEqual(expect.objectContaining({ code: 'run-trouble' }));
  });
});

describe('what hcloud gets wrong', () => {
  it('looks once more when patience is over, so that a stop just in time is none too late', async () => {
    const { run, cloud } = scene([dev('1')]);
    cloud.onAct = (_vm, _action, nth) => {
      if (nth === 1) cloud.becomes('1', 'shutoff', policy.shutdown.patienceMs);
      return status(200);
    };
    expect(resultsOf(await run(shutdownDev))).toEqual(['1 succeeded']);
  });

  it('waits on past a read that fails', async () => {
    const { run, cloud } = scene([dev('1')]);
    cloud.onAct = () => {
      cloud.becomes('1', 'shutoff', minuteMs);
      return status(200);
    };
    cloud.onList = (_project, vms, nth) => {
      if (nth === 2) throw new PowerError('list-failed', 'HTTP 502');
      return vms;
    };
    expect(resultsOf(await run(shutdownDev))).toEqual(['1 succeeded']);
  });

  it.each(['reboot', 'reset'])('never sends a %s again that was not answered', async (action) => {
    const { run, cloud } = scene([dev('1')]);
    cloud.onAct = () => new Promise<never>(() => undefined);
    expect(resultsOf(await run({ action, select: 'env=dev', allowDataLoss: true }))).toEqual(['1 unknown']);
    expect(cloud.sent).toHaveLength(1);
  });

  it('looks before it sends a shutdown again that was not answered', async () => {
    const { run, cloud } = scene([dev('1')]);
    cloud.onAct = (vm) => {
      cloud.becomes(vm.id, 'shutoff', policy.timeouts.actionMs + minuteMs);
      return new Promise<never>(() => undefined);
    };
    expect(resultsOf(await run(shutdownDev))).toEqual(['1 succeeded']);
    expect(cloud.sent).toHaveLength(1);
  });

  it('has a client that never sends a POST again by itself', async () => {
    const { cloud } = await setUp([{ expect: 'POST /v1/vms/8/actions', answer: () => undefined }]);
    const sent = await cloud.act(vmId('8'), 'shutdown', { timeoutMs: 100 });
    expect(sent).toMatchObject({ answer: { kind: 'silence' }, posts: 1 });
  });

  it('spends as many calls on looking at 500 VMs as at one', async () => {
    const looks = async (count: number) => {
      const { run, cloud } = scene(Array.from({ length: count }, (_, index) => dev(String(index))));
      cloud.onAct = (vm) => {
        cloud.becomes(vm.id, 'shutoff', 5 * minuteMs);
        return status(200);
      };
      const { calls, counts } = await run(shutdownDev);
      expect(counts).toEqual({ succeeded: count });
      return calls.lists + calls.reads;
    };
    const ofOne = await looks(1);
    expect(await looks(500)).toBe(ofOne);
    // Every 500 ms would be 600.
    expect(ofOne).toBeLessThan(40);
  });
});
