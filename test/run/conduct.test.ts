// The run as a whole, in virtual time: what is sent, when, and what each VM's outcome says.

import { describe, expect, it } from 'vitest';
import { PowerError } from '../../lib/core/errors.ts';
import type { Outcome } from '../../lib/core/outcome.ts';
import { conduct } from '../../lib/run/conduct.ts';
import { inProcessEngine } from '../../lib/run/engine.ts';
import { type RunReport, verdictOf } from '../../lib/run/report.ts';
import { parseRunRequest } from '../../lib/run/request.ts';
import { FakeClock } from '../fakes/clock.ts';
import { FakeCloud, status } from '../fakes/vm-cloud.ts';
import { dev, scene } from '../fixtures/world.ts';

const shutdownDev = { action: 'shutdown', select: 'env=dev' };
const startDev = { action: 'start', select: 'env=dev' };

function outcomeOf(report: RunReport, vm: string): Outcome {
  const found = report.outcomes.filter((outcome) => outcome.vm === vm);
  expect(found, `VM ${vm} has exactly one outcome`).toHaveLength(1);
  return found[0] as Outcome;
}

describe('a run that goes well', () => {
  it('ends every selected VM as seen in the wanted power, and touches no other', async () => {
    const { run, cloud } = scene([
      dev('1'),
      dev('2'),
      { id: '3', description: '[env=prod]' },
      { id: '4', description: '' },
    ]);
    const report = await run(shutdownDev);
    expect(report.counts).toEqual({ succeeded: 2 });
    expect(
      report.outcomes.map(({ vm, result, code, power, attempts }) => ({ vm, result, code, power, attempts })),
    ).toEqual([
      { vm: '1', result: 'succeeded', code: 'seen', power: 'off', attempts: 1 },
      { vm: '2', result: 'succeeded', code: 'seen', power: 'off', attempts: 1 },
    ]);
    expect(cloud.sent.map(({ id }) => id)).toEqual(['1', '2']);
    expect(verdictOf(report)).toBe('well');
  });

  it('costs one POST per VM, the first list, and one look', async () => {
    const { run } = scene(Array.from({ length: 100 }, (_, index) => dev(String(index))));
    const report = await run(shutdownDev);
    expect(report.calls).toEqual({ lists: 2, reads: 0, actions: 100 });
  });

  it('starts what is off and leaves what is on unchanged', async () => {
    const { run, cloud } = scene([dev('1', { state: 'shutoff' }), dev('2')]);
    const report = await run(startDev);
    expect(report.counts).toEqual({ succeeded: 1, unchanged: 1 });
    expect(outcomeOf(report, '2')).toMatchObject({ result: 'unchanged', code: 'already', attempts: 0, power: 'on' });
    expect(cloud.sent).toHaveLength(1);
  });

  it('reports when it began and ended, and how long each VM took', async () => {
    const { run, cloud } = scene([dev('1')]);
    cloud.actMs = 5_000;
    const report = await run(shutdownDev);
    expect(report.run).toMatchObject({ startedAt: '2026-01-01T00:00:00.000Z', endedAt: '2026-01-01T00:00:05.000Z' });
    expect(outcomeOf(report, '1').durationMs).toBe(5_000);
  });
});

describe('no success without an observed state', () => {
  it('does not take a 2xx for an effect: a VM that stays on is shut down once more, then failed', async () => {
    const { run, cloud } = scene([dev('1')]);
    cloud.onAct = () => status(200);
    const report = await run(shutdownDev);
    expect(outcomeOf(report, '1')).toMatchObject({ result: 'failed', code: 'still', power: 'on', attempts: 2 });
    expect(verdictOf(report)).toBe('trouble');
  });

  it('lets no look count that was requested before the last answer', async () => {
    const { run, cloud, clock } = scene([dev('1'), dev('2')]);
    // VM 1 is seen off while its POST is still held; by the time the answer comes somebody has started it again.
    cloud.onAct = async (vm) => {
      if (vm.id === '2') return status(500);
      cloud.setState('1', 'shutoff');
      await clock.sleep(60_000);
      cloud.setState('1', 'running');
      return status(200);
    };
    const report = await run(shutdownDev);
    expect(outcomeOf(report, '1')).toMatchObject({ result: 'failed', power: 'on', attempts: 1 });
    expect(outcomeOf(report, '1').reason).toMatch(/seen off, then on again/);
  });

  it('sees a VM that reached the wanted power exactly at the end of its patience', async () => {
    const { run, cloud, clock } = scene([dev('1')]);
    cloud.onAct = (_vm, _action, nth) => {
      if (nth === 1) cloud.becomes('1', 'shutoff', 480_000);
      return status(500);
    };
    const begun = clock.now();
    const report = await run(shutdownDev);
    expect(outcomeOf(report, '1')).toMatchObject({ result: 'succeeded', code: 'seen' });
    expect(clock.now() - begun).toBe(480_000);
  });
});

