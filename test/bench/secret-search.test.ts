// The search behind the token hunt: whatever a secret is disguised as, it is found; what only looks alike is not.

import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { disguisesIn } from '../../bench/secret-search.ts';

const secret = 'Canary/7b1+d04e9"a6c85f23\\d1e';

describe('the search for a secret', () => {
  it.each<[string, string]>([
    ['plain', `Bearer ${secret} was refused`],
    ['in JSON', JSON.stringify({ a: secret })],
    ['in JSON in JSON', JSON.stringify(JSON.stringify({ a: secret }))],
    ['with every character escaped', [...secret].map((c) => `\\u00${c.charCodeAt(0).toString(16)}`).join('')],
    ['with slashes escaped', JSON.stringify(secret).replaceAll('/', '\\/')],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64, after one character', Buffer.from(`:${secret}`).toString('base64')],
    ['in base64, after two', Buffer.from(`id${secret}`).toString('base64')],
    ['in base64url', Buffer.from(`{"t":"${secret}"}`).toString('base64url')],
    ['percent-encoded', `https://localhost/?token=${encodeURIComponent(secret)}`],
    ['in a form', new URLSearchParams({ token: secret }).toString()],
    ['in hex', Buffer.from(secret).toString('hex')],
    ['wrapped by inspect', inspect({ long: `${'a '.repeat(60)}\n${secret}\n${'b '.repeat(60)}` })],
    ['wrapped by a terminal', `${secret.slice(0, 9)}\n   ${secret.slice(9)}`],
    ['coloured piece by piece', (secret.match(/.{1,5}/g) ?? []).join('\u001b[31m')],
    ['cut off', `Bearer ${secret.slice(0, 14)}…`],
    ['without its beginning', `…${secret.slice(14)}`],
  ])('finds it %s', (_name, text) => {
    expect(disguisesIn(text, secret)).not.toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['its first characters', `Canary ${secret.slice(0, 8)}`],
    ['other base64', Buffer.from('Canary of another feather, and a long one').toString('base64')],
  ])('does not find it in %s', (_name, text) => {
    expect(disguisesIn(text, secret)).toEqual([]);
  });
});
