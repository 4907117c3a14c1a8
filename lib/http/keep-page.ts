// The pages behind a link "keep on": plain HTML without scripts, links or anything from elsewhere, all of it escaped.
// What they show was written by others (names of VMs), and whoever opens them came from a chat.

import { createHash } from 'node:crypto';
import type { HttpAnswer } from './answer.ts';

export interface Page {
  readonly status: number;
  readonly title: string;
  readonly paragraphs: readonly string[];
  readonly items?: readonly string[];
  /** The button that confirms, which posts its value to the page's own address. */
  readonly confirm?: { readonly label: string; readonly value: number };
}

const style =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}button{font:inherit;padding:.5rem 1rem}li{overflow-wrap:anywhere}';

/** What a browser may do with the page: use this one style, and post its form to where it came from. */
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** The page as an answer that is kept nowhere, framed nowhere, and whose address is told to nobody. */
export function pageAnswer({ status, title, paragraphs, items = [], confirm }: Page): HttpAnswer {
  const list = items.length === 0 ? '' : `<ul>${items.map((item) => `<li>${escaped(item)}</li>`).join('')}</ul>`;
  const form =
    confirm === undefined
      ? ''
      : `<form method="post"><button type="submit" name="confirm" value="${confirm.value}">${escaped(confirm.label)}</button></form>`;
  const text = paragraphs.map((paragraph) => `<p>${escaped(paragraph)}</p>`).join('');
  return {
    statusCode: status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': policy,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'x-robots-tag': 'noindex',
    },
    body: `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${style}</style></head><body><h1>${escaped(title)}</h1>${text}${list}${form}</body></html>`,
  };
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
