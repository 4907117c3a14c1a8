// "Did you mean": the names nearest to one that is not known, for messages only.
// Bounded work per name, because whoever can write a VM's description can make it look for many.

const furthest = 3;

/** At most `count` of the names, nearest first, none further away than three changed letters, or a third of its own. Case does not matter. */
export function nearestNames(text: string, names: Iterable<string>, count = 3): readonly string[] {
  const wanted = text.toLowerCase();
  const found: { readonly name: string; readonly distance: number }[] = [];
  for (const name of names) {
    const distance = distanceOf(wanted, name.toLowerCase());
    if (distance <= Math.min(furthest, name.length / 3)) found.push({ name, distance });
  }
  const nearest = Math.min(...found.map(({ distance }) => distance));
  return found
    .filter(({ distance }) => distance <= nearest + 1)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ name }) => name);
}

/** Levenshtein's distance, or more than `furthest` as soon as it is certain to be. */
function distanceOf(whole: string, other: string): number {
  if (Math.abs(whole.length - other.length) > furthest) return furthest + 1;
  // What both begin with costs nothing, and zones of one continent begin alike.
  let same = 0;
  while (same < whole.length && whole.charAt(same) === other.charAt(same)) same += 1;
  const a = whole.slice(same);
  const b = other.slice(same);
  let above = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = nextRow(above, a.charAt(row - 1), b, row);
    if (Math.min(...current) > furthest) return furthest + 1;
    above = current;
  }
  return above[b.length] ?? 0;
}

function nextRow(above: readonly number[], letter: string, b: string, row: number): number[] {
  const current = [row];
  for (let column = 1; column <= b.length; column += 1) {
    const changed = (above[column - 1] ?? 0) + (letter === b.charAt(column - 1) ? 0 : 1);
    current.push(Math.min(changed, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
  }
  return current;
}

/** `; did you mean "a" or "b"?`, or nothing where nothing is near. */
export function didYouMean(names: readonly string[]): string {
  return names.length === 0 ? '' : `; did you mean ${names.join(' or ')}?`;
}
