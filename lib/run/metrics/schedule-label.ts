// Under which name a VM's schedule is counted: one that the configuration knows, or a word for all others.
// Tags are written by whoever owns a VM, and each new word would be a new metric to pay for.

/** So many schedules of the configuration are counted by their names, the first ones; the others as `others`. */
const mostNamed = 40;

/** The labels that VMs of these schedules can have. */
export function scheduleLabels(names: readonly string[]): readonly string[] {
  return [...names.slice(0, mostNamed), ...(names.length > mostNamed ? ['others'] : []), 'inline', 'none'];
}

/** The label of a VM with this `schedule` tag: `inline` for an expression, `none` without one (an override keeps it on or off). */
export function scheduleLabel(tag: string | undefined, names: readonly string[]): string {
  if (tag === undefined) return 'none';
  const [word = ''] = tag.trim().split(/\s/, 1);
  if (names.slice(0, mostNamed).includes(word)) return word;
  return names.includes(word) ? 'others' : 'inline';
}
