import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs, expiryOf, jwtExpiry } from '../../../lib/aws/oauth/expiry.ts';

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (claims: unknown) => `${part({ alg: 'RS256' })}.${part(claims)}.c2ln`;

describe('the end of a JWT', () => {
  it.each([
    ['its exp', jwt({ exp: 1_767_225_600 }), 1_767_225_600_000],
    ['its exp, with a fraction', jwt({ exp: 1_767_225_600.5 }), 1_767_225_600_500],
    ['unknown without exp', jwt({ sub: 'x' }), null],
    ['unknown where exp is text', jwt({ exp: '1767225600' }), null],
    ['unknown where exp is null', jwt({ exp: null }), null],
    ['unknown where exp is zero', jwt({ exp: 0 }), null],
    ['unknown where exp is negative', jwt({ exp: -1 }), null],
    ['unknown where exp is in milliseconds', jwt({ exp: 1_767_225_600_000 }), null],
    ['unknown where exp is no number', jwt({ exp: { valueOf: 1 } }), null],
    ['unknown of claims that are a list', jwt([{ exp: 1 }]), null],
    ['unknown of claims that are null', jwt(null), null],
    ['unknown of claims that are no JSON', 'e30.e30x.c2ln', null],
    ['unknown of two parts', jwt({ exp: 1 }).split('.').slice(0, 2).join('.'), null],
    ['unknown of four parts', `${jwt({ exp: 1 })}.x`, null],
    ['unknown of an opaque token', 'tok-1', null],
    ['unknown of characters that base64url has not', jwt({ exp: 1_767_225_600 }).replace('.', '.+'), null],
    ['unknown of a giant', `${part({})}.${part({ exp: 1_767_225_600, pad: 'x'.repeat(20_000) })}.c2ln`, null],
  ])('is %s', (_what, token, end) => {
    expect(jwtExpiry(token)).toBe(end);
  });

  it('is asked of any text without a throw', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json().map((json) => jwt(json)),
          fc.array(fc.string()).map((p) => p.join('.')),
        ),
        (text) => {
          const end = jwtExpiry(text);
          expect(end === null || (Number.isFinite(end) && end > 0)).toBe(true);
        },
      ),
    );
  });
});

describe('the end of a token', () => {
  const token = jwt({ exp: 2_000_000_000 });

  it.each([
    ['what is stated', 'tok-1', 5, 5],
    ['its own', token, null, 2_000_000_000_000],
    ['the earlier of both, stated', token, 5, 5],
    ['the earlier of both, its own', token, 3_000_000_000_000, 2_000_000_000_000],
    ['unknown', 'tok-1', null, null],
  ])('is %s', (_what, text, stated, end) => {
    expect(expiryOf(text, stated)).toBe(end);
  });

  it.each([
    [1_767_225_600.123456, 1_767_225_600_123],
    [99_999_999_999, 99_999_999_999_000],
    [1e11, null],
    [Number.NaN, null],
    [Number.POSITIVE_INFINITY, null],
    ['1', null],
  ])('of %s epoch seconds is %s', (seconds, ms) => {
    expect(epochMs(seconds)).toBe(ms);
  });
});