describe('an ambiguous answer', () => {
  const silence = { kind: 'silence', detail: 'no answer within 120000 ms' } as const;

  it.each([
    ['408', status(408)],
    ['500', status(500)],
    ['503', status(503)],
    ['a cut connection', silence],
    ['a 200 whose body makes no sense', { kind: 'status', status: 200, body: 'unreadable', detail: '' } as const],
  ])('%s is settled by looking, and nothing is sent twice to a VM that goes off by itself', async (_name, answer) => {
    const { run, cloud } = scene([dev('1')]);
    cloud.onAct = () => {
      cloud.becomes('1', 'shutoff', 40_000);
      return answer;
    };
    const report = await run(shutdownDev);
    expect(outcomeOf(report, '1')).toMatchObject({ result: 'succeeded', code: 'seen', attempts: 1 });
    expect(cloud.sent).toHaveLength(1);
  });

  it('is followed by a second shutdown only after resendAfter, counted from the answer', async () => {
    const { run, cloud, clock } = scene([dev('1')]);
    const begun = clock.now();
    cloud.onAct = async (vm, _action, nth) => {
      if (nth === 1) await clock.sleep(30_000);
      else cloud.setState(vm.id, 'shutoff');
      return status(500);
    };
    const report = await run(shutdownDev);
    expect(outcomeOf(report, '1')).toMatchObject({ result: 'succeeded', attempts: 2 });
    expect((cloud.sent[1]?.at ?? 0) - begun).toBe(120_000);
  });

  it('is not followed by another send to a VM that is stopping', async () => {
    const { run, cloud } = scene([dev('1')]);
    cloud.onAct = () => {
      cloud.setState('1', 'in shutdown');
      cloud.becomes('1', 'shutoff', 300_000);
      return status(500);
    };
    const report = await run(shutdownDev);
    expect(outcomeOf(report, '1')).toMatchObject({ result: 'succeeded', attempts: 1 });
  });

  it.each(['reboot', 'reset'])('to a %s is unknown, and it is never sent again', async (action) => {
    const { run, cloud } = scene([dev('1')]);
    cloud.onAct = () => status(500);
    const report = await run({ action, select: 'env=dev', allowDataLoss: true });
    expect(outcomeOf(report, '1')).toMatchObject({ result: 'unknown', code: 'ambiguous', attempts: 1 });
    expect(cloud.sent).toHaveLength(1);
    expect(verdictOf(report)).toBe('trouble');
  });
});

describe('a reboot', () => {
  it('that the API took is accepted, without a look', async () => {
    const { run } = scene([dev('1')]);
    const report = await run({ action: 'reboot', select: 'env=dev' });
    expect(outcomeOf(report, '1')).toMatchObject({ result: 'accepted', code: 'taken' });
    expect(report.calls).toEqual({ lists: 1, reads: 0, actions: 1 });
    expect(verdictOf(report)).toBe('well');
  });
});

