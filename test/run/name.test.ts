import { describe, expect, it } from 'vitest';
import { randomRunName, requestHash, runName } from '../../lib/run/name.ts';

describe('the name of a run', () => {
  it('is the trigger and 32 hex digits, the same every time', () => {
    expect(runName('cron', ['dev-down', '2026-01-05T18:00:00Z'])).toBe('cron-42e025cbd1d70bd6feb429416adbf997');
    expect(runName('cron', ['dev-down', '2026-01-05T18:00:00Z'])).toBe(
      runName('cron', ['dev-down', '2026-01-05T18:00:00Z']),
    );
  });

  it.each([
    ['another part', 'cron', ['b']],
    ['another trigger', 'api', ['a']],
    ['one part more', 'cron', ['a', '']],
    ['no part', 'cron', []],
  ])('differs for %s', (_what, trigger, parts) => {
    expect(runName(trigger, parts)).not.toBe(runName('cron', ['a']));
  });

  it('does not confuse where one part ends and the next begins', () => {
    const names = [['ab', 'c'], ['a', 'bc'], ['abc'], ['a","bc'], ['a,bc'], ['a', 'b', 'c']].map((parts) =>
      runName('t', parts),
    );
    expect(new Set(names).size).toBe(names.length);
    expect(runName('t', ['a'])).not.toBe(runName('ta', []));
  });

  it('is of 1-64 allowed characters whatever the trigger is called, and still tells triggers apart', () => {
    const triggers = ['webhook:ci/главный', 'x'.repeat(200), `${'x'.repeat(200)}y`, '', 'a b', 'a.b', 'Cron_2-x'];
    const names = triggers.map((trigger) => runName(trigger, ['1']));
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    expect(new Set(names).size).toBe(names.length);
    expect(names[1]).toHaveLength(64);
    expect(names[3]).toMatch(/^run-[0-9a-f]{32}$/);
    expect(names[4]).toMatch(/^a-b-[0-9a-f]{32}$/);
    expect(names[6]).toMatch(/^Cron_2-x-[0-9a-f]{32}$/);
  });

  it('never repeats when it is drawn at random', () => {
    const names = Array.from({ length: 100 }, () => randomRunName('api'));
    expect(new Set(names).size).toBe(100);
    for (const name of names) expect(name).toMatch(/^api-[0-9a-f]{32}$/);
    expect(randomRunName('x'.repeat(200))).toHaveLength(64);
  });
});

describe('the hash of a request', () => {
  it('is the SHA-256 of its JSON with sorted keys', () => {
    expect(requestHash({ b: [1, null], a: { d: 'x', c: true } })).toBe(
      '16f72427f94cf7ca6ece44bf7edd7966c97d76f7029595800ae1253123caa5b8',
    );
  });

  it('does not depend on the order of keys, at any depth', () => {
    expect(requestHash({ a: 1, b: { c: 2, d: [{ e: 3, f: 4 }] } })).toBe(
      requestHash({ b: { d: [{ f: 4, e: 3 }], c: 2 }, a: 1 }),
    );
  });

  it.each([
    ['the order of items', [1, 2], [2, 1]],
    ['text and number', { a: '1' }, { a: 1 }],
    ['null and nothing', { a: null }, {}],
    ['an empty list and an empty object', [], {}],
    ['a list and an object of its indices', ['a'], { 0: 'a' }],
    ['no value and null', undefined, null],
    ['a key and its absence', { a: 1 }, { a: 1, b: 1 }],
  ])('depends on %s', (_what, one, other) => {
    expect(requestHash(one)).not.toBe(requestHash(other));
  });
});
