// The judges of AWS's, the secrets' and the clock's side are shown each kind of wrong, for judges that never object prove nothing.

import { describe, expect, it } from 'vitest';
import type { Action } from '../../lib/core/action.ts';
import { PowerError } from '../../lib/core/errors.ts';
import type { Outcome } from '../../lib/core/outcome.ts';
import { makeReport } from '../../lib/run/report.ts';
import { parseRunRequest } from '../../lib/run/request.ts';
import type { RunRecord } from '../../lib/stores.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { remember } from '../../simulator/truth.ts';
import { newRun } from '../contracts/run-store.ts';
import { FakeClock } from '../fakes/clock.ts';
import { MemoryLog } from '../fakes/log.ts';
import { FakeCloud } from '../fakes/vm-cloud.ts';
import { outcome } from '../fixtures/outcome.ts';
import { dev } from '../fixtures/world.ts';
import { judgeTrial, type Tried } from './aws-judge.ts';
import { first, judgeSecrets } from './secrets.ts';
import { wrongsOf } from './time.ts';

const record = (status: RunRecord['status'], summary: unknown = {}): RunRecord => ({
  ...newRun('a'),
  status,
  startedAt: null,
  endedAt: null,
  deadline: null,
  progress: null,
  cancelRequestedAt: null,
  cancelRequestedBy: null,
  summary,
});

async function tried(
  more: Partial<Tried> = {},
  sent: readonly Action[] = ['shutdown'],
  state = 'shutoff',
): Promise<string> {
  const cloud = new FakeCloud({ clock: new FakeClock(), projects: { default: [dev('1', { state })] } });
  for (const action of sent) cloud.sent.push({ id: '1', action, at: 0 });
  const tale: Tried = {
    action: 'shutdown',
    vms: ['1'],
    cloud,
    run: record('ended'),
    outcomes: [outcome('1')],
    refused: null,
    thrown: [],
    isTaken: null,
    ...more,
  };
  return judgeTrial(tale).join('\n');
}

describe('the judge of AWS’s side', () => {
  const loud = new PowerError('aws', 'could not keep the end of run a: AWS does not answer: check the network');

  it('has nothing against a run that ended, or of which a useful error tells', async () => {
    expect(await tried()).toBe('');
    expect(await tried({ run: record('running'), outcomes: [], thrown: [loud] })).toBe('');
    expect(await tried({ run: null, outcomes: [], refused: loud }, [])).toBe('');
  });

  it.each([
    ['a run that was launched and is nowhere', { run: null, outcomes: [] }, 'and there is no run'],
    [
      'a run that was never started',
      { run: record('recorded'), outcomes: [] },
      'the run is recorded, and nobody was told',
    ],
    ['a run that never ended', { run: record('running') }, 'the run is running, and nobody was told'],
    ['a launch that says well though Lambda took nothing', { isTaken: false }, 'Lambda took no call'],
    ['an end without an outcome', { outcomes: [] }, 'the run ended with 0 outcomes of 1'],
    ['a VM that was sent to in silence', { run: record('ended', { error: {} }), outcomes: [] }, 'and nobody says so'],
    ['an error of ours that nobody meant', { thrown: [new TypeError('x is not a function')] }, 'threw TypeError'],
    [
      'an error that does not say what to do',
      { thrown: [new PowerError('aws', 'it broke')] },
      'does not say what to do',
    ],
  ])('objects to %s', async (_what, more, words) => {
    expect(await tried(more)).toContain(words);
  });

  it('objects to a success that is none', async () => {
    expect(await tried({}, ['shutdown'], 'running')).toContain('VM 1 is running, and "succeeded"');
  });

  it('objects to a second reboot, and to one that was accepted and never sent', async () => {
    const outcomes = [outcome('1', { action: 'reboot', result: 'accepted', code: 'taken', power: 'on' })];
    expect(await tried({ action: 'reboot', outcomes }, ['reboot', 'reboot'])).toContain('more than 1 reboot');
    expect(await tried({ action: 'reboot', outcomes }, [])).toContain('was never sent to');
  });
});

async function undergone(outcomes: readonly Outcome[], isHarmless: boolean, more: Partial<Outcome> = {}, logged = '') {
  const simulator = await startSimulator({ fleet: [{ id: 1, name: 'vm-1' }] });
  const log = new MemoryLog();
  if (logged !== '') log.warn('a warning', { why: logged });
  const request = parseRunRequest({ action: 'shutdown', select: '*' });
  const at = Date.UTC(2026, 0, 1);
  const report = makeReport('run', request, {
    startedAt: at,
    endedAt: at,
    outcomes: outcomes.map((each) => ({ ...each, ...more })),
    unlisted: [],
    matched: true,
    interrupted: false,
    calls: { lists: 1, reads: 0, actions: 0 },
  });
  try {
    return judgeSecrets({ report, log, simulator, before: remember(simulator), isHarmless }).join('\n');
  } finally {
    await simulator.close();
  }
}

describe('the judge of the secrets', () => {
  const refused = outcome('1', { result: 'refused', code: 'token', power: 'on', attempts: 0 });

  it('has nothing against a refusal that names the secret', async () => {
    expect(await undergone([refused], false, { reason: 'renew the secret "openscaler/token"' })).toBe('');
  });

  it.each([
    ['a refusal that names no secret', [refused], false, {}, '', 'names the secret'],
    [
      'a run that does nothing and is well',
      [{ ...refused, result: 'skipped' as const }],
      false,
      {},
      '',
      'the verdict is well',
    ],
    ['harm where there is to be none', [refused], true, {}, '', '1 of 1 were not shut down'],
    [
      'the token in an outcome',
      [refused],
      false,
      { reason: `openscaler/token: ${first}` },
      '',
      'the token is in the output',
    ],
    [
      'the token in the log, in disguise',
      [refused],
      false,
      {},
      Buffer.from(first).toString('hex'),
      'the token is in the output',
    ],
    ['a success that is none', [outcome('1')], false, {}, 'openscaler/token', 'succeeded'],
  ])('objects to %s', async (_what, outcomes, isHarmless, more, logged, words) => {
    expect(await undergone(outcomes, isHarmless, more, logged)).toContain(words);
  });
});

describe('the judge of the clock’s side', () => {
  const judged = (
    outcomes: readonly Outcome[],
    { state = 'shutoff', isSeen = true, rebooted = 1 }: { state?: string; isSeen?: boolean; rebooted?: number } = {},
  ) => {
    const cloud = new FakeCloud({ clock: new FakeClock(), projects: { default: [dev('1', { state })] } });
    const fleet = { selected: ['main/1'], rebooted: new Map([['main/1', rebooted]]), cloudOf: () => cloud };
    return wrongsOf(fleet, { outcomes }, { showed: () => isSeen, wrongs: [] }).join('\n');
  };

  it('has nothing against a success that was seen and is so', () => {
    expect(judged([outcome('1')])).toBe('');
  });

  it.each([
    ['a VM without an outcome', [], {}, 'outcomes of , and not of main/1'],
    ['a VM with two', [outcome('1'), outcome('1')], {}, 'outcomes of main/1,main/1'],
    ['a success that nobody saw', [outcome('1')], { isSeen: false }, 'unseen'],
    ['a success that is none', [outcome('1')], { state: 'running' }, 'seen, false'],
    ['a second reboot', [outcome('1')], { rebooted: 2 }, 'main/1 was rebooted twice'],
  ])('objects to %s', (_what, outcomes, more, words) => {
    expect(judged(outcomes, more)).toContain(words);
  });
});