describe('an answer that says no', () => {
  it('404 means gone', async () => {
    const { run, cloud } = scene([dev('1')]);
    cloud.onAct = () => status(404, 'no such VM');
    expect(outcomeOf(await run(shutdownDev), '1')).toMatchObject({ result: 'gone', code: 'gone' });
  });

  it('another 4xx is refused when the VM is still on, after one look', async () => {
    const { run, cloud } = scene([dev('1')]);
    cloud.onAct = () => status(409, 'busy');
    const report = await run(shutdownDev);
    expect(outcomeOf(report, '1')).toMatchObject({ result: 'refused', code: 'api-refused', attempts: 1 });
    expect(outcomeOf(report, '1').reason).toMatch(/HTTP 409: busy/);
    expect(report.calls.lists).toBe(2);
  });

  it('another 4xx is unchanged when the list now shows it off', async () => {
    const { run, cloud } = scene([dev('1')]);
    cloud.onAct = () => {
      cloud.setState('1', 'shutoff');
      return status(409);
    };
    expect(outcomeOf(await run(shutdownDev), '1')).toMatchObject({ result: 'unchanged', code: 'already' });
  });

  it('a 4xx to the second send does not end the wait for the effect of the first', async () => {
    const { run, cloud } = scene([dev('1')]);
    cloud.onAct = (_vm, _action, nth) => {
      if (nth === 1) cloud.becomes('1', 'shutoff', 200_000);
      return status(nth === 1 ? 500 : 409);
    };
    expect(outcomeOf(await run(shutdownDev), '1')).toMatchObject({ result: 'succeeded', attempts: 2 });
  });

  it('429 is sent again until the API takes it', async () => {
    const { run, cloud, clock } = scene([dev('1')]);
    cloud.onAct = async (vm, _action, nth) => {
      await clock.sleep(1_000);
      if (nth < 4) return status(429);
      cloud.setState(vm.id, 'shutoff');
      return status(200);
    };
    expect(outcomeOf(await run(shutdownDev), '1')).toMatchObject({ result: 'succeeded', attempts: 4 });
  });

  it('429 until patience is over is refused as throttled', async () => {
    const { run, cloud, clock } = scene([dev('1')]);
    cloud.onAct = async () => {
      await clock.sleep(10_000);
      return status(429);
    };
    expect(outcomeOf(await run(shutdownDev), '1')).toMatchObject({ result: 'refused', code: 'throttled', power: 'on' });
  });

  it("a token that is refused twice is that VM's refusal, with the account to renew", async () => {
    const { run, cloud } = scene([dev('1')]);
    cloud.onAct = () => status(401);
    const outcome = outcomeOf(await run(shutdownDev), '1');
    expect(outcome).toMatchObject({ result: 'refused', code: 'token' });
    expect(outcome.reason).toMatch(/account "main"/);
  });
});

describe("one VM's trouble", () => {
  it('keeps nobody else waiting: the others are settled while one POST hangs', async () => {
    const { run, cloud, events, clock } = scene([dev('1'), dev('2')]);
    const begun = clock.now();
    const settledAt: Record<string, number> = {};
    cloud.onAct = async (vm) => {
      if (vm.id === '1') await clock.sleep(110_000);
      cloud.setState(vm.id, 'shutoff');
      return status(200);
    };
    await run(shutdownDev, {
      onEvent: (event) => {
        events.push(event);
        if (event.kind === 'settled') settledAt[event.outcome.vm] = clock.now() - begun;
      },
    });
    expect(settledAt['2']).toBe(3_000);
    expect(settledAt['1']).toBe(110_000);
  });

  it('that is our own mistake is reported as unknown, and the others are served', async () => {
    const { run, cloud } = scene([dev('1'), dev('2')]);
    const { onAct } = cloud;
    cloud.onAct = (vm, action, nth) => {
      if (vm.id === '1') throw new TypeError('oops');
      return onAct(vm, action, nth);
    };
    const report = await run(shutdownDev);
    expect(outcomeOf(report, '1')).toMatchObject({ result: 'unknown', code: 'bug' });
    expect(outcomeOf(report, '2')).toMatchObject({ result: 'succeeded' });
  });

  it('that is a tag fault leaves it alone, with the fault as the reason', async () => {
    const { run, cloud } = scene([dev('1', { description: '[env=dev] [Protected]' }), dev('2')]);
    const report = await run(shutdownDev);
    expect(outcomeOf(report, '1')).toMatchObject({ result: 'skipped', code: 'fault' });
    expect(cloud.sent.map(({ id }) => id)).toEqual(['2']);
  });
});

