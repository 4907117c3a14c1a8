import { describe, expect, it } from 'vitest';
import type { Course } from '../../../lib/core/schedule/course.ts';
import type { Override } from '../../../lib/core/schedule/override.ts';
import { keptBetween } from '../../../lib/run/schedule/kept.ts';

const override = (keep: 'on' | 'off', startMs: number | null, endMs: number): Override => ({
  keep,
  startMs,
  endMs,
  reason: 'demo',
  by: 'amel',
});

function spans(...overrides: readonly Override[]) {
  const course: Course = { schedule: null, overrides, catchUpMs: 0 };
  return keptBetween(course, 100, 200).map(({ fromMs, toMs, keep }) => [fromMs, toMs, keep]);
}

describe('what overrides keep within a span', () => {
  it.each<[string, Override[], unknown[]]>([
    ['is nothing without any', [], []],
    ['is from start to end', [override('on', 120, 150)], [[120, 150, 'on']]],
    ['begins with the span where one began before', [override('off', 20, 150)], [[100, 150, 'off']]],
    [
      'begins with the span where nobody knows when a tag was written',
      [override('off', null, 150)],
      [[100, 150, 'off']],
    ],
    ['ends with the span', [override('on', 120, 300)], [[120, 200, 'on']]],
    ['is nothing of one that ends as the span begins', [override('on', 20, 100)], []],
    ['is nothing of one that begins as the span ends', [override('on', 200, 300)], []],
    [
      'is of the newest, and then of the one that it hid',
      [override('on', 110, 190), override('off', 130, 150)],
      [
        [110, 130, 'on'],
        [130, 150, 'off'],
        [150, 190, 'on'],
      ],
    ],
    [
      'has a gap between two',
      [override('on', 150, 160), override('off', 110, 120)],
      [
        [110, 120, 'off'],
        [150, 160, 'on'],
      ],
    ],
  ])('%s', (_name, overrides, expected) => {
    expect(spans(...overrides)).toEqual(expected);
  });
});
