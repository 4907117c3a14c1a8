// Paths of faults, as one would write them in the config file, so that the place can be found there.

/**
 * The path to a value.
 * @example pathOf(['schedules', 'a.b', 'on', 0]) // 'schedules["a.b"].on[0]'
 */
export function pathOf(keys: readonly unknown[]): string {
  return keys.map(part).join('').replace(/^\./, '');
}

function part(key: unknown): string {
  if (typeof key === 'number') return `[${key}]`;
  return /^[\w-]+$/.test(String(key)) ? `.${String(key)}` : `[${JSON.stringify(String(key))}]`;
}
