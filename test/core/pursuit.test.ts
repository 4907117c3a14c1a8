// The stop protocol as a pure fold, without clock or cloud: what an answer settles, what a look settles, and in which words.
// Times are in seconds from the begin of the run; the policy's patience is 480 s, a second send comes 90 s after an answer.

import { describe, expect, it } from 'vitest';
import { type Action, actions } from '../../lib/core/action.ts';
import { type Decision, decide } from '../../lib/core/decide.ts';
import type { Meaning } from '../../lib/core/failure.ts';
import {
  answered,
  begin,
  broken,
  deadlineOf,
  handedOver,
  looked,
  never,
  nextInstantOf,
  type Pursuit,
  type Sight,
  stopped,
  timedOut,
} from '../../lib/core/pursuit.ts';
import type { Power } from '../../lib/core/vm.ts';
import { vm } from '../fixtures/vm.ts';
import { policy } from '../fixtures/world.ts';

const grace = 30_000;
const escalating = { env: 'dev', shutdown: 'escalate=power_off' };
const allowing = { ...policy, allowEscalation: true };

function pursue(action: Action, power: Power, tags: Readonly<Record<string, string>> = {}, run = policy): Pursuit {
  const subject = vm({ power, tags });
  const decision: Decision = decide(action, subject);
  if (decision.kind === 'leave') throw new TypeError(`${action} leaves a VM alone that is ${power}`);
  return begin(subject, action, decision, run, 0);
}

/** The pursuit after one POST was answered so, 10 s after it left. */
function afterAnswer(pursuit: Pursuit, meaning: Meaning, leftAt = 0): Pursuit {
  const times = { sentAt: leftAt * 1_000, answeredAt: (leftAt + 10) * 1_000 };
  return answered(handedOver(pursuit), { meaning, detail: 'HTTP 999', posts: 1, ...times });
}

/** The pursuit after nothing could be sent, 10 s into the run. */
function afterUnsent(pursuit: Pursuit, meaning: Meaning = 'unsent'): Pursuit {
  return answered(handedOver(pursuit), { meaning, detail: 'too late', posts: 0, sentAt: null, answeredAt: 10_000 });
}

function look(pursuit: Pursuit, sight: Sight, atSeconds: number): Pursuit {
  return looked(pursuit, sight, { at: atSeconds * 1_000, graceMs: grace });
}

function endOf({ outcome }: Pursuit) {
  return outcome === null ? null : [outcome.result, outcome.code, outcome.reason];
}

const stopping = () => pursue('shutdown', 'stopping');
const booting = () => pursue('shutdown', 'starting');
const due = () => pursue('shutdown', 'on');
const sent = (meaning: Meaning = 'done') => afterAnswer(due(), meaning);

describe('a pursuit begins', () => {
  it.each([
    ['shutdown', 'on', { phase: 'due', awaits: null, patienceFrom: null }],
    ['shutdown', 'starting', { phase: 'awaiting', awaits: 'on', patienceFrom: 0 }],
    ['shutdown', 'stopping', { phase: 'settling', awaits: null, patienceFrom: 0 }],
    ['start', 'off', { phase: 'due', awaits: null, patienceFrom: null }],
    ['start', 'stopping', { phase: 'awaiting', awaits: 'off', patienceFrom: 0 }],
    ['start', 'starting', { phase: 'settling', awaits: null, patienceFrom: 0 }],
  ] as const)('%s for a VM that is %s: %j', (action, power, stage) => {
    expect(pursue(action, power)).toEqual({
      vm: vm({ power, tags: {} }),
      action,
      asked: action,
      policy: action === 'start' ? policy.start : policy.shutdown,
      mayEscalate: false,
      begunAt: 0,
      attempts: 0,
      sends: 0,
      answer: null,
      mayHaveWorked: false,
      wasSeenWanted: false,
      power,
      outcome: null,
      ...stage,
    });
  });

  it.each([
    ['shutdown', 'escalate=power_off', true, 480],
    ['shutdown', 'patience=60s escalate=power_off', true, 60],
    ['shutdown', 'patience=60s', false, 60],
    ['shutdown', 'nonsense', false, 480],
    ['power_off', 'patience=60s escalate=power_off', false, 480],
    ['reboot', 'patience=60s escalate=power_off', false, 480],
    ['start', 'patience=60s escalate=power_off', false, 180],
  ] as const)('%s with the tag shutdown="%s": may escalate %s, patience %i s', (action, tag, mayEscalate, seconds) => {
    const begun = pursue(action, action === 'start' ? 'off' : 'on', { shutdown: tag }, allowing);
    expect([begun.mayEscalate, begun.policy.patienceMs]).toEqual([mayEscalate, seconds * 1_000]);
    expect(begun.policy.resends).toBe(action === 'start' ? 2 : 1);
  });

  it('heeds no tag that escalates where the configuration does not allow it', () => {
    expect(pursue('shutdown', 'on', escalating).mayEscalate).toBe(false);
  });
});

