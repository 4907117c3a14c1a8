// Whether a list hints that it is only a part: the reference mentions no paging, which does not mean there is none.
// A false alarm leaves a project alone for a night; a missed hint counts VMs that nobody saw. So: strict.

import { PowerError } from '../core/errors.ts';

/** Names that APIs give to "there is more", without case, `_` and `-`. */
const moreKeys =
  /^(next.*|.*(hasmore|morepages|morerecords|truncated|incomplete|partial|cursor|continuation.*|pagetoken|marker))$/;
const totalKeys =
  /^(total|count|size|totalcount|totalsize|totalentries|totalresults|totalitems|totalrecords|totalvms|vmcount)$/;
const pagesKeys = /^(pages|totalpages|pagecount|lastpage|page|currentpage|pagenumber)$/;
const depth = 4;

/** Every hint that the list is not whole, in words that continue "the list …"; none is no promise, but all there is. */
export function hintsOfMore(
  rest: Readonly<Record<string, unknown>>,
  length: number,
  header: (name: string) => string | null,
): string[] {
  return [...hintsOfHeaders(length, header), ...hintsOfFields(rest, length, '', depth)];
}

function hintsOfHeaders(length: number, header: (name: string) => string | null): string[] {
  const hints: string[] = [];
  if (/next/i.test(header('link') ?? '')) hints.push('its Link header names a next page');
  if (header('x-next-page')?.trim()) hints.push('its X-Next-Page header names a next page');
  const total = header('x-total-count') ?? header('x-total');
  if (total !== null && Number(total) !== length)
    hints.push(`it has ${length} VMs, but its header counts ${cut(total)}`);
  return hints;
}

function hintsOfFields(fields: object, length: number, path: string, levels: number): string[] {
  return Object.entries(fields).flatMap(([key, value]) => {
    const where = `${path}${cut(key)}`;
    const name = key.toLowerCase().replaceAll(/[_-]/g, '');
    const hint = hintOfField(name, where, value, length);
    if (hint) return [hint];
    const isNested = typeof value === 'object' && value !== null && levels > 1;
    return isNested ? hintsOfFields(value, length, `${where}.`, levels - 1) : [];
  });
}

function hintOfField(name: string, where: string, value: unknown, length: number): string | null {
  if (value === null || value === undefined) return null;
  if (name === 'rel') return value === 'next' ? `its "${where}" is "next"` : null;
  if (moreKeys.test(name)) return value === false || value === '' || value === 0 ? null : `it has "${where}"`;
  if (totalKeys.test(name) && typeof value !== 'object')
    return Number(value) === length ? null : `it has ${length} VMs, but its "${where}" says ${cut(String(value))}`;
  if (pagesKeys.test(name) && typeof value !== 'object')
    return Number(value) <= 1 ? null : `its "${where}" says ${cut(String(value))}`;
  return null;
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
