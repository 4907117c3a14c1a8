// Where a pursuit begins, and which instants matter to it.

import { describe, expect, it } from 'vitest';
import { deadlineOf, handedOver, never, nextInstantOf, type Pursuit } from '../../../lib/core/pursuit.ts';
import {
  afterAnswer,
  allowing,
  booting,
  due,
  escalating,
  look,
  pursue,
  sent,
  stopping,
} from '../../fixtures/pursuit.ts';
import { vm } from '../../fixtures/vm.ts';
import { policy } from '../../fixtures/world.ts';

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
      notBefore: null,
      attempts: 0,
      sends: 0,
      answer: null,
      mayHaveWorked: false,
      wasSeenWanted: false,
      power,
      unseen: null,
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