describe('an answer', () => {
  const meanings = [
    'done',
    'unknown',
    'slow-down',
    'token',
    'gone',
    'unchanged-if-so-seen',
    'refused',
    'unsent',
  ] as const satisfies readonly Meaning[];
  const gone = ['gone', 'gone', 'the API no longer knows it (HTTP 999)'];
  const token = ['refused', 'token', 'the token of account "main" did not work (HTTP 999): renew its secret'];
  const saidNo = ['refused', 'api-refused', 'the API said no: HTTP 999'];
  const provable: Record<Meaning, string[] | null> = {
    done: null,
    unknown: null,
    'slow-down': null,
    token,
    gone,
    'unchanged-if-so-seen': null,
    refused: saidNo,
    unsent: null,
  };
  const unprovable = (action: Action): Record<Meaning, string[] | null> => ({
    ...provable,
    done: ['accepted', 'taken', `the API took the ${action}; no state can prove its effect`],
    unknown: [
      'unknown',
      'ambiguous',
      `HTTP 999: the ${action} may have happened, and is never sent twice; look at the VM`,
    ],
    'slow-down': ['refused', 'throttled', 'the API kept asking for fewer calls: HTTP 999'],
    unsent: ['skipped', 'interrupted', 'nothing was sent: HTTP 999'],
  });
  const cells = actions.flatMap((action) => {
    const isProvable = action !== 'reboot' && action !== 'reset';
    const row = isProvable ? provable : unprovable(action);
    return meanings.map((meaning) => [action, meaning, row[meaning]] as const);
  });

  it.each(cells)('to %s that means %s settles %j', (action, meaning, end) => {
    const after = afterAnswer(pursue(action, action === 'start' ? 'off' : 'on'), meaning);
    expect(endOf(after)).toEqual(end);
    expect(after.phase).toBe(end === null ? 'settling' : 'done');
  });

  it.each([
    ['done', true],
    ['unknown', true],
    ['slow-down', false],
    ['unchanged-if-so-seen', false],
    ['unsent', false],
  ] as const)('that means %s leaves open whether it worked: %s', (meaning, mayHaveWorked) => {
    expect(sent(meaning).mayHaveWorked).toBe(mayHaveWorked);
    expect(afterAnswer(sent('unknown'), meaning, 90).mayHaveWorked).toBe(true);
  });

  it('is counted and kept, and patience counts from the first send', () => {
    const once = sent('unknown');
    expect(once).toMatchObject({ attempts: 1, sends: 1, patienceFrom: 0 });
    expect(once.answer).toEqual({ meaning: 'unknown', at: 10_000, detail: 'HTTP 999' });
    const renewed = answered(once, { meaning: 'done', detail: 'x', posts: 2, sentAt: 99_000, answeredAt: 100_000 });
    expect(renewed).toMatchObject({ attempts: 3, sends: 2, patienceFrom: 0 });
    expect(renewed.answer).toEqual({ meaning: 'done', at: 100_000, detail: 'x' });
  });

  it('that is none, because nothing was sent, changes neither count nor last answer, and starts the patience', () => {
    expect(afterUnsent(due())).toMatchObject({ attempts: 0, sends: 0, answer: null, patienceFrom: 10_000 });
    expect(afterUnsent(sent())).toMatchObject({ attempts: 1, sends: 1, answer: sent().answer, patienceFrom: 0 });
  });

  it('that refuses the token ends nothing while an earlier send may still take effect', () => {
    expect(endOf(afterAnswer(sent('unknown'), 'token', 90))).toBeNull();
  });

  it('makes an outcome with everything that is known of the VM', () => {
    expect(sent('gone').outcome).toEqual({
      vm: '8',
      name: 'vm-8',
      account: 'main',
      project: 'default',
      action: 'shutdown',
      result: 'gone',
      code: 'gone',
      reason: 'the API no longer knows it (HTTP 999)',
      power: 'on',
      attempts: 1,
      durationMs: 10_000,
    });
    expect(broken(due(), 'x', -5).outcome?.durationMs).toBe(0);
  });
});

