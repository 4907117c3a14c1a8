// How long a Retry-After header asks to wait: seconds, or an HTTP date (RFC 9110, section 10.2.3).
// The pace caps it; a header that can't be read is no header.

/** Milliseconds from `now`, or undefined when the header is missing or can't be read. */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  // Date.parse alone reads nearly anything, "-1" included.
  if (!/^[A-Za-z]{3,9},? /.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