describe('a project', () => {
  it('whose list failed is left alone whole, and reported', async () => {
    const { run, cloud } = scene({ a: [dev('1')], b: [dev('2')] });
    cloud.failList('b', new PowerError('list-failed', 'HTTP 500'));
    const report = await run(shutdownDev);
    expect(report.unlisted).toEqual([{ account: 'main', project: 'b', reason: 'HTTP 500' }]);
    expect(report.outcomes.map(({ vm }) => vm)).toEqual(['1']);
    expect(verdictOf(report)).toBe('trouble');
  });

  it('that shares an id with another one is left alone, and so is the other', async () => {
    const { run, cloud } = scene({ a: [dev('1')], b: [dev('2')], c: [dev('3')] });
    cloud.onList = (project, vms) => (project === 'b' ? [...vms, { ...cloud.vm('1'), project: 'b' }] : vms);
    const report = await run(shutdownDev);
    expect(report.unlisted.map(({ project }) => project)).toEqual(['a', 'b']);
    expect(cloud.sent.map(({ id }) => id)).toEqual(['3']);
  });

  it('whose list fails during settling makes nobody else wait, and its VMs unknown when it never comes back', async () => {
    const { run, cloud } = scene({ a: [dev('1')], b: [dev('2')] });
    const { onAct } = cloud;
    cloud.onAct = (vm, action, nth) => {
      cloud.failList('b', new PowerError('list-failed', 'HTTP 500'));
      return onAct(vm, action, nth);
    };
    const report = await run(shutdownDev);
    expect(outcomeOf(report, '1')).toMatchObject({ result: 'succeeded' });
    expect(outcomeOf(report, '2')).toMatchObject({ result: 'unknown', code: 'no-sight', power: 'on' });
  });

  it("whose list is refused a token late in the run has its VMs' outcomes say which secret to renew", async () => {
    const { run, cloud } = scene([dev('1')]);
    const refused =
      'the API refused the token from the secret "power/main" (401), also fetched again: put a valid one there';
    cloud.onAct = () => {
      cloud.failList('default', new PowerError('token-rejected', refused));
      return status(500);
    };
    expect(outcomeOf(await run(shutdownDev), '1')).toMatchObject({
      result: 'unknown',
      code: 'no-sight',
      reason: `it could not be looked at when patience was over; last seen on, then no more: ${refused}`,
    });
  });

  it('whose list is refused a token until the time of the run is over says so, too', async () => {
    const { run, cloud, clock } = scene([dev('1')]);
    cloud.onAct = () => {
      cloud.failList(
        'default',
        new PowerError('token-rejected', 'the API refused the token from the secret "power/main"'),
      );
      return status(500);
    };
    const { reason } = outcomeOf(await run(shutdownDev, { until: clock.now() + 60_000 }), '1');
    expect(reason).toMatch(/^its time was over .*; last seen on, then no more: .*the secret "power\/main"$/);
  });

  it('whose list fails only for a while costs its VMs nothing', async () => {
    const { run, cloud } = scene([dev('1')]);
    const { onAct } = cloud;
    cloud.onAct = (vm, action, nth) => {
      cloud.failList('default', new PowerError('list-failed', 'HTTP 500'));
      cloud.after(100_000, () => cloud.failList('default', null));
      return onAct(vm, action, nth);
    };
    expect(outcomeOf(await run(shutdownDev), '1')).toMatchObject({ result: 'succeeded', attempts: 1 });
  });
});