describe('a look at a VM', () => {
  it('before its answer is only noted: it may be older than what the action then does', () => {
    for (const open of [due(), handedOver(due())]) {
      expect(look(open, 'stopping', 5)).toEqual({ ...open, power: 'stopping' });
      expect(look(open, 'off', 5)).toEqual({ ...open, power: 'off', wasSeenWanted: true });
    }
  });

  it('that is settled changes nothing', () => {
    const done = sent('gone');
    for (const sight of ['off', 'on', 'gone', 'unseen'] as const) expect(look(done, sight, 999)).toBe(done);
  });

  it.each([
    ['due', due()],
    ['awaiting', booting()],
    ['settling', sent()],
  ])('that shows it gone ends it, also while it is %s', (_phase, pursuit) => {
    expect(endOf(look(pursuit, 'gone', 20))).toEqual(['gone', 'gone', 'the API no longer knows it']);
  });

  it('that shows it gone while its action is out waits for the answer, so that the send is counted', () => {
    const open = handedOver(due());
    expect(look(open, 'gone', 5)).toBe(open);
    const after = look(afterAnswer(look(open, 'gone', 5), 'unknown'), 'gone', 12);
    expect(after.outcome).toMatchObject({ result: 'gone', attempts: 1 });
  });

  const table: [string, Pursuit, Sight, number, string[] | string][] = [
    ['taken, then off', sent(), 'off', 10, ['succeeded', 'seen', 'seen off']],
    ['ambiguous, then off', sent('unknown'), 'off', 10, ['succeeded', 'seen', 'seen off (after: HTTP 999)']],
    [
      'refused, then off',
      sent('unchanged-if-so-seen'),
      'off',
      10,
      ['unchanged', 'already', 'the API said no, and it already is off'],
    ],
    [
      'off without a send',
      stopping(),
      'off',
      10,
      ['unchanged', 'already', 'it became off without anything being sent'],
    ],
    ['still stopping without a send', stopping(), 'stopping', 479, 'settling'],
    [
      'never off without a send',
      stopping(),
      'stopping',
      480,
      ['failed', 'still', 'still stopping when patience was over (nothing had to be sent)'],
    ],
    ['back on without a send is never sent to', stopping(), 'on', 400, 'settling'],
    ['taken, still on before resendAfter', sent(), 'on', 99.999, 'settling'],
    ['taken, still on at resendAfter', sent(), 'on', 100, 'due'],
    ['ambiguous, still on at resendAfter', sent('unknown'), 'on', 100, 'due'],
    ['stopping at resendAfter', sent(), 'stopping', 100, 'settling'],
    ['starting at resendAfter', sent(), 'starting', 100, 'settling'],
    ['paused at resendAfter', sent(), 'other', 100, 'settling'],
    ['after the last send that is allowed', afterAnswer(sent(), 'done', 100), 'on', 300, 'settling'],
    ['on just before patience is over', afterAnswer(sent(), 'done', 100), 'on', 479.999, 'settling'],
    [
      'on when patience is over',
      sent(),
      'on',
      480,
      ['failed', 'still', 'still running when patience was over (last answer: HTTP 999)'],
    ],
    [
      'paused when patience is over',
      sent(),
      'other',
      480,
      ['failed', 'still', 'still other when patience was over (last answer: HTTP 999)'],
    ],
    ['off when patience is over', sent(), 'off', 480, ['succeeded', 'seen', 'seen off']],
    [
      'refused, still on',
      sent('unchanged-if-so-seen'),
      'on',
      10,
      ['refused', 'api-refused', 'the API said no (HTTP 999), and it is on'],
    ],
    ['refused, but stopping', sent('unchanged-if-so-seen'), 'stopping', 10, 'settling'],
    [
      'refused, and starting',
      sent('unchanged-if-so-seen'),
      'starting',
      10,
      ['refused', 'api-refused', 'the API said no (HTTP 999), and it is starting'],
    ],
    [
      'refused, and stopping for ever',
      sent('unchanged-if-so-seen'),
      'stopping',
      480,
      ['refused', 'api-refused', 'the API said no (HTTP 999), and it is stopping'],
    ],
    [
      'refused after a send that may have worked',
      afterAnswer(sent(), 'unchanged-if-so-seen', 90),
      'on',
      200,
      'settling',
    ],
    [
      'the same when patience is over',
      afterAnswer(sent(), 'unchanged-if-so-seen', 90),
      'on',
      480,
      ['refused', 'api-refused', 'the API said no (HTTP 999), and it is on'],
    ],
    [
      'throttled, still on',
      sent('slow-down'),
      'on',
      10,
      ['refused', 'throttled', 'the API kept asking for fewer calls (HTTP 999), and it is on'],
    ],
    [
      'its token refused after a send that may have worked, when patience is over',
      afterAnswer(sent('unknown'), 'token', 90),
      'on',
      480,
      ['refused', 'token', 'the token of account "main" did not work (HTTP 999): renew its secret'],
    ],
    ['unsent, still on', afterUnsent(due()), 'on', 100, 'settling'],
    ['a start, still off at resendAfter', afterAnswer(pursue('start', 'off'), 'done'), 'off', 70, 'due'],
    ['a start, starting', afterAnswer(pursue('start', 'off'), 'done'), 'starting', 70, 'settling'],
    ['a start, on', afterAnswer(pursue('start', 'off'), 'done'), 'on', 70, ['succeeded', 'seen', 'seen on']],
    [
      'a start refused, but starting',
      afterAnswer(pursue('start', 'off'), 'unchanged-if-so-seen'),
      'starting',
      10,
      'settling',
    ],
    [
      'a start refused, and stopping',
      afterAnswer(pursue('start', 'off'), 'unchanged-if-so-seen'),
      'stopping',
      10,
      ['refused', 'api-refused', 'the API said no (HTTP 999), and it is stopping'],
    ],
    [
      'a start without effect',
      afterAnswer(pursue('start', 'off'), 'done'),
      'off',
      180,
      ['failed', 'still', 'still off when patience was over (last answer: HTTP 999)'],
    ],
    ['booting, now on', booting(), 'on', 10, 'due'],
    ['booting, still', booting(), 'starting', 479.999, 'awaiting'],
    ['booting, now paused', booting(), 'other', 10, 'awaiting'],
    [
      'booting, off by itself',
      booting(),
      'off',
      10,
      ['unchanged', 'already', 'it became off without anything being sent'],
    ],
    [
      'booting for ever',
      booting(),
      'starting',
      480,
      ['failed', 'still', 'it was still starting when patience was over, so shutdown was never sent'],
    ],
    ['unseen within the grace', sent(), 'unseen', 509.999, 'settling'],
    [
      'unseen when the grace is over',
      sent(),
      'unseen',
      510,
      ['unknown', 'no-sight', 'it could not be looked at when patience was over; last seen on'],
    ],
    [
      'awaited and unseen when the grace is over',
      booting(),
      'unseen',
      510,
      ['unknown', 'no-sight', 'it could not be looked at when patience was over; last seen starting'],
    ],
    ['due and unseen', look(sent(), 'on', 100), 'unseen', 999, 'due'],
    ['sending and unseen', handedOver(look(sent(), 'on', 100)), 'unseen', 999, 'sending'],
  ];

  it.each(table)('%s', (_what, pursuit, sight, seconds, expected) => {
    const after = look(pursuit, sight, seconds);
    expect(after.outcome === null ? after.phase : endOf(after)).toEqual(expected);
    if (after.outcome !== null)
      expect(after).toMatchObject({ phase: 'done', outcome: { durationMs: seconds * 1_000 } });
    if (after.outcome !== null && sight !== 'unseen') expect(after.outcome.power).toBe(sight);
  });

  it('that was off and is on again says so, and nothing is sent or forced', () => {
    const open = afterAnswer(look(pursue('shutdown', 'on', escalating, allowing), 'off', 5), 'done', 6);
    expect(look(open, 'on', 200).phase).toBe('settling');
    const reason = 'it was seen off, then on again: somebody or something changed it back';
    expect(endOf(look(open, 'on', 486))).toEqual(['failed', 'still', reason]);
  });
});

