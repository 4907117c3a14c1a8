// Which bearer tokens are accepted at this moment, and the OAuth endpoint that issues new ones.
// Tokens can expire and be rotated while a client runs, because the real ones do.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { PlainAnswer } from './answers.ts';
import { type RefreshSetup, RefreshTokens } from './refresh-tokens.ts';
import type { SimulatedTime } from './simulated-time.ts';

/** Who may fetch tokens. */
export interface OauthClient {
  readonly clientId: string;
  readonly clientSecret: string;
  /** The refresh token of somebody who has signed in, and how it rotates. @default none, and by grace of a minute */
  readonly signedIn?: Partial<RefreshSetup> & { readonly refreshToken: string };
}

/** Knows at any moment which tokens are accepted; never tells more than that. */
export class AcceptedTokens {
  readonly #acceptedSince = new Map<string, number>();
  readonly #lifetimeMs: number;
  readonly #time: SimulatedTime;
  #refreshTokens: RefreshTokens | null = null;
  #issued = 0;

  constructor(tokens: readonly string[], lifetimeMs: number | null, time: SimulatedTime) {
    this.#lifetimeMs = lifetimeMs ?? Number.POSITIVE_INFINITY;
    this.#time = time;
    for (const token of tokens) this.accept(token);
  }

  /** The tokens that have not expired. */
  get current(): readonly string[] {
    return [...this.#acceptedSince].filter(([, since]) => this.#isFresh(since)).map(([token]) => token);
  }

  /** The refresh tokens that are good at this moment. */
  get refreshTokens(): readonly string[] {
    return this.#refreshTokens?.current ?? [];
  }

  accept(token: string): void {
    this.#acceptedSince.set(token, this.#time.elapsedMs());
  }

  /** From now on only this one is accepted. */
  rotate(token: string): void {
    this.#acceptedSince.clear();
    this.accept(token);
  }

  /** Whether an Authorization header holds a bearer token that is accepted now. */
  admits(header: string | undefined): boolean {
    const token = /^bearer +(\S+) *$/i.exec(header ?? '')?.[1];
    const since = token === undefined ? undefined : this.#acceptedSince.get(token);
    if (token === undefined || since === undefined || !this.#isFresh(since)) return false;
    this.#refreshTokens?.used(token);
    return true;
  }

  /** The answer to a token request for `client_credentials` or `refresh_token` (RFC 6749, 4.4 and 6), by form fields or HTTP Basic. */
  issue(client: OauthClient, header: string | undefined, body: string): PlainAnswer & { readonly isIssued: boolean } {
    const form = new URLSearchParams(body);
    const headers = { 'cache-control': 'no-store' };
    const grant = form.get('grant_type');
    if (grant !== 'client_credentials' && grant !== 'refresh_token') {
      return { isIssued: false, status: 400, headers, body: '{"error":"unsupported_grant_type"}' };
    }
    const [id, secret] = basicCredentials(header) ?? [form.get('client_id') ?? '', form.get('client_secret') ?? ''];
    if (id !== client.clientId || !isSame(secret, client.clientSecret)) {
      return { isIssued: false, status: 401, headers, body: '{"error":"invalid_client"}' };
    }
    const made = grant === 'refresh_token' ? this.#refreshed(client, form.get('refresh_token') ?? '') : this.#access();
    if (made === null) return { isIssued: false, status: 400, headers, body: '{"error":"invalid_grant"}' };
    return { isIssued: true, status: 200, headers, body: JSON.stringify(made) };
  }

  #refreshed({ signedIn }: OauthClient, sent: string): object | null {
    if (signedIn === undefined) return null;
    const { refreshToken: first, rotation = 'grace', graceMs = 60_000 } = signedIn;
    const now = () => this.#time.elapsedMs();
    this.#refreshTokens ??= new RefreshTokens(first, { rotation, graceMs }, now, () => this.#mint('refresh'));
    const answer = this.#refreshTokens.take(sent);
    if (answer.kind === 'revoke') this.#acceptedSince.clear();
    if (answer.kind !== 'issue') return null;
    const made = this.#access();
    this.#refreshTokens.cameOf(made.access_token, sent);
    return { ...made, refresh_token: answer.refreshToken };
  }

  #access() {
    const access_token = this.#mint('issued');
    this.accept(access_token);
    const expires = Number.isFinite(this.#lifetimeMs) ? { expires_in: Math.ceil(this.#lifetimeMs / 1_000) } : {};
    return { access_token, token_type: 'Bearer', ...expires };
  }

  #mint(kind: 'issued' | 'refresh'): string {
    this.#issued += 1;
    const digest = createHash('sha256').update(`${performance.timeOrigin} ${kind} ${this.#issued}`).digest('hex');
    return `${kind}-${this.#issued}-${digest}`;
  }

  #isFresh(since: number): boolean {
    return this.#time.elapsedMs() - since < this.#lifetimeMs;
  }
}

function basicCredentials(header: string | undefined): [string, string] | null {
  const encoded = /^basic +(\S+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  const [id, secret] = [text.slice(0, colon), text.slice(colon + 1)];
  return colon < 0 ? null : [formDecode(id), formDecode(secret)];
}

/** RFC 6749, 2.3.1: both halves are form-encoded before they are put together. */
function formDecode(text: string): string {
  return new URLSearchParams(`text=${text}`).get('text') ?? '';
}

function isSame(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
