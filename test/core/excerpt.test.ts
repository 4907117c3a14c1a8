import { describe, expect, it } from 'vitest';
import { excerpt } from '../../lib/core/excerpt.ts';

describe('excerpt', () => {
  it.each([
    ['plain text', '"plain text"'],
    ['', '""'],
    ['a\nb\u001b[31m', '"a\\u{a}b\\u{1b}[31m"'],
    ['\u202egnp', '"\\u{202e}gnp"'],
    ['a\u2028b\u2029c', '"a\\u{2028}b\\u{2029}c"'],
    ['é 日本 😀', '"é 日本 😀"'],
    ['x'.repeat(60), `"${'x'.repeat(60)}"`],
    ['x'.repeat(61), `"${'x'.repeat(60)}…"`],
    [`${'x'.repeat(59)}😀`, `"${'x'.repeat(59)}\\u{d83d}…"`],
  ])('shows %j safely', (text, shown) => {
    expect(excerpt(text)).toBe(shown);
  });
});
