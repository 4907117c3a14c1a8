// How text that others wrote is shown in our messages: short, in quotes, and without anything that could steer a terminal.
// Descriptions and selectors are untrusted and may be huge.

const longest = 60;

/** The text in double quotes, cut after 60 characters, with characters that cannot be seen written as `\u{…}`. */
export function excerpt(text: string): string {
  const shown = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return `"${shown.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escaped)}"`;
}

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
