import { describe, expect, it } from 'vitest';
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
