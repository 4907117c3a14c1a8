// Whether a list hints that it is only a part: the reference mentions no paging, which does not mean there is none.
// A false alarm leaves a project alone for a night; a missed hint counts VMs that nobody saw. So: strict.

import { PowerError } from '../core/errors.ts';
import { isErrorField } from './error-field.ts';
import { parseJson } from './json.ts';

/** Names that APIs give to "there is more", without case, `_` and `-`. */
const moreKeys =
  /^(next(?!js).*|continue|more|more(available|items|records|results|vms)|remaining|remaining(count|items|itemcount)|.*(hasmore|morepages|morerecords|truncated|incomplete|partial|cursor|continuation.*|pagetoken|marker))$/;
const totalKeys =
  /^(total|count|size|totalcount|totalsize|totalentries|totalresults|totalitems|totalrecords|totalvms|vmcount)$/;
const pagesKeys = /^(pages|totalpages|pagecount|lastpage|page|currentpage|pagenumber)$/;
/** A list as long as it may be has most likely been cut there. */
const limitKeys = /^(limit|perpage|pagesize|pagelimit|itemsperpage|maxitems|maxresults)$/;
const pageParameter = /page|cursor|offset|marker|after|before|start|limit|token|continu/i;
const depth = 4;

/** Every hint that the list is not whole, in words that continue "the list …"; none is no promise, but all there is. */
export function hintsOfMore(
  rest: Readonly<Record<string, unknown>>,
  length: number,
  headers: ReadonlyMap<string, string>,
): string[] {
  return [...hintsOfHeaders(length, headers), ...hintsOfFields(rest, length, '', depth)];
}

function hintsOfHeaders(length: number, headers: ReadonlyMap<string, string>): string[] {
  return [...headers].flatMap(([header, text]) => {
    if (header === 'link') return isLinkToMore(text) ? ['its Link header names a next page'] : [];
    if (header === 'content-range')
      return isWholeRange(text, length) ? [] : [`its Content-Range header says ${cut(text)}`];
    return hintsOfHeader(header, text, length);
  });
}

// `X-Has-More` is the header's way to write `has_more`; some put a whole object into `X-Pagination`.
function hintsOfHeader(header: string, text: string, length: number): string[] {
  const name = plain(header).replace(/^x/, '');
  const value = valueOfHeader(text);
  if (name === 'pagination' && typeof value === 'object' && value !== null)
    return hintsOfFields(value, length, `${cut(header)}.`, depth);
  const hint = hintOfField(name.replace(/^pagination/, ''), `header "${cut(header)}"`, value, length);
  return hint === null ? [] : [hint];
}

// A header has no types: `False` and `null` are what a field would say without quotes.
function valueOfHeader(text: string): unknown {
  const value = parseJson(text.toLowerCase());
  return value === undefined ? text.trim() : value;
}

// A list that has a last page or one before it has pages, whichever of them this is.
function isLinkToMore(link: string): boolean {
  if (/next|\blast\b|\bprev/i.test(link)) return true;
  const parameters = link.split(/[?&>]/).filter((part) => part.includes('='));
  return parameters.some((part) => !/^\s*;/.test(part) && pageParameter.test(part.slice(0, part.indexOf('='))));
}

function isWholeRange(range: string, length: number): boolean {
  const [, span, total] = /^\s*\S+\s+(\S+)\/(\d+)\s*$/.exec(range) ?? [];
  return Number(total) === length && (length === 0 || span === `0-${length - 1}`);
}

function hintsOfFields(fields: object, length: number, path: string, levels: number): string[] {
  return Object.entries(fields).flatMap(([key, value]) => {
    const where = `${path}${cut(key)}`;
    const hint = hintOfField(plain(key), `"${where}"`, value, length);
    if (hint) return [hint];
    const isNested = typeof value === 'object' && value !== null && levels > 1;
    return isNested ? hintsOfFields(value, length, `${where}.`, levels - 1) : [];
  });
}

function hintOfField(name: string, where: string, value: unknown, length: number): string | null {
  if (value === null || value === undefined) return null;
  if (isErrorField(name, value)) return `its ${where} speaks of an error`;
  if (name === 'rel') return value === 'next' ? `its ${where} is "next"` : null;
  if (moreKeys.test(name)) return value === false || value === '' || value === 0 ? null : `it has ${where}`;
  if (totalKeys.test(name) && typeof value !== 'object')
    return Number(value) === length ? null : `it has ${length} VMs, but its ${where} says ${cut(String(value))}`;
  if (pagesKeys.test(name) && typeof value !== 'object')
    return Number(value) <= 1 ? null : `its ${where} says ${cut(String(value))}`;
  if (limitKeys.test(name) && Number(value) > 0 && length >= Number(value))
    return `it has ${length} VMs, as many as its ${where} allows`;
  return null;
}

function plain(key: string): string {
  return key.toLowerCase().replaceAll(/[_-]/g, '');
}

function cut(text: string): string {
  return JSON.stringify(text.slice(0, 40)).slice(1, -1);
}

/** A 206, or whatever else says by its status that it is a part. Throws `list-not-whole`. */
export function refusePartialStatus(status: number, project: string): void {
  if (status !== 206) return;
  throw new PowerError(
    'list-not-whole',
    `the list of project "${project}" came as a part (206), so its VMs are left alone`,
  );
}
