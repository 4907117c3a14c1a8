import { describe, expect, it } from 'vitest';

import { actionsUrl, apiBase, listUrl, mayCarrySecrets, vmUrl } from '../../lib/openscaler/address.ts';
import { vmId } from '../../lib/openscaler/vm-id.ts';

describe('the address of an API', () => {
  it.each([
    ['https://api.alpha.openscaler.net', 'https://api.alpha.openscaler.net'],
    ['https://api.alpha.openscaler.net/', 'https://api.alpha.openscaler.net'],
    ['https://example.com/cloud//', 'https://example.com/cloud'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://127.8.9.10', 'http://127.8.9.10'],
    ['http://localhost:3000/', 'http://localhost:3000'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
  ])('may be %s', (given, base) => {
    expect(apiBase(given, 'main')).toBe(base);
  });

  it.each([
    ['http://api.alpha.openscaler.net', 'in the clear'],
    ['http://127.0.0.1.example.com', 'in the clear'],
    ['http://localhost.example.com', 'in the clear'],
    ['http://10.0.0.1', 'in the clear'],
    ['ftp://127.0.0.1', 'in the clear'],
    ['data:text/plain,x', 'in the clear'],
    ['https://user:hunter2@example.com', 'user name or password'],
    ['https://example.com/?key=hunter2', 'a query'],
    ['https://example.com/#x', 'a fragment'],
    ['api.alpha.openscaler.net', 'is not a URL'],
    ['', 'is not a URL'],
  ])('may not be %s', (given, words) => {
    const make = () => apiBase(given, 'main');
    expect(make).toThrow(expect.objectContaining({ code: 'config', message: expect.stringContaining(words) }));
    expect(make).not.toThrow(/hunter2/);
  });

  it('is https, or http on this machine', () => {
    expect(mayCarrySecrets(new URL('https://example.com'))).toBe(true);
    expect(mayCarrySecrets(new URL('http://example.com'))).toBe(false);
  });
});

describe('a path', () => {
  it('carries ids and projects encoded', () => {
    expect(listUrl('https://a', 'p&x=1 é')).toBe('https://a/v1/vms?project_id=p%26x%3D1%20%C3%A9');
    expect(vmUrl('https://a', vmId('a.b-c_1'))).toBe('https://a/v1/vms/a.b-c_1');
    expect(actionsUrl('https://a', vmId('23'))).toBe('https://a/v1/vms/23/actions');
  });

  it.each([
    ['..'],
    ['a..b'],
    ['../8'],
    ['8/actions'],
    ['8?x'],
    ['8%2f'],
    [''],
    ['.8'],
    ['-8'],
    ['8\n'],
    ['é'],
    ['x'.repeat(129)],
  ])('never carries %j as an id', (text) => {
    expect(() => vmId(text)).toThrow(expect.objectContaining({ code: 'request' }));
  });

  it.each([['8'], ['c8bcdc74-fe5d-11ee'], ['a.b'], ['x'.repeat(128)]])('may carry %s as an id', (text) => {
    expect(vmId(text)).toBe(text);
  });
});
