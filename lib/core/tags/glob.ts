// Globs over names: `*` is any run of characters, `?` is one. No pattern of a user ever becomes a regular expression.
// Greedy with a single way back (to the last star), so a hostile name cannot make it explode.

/** Whether the whole text fits the pattern, case-sensitively. */
export function fitsGlob(pattern: string, text: string): boolean {
  const wanted = [...pattern];
  const given = [...text];
  let at = 0;
  let star: { readonly after: number; reach: number } | undefined;
  for (let read = 0; read < given.length; ) {
    const sign = wanted[at];
    if (sign === '*') {
      at += 1;
      star = { after: at, reach: read };
    } else if (sign === '?' || sign === given[read]) {
      at += 1;
      read += 1;
    } else if (star !== undefined) {
      star.reach += 1;
      read = star.reach;
      at = star.after;
    } else return false;
  }
  return wanted.slice(at).every((sign) => sign === '*');
}
