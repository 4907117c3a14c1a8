// The judge of a single run is shown each kind of lie and wrong, for a judge that never objects proves nothing.

import { describe, expect, it } from 'vitest';
import type { Action } from '../../lib/core/action.ts';
import type { Outcome } from '../../lib/core/outcome.ts';
import { makeReport } from '../../lib/run/report.ts';
import { parseRunRequest } from '../../lib/run/request.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { remember } from '../../simulator/truth.ts';
import type { Seen } from './front.ts';
import { judge, type Played } from './judge.ts';

const token = 'a-token-that-is-long-enough-to-be-found';
const at = Date.UTC(2026, 0, 1);
const base: Seen = {
  place: 'list',
  vm: null,
  action: null,
  nth: 1,
  arrivedAt: at,
  endedAt: at,
  lie: null,
  truth: null,
  isTold: true,
};
const list = (state: string, more: Partial<Seen> = {}): Seen => ({
  ...base,
  truth: { status: 200, body: JSON.stringify({ vms: [{ id: 1, state }] }) },
  ...more,
});
const post = (action: Action, more: Partial<Seen> = {}): Seen => ({
  ...base,
  place: 'action',
  vm: '1',
  action,
  arrivedAt: at + 100,
  endedAt: at + 200,
  truth: { status: 200, body: '' },
  ...more,
});
const outcome = (more: Partial<Outcome> = {}): Outcome => ({
  vm: '1',
  name: 'one',
  account: 'main',
  project: 'default',
  action: 'shutdown',
  result: 'unknown',
  reason: '',
  code: 'no-sight',
  power: 'on',
  attempts: 1,
  durationMs: 0,
  ...more,
});

async function judged(more: Partial<Played> & { readonly outcomes: readonly Outcome[] }): Promise<string> {
  const simulator = await startSimulator({ fleet: [{ id: 1, name: 'one' }] });
  const { outcomes, ...rest } = more;
  const request = parseRunRequest({ action: more.action ?? 'shutdown', select: '*', allowDataLoss: true });
  const times = { startedAt: at, endedAt: at + 1_000, unlisted: [], matched: true, interrupted: false };
  const report = makeReport('run', request, { ...times, outcomes, calls: { lists: 0, reads: 0, actions: 0 } });
  const played: Played = {
    action: 'shutdown',
    report,
    seen: [list('running')],
    strayed: [],
    simulator,
    before: remember(simulator),
    selected: new Set(['1']),
    spared: new Set(),
    forceable: new Set(),
    isGuarded: false,
    token,
    output: '',
    ...rest,
  };
  try {
    return judge(played).join('\n');
  } finally {
    await simulator.close();
  }
}

const succeeded = outcome({ result: 'succeeded', code: 'seen', power: 'off' });

describe('the judge of a run', () => {
  it('has nothing against a run that says it does not know', async () => {
    expect(await judged({ outcomes: [outcome()] })).toBe('');
  });

  it.each([
    [
      'an action on a VM that is not selected',
      { outcomes: [], selected: new Set<string>(), seen: [post('shutdown')] },
      'rule 1',
    ],
    ['an action without leave', { outcomes: [outcome()], seen: [list('running'), post('power_off')] }, 'rule 2'],
    [
      'a success that only an earlier look showed',
      { outcomes: [succeeded], seen: [list('shutoff'), post('shutdown')] },
      'rule 3: VM 1 is said',
    ],
    [
      'a success that is none',
      { outcomes: [succeeded], seen: [list('shutoff', { arrivedAt: at + 500 })] },
      'rule 3: VM 1 one: "succeeded"',
    ],
    [
      'a success shown by a list that must not be believed',
      { outcomes: [succeeded], seen: [list('shutoff', { lie: 'list-doubles' })] },
      'rule 3: VM 1 is said',
    ],
    [
      'a second reboot after an answer that was lost',
      {
        action: 'reboot' as const,
        outcomes: [outcome({ action: 'reboot' })],
        seen: [list('running'), post('reboot', { isTold: false }), post('reboot')],
      },
      'rule 4: VM 1 got another reboot',
    ],
    [
      'a reboot that was "accepted" by an answer that speaks of an error',
      {
        action: 'reboot' as const,
        outcomes: [outcome({ action: 'reboot', result: 'accepted', code: 'taken' })],
        seen: [list('running'), post('reboot', { lie: 'error-inside-200' })],
      },
      'rule 4: VM 1 is said to be accepted after error-inside-200',
    ],
    ['a redirect that was followed', { outcomes: [outcome()], strayed: ['GET /'] }, 'rule 4: a redirect'],
    ['a VM without an outcome', { outcomes: [] }, 'rule 5: VM 1 was selected'],
    ['a VM with two', { outcomes: [outcome(), outcome()] }, 'rule 5: VM 1 has several'],
    [
      'an action after a list that was not whole',
      { outcomes: [outcome()], seen: [list('running', { lie: 'list-has-a-next' }), post('shutdown')] },
      'rule 6',
    ],
    [
      'an empty list that speaks of an error, and is believed',
      { outcomes: [], selected: new Set<string>(), seen: [list('running', { lie: 'success-false-200' })] },
      'rule 5: a first list with success-false-200 was believed',
    ],
    ['the token, in disguise', { outcomes: [outcome()], output: Buffer.from(token).toString('base64') }, 'rule 8'],
    [
      'an action that the guard forbids',
      { outcomes: [outcome()], isGuarded: true, seen: [post('shutdown')] },
      'rule 10',
    ],
  ])('objects to %s', async (_what, played, words) => {
    expect(await judged(played)).toContain(words);
  });

  it('lets a reboot be sent again after "too fast", which leaves no doubt', async () => {
    const seen = [list('running'), post('reboot', { lie: 'status-429' }), post('reboot')];
    expect(await judged({ action: 'reboot', outcomes: [outcome({ action: 'reboot', attempts: 2 })], seen })).toBe('');
  });
});