describe('a VM missing from a later list', () => {
  it('is asked for by id, and gone only on a 404', async () => {
    const { run, cloud } = scene([dev('1'), dev('2')]);
    const { onAct } = cloud;
    cloud.onAct = (vm, action, nth) => {
      if (vm.id === '1') cloud.remove('1');
      return vm.id === '1' ? status(500) : onAct(vm, action, nth);
    };
    const report = await run(shutdownDev);
    expect(outcomeOf(report, '1')).toMatchObject({ result: 'gone' });
    expect(report.calls.reads).toBe(1);
  });

  it('counts with the state that its own read shows', async () => {
    const { run, cloud } = scene([dev('1')]);
    cloud.onList = (_project, vms, nth) => (nth === 1 ? vms : []);
    expect(outcomeOf(await run(shutdownDev), '1')).toMatchObject({ result: 'succeeded' });
  });

  it('is unknown when it can never be read either', async () => {
    const { run, cloud } = scene([dev('1')]);
    cloud.onList = (_project, vms, nth) => (nth === 1 ? vms : []);
    cloud.onRead = () => {
      throw new PowerError('read-failed', 'HTTP 500');
    };
    expect(outcomeOf(await run(shutdownDev), '1')).toMatchObject({
      result: 'unknown',
      code: 'no-sight',
      reason: 'it could not be looked at when patience was over; last seen on, then no more: HTTP 500',
    });
  });
});

describe('a VM between two powers', () => {
  it('that is booting is shut down once it is on', async () => {
    const { run, cloud } = scene([dev('1', { state: 'booting' })]);
    cloud.becomes('1', 'running', 20_000);
    const report = await run(shutdownDev);
    expect(outcomeOf(report, '1')).toMatchObject({ result: 'succeeded', attempts: 1 });
    expect(cloud.sent[0]?.at).toBeGreaterThanOrEqual(Date.UTC(2026, 0, 1) + 20_000);
  });

  it('that is stopping is only watched on shutdown, and started again once off on start', async () => {
    const down = scene([dev('1', { state: 'in shutdown' })]);
    down.cloud.becomes('1', 'shutoff', 20_000);
    expect(outcomeOf(await down.run(shutdownDev), '1')).toMatchObject({ result: 'unchanged', attempts: 0 });
    const up = scene([dev('1', { state: 'in shutdown' })]);
    up.cloud.becomes('1', 'shutoff', 20_000);
    expect(outcomeOf(await up.run(startDev), '1')).toMatchObject({ result: 'succeeded', attempts: 1, power: 'on' });
  });

  it('that never gets where it could be acted on fails when its patience, counted from the first wait, is over', async () => {
    const { run, cloud, clock } = scene([dev('1', { state: 'booting' })]);
    const begun = clock.now();
    expect(outcomeOf(await run(shutdownDev), '1')).toMatchObject({
      result: 'failed',
      code: 'still',
      power: 'starting',
      attempts: 0,
    });
    expect(clock.now() - begun).toBe(480_000);
    expect(cloud.sent).toHaveLength(0);
  });

  it('shares its patience between waiting and settling', async () => {
    const { run, cloud, clock } = scene([dev('1', { state: 'booting' })]);
    cloud.becomes('1', 'running', 470_000);
    cloud.onAct = () => status(500);
    const begun = clock.now();
    expect(outcomeOf(await run(shutdownDev), '1')).toMatchObject({ result: 'failed', power: 'on', attempts: 1 });
    expect(clock.now() - begun).toBeLessThanOrEqual(480_000 + 15_000);
  });

  it('that is paused is skipped, with the state named', async () => {
    const { run, cloud } = scene([dev('1', { state: 'paused' })]);
    expect(outcomeOf(await run(shutdownDev), '1')).toMatchObject({ result: 'skipped', code: 'power', power: 'other' });
    expect(cloud.sent).toHaveLength(0);
  });
});

