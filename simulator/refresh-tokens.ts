// The refresh tokens of the simulated token server: how they rotate, and what becomes of one that is sent twice.
// Servers differ in exactly that, and a client has to be right with all of them.

export type RefreshRotation =
  /** The same refresh token for ever. */
  | 'none'
  /** Each is good for once; one that is sent again revokes everything that came of it (RFC 9700, section 4.14.2). */
  | 'reuse-revokes'
  /** Each is good for once, and for `graceMs` after that: for an answer that got lost. Later, as above. */
  | 'grace'
  /** Each is good until a token that came of it is used. */
  | 'until-used';

export interface RefreshSetup {
  readonly rotation: RefreshRotation;
  readonly graceMs: number;
}

export type RefreshAnswer =
  | { readonly kind: 'issue'; readonly refreshToken: string }
  | { readonly kind: 'refuse' }
  /** Everything issued so far is worth nothing any more. */
  | { readonly kind: 'revoke' };

/** One sign-in's refresh tokens, from the first on. */
export class RefreshTokens {
  readonly #setup: RefreshSetup;
  readonly #now: () => number;
  readonly #mint: () => string;
  /** When each was spent; null for one that is good. */
  readonly #spentAt = new Map<string, number | null>();
  /** By the access token that came with it: the refresh token that its use spends. */
  readonly #spentByUse = new Map<string, string>();
  #isRevoked = false;

  constructor(first: string, setup: RefreshSetup, now: () => number, mint: () => string) {
    this.#setup = setup;
    this.#now = now;
    this.#mint = mint;
    this.#spentAt.set(first, null);
  }

  /** Those that are good at this moment. */
  get current(): readonly string[] {
    return this.#isRevoked ? [] : [...this.#spentAt].filter(([, spentAt]) => spentAt === null).map(([token]) => token);
  }

  /** Takes a refresh token, and says what comes of it. */
  take(sent: string): RefreshAnswer {
    const spentAt = this.#spentAt.get(sent);
    if (spentAt === undefined || this.#isRevoked) return { kind: 'refuse' };
    const { rotation, graceMs } = this.#setup;
    if (rotation === 'none') return { kind: 'issue', refreshToken: sent };
    if (spentAt !== null && !(rotation === 'grace' && this.#now() - spentAt <= graceMs)) {
      this.#isRevoked = true;
      return { kind: 'revoke' };
    }
    if (rotation !== 'until-used') this.#spentAt.set(sent, spentAt ?? this.#now());
    const refreshToken = this.#mint();
    this.#spentAt.set(refreshToken, null);
    return { kind: 'issue', refreshToken };
  }

  /** That this access token came of that refresh token. */
  cameOf(accessToken: string, refreshToken: string): void {
    if (this.#setup.rotation === 'until-used') this.#spentByUse.set(accessToken, refreshToken);
  }

  /** An access token was used. */
  used(accessToken: string): void {
    const spent = this.#spentByUse.get(accessToken);
    if (spent !== undefined && this.#spentAt.get(spent) === null) this.#spentAt.set(spent, this.#now());
  }
}
