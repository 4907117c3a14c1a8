import { describe, expect, it } from 'vitest';
import { type KeepOptions, keep, untilOf } from '../../cli/commands/keep.ts';
import { fakeTerminal } from './fake-terminal.ts';

const on = { keep: 'on', all: true, for: '1h', reason: 'test' } as const;

describe('power keep', () => {
  it.each<[string, KeepOptions, string]>([
    ['no VMs named', { keep: 'on', for: '1h', reason: 'x' }, 'say which: -l, --id or --all'],
    ['a selector and --all', { ...on, selector: 'env=dev' }, 'not both'],
    ['a star as selector', { keep: 'on', selector: '*', for: '1h', reason: 'x' }, 'say --all instead'],
    ['no reason', { keep: 'on', all: true, for: '1h' }, '--reason'],
    ['a blank reason', { ...on, reason: '  ' }, '--reason'],
    ['a reason of which nothing can be shown', { ...on, reason: '\u001b[2J\u0007' }, '--reason'],
    ['a blank name', { ...on, by: ' ' }, 'say who, with --by: '],
    ['a name of control characters only', { ...on, by: '\u0000\u001b[31m\u202e' }, 'say who, with --by: '],
    ['a name that has no width', { ...on, by: '\u200b\ufeff' }, 'say who, with --by: '],
  ])('refuses %s before anything is read', async (_name, options, message) => {
    await expect(keep({ ...options, config: '/nowhere.ts' }, fakeTerminal())).rejects.toMatchObject({
      code: 'request',
      message: expect.stringContaining(message),
    });
  });
});

describe('the end of an override', () => {
  it.each<[Parameters<typeof untilOf>[0], ReturnType<typeof untilOf>]>([
    [{ for: '3h' }, { kind: 'for', ms: 10_800_000 }],
    [{ for: 'P1DT2H' }, { kind: 'for', ms: 93_600_000 }],
    [{ until: '2026-11-25T22:00' }, { kind: 'at', ms: Date.UTC(2026, 10, 25, 21) }],
    [{ until: '2026-11-25' }, { kind: 'at', ms: Date.UTC(2026, 10, 24, 23) }],
    [{ until: '2026-11-25T22:00Z' }, { kind: 'at', ms: Date.UTC(2026, 10, 25, 22) }],
    [{ untilNextStart: true }, { kind: 'next-start' }],
    [{ untilNextStop: true }, { kind: 'next-stop' }],
  ])('%j is %j', (options, until) => {
    expect(untilOf(options, 'Africa/Algiers')).toEqual(until);
  });

  it.each<[Parameters<typeof untilOf>[0], string]>([
    [{}, 'say how long'],
    [{ for: '1h', untilNextStart: true }, 'say how long'],
    [{ until: '2026-11-25', untilNextStop: true }, 'say how long'],
    [{ for: 'long' }, '--for: a duration is'],
    [{ for: '0s' }, '--for: a duration is'],
    [{ until: 'soon' }, '--until: "soon" is not an instant'],
  ])('%j is refused', (options, message) => {
    expect(() => untilOf(options, 'UTC')).toThrow(
      expect.objectContaining({ code: 'request', message: expect.stringContaining(message) }),
    );
  });

  it('needs an offset where the configuration has no zone', () => {
    expect(() => untilOf({ until: '2026-11-25T22:00' }, null)).toThrow('needs an offset');
  });
});
