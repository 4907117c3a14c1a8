// The tokens of links: what is signed is read, and nothing else, whatever somebody makes of it.

import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keepToken, readKeepToken } from '../../../lib/run/notify/keep-link.ts';

const key = 'k'.repeat(32);
const other = 'o'.repeat(64);
const stopMs = Date.UTC(2026, 10, 24, 18) + 7;
// Made anew by each test.
const made = () => keepToken({ stopMs, nth: 0 }, [key]);
const instants = fc.integer({ min: 1, max: 253_402_300_799_999 });
const warnings = fc.record({ stopMs: instants, nth: fc.oneof(fc.constant(0), fc.nat(100_000)) });

describe('the token of a link', () => {
  it('is short, safe in an address, and of its purpose, version and warning', () => {
    const token = made();
    expect(token).toMatch(/^k1\.[0-9a-z]+\.[A-Za-z0-9_-]{43}$/);
    const mac = createHmac('sha256', key)
      .update(`openscaler-power keep-on link\nk1.${stopMs.toString(36)}`)
      .digest('base64url');
    expect(token).toBe(`k1.${stopMs.toString(36)}.${mac}`);
  });

  it('is read for every warning, with the key that signed it among others, and signed with the first', () => {
    fc.assert(
      fc.property(warnings, (warning) => {
        expect(readKeepToken(keepToken(warning, [key, other]), [other, key])).toEqual(warning);
        expect(readKeepToken(keepToken(warning, [key, other]), [other])).toBeNull();
      }),
    );
  });

  it('is nothing once a single character differs, is missing or is added', () => {
    const token = made();
    const characters = fc.constantFrom(...'ABCabcxyz0129-_.=%/+ \n\u0000é');
    fc.assert(
      fc.property(fc.nat(token.length), characters, fc.boolean(), (at, character, isAdded) => {
        const forged = `${token.slice(0, at)}${character}${token.slice(isAdded ? at : at + 1)}`;
        fc.pre(forged !== token);
        expect(readKeepToken(forged, [key])).toBeNull();
      }),
    );
    for (let length = 0; length < token.length; length += 1)
      expect(readKeepToken(token.slice(0, length), [key])).toBeNull();
  });

  it('cannot be dated anew', () => {
    const token = made();
    const [, , mac] = token.split('.');
    fc.assert(
      fc.property(instants, (at) => {
        fc.pre(at !== stopMs);
        expect(readKeepToken(`k1.${at.toString(36)}.${mac}`, [key])).toBeNull();
      }),
    );
    for (const nth of ['-1', '-0', '-']) {
      expect(readKeepToken(`k1.${stopMs.toString(36)}${nth}.${mac}`, [key])).toBeNull();
    }
  });

  it('is not made by rubbish, nor by what the key signs for another purpose or version', () => {
    const token = made();
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => readKeepToken(text, [key]) === null));
    const sign = (text: string) => createHmac('sha256', key).update(text).digest('base64url');
    const stop = stopMs.toString(36);
    for (const forged of [
      `k1.${stop}.${sign(`k1.${stop}`)}`,
      `k2.${stop}.${sign(`openscaler-power keep-on link\nk2.${stop}`)}`,
      `k1.0${stop}.${sign(`openscaler-power keep-on link\nk1.0${stop}`)}`,
      `${token} `,
      token.toUpperCase(),
      `k1.${stop}.${createHmac('sha256', key).update(`openscaler-power keep-on link\nk1.${stop}`).digest('hex').slice(0, 43)}`,
    ])
      expect([forged, readKeepToken(forged, [key])]).toEqual([forged, null]);
  });

  it.each([[[]], [['']], [['k'.repeat(31)]]])('is not signed or checked with a key that is none (%j)', (keys) => {
    const token = made();
    expect(() => keepToken({ stopMs, nth: 0 }, keys)).toThrow(
      expect.objectContaining({ code: 'secret', message: expect.stringContaining('at least 32 characters') }),
    );
    if (keys.length > 0) expect(() => readKeepToken(token, keys)).toThrow(expect.objectContaining({ code: 'secret' }));
    else expect(readKeepToken(token, keys)).toBeNull();
  });

  it('does not show a wrong key', () => {
    expect(() => keepToken({ stopMs, nth: 0 }, ['hunter2'])).toThrow(/^(?!.*hunter2)/);
  });
});