describe('escalation', () => {
  const stubborn = dev('1', { description: '[env=dev shutdown="patience=60s escalate=power_off"]' });

  it('forces a VM off whose own tag says so, when the config allows it, after its own patience', async () => {
    const { run, cloud } = scene([stubborn], { allowEscalation: true });
    cloud.onAct = (vm, action) => {
      if (action === 'power_off') cloud.setState(vm.id, 'shutoff');
      return status(action === 'power_off' ? 200 : 500);
    };
    const outcome = outcomeOf(await run(shutdownDev), '1');
    expect(outcome).toMatchObject({ result: 'succeeded', code: 'forced', action: 'shutdown', attempts: 2 });
    expect(cloud.sent.map(({ action, at }) => [action, at - Date.UTC(2026, 0, 1)])).toEqual([
      ['shutdown', 0],
      ['power_off', 60_000],
    ]);
  });

  it('never happens to VMs that were stopping already: the guard has not counted them', async () => {
    const vms = Array.from({ length: 6 }, (_, index) => ({ ...stubborn, id: String(index), state: 'in shutdown' }));
    const { run, cloud } = scene(vms, { allowEscalation: true, guard: { maxVms: 1, maxShare: 1 } });
    const report = await run(shutdownDev);
    expect(report.counts).toEqual({ failed: 6 });
    expect(cloud.sent).toEqual([]);
  });

  it('that a stopped run no longer sends makes it look no more often than any other', async () => {
    const vms = Array.from({ length: 4 }, (_, index) => ({ ...stubborn, id: String(index) }));
    const { run, cloud, clock } = scene(vms, { allowEscalation: true });
    const stop = new AbortController();
    cloud.onAct = async (_vm, action) => {
      if (action === 'power_off') stop.abort();
      await clock.sleep(1_000);
      return status(500);
    };
    const report = await run(shutdownDev, { stop: stop.signal, inFlight: 1 });
    expect(cloud.sent.filter(({ action }) => action === 'power_off')).toHaveLength(1);
    expect(report.outcomes.map(({ power }) => power)).toEqual(['on', 'on', 'on', 'on']);
    expect(report.calls.lists).toBeLessThan(30);
  });

  it('never happens when the config does not allow it', async () => {
    const { run, cloud } = scene([stubborn]);
    cloud.onAct = () => status(500);
    expect(outcomeOf(await run(shutdownDev), '1')).toMatchObject({ result: 'failed', code: 'still' });
    expect(cloud.sent.map(({ action }) => action)).not.toContain('power_off');
  });

  it('never happens to a VM whose tag does not ask for it, nor to one that the API refuses to stop', async () => {
    const { run, cloud } = scene([dev('1'), { ...stubborn, id: '2' }], { allowEscalation: true });
    cloud.onAct = (vm) => status(vm.id === '2' ? 403 : 500);
    const report = await run(shutdownDev);
    expect(report.counts).toEqual({ failed: 1, refused: 1 });
    expect(cloud.sent.map(({ action }) => action)).not.toContain('power_off');
  });
});

describe('what must not be sent', () => {
  it('a run beyond the guard is refused whole, before the first POST', async () => {
    const { run, cloud } = scene(
      Array.from({ length: 5 }, (_, index) => dev(String(index))),
      { guard: { maxVms: 500, maxShare: 0.8 } },
    );
    const report = await run(shutdownDev);
    expect(report.counts).toEqual({ refused: 5 });
    expect(report.outcomes[0]).toMatchObject({ code: 'guard' });
    expect(cloud.sent).toHaveLength(0);
    expect(verdictOf(report)).toBe('refused');
    expect((await run({ ...shutdownDev, overrideGuard: true })).counts).toEqual({ succeeded: 5 });
  });

  it.each(['power_off', 'reset'])('%s without leave is refused', async (action) => {
    const { run, cloud } = scene([dev('1')]);
    const report = await run({ action, select: 'env=dev' });
    expect(outcomeOf(report, '1')).toMatchObject({ result: 'refused', code: 'data-loss' });
    expect(cloud.sent).toHaveLength(0);
    expect(verdictOf(report)).toBe('refused');
  });

  it('a dry run sends nothing and says what it would', async () => {
    const { run, cloud, events } = scene([
      dev('1'),
      dev('2', { state: 'shutoff' }),
      dev('3', { description: '[env=dev protected]' }),
    ]);
    const report = await run({ ...shutdownDev, dryRun: true });
    expect(events).toContainEqual({ kind: 'planned', selected: 3, toSend: 0, rehearsed: 1 });
    expect(report.outcomes.map(({ result }) => result)).toEqual(['planned', 'unchanged', 'skipped']);
    expect(cloud.calls).toEqual({ lists: 1, reads: 0, actions: 0 });
  });

  it('a VM that got into the wanted power while it waited for its turn is not sent to', async () => {
    const { run, cloud, clock } = scene([dev('1'), dev('2'), dev('3')]);
    cloud.onAct = async (vm) => {
      if (vm.id === '2') await clock.sleep(30_000);
      cloud.setState(vm.id, 'shutoff');
      return status(200);
    };
    cloud.becomes('3', 'shutoff', 1_000);
    const report = await run(shutdownDev, { inFlight: 1 });
    expect(outcomeOf(report, '3')).toMatchObject({ result: 'unchanged', attempts: 0 });
    expect(cloud.sent.map(({ id }) => id)).toEqual(['1', '2']);
  });
});