describe('escalation', () => {
  const open = (meaning: Meaning = 'done') => afterAnswer(pursue('shutdown', 'on', escalating, allowing), meaning);
  const forced = () => look(open(), 'on', 480);

  it('makes it due again, with power_off, when patience is over, and with patience of its own', () => {
    expect(look(open(), 'on', 479).action).toBe('shutdown');
    expect(forced()).toEqual({
      ...open(),
      action: 'power_off',
      phase: 'due',
      patienceFrom: null,
      sends: 0,
      mayEscalate: false,
    });
    expect(afterAnswer(forced(), 'done', 480)).toMatchObject({ patienceFrom: 480_000, attempts: 2, sends: 1 });
  });

  it.each(['stopping', 'starting'] as const)('comes to a VM that is %s too', (power) => {
    expect(look(open(), power, 480)).toMatchObject({ action: 'power_off', phase: 'due' });
  });

  it('comes to no VM in a power that nobody knows, and to none that was refused', () => {
    expect(endOf(look(open(), 'other', 480))).toContain('still');
    expect(endOf(look(afterAnswer(open(), 'unchanged-if-so-seen', 90), 'on', 480))).toContain('api-refused');
  });

  it('comes once: a VM that even that leaves on has failed', () => {
    const after = afterAnswer(forced(), 'done', 480);
    expect(look(after, 'on', 580).phase).toBe('due');
    expect(look(after, 'on', 960)).toMatchObject({
      phase: 'done',
      outcome: { result: 'failed', action: 'shutdown', attempts: 2 },
    });
  });

  it('says forced only of a VM to which power_off was sent', () => {
    const end = endOf(look(afterAnswer(forced(), 'done', 480), 'off', 500));
    expect(end).toEqual(['succeeded', 'forced', 'forced off: it did not heed the shutdown in time']);
    expect(endOf(look(afterUnsent(forced()), 'off', 500))).toEqual(['succeeded', 'seen', 'seen off']);
  });
});

