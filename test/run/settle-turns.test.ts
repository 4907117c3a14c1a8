// A settlement over several turns: what is left to the next one, what a crash leaves unknown, and who may stop it.
// In virtual time, on an engine whose journal outlives its turns.

import { describe, expect, it } from 'vitest';
import { memoryLeases } from '../../cli/state/leases.ts';
import { PowerError } from '../../lib/core/errors.ts';
import { FakeClock } from '../fakes/clock.ts';
import { MemoryLog } from '../fakes/log.ts';
import { type Ends, type Moment, moments } from '../fakes/resuming-engine.ts';
import { FakeCloud, status } from '../fakes/vm-cloud.ts';
import { dev, policy, type Scene, scene } from '../fixtures/world.ts';
import { conductResumed } from './resumed.ts';
import { fleets } from './resuming-fleets.ts';

const begun = Date.UTC(2026, 0, 1);
const shutdownDev = { action: 'shutdown', select: 'env=dev' };
const rebootDev = { action: 'reboot', select: 'env=dev' };

const fleet = (count: number) => Array.from({ length: count }, (_, index) => dev(String(index + 1)));
const sentAt = ({ cloud }: Scene) => cloud.sent.map(({ id, at }) => [id, (at - begun) / 1_000]);

const endsIn =
  (name: string, moment: Moment): Ends =>
  (operation, when) =>
    operation.turn === 1 && operation.name === name && when === moment;
const atEveryWait: Ends = ({ kind, isAlone }, moment) => kind === 'wait' && isAlone && moment === 'kept';

