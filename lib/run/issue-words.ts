// What the border found wrong with a value, in words for a message: where, and what.
// The words of valibot quote what it was given, however long that is; a message must not become what somebody sent.

import * as v from 'valibot';

const longestPath = 80;
const longestWords = 300;

/** The issue as `path: words`, each cut where it gets long; `root` names the value itself, and is left out when null. */
export function issueWords(issue: v.BaseIssue<unknown>, root: string | null): string {
  const path = v.getDotPath(issue) ?? root;
  const words = cut(issue.message, longestWords);
  return path === null ? words : `${cut(path, longestPath)}: ${words}`;
}

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
