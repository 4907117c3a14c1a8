import { describe, expect, it } from 'vitest';

import { hintsOfMore, refusePartialStatus } from '../../lib/openscaler/whole.ts';

const hints = (rest: object, length = 2, headers: Record<string, string> = {}) =>
  hintsOfMore({ ...rest }, length, new Map(Object.entries(headers)));

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
    [{ error: 'shard 2 is down' }, 'its "error" speaks of an error'],
    [{ errors: [{ code: 7 }] }, 'its "errors" speaks of an error'],
    [{ success: false }, 'its "success" speaks of an error'],
    [{ meta: { ok: false } }, 'its "meta.ok" speaks of an error'],
    [{ status: 'fail' }, 'its "status" speaks of an error'],
    [{ meta: { Errors: { shard: 'down' } } }, 'its "meta.Errors" speaks of an error'],
    [{ more: true }, 'it has "more"'],
    [{ remaining: 194 }, 'it has "remaining"'],
    [{ metadata: { continue: 'abc' } }, 'it has "metadata.continue"'],
    [{ metadata: { remainingItemCount: 3 } }, 'it has "metadata.remainingItemCount"'],
    [{ limit: 2 }, 'it has 2 VMs, as many as its "limit" allows'],
    [{ limit: '2' }, 'it has 2 VMs, as many as its "limit" allows'],
    [{ per_page: 1 }, 'it has 2 VMs, as many as its "per_page" allows'],
    [{ meta: { pageSize: 2 } }, 'it has 2 VMs, as many as its "meta.pageSize" allows'],
  ])('by %j', (rest, words) => {
    expect(hints(rest)).toEqual([words]);
  });

  it.each([
    [{ link: '</v1/vms?page=2>; rel="next"' }, 'its Link header names a next page'],
    [{ link: '</v1/vms?page=2>; rel=next' }, 'its Link header names a next page'],
    [{ link: '</1>; rel="first", </2>; REL="last NEXT"' }, 'its Link header names a next page'],
    [{ link: '</v1/vms?page=9>; rel="last"' }, 'its Link header names a next page'],
    [{ link: '</9>; rel="LAST"' }, 'its Link header names a next page'],
    [{ link: '</1>; rel="prev"' }, 'its Link header names a next page'],
    [{ link: '</v1/vms?project_id=a&page%5Bnumber%5D=1>; rel="first"' }, 'its Link header names a next page'],
    [{ link: '</v1/vms?Offset=0>; rel="self"' }, 'its Link header names a next page'],
    [{ 'x-next-page': '2' }, 'it has header "x-next-page"'],
    [{ 'x-next-cursor': 'abc' }, 'it has header "x-next-cursor"'],
    [{ 'x-has-more': 'true' }, 'it has header "x-has-more"'],
    [{ 'has-more': 'True' }, 'it has header "has-more"'],
    [{ 'x-ms-continuation': 'abc' }, 'it has header "x-ms-continuation"'],
    [{ 'x-total-count': '3' }, 'it has 2 VMs, but its header "x-total-count" says 3'],
    [{ 'x-total-count': 'Many' }, 'it has 2 VMs, but its header "x-total-count" says Many'],
    [{ 'x-total': '3' }, 'it has 2 VMs, but its header "x-total" says 3'],
    [{ 'x-total-pages': '4' }, 'its header "x-total-pages" says 4'],
    [{ 'x-per-page': '2' }, 'it has 2 VMs, as many as its header "x-per-page" allows'],
    [{ 'x-pagination-total-count': '3' }, 'it has 2 VMs, but its header "x-pagination-total-count" says 3'],
    [{ 'x-pagination': '{"TotalPages":4}' }, 'its "x-pagination.totalpages" says 4'],
    [{ 'content-range': 'vms 0-5/200' }, 'its Content-Range header says vms 0-5/200'],
    [{ 'content-range': 'vms 0-1/*' }, 'its Content-Range header says vms 0-1/*'],
    [{ 'content-range': 'vms 2-3/2' }, 'its Content-Range header says vms 2-3/2'],
    [{ 'content-range': 'vms 0-1/20' }, 'its Content-Range header says vms 0-1/20'],
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
    [{ error: null, errors: [] }],
    [{ success: true, ok: true, status: 'success' }],
    [{ success: null, status: 200 }],
    [{ error: '', errors: {} }],
    [{ error: false }],
    [{ more: false, remaining: 0 }],
    [{ limit: 3, per_page: 100, page_size: '100' }],
    [{ limit: null }],
    [{ limit: 0 }],
    [{ limit: -1 }],
    [{ limit: 'none' }],
    [{ terror: 'x', moreInfo: '/docs' }],
  ])('with %j', (rest) => {
    expect(hints(rest)).toEqual([]);
  });

  it.each([
    [{ link: '</v1/vms>; rel="self"', 'x-total-count': '2', 'x-next-page': '' }],
    [{ link: '</v1/vms?project_id=default>; rel="self", </style.css>; rel=preload' }],
    [{ 'x-has-more': 'False', 'x-next-page': '0', 'x-next-cursor': 'null', 'x-total-pages': '1', 'x-page': '1' }],
    [{ 'content-range': 'vms 0-1/2' }],
    [{ 'x-request-id': 'abc', 'x-ratelimit-limit': '2', 'x-ratelimit-remaining': '2', ratelimit: 'limit=2' }],
    [{ 'content-length': '2', 'x-nextjs-cache': 'HIT', 'x-powered-by': 'x', 'report-to': '{"total":3}', date: 'x' }],
    [{ 'x-pagination': '{"TotalPages":1,"TotalCount":2}' }],
  ])('with the headers %j', (headers) => {
    expect(hints({}, 2, headers)).toEqual([]);
  });

  it('that is empty, though a header has its range and the page is full of nothing', () => {
    expect(hints({ limit: 0, total: 0 }, 0, { 'content-range': 'vms */0' })).toEqual([]);
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