describe('a turn that is about to end', () => {
  // 120 s for an action and 30 s to remember it: in a turn of 200 s the last POST leaves within 50 s.
  const turnMs = 200_000;

  it('leaves what it cannot send to the next one, which sends it, each VM once', async () => {
    const stage = scene(fleet(5));
    stage.cloud.onAct = async (vm) => {
      await stage.clock.sleep(20_000);
      stage.cloud.setState(vm.id, 'shutoff');
      return status(200);
    };
    const { report, journal } = await conductResumed(
      stage,
      shutdownDev,
      { turnMs, ends: atEveryWait },
      { inFlight: 1 },
    );
    const at = sentAt(stage).map(([, second]) => Number(second));
    expect(stage.cloud.sent.map(({ id }) => id)).toEqual(['1', '2', '3', '4', '5']);
    expect(at.slice(0, 3)).toEqual([0, 20, 40]);
    // The fourth had its place at 60 s: after one ordinary pause, which ended the process.
    expect([(at[3] ?? 0) > 60, (at[3] ?? 0) <= 75, (at[4] ?? 0) - (at[3] ?? 0)]).toEqual([true, true, 20]);
    expect(report.counts).toEqual({ succeeded: 5 });
    expect(report.outcomes.map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1, 1]);
    expect(journal.turns).toBe(2);
    const waits = journal.operations.filter(({ kind }) => kind === 'wait');
    expect(waits.map(({ name }) => name)).toEqual([expect.stringMatching(/^pause-all-main-\d+$/)]);
  });

  it('still takes the answers to what it has sent, and sends no second time what is due by then', async () => {
    const stage = scene(fleet(2), { shutdown: { patienceMs: 480_000, resendAfterMs: 10_000, resends: 1 } });
    stage.cloud.onAct = async (vm, _action, nth) => {
      if (vm.id === '2') await stage.clock.sleep(100_000);
      if (vm.id === '2' || nth === 2) stage.cloud.setState(vm.id, 'shutoff');
      return status(500);
    };
    const { report } = await conductResumed(
      stage,
      shutdownDev,
      { turnMs, ends: atEveryWait, sends: { perStep: 1, stepsAtOnce: 2 } },
      // Of its second send nothing leaves in this turn: it is due at 10 s, and held back by the POST that is out.
      { inFlight: 1 },
    );
    expect(sentAt(stage)).toEqual([
      ['1', 0],
      ['2', 0],
      ['1', expect.any(Number)],
    ]);
    const again = ((stage.cloud.sent[2]?.at ?? 0) - begun) / 1_000;
    expect([again > 100, again <= 115]).toEqual([true, true]);
    expect(report.outcomes).toMatchObject([
      { vm: '1', result: 'succeeded', attempts: 2 },
      { vm: '2', result: 'succeeded', attempts: 1 },
    ]);
  });

  it('begins nothing, and hands nothing over, while one of its POSTs is out', async () => {
    const stage = scene(fleet(4));
    const heldMs: Readonly<Record<string, number>> = { 1: 20_000, 2: 110_000, 3: 40_000, 4: 1_000 };
    stage.cloud.onAct = async (vm) => {
      await stage.clock.sleep(heldMs[vm.id] ?? 0);
      stage.cloud.setState(vm.id, 'shutoff');
      return status(200);
    };
    const { report, journal } = await conductResumed(
      stage,
      shutdownDev,
      { turnMs, ends: atEveryWait, sends: { perStep: 1, stepsAtOnce: 4 } },
      { inFlight: 2 },
    );
    expect(sentAt(stage)).toEqual([
      ['1', 0],
      ['2', 0],
      ['3', 20],
      // Its place came at 60 s, too late for this turn; the next one is there once the second is answered.
      ['4', expect.any(Number)],
    ]);
    const fourth = ((stage.cloud.sent[3]?.at ?? 0) - begun) / 1_000;
    expect([fourth > 110, fourth <= 125]).toEqual([true, true]);
    expect(journal.operations.filter(({ kind }) => kind === 'map')).toHaveLength(2);
    expect(journal.operations.filter(({ kind }) => kind === 'wait')).toHaveLength(1);
    expect(report.counts).toEqual({ succeeded: 4 });
  });

  it('is not the end of what the API throttles until then: the next one goes on, and every POST is counted', async () => {
    const stage = scene(fleet(2), { shutdown: { patienceMs: 1_800_000, resendAfterMs: 90_000, resends: 1 } });
    stage.cloud.onAct = async (vm) => {
      await stage.clock.sleep(5_000);
      if (stage.clock.now() < begun + 900_000) return status(429);
      stage.cloud.setState(vm.id, 'shutoff');
      return status(200);
    };
    const { report, journal } = await conductResumed(stage, shutdownDev, { turnMs: 400_000, ends: atEveryWait });
    expect(report.counts).toEqual({ succeeded: 2 });
    expect(journal.turns).toBeGreaterThan(2);
    for (const { vm, attempts } of report.outcomes) {
      expect(attempts).toBe(stage.cloud.sent.filter(({ id }) => id === vm).length);
    }
  });

  it('is not slept through: what is sent is looked at while another account keeps this turn alive', async () => {
    const clock = new FakeClock(begun);
    const make = (account: string, ids: readonly string[]) =>
      new FakeCloud({ account, clock, projects: { default: ids.map((id) => dev(id)) } });
    const [brief, long] = [make('brief', ['1', '2']), make('long', ['3'])];
    brief.onAct = async (vm) => {
      await clock.sleep(60_000);
      brief.becomes(vm.id, 'shutoff', 20_000);
      return status(202);
    };
    long.onAct = async (vm) => {
      await clock.sleep(115_000);
      long.setState(vm.id, 'shutoff');
      return status(202);
    };
    const accounts = [brief, long].map((cloud) => ({ cloud, projects: ['default'] }));
    const base = scene([]);
    const stage = { ...base, clock, world: { ...base.world, accounts, clock, leases: memoryLeases(clock) } };
    const { report } = await conductResumed(stage, shutdownDev, { turnMs, ends: atEveryWait }, { inFlight: 1 });
    expect(report.counts).toEqual({ succeeded: 3 });
    const [first, second] = report.outcomes;
    // Seen while the other's POST was out; its place came too late for this turn.
    expect([first?.durationMs, brief.sent.length]).toEqual([expect.any(Number), 2]);
    expect(first?.durationMs).toBeLessThan(100_000);
    expect((brief.sent[1]?.at ?? 0) - begun).toBeGreaterThanOrEqual(115_000);
    expect(second?.attempts).toBe(1);
  });

  it('does not have anything sent again that arrived by the time the next one could send', async () => {
    const stage = scene(fleet(1), { shutdown: { patienceMs: 480_000, resendAfterMs: 60_000, resends: 1 } });
    stage.cloud.onAct = (vm) => {
      stage.cloud.becomes(vm.id, 'shutoff', 64_000);
      return status(202);
    };
    // Due again at 60 s, when this turn sends no more, and off before the next one has its first look.
    const ends: Ends = (operation, moment) => stage.clock.now() > begun + 60_000 && atEveryWait(operation, moment);
    const { report, journal } = await conductResumed(stage, shutdownDev, { turnMs, ends, gapMs: 5_000 });
    expect(journal.operations.filter(({ kind }) => kind === 'map').length).toBeGreaterThan(1);
    expect(report.counts).toEqual({ succeeded: 1 });
    expect(stage.cloud.sent).toHaveLength(1);
  });

  it('leaves nothing to the next one of a run that is cancelled', async () => {
    const stage = scene(fleet(5));
    stage.cloud.onAct = async (vm) => {
      await stage.clock.sleep(20_000);
      stage.cloud.setState(vm.id, 'shutoff');
      return status(200);
    };
    const isCancelled = async () => stage.clock.now() >= begun + 60_000;
    const { report } = await conductResumed(stage, shutdownDev, { turnMs }, { inFlight: 1, isCancelled });
    expect(stage.cloud.sent).toHaveLength(3);
    expect(report.counts).toEqual({ succeeded: 3, skipped: 2 });
    expect(report.outcomes.slice(3)).toMatchObject([
      { code: 'interrupted', attempts: 0 },
      { code: 'interrupted', attempts: 0 },
    ]);
    expect(report.interrupted).toBe(true);
  });
});

