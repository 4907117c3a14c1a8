// Makes the clouds of a configuration: one client, one pace and one token source per account.
// The one place, apart from handlers and the terminal that call it, where adapters are put together.

import type { Renewals } from '../aws/oauth/renewals.ts';
import type { SecretReader } from '../aws/secrets.ts';
import { fixedToken, type KnownTokenSource, tokenSource } from '../aws/token.ts';
import type { AccountConfig, Config } from '../config.ts';
import { PowerError } from '../core/errors.ts';
import type { CallFact } from '../core/metric.ts';
import type { PacePolicy } from '../core/policy.ts';
import { openscalerCloud } from '../openscaler/client.ts';
import type { Clock, Log } from '../ports.ts';
import type { FleetAccount } from '../run/world.ts';

export interface FleetParts {
  readonly secrets: SecretReader;
  /** What renews refresh tokens; without it they are used to the end of the access token that is stored with them. */
  readonly renewals?: Renewals | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** The terminal's own token, instead of a secret; a Lambda never has one. */
  readonly token?: string;
  /** Where it is not the configured pace that an account may go at. */
  readonly paceOf?: (account: string) => PacePolicy;
  /** Told of the calls of all accounts. */
  readonly tally?: (fact: CallFact) => void;
  /** Given each account's source of tokens, to ask when they end. */
  readonly onTokens?: (account: string, tokens: KnownTokenSource) => void;
}

/** The accounts of the configuration, ready to be listed and acted on. No call is made. */
export function wireFleet(config: Config, parts: FleetParts): FleetAccount[] {
  return config.accounts.map((account) => {
    const tokens = tokensOf(account, config, parts);
    parts.onTokens?.(account.name, tokens);
    const cloud = openscalerCloud({
      account: account.name,
      apiUrl: account.apiUrl,
      tokens,
      pace: parts.paceOf?.(account.name) ?? config.pace,
      timeouts: config.timeouts,
      clock: parts.clock,
      log: parts.log,
      ...(parts.tally === undefined ? {} : { tally: parts.tally }),
    });
    return { cloud, projects: account.projects };
  });
}

function tokensOf(
  { name: account, secretId }: AccountConfig,
  { oauth }: Config,
  { token, secrets, renewals, clock, log }: FleetParts,
): KnownTokenSource {
  if (token !== undefined) return fixedToken(token);
  if (secretId === null)
    throw new PowerError('config', `account "${account}" has no secret that holds its token: set OPENSCALER_SECRET_ID`);
  return tokenSource({ account, secretId, secrets, renewals, oauth, clock, log });
}
