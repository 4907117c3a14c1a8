// What a look settles, stage by stage: arrived, due again, refused, forced, given up, or still to be waited for.

import { describe, expect, it } from 'vitest';
import type { Meaning } from '../../../lib/core/failure.ts';
import { handedOver, type Pursuit, type Sight } from '../../../lib/core/pursuit.ts';
import {
  afterAnswer,
  afterUnsent,
  allowing,
  booting,
  due,
  endOf,
  escalating,
  look,
  pursue,
  sent,
  stopping,
} from '../../fixtures/pursuit.ts';

const unseen = { unseen: 'HTTP 401' };

describe('a look at a VM', () => {
  it('before its answer is only noted: it may be older than what the action then does', () => {
    for (const open of [due(), handedOver(due())]) {
      expect(look(open, 'stopping', 5)).toEqual({ ...open, power: 'stopping' });
      expect(look(open, 'off', 5)).toEqual({ ...open, power: 'off', wasSeenWanted: true });
    }
  });

  it('that is settled changes nothing', () => {
    const done = sent('gone');
    for (const sight of ['off', 'on', 'gone', unseen] as const) expect(look(done, sight, 999)).toBe(done);
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
    ['unseen within the grace', sent(), unseen, 509.999, 'settling'],
    [
      'unseen when the grace is over',
      sent(),
      unseen,
      510,
      ['unknown', 'no-sight', 'it could not be looked at when patience was over; last seen on, then no more: HTTP 401'],
    ],
    [
      'awaited and unseen when the grace is over',
      booting(),
      unseen,
      510,
      [
        'unknown',
        'no-sight',
        'it could not be looked at when patience was over; last seen starting, then no more: HTTP 401',
      ],
    ],
    ['due and unseen', look(sent(), 'on', 100), unseen, 999, 'due'],
    ['sending and unseen', handedOver(look(sent(), 'on', 100)), unseen, 999, 'sending'],
  ];

  it.each(table)('%s', (_what, pursuit, sight, seconds, expected) => {
    const after = look(pursuit, sight, seconds);
    expect(after.outcome === null ? after.phase : endOf(after)).toEqual(expected);
    if (after.outcome !== null)
      expect(after).toMatchObject({ phase: 'done', outcome: { durationMs: seconds * 1_000 } });
    if (after.outcome !== null && sight !== unseen) expect(after.outcome.power).toBe(sight);
  });

  it('that shows it after one that did not, has nothing in its way any more', () => {
    const blind = look(sent(), unseen, 20);
    expect(blind.unseen).toBe('HTTP 401');
    expect(look(blind, 'on', 30).unseen).toBeNull();
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
      answer: null,
      mayEscalate: false,
    });
    expect(afterAnswer(forced(), 'done', 480)).toMatchObject({ patienceFrom: 480_000, attempts: 2, sends: 1 });
  });

  it.each(['stopping', 'starting'] as const)('comes to a VM that is %s too', (power) => {
    expect(look(open(), power, 480)).toMatchObject({ action: 'power_off', phase: 'due' });
  });

  it('comes to no VM that was never sent a shutdown: the guard has not counted it', () => {
    const onlyWatched = { ...open(), attempts: 0, sends: 0, answer: null, mayHaveWorked: false };
    expect(endOf(look(onlyWatched, 'stopping', 480))).toContain('still');
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
