import { describe, expect, it } from 'vitest';

import { type Action, actions } from '../../lib/core/action.ts';
import { type Answer, type Meaning, meaningOf } from '../../lib/core/failure.ts';

/** The meaning for each action, in the order start, shutdown, power_off, reboot, reset. */
type Row = readonly [Meaning, Meaning, Meaning, Meaning, Meaning];

const forAll = (meaning: Meaning): Row => [meaning, meaning, meaning, meaning, meaning];
const saidNo: Row = ['unchanged-if-so-seen', 'unchanged-if-so-seen', 'unchanged-if-so-seen', 'refused', 'refused'];

function rowOf(status: number): Row {
  if (status === 401) return forAll('token');
  if (status === 404) return forAll('gone');
  if (status === 408) return forAll('unknown');
  if (status === 429) return forAll('slow-down');
  if (status >= 200 && status <= 299) return forAll('done');
  if (status >= 300 && status <= 499) return saidNo;
  return forAll('unknown');
}

function meanings(answer: Answer): readonly Meaning[] {
  return actions.map((action: Action) => meaningOf(action, answer));
}

const answered = (status: number, body: 'readable' | 'unreadable'): Answer => ({
  kind: 'status',
  status,
  body,
  detail: '',
});

describe('the meaning of an answer', () => {
  const statuses = Array.from({ length: 900 }, (_, index) => index + 100);

  it.each(statuses)('of a readable %i is what the table says, for every action', (status) => {
    expect(meanings(answered(status, 'readable'))).toEqual(rowOf(status));
  });

  it.each(statuses)('of an unreadable %i is the same, except that no 2xx counts as done', (status) => {
    const isSuccess = status >= 200 && status <= 299;
    expect(meanings(answered(status, 'unreadable'))).toEqual(isSuccess ? forAll('unknown') : rowOf(status));
  });

  it.each([
    [200, forAll('done')],
    [202, forAll('done')],
    [204, forAll('done')],
    [302, saidNo],
    [307, saidNo],
    [400, saidNo],
    [403, saidNo],
    [409, saidNo],
    [422, saidNo],
    [500, forAll('unknown')],
    [502, forAll('unknown')],
    [503, forAll('unknown')],
    [504, forAll('unknown')],
    [100, forAll('unknown')],
  ] as const)('of %i, spelled out', (status, row) => {
    expect(meanings(answered(status, 'readable'))).toEqual(row);
  });

  it('of silence is unknown, for every action', () => {
    expect(meanings({ kind: 'silence', detail: 'cut' })).toEqual(forAll('unknown'));
  });

  it('of a request that never left is unsent, for every action', () => {
    expect(meanings({ kind: 'unsent', detail: 'late' })).toEqual(forAll('unsent'));
  });

  it('does not exist for an answer of a kind nobody knows', () => {
    expect(() => meaningOf('start', JSON.parse('{"kind":"rumour"}'))).toThrow(
      new TypeError('unexpected value: [object Object]'),
    );
  });
});
