// What a route answers, in the shape the HTTP API expects of a Lambda.
// One constructor, so that no answer forgets its content type or lets a cache keep it.

import { terminalSafeJson } from '../core/terminal-safe-json.ts';

export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A JSON answer: curl shows it in a terminal, and no browser takes it for a page. */
export function jsonAnswer(
  statusCode: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  return {
    statusCode,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
    body: terminalSafeJson(value) ?? 'null',
  };
}
