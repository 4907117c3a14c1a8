import { describe, expect, it } from 'vitest';
import { disguisesIn } from '../../bench/secret-search.ts';
import { detailOf } from '../../lib/openscaler/detail.ts';
import { retryAfterMs } from '../../lib/openscaler/retry-after.ts';
import { version } from '../../lib/openscaler/version.ts';
import manifest from '../../package.json' with { type: 'json' };

describe('the detail of an answer', () => {
  it.each([
    [500, '', 'HTTP 500'],
    [500, ' \n', 'HTTP 500'],
    [200, '{}', 'HTTP 200'],
    [200, '[]', 'HTTP 200'],
    [409, '{"message":"already running"}', 'HTTP 409: already running'],
    [409, '{"error":"already running","status":409}', 'HTTP 409: already running'],
    [409, '{"detail":"busy","title":"Conflict"}', 'HTTP 409: busy'],
    [409, '{"title":"Conflict"}', 'HTTP 409: Conflict'],
    [500, '{"error":{"code":500,"message":"the request timed out"}}', 'HTTP 500: the request timed out'],
    [500, '{"error":{"error":{"message":"too deep"}}}', 'HTTP 500: {"error":{"error":{"message":"too deep"}}}'],
    [409, '{"message":"","error":{"code":7}}', 'HTTP 409: {"message":"","error":{"code":7}}'],
    [502, '<html>\r\n\t<b>Bad\u0000 \u001b[31mGateway</b>', 'HTTP 502: <html> <b>Bad [31mGateway</b>'],
    [400, 'a\u202eb\u200bc\u2028d', 'HTTP 400: a b c d'],
  ])('of %i %j is %j', (status, body, detail) => {
    expect(detailOf(status, body, 'token-1')).toBe(detail);
  });

  it('is short, and one line', () => {
    const detail = detailOf(500, 'x y'.repeat(100_000), 't');
    expect(detail).toHaveLength('HTTP 500: '.length + 200);
    expect(detail.endsWith('…')).toBe(true);
  });

  it('never repeats the token, however the body does, not even half of it at its end', () => {
    const token = 'secret-token-0123456789';
    expect(detailOf(401, `{"message":"bad token ${token}"}`, token)).toBe('HTTP 401: bad token [token]');
    expect(detailOf(401, `${token} and ${token}`, token)).toBe('HTTP 401: [token] and [token]');
    expect(detailOf(401, `${'x'.repeat(190)}${token}`, token)).not.toContain('secret');
  });
});

