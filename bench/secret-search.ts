// Finds a secret in a text, also where it hides: encoded, escaped, wrapped over lines, or only a part of it.
// The token hunt is worth no more than this: its test plants secrets and wants them all found.

/** So much of a secret is as bad as all of it. */
const partLength = 12;

/** In which disguises a text holds the secret, which must be of 24 characters at least; none is good. */
export function disguisesIn(text: string, secret: string): readonly string[] {
  const plain = unwrapped(text);
  const haystacks = [text, plain, unescaped(plain), unescaped(unescaped(plain))];
  return disguisesOf(secret)
    .filter(([, needle]) => haystacks.some((haystack) => haystack.includes(needle)))
    .map(([disguise]) => disguise);
}

function disguisesOf(secret: string): readonly (readonly [disguise: string, needle: string])[] {
  const middle = Math.floor((secret.length - partLength) / 2);
  return [
    ['plain', secret],
    ['beginning', secret.slice(0, partLength)],
    ['middle', secret.slice(middle, middle + partLength)],
    ['end', secret.slice(-partLength)],
    ['percent-encoded', encodeURIComponent(secret)],
    ['form-encoded', new URLSearchParams({ s: secret }).toString().slice(2)],
    ['hex', Buffer.from(secret).toString('hex')],
    ...[0, 1, 2].flatMap((shift) => [
      ['base64', base64Core(secret, shift, 'base64')] as const,
      ['base64url', base64Core(secret, shift, 'base64url')] as const,
    ]),
  ];
}

// Base64 of a text that has the secret somewhere: by the place it starts at, three different ones.
function base64Core(secret: string, shift: number, encoding: 'base64' | 'base64url'): string {
  const padded = Buffer.from(`${'x'.repeat(shift)}${secret}`)
    .toString(encoding)
    .replace(/=+$/, '');
  return padded.slice(shift === 0 ? 0 : 4, -3);
}

// As `util.inspect` breaks long strings, as terminals colour, and as bytes are dumped.
function unwrapped(text: string): string {
  const escapeCharacter = String.fromCharCode(27);
  return text
    .replaceAll(new RegExp(`${escapeCharacter}\\[[0-9;]*m`, 'g'), '')
    .replaceAll(/(['"`])\s*\+\s*\n\s*\1/g, '')
    .replaceAll(/\r?\n[ \t]*/g, '');
}

function unescaped(text: string): string {
  return text
    .replaceAll(/\\u\{?([0-9a-fA-F]{4})\}?/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll(/\\x([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll(/\\(["'\\/])/g, '$1');
}
