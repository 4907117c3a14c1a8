import { describe, expect, it } from 'vitest';

import { hintsOfMore, refusePartialStatus } from '../../lib/openscaler/whole.ts';

const hints = (rest: object, length = 2, headers: Record<string, string> = {}) =>
  hintsOfMore({ ...rest }, length, (name) => headers[name] ?? null);

describe('a list hints that it is not whole', () => {
  it.each([
    [{ next: '/v1/vms?page=2' }, 'it has "next"'],
    [{ next_page: 2 }, 'it has "next_page"'],
    [{ nextPageToken: 'abc' }, 'it has "nextPageToken"'],
    [{ next_cursor: 'abc' }, 'it has "next_cursor"'],
    [{ cursor: 'abc' }, 'it has "cursor"'],
    [{ has_more: true }, 'it has "has_more"'],
    [{ hasMore: true }, 'it has "hasMore"'],
    [{ truncated: true }, 'it has "truncated"'],
    [{ isTruncated: true }, 'it has "isTruncated"'],
    [{ partial: true }, 'it has "partial"'],
    [{ links: { self: '/', next: '/v1/vms?page=2' } }, 'it has "links.next"'],
    [{ _links: { next: { href: '/2' } } }, 'it has "_links.next"'],
    [{ links: [{ rel: 'self' }, { rel: 'next', href: '/2' }] }, 'its "links.1.rel" is "next"'],
    [{ meta: { pagination: { next_page: 2 } } }, 'it has "meta.pagination.next_page"'],
    [{ total: 3 }, 'it has 2 VMs, but its "total" says 3'],
    [{ total: 1 }, 'it has 2 VMs, but its "total" says 1'],
    [{ total: '3' }, 'it has 2 VMs, but its "total" says 3'],
    [{ total: 'many' }, 'it has 2 VMs, but its "total" says many'],
    [{ count: 40 }, 'it has 2 VMs, but its "count" says 40'],
    [{ total_count: 40 }, 'it has 2 VMs, but its "total_count" says 40'],
    [{ meta: { total: 3 } }, 'it has 2 VMs, but its "meta.total" says 3'],
    [{ total_pages: 2 }, 'its "total_pages" says 2'],
    [{ page: 2 }, 'its "page" says 2'],
  ])('by %j', (rest, words) => {
    expect(hints(rest)).toEqual([words]);
  });

  it.each([
    [{ link: '</v1/vms?page=2>; rel="next"' }, 'its Link header names a next page'],
    [{ link: '</v1/vms?page=2>; rel=next' }, 'its Link header names a next page'],
    [{ link: '</1>; rel="first", </2>; REL="last NEXT"' }, 'its Link header names a next page'],
    [{ 'x-next-page': '2' }, 'its X-Next-Page header names a next page'],
    [{ 'x-total-count': '3' }, 'it has 2 VMs, but its header counts 3'],
    [{ 'x-total': '3' }, 'it has 2 VMs, but its header counts 3'],
  ])('by the headers %j', (headers, words) => {
    expect(hints({}, 2, headers)).toEqual([words]);
  });

  it('by several at once', () => {
    expect(hints({ total: 3, next: 'x' }, 2, { link: 'next' })).toHaveLength(3);
  });
});

describe('a list is taken for whole', () => {
  it.each([
    [{}],
    [{ next: null }],
    [{ next: '' }],
    [{ next_page: null, has_more: false, links: { next: null } }],
    [{ total: 2 }],
    [{ total: '2', count: 2 }],
    [{ page: 1, total_pages: 1 }],
    [{ request_id: 'abc', took_ms: 5 }],
    [{ links: { self: '/v1/vms' } }],
    [{ links: [{ rel: 'self' }] }],
  ])('with %j', (rest) => {
    expect(hints(rest)).toEqual([]);
  });

  it('with headers that agree', () => {
    expect(hints({}, 2, { link: '</v1/vms>; rel="self"', 'x-total-count': '2', 'x-next-page': '' })).toEqual([]);
  });
});

describe('a status', () => {
  it('of 206 says that the list is a part', () => {
    expect(() => refusePartialStatus(206, 'default')).toThrow(expect.objectContaining({ code: 'list-not-whole' }));
  });

  it('of 200 does not', () => {
    expect(() => refusePartialStatus(200, 'default')).not.toThrow();
  });
});