describe('the next instant worth a look', () => {
  it.each<[string, Pursuit, number, number]>([
    ['due: none', due(), 0, never],
    ['due for the second send: none', look(sent(), 'on', 100), 100, never],
    ['sending: none', handedOver(due()), 0, never],
    ['awaiting: the end of patience', booting(), 0, 480],
    ['settling: the next send', sent(), 10, 100],
    ['settling, seen exactly then: the end of patience', sent(), 100, 480],
    ['settling, nothing more to send: the end of patience', afterAnswer(sent(), 'done', 90), 100, 480],
    ['settling, refused: the end of patience', sent('unchanged-if-so-seen'), 10, 480],
    ['settling, once seen off: the end of patience', afterAnswer(look(due(), 'off', 1), 'done'), 10, 480],
    ['settling, at the end of patience: none', stopping(), 480, never],
  ])('%s', (_what, pursuit, now, next) => {
    expect(nextInstantOf(pursuit, now * 1_000)).toBe(next * 1_000);
  });

  it('is never past the deadline, and there is no deadline before the first send', () => {
    expect([deadlineOf(due()), deadlineOf(sent()), deadlineOf(booting())]).toEqual([never, 480_000, 480_000]);
  });
});

describe('a pursuit that is ended from outside', () => {
  it('ends as skipped when the run is stopped before anything was sent', () => {
    for (const open of [due(), booting(), stopping()]) {
      expect(endOf(stopped(open, 7_000))).toEqual([
        'skipped',
        'interrupted',
        'the run was stopped before anything was sent to it',
      ]);
    }
  });

  it('is only looked at once the run is stopped: nothing is sent again, nothing forced', () => {
    const open = { ...sent(), mayEscalate: true };
    for (const phase of ['settling', 'due'] as const) {
      expect(stopped({ ...open, phase }, 20_000)).toEqual({
        ...open,
        phase: 'settling',
        mayEscalate: false,
        policy: { ...policy.shutdown, resends: 0 },
      });
    }
    expect(look(stopped(open, 20_000), 'on', 200).phase).toBe('settling');
    expect(endOf(look(stopped(open, 20_000), 'off', 25))).toContain('seen');
  });

  it('that is being sent keeps its way, without leave to force', () => {
    const open = handedOver(pursue('shutdown', 'on', escalating, allowing));
    expect(stopped(open, 5_000)).toEqual({ ...open, mayEscalate: false });
  });

  it('is unknown when the time of the run is over, with what was last seen', () => {
    for (const open of [due(), handedOver(due()), look(sent(), 'stopping', 20)]) {
      const end = ['unknown', 'no-sight', `time is up; last seen ${open.power}`];
      expect(endOf(timedOut(open, 'time is up', 30_000))).toEqual(end);
    }
  });

  it('is unknown after a mistake of ours, which is to be reported', () => {
    expect(endOf(broken(due(), 'TypeError', 1_000))).toEqual([
      'unknown',
      'bug',
      'a mistake of ours: TypeError; please report it',
    ]);
  });

  it('keeps the end it has', () => {
    const done = sent('gone');
    expect(stopped(done, 1)).toEqual(done);
    expect(timedOut(done, 'x', 1)).toBe(done);
  });
});
