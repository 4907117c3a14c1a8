// The smallest pieces that tags and selectors share: what a key is, and how far a run of characters reaches.
// Kept apart so that a key that can be written as a tag can always be asked for in a selector.

const key = /^[A-Za-z0-9][A-Za-z0-9_.:/-]*$/;

/** One character that may stand in a key, though not every one may begin it. */
export const keyCharacter = /[A-Za-z0-9_.:/-]/;

/** One character that somebody may take for one of a key: `clé=x` tries to be a tag, `=> x` does not. */
export const attemptCharacter = /[\p{L}\p{N}_.:/-]/u;

/** Whether the text is a whole, well-formed key: `[A-Za-z0-9][A-Za-z0-9_.:/-]*`. */
export function isKey(text: string): boolean {
  return key.test(text);
}

/** Whether the text holds characters that nobody sees (controls, zero-width signs), so that two values may look alike. */
export function hasInvisible(text: string): boolean {
  return /[\p{Cc}\p{Cf}]/u.test(text);
}

/** The index of the first character from `from` on that is not of the class; every character is looked at once. */
export function endOf(text: string, from: number, characterClass: RegExp): number {
  let at = from;
  // Past the end `charAt` is empty, and no class of one character fits that.
  while (characterClass.test(text.charAt(at))) at += 1;
  return at;
}