describe('which VMs', () => {
  it('a selector that matches nothing is trouble, unless the request allows it', async () => {
    const { run } = scene([dev('1')]);
    expect(verdictOf(await run({ action: 'shutdown', select: 'env=nope' }))).toBe('trouble');
    expect(verdictOf(await run({ action: 'shutdown', select: 'env=nope', allowEmpty: true }))).toBe('well');
  });

  it('a VM that only could match does not hide that nothing did', async () => {
    const { run } = scene([dev('1', { description: '[Protected]' })]);
    const report = await run({ action: 'shutdown', select: 'evn=dev' });
    expect(outcomeOf(report, '1')).toMatchObject({ result: 'skipped', code: 'fault' });
    expect(verdictOf(report)).toBe('trouble');
  });

  it('ids and selector intersect', async () => {
    const { run, cloud } = scene([dev('1'), dev('2'), { id: '3', description: '[env=prod]' }]);
    const report = await run({ ...shutdownDev, ids: ['2', '3'] });
    expect(report.outcomes.map(({ vm }) => vm)).toEqual(['2']);
    expect(cloud.sent.map(({ id }) => id)).toEqual(['2']);
  });

  it('an id that is in no list is refused and makes the run trouble', async () => {
    const { run } = scene([dev('1')]);
    const report = await run({ action: 'shutdown', ids: ['1', '99'] });
    expect(outcomeOf(report, '99')).toMatchObject({ result: 'refused', code: 'not-listed' });
    expect(verdictOf(report)).toBe('trouble');
  });

  it('an id that could be in a project that was not listed is unknown', async () => {
    const { run, cloud } = scene({ a: [dev('1')], b: [dev('2')] });
    cloud.failList('b', new PowerError('list-failed', 'HTTP 500'));
    expect(outcomeOf(await run({ action: 'shutdown', ids: ['2'] }), '2')).toMatchObject({
      result: 'unknown',
      code: 'not-listed',
    });
  });

  it('an id that two accounts have must be named with its account', async () => {
    const clock = new FakeClock();
    const clouds = ['acme', 'zeta'].map(
      (account) => new FakeCloud({ account, clock, projects: { default: [dev('1')] } }),
    );
    const accounts = clouds.map((cloud) => ({ cloud, projects: ['default'] }));
    const { run, clock: own } = scene([]);
    await expect(run({ action: 'shutdown', ids: ['1'] }, { accounts })).rejects.toThrow(/acme\/1 or zeta\/1/);
    const report = await own.run(run({ action: 'shutdown', ids: ['zeta/1'] }, { accounts }));
    expect(report.outcomes).toMatchObject([{ account: 'zeta', vm: '1', result: 'succeeded' }]);
    expect(clouds.map(({ sent }) => sent.length)).toEqual([0, 1]);
  });

  it('an account or a project that is not configured is a fault of the request', async () => {
    const { run } = scene([dev('1')]);
    await expect(run({ ...shutdownDev, accounts: ['nobody'] })).rejects.toMatchObject({ code: 'request' });
    await expect(run({ ...shutdownDev, projects: ['nothing'] })).rejects.toThrow(/no project "nothing"/);
  });

  it('a narrower scope lists nothing else', async () => {
    const { run, cloud } = scene({ a: [dev('1')], b: [dev('2')] });
    const report = await run({ ...shutdownDev, projects: ['b'] });
    expect(report.outcomes.map(({ vm }) => vm)).toEqual(['2']);
    expect(cloud.listed.map(({ project }) => project)).toEqual(['b', 'b']);
  });
});