describe('sends that a crash cut off', () => {
  const sends = { perStep: 4, stepsAtOnce: 1 };

  it('are looked at, and sent again only when that is due', async () => {
    const stage = scene(fleet(5));
    const ends = endsIn('send-all-main-1-0', 'begun');
    const { report } = await conductResumed(stage, shutdownDev, { ends, sends, gapMs: 7_000 });
    const [fifth, ...again] = sentAt(stage);
    expect(fifth).toEqual(['5', 7]);
    expect(again.map(([id]) => id)).toEqual(['1', '2', '3', '4']);
    // Nobody knows when they were sent, so it counts from when that was found out.
    for (const [, at] of again) expect(at).toBe(7 + policy.shutdown.resendAfterMs / 1_000);
    expect(report.counts).toEqual({ succeeded: 5 });
    expect(report.outcomes.map(({ attempts }) => attempts)).toEqual([2, 2, 2, 2, 1]);
  });

  it('are not sent again when a look shows that they did what they were to do', async () => {
    const stage = scene(fleet(5));
    const ends = endsIn('send-all-main-1-0', 'done');
    const { report } = await conductResumed(stage, shutdownDev, { ends, sends });
    expect(stage.cloud.sent.map(({ id }) => id)).toEqual(['1', '2', '3', '4', '5']);
    const how = 'seen off (after: the process ended while it was being sent)';
    expect(report.outcomes).toMatchObject([
      ...[1, 2, 3, 4].map(() => ({ result: 'succeeded', code: 'seen', reason: how, attempts: 1 })),
      { result: 'succeeded', reason: 'seen off', attempts: 1 },
    ]);
  });

  it.each(moments.filter((moment) => moment !== 'kept'))(
    'are unknown for a reboot, and never sent again: %s',
    async (moment) => {
      const stage = scene(fleet(3));
      const ends = endsIn('send-all-main-1-1', moment);
      const { report } = await conductResumed(stage, rebootDev, { ends, sends });
      const reason =
        'the process ended while it was being sent: the reboot may have happened, and is never sent twice; look at the VM';
      expect(report.outcomes).toMatchObject([
        { vm: '1', result: 'accepted' },
        { vm: '2', result: 'unknown', code: 'ambiguous', reason },
        { vm: '3', result: 'accepted' },
      ]);
      expect(stage.cloud.sent.map(({ id }) => id)).toEqual(moment === 'begun' ? ['1', '3'] : ['1', '2', '3']);
    },
  );

  it('are forgotten by nobody when they were remembered before the crash', async () => {
    const stage = scene(fleet(3));
    const ends = endsIn('send-all-main-1-1', 'kept');
    const { report } = await conductResumed(stage, rebootDev, { ends, sends });
    expect(report.counts).toEqual({ accepted: 3 });
    expect(stage.cloud.sent.map(({ id }) => id)).toEqual(['1', '2', '3']);
  });
});

