// What an answer settles by itself, and in which words; everything about power waits for a look.

import { describe, expect, it } from 'vitest';
import { type Action, actions } from '../../../lib/core/action.ts';
import type { Meaning } from '../../../lib/core/failure.ts';
import { answered, broken, cutOff, handedOver } from '../../../lib/core/pursuit.ts';
import { afterAnswer, afterUnsent, due, endOf, look, pursue, sent } from '../../fixtures/pursuit.ts';

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

  it('that is none, because nothing was sent, changes no count and no answer there was, says why where there was none, and starts the patience', () => {
    expect(afterUnsent(due())).toMatchObject({
      attempts: 0,
      sends: 0,
      answer: { meaning: 'unsent', detail: 'too late' },
      patienceFrom: 10_000,
    });
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

describe('a send that the end of its process cut off', () => {
  const detail = 'the process ended while it was being sent';
  const lost = cutOff(handedOver(due()), 50_000);

  it('may have left and may have worked: only a look can tell', () => {
    expect(lost).toMatchObject({ phase: 'settling', attempts: 1, sends: 1, mayHaveWorked: true, patienceFrom: 50_000 });
    expect(lost.answer).toEqual({ meaning: 'unknown', at: 50_000, detail });
    expect(lost.outcome).toBeNull();
    expect(endOf(look(lost, 'off', 60))).toEqual(['succeeded', 'seen', `seen off (after: ${detail})`]);
  });

  it('is repeated where nothing changed, when a send that nobody answered would be', () => {
    expect(look(lost, 'on', 139).phase).toBe('settling');
    expect(look(lost, 'on', 140).phase).toBe('due');
  });

  it('counts beside those before it, and moves no patience that has begun', () => {
    const again = cutOff(handedOver({ ...sent('unknown'), phase: 'due' }), 95_000);
    expect(again).toMatchObject({ attempts: 2, sends: 2, patienceFrom: 0 });
    expect(look(again, 'on', 400).phase).toBe('settling');
  });

  it.each(['reboot', 'reset'] as const)('is the end of a %s: unknown, and never sent again', (action) => {
    expect(endOf(cutOff(handedOver(pursue(action, 'on')), 50_000))).toEqual([
      'unknown',
      'ambiguous',
      `${detail}: the ${action} may have happened, and is never sent twice; look at the VM`,
    ]);
  });
});
