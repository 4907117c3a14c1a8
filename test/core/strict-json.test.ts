// JSON with one meaning only.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStrictJson } from '../../lib/core/strict-json.ts';

describe('parseStrictJson', () => {
  it.each([
    ['{"a":1,"a":2}', 'the key "a" is there twice'],
    ['{"a":1,"\\u0061":2}', 'the key "a" is there twice'],
    ['{"x":{"a":1, "b":2, "a" :3}}', 'the key "a" is there twice'],
    ['[{"a":{}},{"b":1,"b":{}}]', 'the key "b" is there twice'],
    ['{"a":{"b":1},"a":{"c":1}}', 'the key "a" is there twice'],
    ['{"__proto__":null}', 'the key "__proto__" is not allowed'],
    ['{"a":[{"__\\u0070roto__":{}}]}', 'the key "__proto__" is not allowed'],
    ['', 'the body is empty'],
    [' \n', 'the body is empty'],
    ["{'a':1}", 'the body is not JSON'],
    ['{"a":1}{"a":1}', 'the body is not JSON'],
    ['\ufeff{}', 'the body is not JSON'],
  ])('refuses %s', (text, fault) => {
    expect(parseStrictJson(text)).toEqual({ fault });
  });

  it.each([
    '{"a":{"a":{"a":1}},"b":{"a":1}}',
    '[{"a":1},{"a":1}]',
    '{"a":"b","c":"a\\":\\"a","d":"{\\"a\\":1"}',
    '{"a":["a","a"],"b":"__proto__"}',
    '{"constructor":1,"toString":2}',
    '"a"',
  ])('reads %s', (text) => {
    expect(parseStrictJson(text)).toEqual({ value: JSON.parse(text) });
  });

  it('reads what JSON.stringify writes, as JSON.parse does', () => {
    const json = fc.json({ depthSize: 'medium' }).filter((text) => !text.includes('__proto__'));
    fc.assert(
      fc.property(json, (text) => {
        expect(parseStrictJson(text)).toEqual({ value: JSON.parse(text) });
      }),
    );
  });

  it('answers any text, however deep or long, without throwing', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseStrictJson(text)).toBeTypeOf('object');
      }),
    );
    expect(parseStrictJson(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`)).toHaveProperty('value');
    for (const long of ['x'.repeat(20_000_000), '\n'.repeat(10_000_000)])
      expect(parseStrictJson(JSON.stringify({ [long]: long }))).toHaveProperty('value');
    expect(parseStrictJson('['.repeat(60_000))).toEqual({ fault: 'the body is not JSON' });
  });
});