describe('the token in an answer', () => {
  // With the characters that encodings change.
  const token = 'Canary/0a1b2c3d4e5f60718293a4b5+"\\66778899aabb=';
  const escaped = JSON.stringify(token).slice(1, -1);
  const unicode = (text: string) =>
    [...text].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
  const base64 = (text: string) => Buffer.from(text).toString('base64');

  it.each([
    ['as it is', token],
    ['in JSON', JSON.stringify({ headers: { authorization: `Bearer ${token}` } })],
    ['as a key of JSON', JSON.stringify({ [token]: 1 })],
    ['in JSON in JSON', JSON.stringify({ message: JSON.stringify({ sent: token }) })],
    ['in JSON that is cut off', JSON.stringify({ sent: token, more: 1 }).slice(0, -4)],
    ['percent-encoded', `bad token: ${encodeURIComponent(token)}`],
    ['in base64', `Basic ${base64(token)}`],
  ])('%s is replaced, and the rest stays', (_how, body) => {
    const detail = detailOf(400, body, token);
    expect(detail).toContain('[token]');
    expect(disguisesIn(detail, token)).toEqual([]);
    expect(detail).not.toContain('withheld');
  });

  it.each([
    ['in JSON, three deep', JSON.stringify(JSON.stringify(JSON.stringify(token)))],
    ['in JSON with every letter escaped', `{"error":{"sent":"${unicode(token)}"}}`],
    ['in JSON with escaped slashes', `{"error":{"sent":"${escaped.replaceAll('/', '\\/')}"}}`],
    ['percent-encoded twice', encodeURIComponent(encodeURIComponent(token))],
    ['percent-encoded in lower case', encodeURIComponent(token).toLowerCase().replace('canary', 'Canary')],
    [
      'in base64, percent-encoded letter by letter',
      base64(token).replaceAll(/./g, (c) => `%${c.charCodeAt(0).toString(16)}`),
    ],
    ['as HTML', `<p>${token.replaceAll('"', '&quot;').replaceAll('+', '&#43;').replaceAll('/', '&#x2F;')}</p>`],
    ['in base64 of a header', base64(`Authorization: Bearer ${token}`)],
    ['in base64 after one byte', base64(`x${token}`)],
    ['in base64 after two bytes', base64(`xy${token}`)],
    ['in base64url', Buffer.from(`user:${token}`).toString('base64url')],
    ['in base64 in JSON', JSON.stringify({ sent: base64(`:${token}`) }).replaceAll('/', '\\/')],
    ['in hexadecimal', Buffer.from(token).toString('hex')],
    ['in capital hexadecimal', `0x${Buffer.from(token).toString('hex').toUpperCase()}`],
    ['but its end', `bad token ${token.slice(0, 20)}...`],
    ['but its beginning', `bad token ...${token.slice(-20)}`],
  ])('%s is never repeated: all that was said is withheld', (_how, body) => {
    const detail = detailOf(400, body, token);
    expect(disguisesIn(detail, token)).toEqual([]);
    expect(detail).toBe('HTTP 400: [withheld, for it repeats the token]');
  });

  it.each([1, 100, 190, 60_000, 65_500, 70_000])('is not shown in part after %i other characters', (length) => {
    for (const filler of ['x', ' ']) {
      expect(disguisesIn(detailOf(400, `${filler.repeat(length)}${token}`, token), token)).toEqual([]);
    }
  });

  it('is not shown in part where the body was cut for its length, however much was replaced before', () => {
    const long = `Canary${'0123456789abcdef'.repeat(60)}`;
    expect(disguisesIn(detailOf(400, long.repeat(80), long), long)).toEqual([]);
  });

  it.each([
    ['already running', 'already running'],
    ['{"message":"the token is wrong"}', 'the token is wrong'],
    ['see https://example.com/a%20b?x=%zz&y', 'see https://example.com/a%20b?x=%zz&y'],
    ['trace 4bf92f3577b34da6a3ce929d0e0e4736', 'trace 4bf92f3577b34da6a3ce929d0e0e4736'],
  ])('is not seen in %j', (body, words) => {
    expect(detailOf(400, body, token)).toBe(`HTTP 400: ${words}`);
  });

  it('may be short, and is found all the same', () => {
    expect(detailOf(400, 'bad abc, %61%62%63', 'abc')).toBe('HTTP 400: [withheld, for it repeats the token]');
    expect(detailOf(400, 'bad abc', 'abc')).toBe('HTTP 400: bad [token]');
  });

  it('does not make a body of 64 KiB slow to read', () => {
    const deep = '['.repeat(65_536);
    expect(detailOf(400, deep, token)).toHaveLength('HTTP 400: '.length + 200);
    expect(detailOf(400, '\\'.repeat(65_536), token)).toHaveLength('HTTP 400: '.length + 200);
  });
});

describe('a Retry-After header', () => {
  const now = Date.UTC(2026, 10, 24, 7, 0, 0);

  it.each([
    ['3', 3000],
    ['0', 0],
    [' 120 ', 120_000],
    ['Tue, 24 Nov 2026 07:00:05 GMT', 5000],
    ['Tue, 24 Nov 2026 06:59:00 GMT', 0],
    [null, undefined],
    ['', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['9999999999999', undefined],
    ['Tue, 99 Nov 2026', undefined],
  ])('of %j asks for %j ms', (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms);
  });
});

describe('the version', () => {
  it('is the one of the package', () => {
    expect(version).toBe(manifest.version);
  });
});
