// What a container tells of its calls and its tokens: the calls of each invocation, and the end of tokens that somebody has to renew.

import { describe, expect, it } from 'vitest';
import { countCall, countingCalls, tokenExpiries, watchTokens } from '../../handlers/metrics.ts';
import type { KnownTokenSource, TokenFacts } from '../../lib/aws/token.ts';
import { dataIn } from '../fixtures/emf.ts';
import { printedBy } from '../fixtures/printed.ts';

const valuesOf = (lines: readonly string[]) =>
  dataIn(lines).map(({ metric, dimensions, value }) => [metric, dimensions.call, value]);

describe('the calls of an invocation', () => {
  it('are told when it ends, and not again by the next one', async () => {
    const { result, lines } = await printedBy(() =>
      countingCalls(async () => {
        for (const call of ['list', 'action', 'action'] as const) countCall(call);
        return 'answered';
      }),
    );
    expect([result, valuesOf(lines)]).toEqual([
      'answered',
      [
        ['ApiCalls', 'list', 1],
        ['ApiCalls', 'action', 2],
      ],
    ]);
    expect((await printedBy(() => countingCalls(async () => null))).lines).toEqual([]);
  });

  it('are told when it throws, and what it throws is thrown on', async () => {
    const { lines } = await printedBy(() =>
      expect(
        countingCalls(async () => {
          countCall('throttle');
          throw new Error('lost');
        }),
      ).rejects.toThrow('lost'),
    );
    expect(valuesOf(lines)).toEqual([['ApiThrottles', undefined, 1]]);
  });
});

describe('the end of a token', () => {
  const source = (facts: TokenFacts | null): KnownTokenSource => ({
    origin: 'a test',
    facts: () => facts,
    token: async () => 'token',
    renew: async () => 'token',
  });

  it('is told of one that nobody renews, once it was used', () => {
    watchTokens('stored', source({ kind: 'token', expiresAt: 1_000, renewsItself: false }));
    watchTokens('silent', source({ kind: 'token', expiresAt: null, renewsItself: false }));
    watchTokens('fetched', source({ kind: 'client_credentials', expiresAt: 1_000, renewsItself: true }));
    watchTokens('unused', source(null));
    expect(tokenExpiries()).toEqual([
      { account: 'stored', expiresAt: 1_000 },
      { account: 'silent', expiresAt: null },
      { account: 'fetched', expiresAt: null },
      { account: 'unused', expiresAt: null },
    ]);
  });
});