describe('a list that is refused late in a run', () => {
  it('has its VMs say which secret to renew, whichever process comes to their end', async () => {
    const stage = scene(fleet(2));
    const refused =
      'the API refused the token from the secret "power/main" (401), also fetched again: put a valid one there';
    stage.cloud.onAct = () => {
      stage.cloud.failList('default', new PowerError('token-rejected', refused));
      return status(500);
    };
    const { report, journal } = await conductResumed(stage, shutdownDev, { ends: atEveryWait });
    expect(journal.turns).toBeGreaterThan(10);
    expect(new Set(report.outcomes.map(({ code, reason }) => `${code}: ${reason}`))).toEqual(
      new Set([`no-sight: it could not be looked at when patience was over; last seen on, then no more: ${refused}`]),
    );
  });
});

describe('a run that is cancelled', () => {
  it('sends nothing more, settles what is in flight, and says so', async () => {
    const stage = scene(fleet(3));
    stage.cloud.onAct = async (vm) => {
      await stage.clock.sleep(20_000);
      stage.cloud.setState(vm.id, 'shutoff');
      return status(200);
    };
    const isCancelled = async () => stage.clock.now() >= begun + 22_000;
    const report = await stage.run(shutdownDev, { inFlight: 1, isCancelled });
    expect(sentAt(stage)).toEqual([
      ['1', 0],
      ['2', 20],
    ]);
    expect(report.outcomes).toMatchObject([
      { vm: '1', result: 'succeeded' },
      { vm: '2', result: 'succeeded' },
      { vm: '3', result: 'skipped', code: 'interrupted', attempts: 0 },
    ]);
    expect(report.interrupted).toBe(true);
  });

  it('looks for 30 s more at what it has sent', async () => {
    const stage = scene([dev('1')], { settle: { everyMs: 15_000, atMostMs: 15_000 } });
    stage.cloud.onAct = () => status(200);
    const report = await stage.run(shutdownDev, { isCancelled: async () => stage.clock.now() > begun });
    // Found out at 15 s.
    const reason = 'the run was stopped before it was settled; last seen on';
    expect(report.outcomes).toMatchObject([{ result: 'unknown', code: 'no-sight', reason, durationMs: 45_000 }]);
  });

  it('is asked about once a round, and no more once it is known', async () => {
    const stage = scene([dev('1')], { settle: { everyMs: 10_000, atMostMs: 10_000 } });
    stage.cloud.onAct = () => status(200);
    const asked: number[] = [];
    await stage.run(shutdownDev, {
      isCancelled: async () => {
        asked.push((stage.clock.now() - begun) / 1_000);
        return asked.length > 2;
      },
    });
    // Once more for the report.
    expect(asked).toEqual([0, 10, 20, 50]);
  });

  it('was not, as far as anybody could see: that is warned of, and stops nothing', async () => {
    const stage = scene(fleet(2));
    const log = new MemoryLog();
    const error = new PowerError('aws', 'the table is slow');
    const report = await stage.run(shutdownDev, { log, isCancelled: () => Promise.reject(error) });
    expect(report.counts).toEqual({ succeeded: 2 });
    expect(report.interrupted).toBe(false);
    const warnings = log.lines.filter(({ level }) => level === 'warn');
    expect(warnings.length).toBeGreaterThan(0);
    expect(warnings[0]).toMatchObject({ fields: { run: 'test-run', error } });
  });
});

