import { describe, expect, it } from 'vitest';
import { cancelledBeforeItBegan, neverStarted } from '../../lib/core/not-begun.ts';
import { endingOf } from '../../lib/run/ending.ts';
import { report } from '../cli/reports.ts';

const { outcomes: _outcomes, ...rest } = report({});

function ended(summary: unknown) {
  return endingOf({ status: 'ended', summary: JSON.parse(JSON.stringify(summary)) });
}

describe('how a run ended', () => {
  it.each(['well', 'trouble', 'refused'] as const)('is its verdict %s, with its report', (verdict) => {
    expect(ended({ ...rest, verdict })).toEqual({ word: verdict, report: rest, reason: null });
  });

  it('is interrupted where it was stopped, whatever its verdict', () => {
    const stopped = { ...rest, interrupted: true };
    expect(ended({ ...stopped, verdict: 'trouble' })).toEqual({ word: 'interrupted', report: stopped, reason: null });
  });

  it('is why there is no report', () => {
    expect(ended(cancelledBeforeItBegan('ann'))).toEqual({
      word: 'cancelled',
      report: null,
      reason: 'cancelled by ann before it began: nothing was sent',
    });
    expect(ended(neverStarted(15))).toEqual({
      word: 'never-started',
      report: null,
      reason: expect.stringContaining('never started within 15 minutes'),
    });
    expect(ended({ error: { code: 'aws', message: 'the table is gone' } })).toEqual({
      word: 'broke-off',
      report: null,
      reason: 'the table is gone',
    });
  });

  it.each([
    [null],
    [{}],
    ['well'],
    [{ ...rest, verdict: 'odd' }],
    [{ ...rest, verdict: 'well', calls: {} }],
    [{ ...rest, verdict: 'well', counts: { succeeded: -1 } }],
    [{ notBegun: 'odd', reason: '' }],
    [{ error: 'text' }],
  ])('is said to be unreadable where it is (%j)', (summary) => {
    expect(ended(summary)).toEqual({ word: 'unreadable', report: null, reason: expect.stringContaining('version') });
  });

  it.each(['recorded', 'running', 'lost'] as const)('is nothing yet for one that is %s', (status) => {
    expect(endingOf({ status, summary: { ...rest, verdict: 'well' } })).toBeNull();
  });
});