describe('a run that is stopped', () => {
  it('sends nothing more, settles what it has sent, and says of the rest that it was left alone', async () => {
    const { run, cloud, clock } = scene([dev('1'), dev('2'), dev('3')]);
    const stop = new AbortController();
    cloud.onAct = async (vm) => {
      await clock.sleep(2_000);
      stop.abort();
      await clock.sleep(2_000);
      cloud.setState(vm.id, 'shutoff');
      return status(200);
    };
    const report = await run(shutdownDev, { inFlight: 1, stop: stop.signal });
    expect(report.outcomes.map(({ vm, result, code }) => [vm, result, code])).toEqual([
      ['1', 'succeeded', 'seen'],
      ['2', 'skipped', 'interrupted'],
      ['3', 'skipped', 'interrupted'],
    ]);
    expect(report.interrupted).toBe(true);
    expect(cloud.sent).toHaveLength(1);
  });

  it('reports what it cannot settle within the grace as unknown, and escalates and repeats nothing', async () => {
    const { run, cloud, clock } = scene([dev('1', { description: '[env=dev shutdown="escalate=power_off"]' })], {
      allowEscalation: true,
    });
    const stop = new AbortController();
    cloud.onAct = async () => {
      stop.abort();
      return status(500);
    };
    const begun = clock.now();
    const report = await run(shutdownDev, { stop: stop.signal });
    expect(outcomeOf(report, '1')).toMatchObject({ result: 'unknown', code: 'no-sight', attempts: 1, power: 'on' });
    expect(clock.now() - begun).toBeLessThanOrEqual(45_000);
    expect(cloud.sent).toHaveLength(1);
  });
});

describe('a run whose time is nearly up', () => {
  it('reports the rest as unknown instead of dying', async () => {
    const { run, cloud, clock } = scene([dev('1'), dev('2')]);
    cloud.onAct = async (vm) => {
      if (vm.id === '1') await clock.sleep(110_000);
      cloud.setState(vm.id, 'shutoff');
      return status(200);
    };
    const until = clock.now() + 60_000;
    const report = await run(shutdownDev, { until });
    expect(outcomeOf(report, '1')).toMatchObject({ result: 'unknown', code: 'no-sight' });
    expect(outcomeOf(report, '2')).toMatchObject({ result: 'succeeded' });
    expect(clock.now()).toBe(until);
  });
});

describe('several accounts', () => {
  it('are covered by one run, each with its own trouble', async () => {
    const clock = new FakeClock();
    const acme = new FakeCloud({ account: 'acme', clock, projects: { default: [dev('1')] } });
    const zeta = new FakeCloud({ account: 'zeta', clock, projects: { default: [dev('1')] } });
    zeta.failList('default', new PowerError('secret', 'the secret is missing'));
    const { run } = scene([]);
    const accounts = [acme, zeta].map((cloud) => ({ cloud, projects: ['default'] }));
    const report = await run(shutdownDev, { accounts });
    expect(report.outcomes).toMatchObject([{ account: 'acme', vm: '1', result: 'succeeded' }]);
    expect(report.unlisted).toMatchObject([{ account: 'zeta', project: 'default' }]);
  });

  it('do not wait for one another: a slow list of one delays no send and no outcome of the other', async () => {
    const clock = new FakeClock();
    const quick = new FakeCloud({ account: 'quick', clock, projects: { default: [dev('1')] } });
    const slow = new FakeCloud({ account: 'slow', clock, projects: { default: [dev('1')] } });
    quick.onAct = (vm, _action, nth) => {
      if (nth === 2) quick.setState(vm.id, 'shutoff');
      return status(500);
    };
    slow.onAct = () => {
      slow.listMs = 400_000;
      return status(500);
    };
    const { world } = scene([]);
    const accounts = [quick, slow].map((cloud) => ({ cloud, projects: ['default'] }));
    const run = { name: 'both', request: parseRunRequest(shutdownDev), requestedAt: clock.now() };
    const report = await clock.run(conduct(run, { ...world, accounts, clock, engine: inProcessEngine(clock) }));
    const [outcome] = report.outcomes.filter(({ account }) => account === 'quick');
    expect(outcome).toMatchObject({ result: 'succeeded', attempts: 2 });
    expect(outcome?.durationMs).toBeLessThan(120_000);
  });
});
