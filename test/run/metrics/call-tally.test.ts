import { expect, it } from 'vitest';
import { CallTally } from '../../../lib/run/metrics/call-tally.ts';

it('tells calls, repeats and throttles once each, and counts from nought again', () => {
  const tally = new CallTally();
  const { count } = tally;
  for (const fact of ['list', 'action', 'action', 'retry', 'throttle', 'read', 'retry'] as const) count(fact);
  expect(tally.take()).toEqual([
    { name: 'ApiCalls', value: 1, by: { call: 'list' } },
    { name: 'ApiCalls', value: 2, by: { call: 'action' } },
    { name: 'ApiRetries', value: 2, by: {} },
    { name: 'ApiThrottles', value: 1, by: {} },
    { name: 'ApiCalls', value: 1, by: { call: 'read' } },
  ]);
  expect(tally.take()).toEqual([]);
  count('list');
  expect(tally.take()).toEqual([{ name: 'ApiCalls', value: 1, by: { call: 'list' } }]);
});
