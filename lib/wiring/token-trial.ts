// Whether a token works: one list of an account's first project, sent with it.
// For a person who asks, and for a rotation before a new token is put to use.

import { isSecretOf } from '../aws/rotation/event.ts';
import { fixedToken } from '../aws/token.ts';
import type { Config } from '../config.ts';
import { PowerError } from '../core/errors.ts';
import { openscalerCloud } from '../openscaler/client.ts';
import type { Clock, Log } from '../ports.ts';
import type { FleetAccount } from '../run/world.ts';

/** Lists with the account's token. Throws what the list throws, unless that is only not whole: it was answered all the same. */
export async function tryToken({ cloud, projects }: FleetAccount): Promise<void> {
  try {
    await cloud.list(projects[0] ?? 'default');
  } catch (error) {
    if (!(error instanceof PowerError && error.code === 'list-not-whole')) throw error;
  }
}

/** Lists with the token in the place of each account that has the secret. Throws as `tryToken`, and `config` without one. */
export function tokenTrial(config: Config, { clock, log }: { readonly clock: Clock; readonly log: Log }) {
  return async (secretArn: string, token: string): Promise<void> => {
    const accounts = config.accounts.filter(({ secretId }) => secretId !== null && isSecretOf(secretId, secretArn));
    if (accounts.length === 0)
      throw new PowerError('config', `no account has the secret ${secretArn}: take it out of the rotation`);
    for (const { name: account, apiUrl, projects } of accounts) {
      const { pace, timeouts } = config;
      const tokens = fixedToken(token, 'the new version of its secret');
      const cloud = openscalerCloud({ account, apiUrl, tokens, pace, timeouts, clock, log });
      await tryToken({ cloud, projects });
    }
  };
}
