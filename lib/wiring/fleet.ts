// Makes the clouds of a configuration: one client, one pace and one token source per account.
// The one place, apart from handlers and the terminal that call it, where adapters are put together.

import type { SecretReader } from '../aws/secrets.ts';
import { fixedToken, tokenSource } from '../aws/token.ts';
import type { AccountConfig, Config } from '../config.ts';
import { PowerError } from '../core/errors.ts';
import type { PacePolicy } from '../core/policy.ts';
import { openscalerCloud } from '../openscaler/client.ts';
import type { Clock, Log, TokenSource } from '../ports.ts';
import type { FleetAccount } from '../run/world.ts';

export interface FleetParts {
  readonly secrets: SecretReader;
  readonly clock: Clock;
  readonly log: Log;
  /** The terminal's own token, instead of a secret; a Lambda never has one. */
  readonly token?: string;
  /** Where it is not the configured pace that an account may go at. */
  readonly paceOf?: (account: string) => PacePolicy;
}

/** The accounts of the configuration, ready to be listed and acted on. No call is made. */
export function wireFleet(config: Config, parts: FleetParts): FleetAccount[] {
  return config.accounts.map((account) => ({
    cloud: openscalerCloud({
      account: account.name,
      apiUrl: account.apiUrl,
      tokens: tokensOf(account, parts),
      pace: parts.paceOf?.(account.name) ?? config.pace,
      timeouts: config.timeouts,
      clock: parts.clock,
      log: parts.log,
    }),
    projects: account.projects,
  }));
}

function tokensOf({ name, secretId }: AccountConfig, { token, secrets, clock, log }: FleetParts): TokenSource {
  if (token !== undefined) return fixedToken(token);
  if (secretId === null)
    throw new PowerError('config', `account "${name}" has no secret that holds its token: set OPENSCALER_SECRET_ID`);
  return tokenSource({ secretId, secrets, clock, log });
}
