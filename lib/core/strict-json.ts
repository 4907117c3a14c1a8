// JSON that means one thing only: a key given twice, or one that reaches for a prototype, is a fault.
// JSON.parse lets the last of two equal keys win, so two readers of one body could see two requests.

export type JsonText = { readonly value: unknown } | { readonly fault: string };

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

// In text that JSON.parse has accepted, structure changes at braces and strings only. No one expression matches a whole string: of a very
// long one the engine's stack would overflow.
function findAmbiguousKey(text: string): string | null {
  const open: Set<string>[] = [];
  const structure = /["{}]/g;
  for (let found = structure.exec(text); found !== null; found = structure.exec(text)) {
    if (found[0] === '{') open.push(new Set());
    else if (found[0] === '}') open.pop();
    else {
      const end = endOfString(text, structure.lastIndex);
      const fault = isKey(text, end) ? faultOfKey(String(JSON.parse(text.slice(found.index, end))), open.at(-1)) : null;
      if (fault !== null) return fault;
      structure.lastIndex = end;
    }
  }
  return null;
}

function endOfString(text: string, from: number): number {
  const marks = /"|\\./g;
  marks.lastIndex = from;
  while (marks.exec(text)?.[0].startsWith('\\'));
  return marks.lastIndex;
}

function isKey(text: string, end: number): boolean {
  const colon = /\s*:/y;
  colon.lastIndex = end;
  return colon.test(text);
}

function faultOfKey(key: string, seen: Set<string> | undefined): string | null {
  if (key === '__proto__') return 'the key "__proto__" is not allowed';
  if (seen?.has(key)) return `the key ${JSON.stringify(key)} is there twice`;
  seen?.add(key);
  return null;
}
