// When a token ends, as far as anybody can know: what its secret says, or what the token itself says if it is a JWT.
// Nothing is verified here: the API judges tokens; this only tells when to look for a new one.

/** Longer texts are no tokens that a header could carry; they are not looked into. */
const longestTokenLength = 16_384;
const latestInstantMs = 8.64e15;

/** The earlier of what is stated (epoch ms) and a JWT's own `exp` (RFC 7519, section 4.1.4), in epoch ms; null when nobody says. */
export function expiryOf(token: string, statedMs: number | null): number | null {
  const ownMs = jwtExpiry(token);
  if (statedMs === null || ownMs === null) return statedMs ?? ownMs;
  return Math.min(statedMs, ownMs);
}

/** The `exp` of a token that is a JWT, in epoch ms, or null. Never throws, and never tells of anything else in it. */
export function jwtExpiry(token: string): number | null {
  if (token.length > longestTokenLength) return null;
  const [header, payload, signature, ...more] = token.split('.');
  if (header === undefined || payload === undefined || signature === undefined || more.length > 0) return null;
  if (!/^[\w-]+$/.test(payload)) return null;
  const claims = parsed(Buffer.from(payload, 'base64url').toString());
  const exp = typeof claims === 'object' && claims !== null && 'exp' in claims ? claims.exp : null;
  return epochMs(exp);
}

/** Epoch seconds as whole epoch ms, or null for anything that is none: milliseconds are no seconds. */
export function epochMs(seconds: unknown): number | null {
  if (typeof seconds !== 'number' || !(seconds > 0)) return null;
  const ms = Math.floor(seconds * 1000);
  // As seconds, today's milliseconds are a year past 50,000.
  return ms < latestInstantMs && seconds < 1e11 ? ms : null;
}

/** An instant as a person states it, in epoch ms: epoch seconds or ISO 8601 with its offset; null for anything else. */
export function statedMs(value: unknown): number | null {
  if (typeof value !== 'string') return epochMs(value);
  // Secrets Manager's console keeps whatever is typed into its fields as text.
  if (/^\d{1,11}$/.test(value)) return epochMs(Number(value));
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(value)) return null;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? null : ms;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
