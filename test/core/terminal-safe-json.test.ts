import { describe, expect, it } from 'vitest';
import { terminalSafeJson, withoutSteering } from '../../lib/core/terminal-safe-json.ts';

describe('JSON that may be shown', () => {
  it.each([
    ['\u009b31m', '"\\u009b31m"'],
    ['\u007f\u0080', '"\\u007f\\u0080"'],
    ['\u200e\u200f\u061c', '"\\u200e\\u200f\\u061c"'],
    ['\u2028\u2029', '"\\u2028\\u2029"'],
    ['\u202a\u202e\u2066\u2069', '"\\u202a\\u202e\\u2066\\u2069"'],
    ['\u001b[2J', '"\\u001b[2J"'],
    ['~\u00a0é\u200b\u200d\u2027\u202f\u2065\u206a💥 ن', '"~\u00a0é\u200b\u200d\u2027\u202f\u2065\u206a💥 ن"'],
  ])('writes %j as %s, the same value to every reader', (value, text) => {
    expect(terminalSafeJson(value)).toBe(text);
    expect(JSON.parse(text)).toBe(value);
  });

  it('is none for what JSON has no word for', () => {
    expect(terminalSafeJson(undefined)).toBeUndefined();
  });
});

it('a text keeps its C0 controls, which JSON escapes', () => {
  expect(withoutSteering('a\nb\u009bc')).toBe('a\nb\\u009bc');
});
