import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationHint, parseDuration, printDuration } from '../../lib/core/duration.ts';

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['3d', 259_200_000],
    ['0s', 0],
    ['007s', 7_000],
    ['PT5M', 300_000],
    ['PT90S', 90_000],
    ['PT2H', 7_200_000],
    ['P3D', 259_200_000],
    ['P1DT2H', 93_600_000],
    ['P1DT2H3M4S', 93_784_000],
    ['P12DT34H56M78S', 1_162_638_000],
    ['PT0S', 0],
    [`${Number.MAX_SAFE_INTEGER}ms`, Number.MAX_SAFE_INTEGER],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    '',
    ' ',
    '5',
    'm',
    '5 m',
    ' 5m',
    '5m ',
    '5m\n',
    '-5m',
    '+5m',
    '1.5h',
    '1e3s',
    '5M',
    '5S',
    '5min',
    '5w',
    '5m30s',
    'x5m',
    '5mx',
    '٥m',
    'P',
    'PT',
    'P1DT',
    'p1d',
    'PT5m',
    'P1H',
    'PT1D',
    'P1M',
    'P1Y',
    'P1W',
    'PT1M2H',
    'PT1.5H',
    'P-1D',
    'xPT5M',
    'PT5Mx',
    'PT5M ',
    'constructor',
    '5constructor',
    '9007199254740992ms',
    '104249991375d',
    'P104249991375D',
    'P104249991374DT24H',
    `${'9'.repeat(400)}s`,
    `${'9'.repeat(100_000)}x`,
  ])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeNull();
  });

  it('says what is allowed with examples that it takes itself', () => {
    const examples = durationHint.match(/\b(?:\d+(?:ms|[smhd])|P\w+)\b/g);
    expect(examples).toEqual(['500ms', '90s', '5m', '2h', '3d', 'PT5M', 'P1DT2H']);
    for (const example of examples ?? []) expect(parseDuration(example)).not.toBeNull();
  });
});

describe('printDuration', () => {
  it.each([
    [0, '0s'],
    [1, '1ms'],
    [1_500, '1500ms'],
    [1_000, '1s'],
    [90_000, '90s'],
    [300_000, '5m'],
    [5_400_000, '90m'],
    [7_200_000, '2h'],
    [90_000_000, '25h'],
    [86_400_000, '1d'],
  ])('writes %i ms in its largest whole unit', (ms, text) => {
    expect(printDuration(ms)).toBe(text);
  });

  it('writes what parseDuration reads back exactly', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (ms) => {
        expect(parseDuration(printDuration(ms))).toBe(ms);
      }),
    );
  });
});
