// JSON that means one thing only: a key given twice, or one that reaches for a prototype, is a fault.
// JSON.parse lets the last of two equal keys win, so two readers of one body could see two requests.

export type JsonText = { readonly value: unknown } | { readonly fault: string };

// In text that JSON.parse has accepted, these are all the places where structure changes.
const tokens = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}]/g;

/** The value of a JSON text, or what is wrong with it. Never throws. */
export function parseStrictJson(text: string): JsonText {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: text.trim() === '' ? 'the body is empty' : 'the body is not JSON' };
  }
  const fault = findAmbiguousKey(text);
  return fault === null ? { value } : { fault };
}

function findAmbiguousKey(text: string): string | null {
  const open: Set<string>[] = [];
  for (const [token, colon] of text.matchAll(tokens)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (colon !== undefined) {
      const key: unknown = JSON.parse(token.slice(0, -colon.length));
      const fault = faultOfKey(String(key), open.at(-1));
      if (fault !== null) return fault;
    }
  }
  return null;
}

function faultOfKey(key: string, seen: Set<string> | undefined): string | null {
  if (key === '__proto__') return 'the key "__proto__" is not allowed';
  if (seen?.has(key)) return `the key ${JSON.stringify(key)} is there twice`;
  seen?.add(key);
  return null;
}
