// Keeps our own token out of what a server's words become: logs, errors, run records.
// Known forms of it are replaced, so that the words stay useful; if any reading of what is left still shows a part
// of the token, all of it is withheld, since nobody can list every encoding that a server may echo it in.

/** So much of the token is as bad as all of it. */
const partLength = 12;
/** How often a text may have been escaped. */
const escapings = 4;

/** The text with every plain, JSON-escaped, percent-encoded and base64 form of the token replaced by `[token]`. */
export function withoutToken(text: string, token: string): string {
  return formsOf(token).reduce((left, form) => left.replaceAll(form, '[token]'), text);
}

/** Whether the text has the token, as it is or as it stands in JSON; a short one is too likely to be a mere word. */
export function repeatsToken(text: string, token: string): boolean {
  return token.length >= partLength && [token, inJson(token)].some((form) => text.includes(form));
}

/** Whether any reading of a short text shows the token, or twelve characters of it in a row. */
export function showsToken(text: string, token: string): boolean {
  const wanted = token.toLowerCase();
  const length = Math.min(partLength, wanted.length);
  return readingsOf(text).some((reading) => {
    for (let at = 0; at + length <= reading.length; at++)
      if (wanted.includes(reading.slice(at, at + length).toLowerCase())) return true;
    return false;
  });
}

// The longest first, lest a form be broken by another that is a part of it.
function formsOf(token: string): readonly string[] {
  const base64 = Buffer.from(token).toString('base64');
  const forms = [token, inJson(token), inJson(inJson(token)), encodeURIComponent(token), base64];
  return [...new Set(forms)].sort((a, b) => b.length - a.length);
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function readingsOf(text: string): readonly string[] {
  const readings = [text];
  for (let nth = 0; nth < escapings; nth++) readings.push(unescaped(readings.at(-1) ?? ''));
  return [...new Set(readings)].flatMap((reading) => [reading, ...decodings(reading)]);
}

function unescaped(text: string): string {
  const named: Readonly<Record<string, string>> = { quot: '"', apos: "'", amp: '&', lt: '<', gt: '>' };
  return text
    .replaceAll(/&(#x[\da-f]{1,4}|#\d{1,5}|[a-z]{2,4});/gi, (all, name: string) =>
      name.startsWith('#')
        ? String.fromCharCode(Number(name.replace(/^#/, '').replace(/^x/i, '0x')))
        : (named[name] ?? all),
    )
    .replaceAll(/(?:\\x|%|\\u\{?0{0,4})([\da-f]{2})\}?/gi, (_, hex: string) => String.fromCharCode(Number(`0x${hex}`)))
    .replaceAll(/\\(["'\\/])/g, '$1');
}

// Where in a longer text an encoding began is not known: every place that it could have begun at is tried.
function decodings(text: string): readonly string[] {
  return [...decoded(text, /[\w+/-]{4,}/g, 'base64', 4), ...decoded(text, /[\da-f]{2,}/gi, 'hex', 2)];
}

function decoded(text: string, runs: RegExp, encoding: 'base64' | 'hex', places: number): readonly string[] {
  return [...text.matchAll(runs)].flatMap(([run]) =>
    Array.from({ length: places }, (_, place) => Buffer.from(run.slice(place), encoding).toString('latin1')),
  );
}