const recording = () => {
  const told: string[] = [];
  let looks = 0;
  const recorder = {
    keep: async () => {
      looks += 1;
      told.push(`keep ${looks}`);
      return [`of look ${looks}`];
    },
    assume: (keys: readonly string[]) => told.push(`assume ${keys}`),
    sent: (key: string, action: string) => told.push(`sent ${key} ${action}`),
    stored: async () => [],
  };
  return { told, recorder };
};

describe('what a look keeps', () => {
  it('is written by each of them, and taken for kept by whoever replays it', async () => {
    const stage = scene([dev('1')]);
    stage.cloud.onAct = (vm) => {
      stage.cloud.becomes(vm.id, 'shutoff', 2_000);
      return status(200);
    };
    const { told, recorder } = recording();
    await conductResumed(stage, shutdownDev, { ends: atEveryWait }, { recorder });
    const sent = 'sent main/1 shutdown';
    const first = [sent, 'keep 1', 'assume of look 1'];
    expect(told).toEqual([...first, sent, 'assume of look 1', 'keep 2', 'assume of look 2']);
  });

  it('counts as sent what has left or may have, and nothing else', async () => {
    const stage = scene(fleet(2));
    const sends = { perStep: 1, stepsAtOnce: 1 };
    const cutOff = recording();
    const ends = endsIn('send-all-main-1-0', 'begun');
    await conductResumed(stage, rebootDev, { ends, sends }, { recorder: cutOff.recorder });
    expect(cutOff.told.filter((what) => what.startsWith('sent'))).toEqual(['sent main/1 reboot', 'sent main/2 reboot']);
    const unsent = recording();
    await scene(fleet(2)).run(shutdownDev, { recorder: unsent.recorder, stop: AbortSignal.abort() });
    expect(unsent.told.filter((what) => what.startsWith('sent'))).toEqual([]);
  });
});

describe('a settlement of several accounts that an earlier turn completed', () => {
  it('is told again, with its calls, and what of it is kept', async () => {
    const told: string[] = [];
    const { told: keeping, recorder } = recording();
    const make = fleets['a start through three tiers of two accounts, whatever becomes of them'];
    if (make === undefined) throw new Error('there is no such fleet');
    const { world, clock, request } = make();
    const stage = { ...scene([]), world, clock };
    const onEvent: typeof world.onEvent = (event) => {
      if (event.kind === 'settled') told.push(`${event.outcome.account}/${event.outcome.vm}`);
    };
    const { report, journal } = await conductResumed(
      stage,
      request,
      { ends: endsIn('delay-up-0-0', 'kept') },
      { onEvent, recorder },
    );
    expect(journal.turns).toBe(2);
    const looks = journal.operations.filter(({ name, turn }) => turn === 1 && name.startsWith('look-')).length;
    const assumed = keeping.flatMap((what) => (what.startsWith('assume ') ? what.slice(7).split(',') : []));
    const again = [...new Set(assumed)].filter((key) => assumed.filter((other) => other === key).length === 2);
    expect(again.toSorted()).toEqual(Array.from({ length: looks }, (_, index) => `of look ${index + 1}`).toSorted());
    const firstTier = new Set(told.slice(0, 6));
    // In both turns.
    for (const vm of firstTier) expect([vm, told.filter((other) => other === vm).length]).toEqual([vm, 2]);
    const lists = world.accounts.reduce((sum, { cloud }) => sum + cloud.calls.lists, 0);
    const actions = world.accounts.reduce((sum, { cloud }) => sum + cloud.calls.actions, 0);
    expect(report.calls).toMatchObject({ lists, actions });
  });
});
