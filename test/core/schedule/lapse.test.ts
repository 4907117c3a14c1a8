import { describe, expect, it } from 'vitest';
import { lapseOf } from '../../../lib/core/schedule/lapse.ts';

const monthMs = 30 * 24 * 3_600_000;

describe('an override may be forgotten', () => {
  it.each([
    ['30 days after its end', { 'main/1': 5000 }, null, 5000],
    ['30 days after the last of its ends', { 'main/1': 5000, 'main/2': 9000, 'main/3': 7000 }, null, 9000],
    ['30 days after it was cancelled', { 'main/1': 5000, 'main/2': 9000 }, 6000, 6000],
    ['no later when it was cancelled after its end', { 'main/1': 5000 }, 8000, 5000],
    ['30 days after it began when it is on no VM', {}, null, 1000],
  ])('%s', (_, ends: Record<string, number>, cancelledMs, last) => {
    expect(lapseOf({ startMs: 1000, ends, cancelledMs })).toBe(last + monthMs);
  });
});
