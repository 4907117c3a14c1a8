// A request's query, by the names that its route knows.
// What is unknown or there twice is refused: a mistyped parameter must never mean "all".

import { invalid } from './body.ts';

/** Each parameter's text, null where it is not there. Throws problem 400 with every fault. */
export function readQuery<const Name extends string>(
  query: URLSearchParams,
  names: readonly Name[],
): Readonly<Record<Name, string | null>>;
export function readQuery(query: URLSearchParams, names: readonly string[]): Readonly<Record<string, string | null>> {
  const faults = [...new Set(query.keys())].flatMap((path) => {
    if (!names.includes(path)) return [{ path, message: `unknown; allowed are ${names.join(', ')}` }];
    if (query.getAll(path).length === 1) return [];
    return [{ path, message: path === 'select' ? 'is there twice; join the two by a comma' : 'is there twice' }];
  });
  if (faults.length > 0) throw invalid(faults);
  return Object.fromEntries(names.map((name) => [name, query.get(name)]));
}
