// What a person writes in power.config.ts about how tokens are got and renewed.
// Which secret holds whose token is said with the accounts, in input.ts.

import type { DurationText } from './schedule-input.ts';

/** What power.config.ts may say about tokens. */
export interface TokenInput {
  /**
   * The token server, for secrets that do not say it themselves.
   * @default {}
   */
  readonly oauth?: {
    /**
     * How tokens are got. `refresh_token` also gives the functions leave to store in the secrets what they renew.
     * @default 'client_credentials'
     */
    readonly grant?: 'client_credentials' | 'refresh_token';
    /**
     * Its token endpoint: https, or http on loopback.
     * @default the secret's `token_url`
     */
    readonly tokenUrl?: string;
    /** @default the secret's `client_id` */
    readonly clientId?: string;
    /** @default the secret's `scope`, or none */
    readonly scope?: string;
  };
  /**
   * Has Secrets Manager rotate the accounts' tokens: for tokens that live for longer than two periods.
   * @default no rotation
   */
  readonly rotation?: {
    /** How often: whole hours from 4h to 23h, or whole days. At most half of a token's life. */
    readonly every: DurationText;
    /**
     * Whose tokens.
     * @default all accounts
     */
    readonly accounts?: readonly string[];
  };
}
