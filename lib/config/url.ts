// Which addresses the token may ever be sent to (rule 4), checked before the first call is made.

const loopbackHosts = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** What the API's address must be, in words. */
export const apiUrlAllowed = 'an https address (or http on loopback) without user, query or fragment';

/** The address without a slash at its end, or null when the token must not be sent to it. */
export function parseApiUrl(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return null;
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && loopbackHosts.test(url.hostname));
  return isSafe ? url.href.replace(/(?<!\/)\/+$/, '') : null;
}
