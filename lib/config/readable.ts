// What of a configuration cannot even be read: a getter that throws, a proxy that is gone.
// Found before anything else reads it, so that it is told as the configuration's fault and not as one of this project.

import { pathOf } from './path.ts';

/** The first place whose reading throws, with what it threw, or null. Each object is looked into once. */
export function faultOfReading(
  value: unknown,
  path: readonly unknown[] = [],
  seen = new Set<unknown>(),
): string | null {
  if (typeof value !== 'object' || value === null || seen.has(value)) return null;
  seen.add(value);
  let at = path;
  try {
    for (const key of Object.keys(value)) {
      at = [...path, Array.isArray(value) ? Number(key) : key];
      const fault = faultOfReading(Reflect.get(value, key), at, seen);
      if (fault !== null) return fault;
    }
    return null;
  } catch (error) {
    return `${pathOf(at) || 'the configuration'}: cannot be read (${wordsOf(error)})`;
  }
}

function wordsOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
