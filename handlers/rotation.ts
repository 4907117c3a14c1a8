// How tokens are renewed and rotated in a Lambda: Secrets Manager, the lock in the table, the token server of the configuration.
// Apart from wiring.ts, so that the handlers that only launch carry none of it.

import { dynamoRenewalLock } from '../lib/aws/oauth/renewal-lock.ts';
import { type Renewals, renewals } from '../lib/aws/oauth/renewals.ts';
import type { RotationParts } from '../lib/aws/rotation/rotate.ts';
import { tokenTrial } from '../lib/wiring/token-trial.ts';
import { once, wiring } from './wiring.ts';

const lock = once(() => dynamoRenewalLock({ table: wiring.table(), clock: wiring.clock }));

/** What renews the refresh tokens of this deployment. */
export const tokenRenewals = once((): Renewals => {
  const { clock } = wiring;
  return renewals({ secrets: wiring.secrets(), lock: lock(), oauth: wiring.config().oauth, clock, log: wiring.log() });
});

export const rotationParts = once((): RotationParts => {
  const config = wiring.config();
  const { clock } = wiring;
  const log = wiring.log();
  const tryToken = tokenTrial(config, { clock, log });
  return {
    secrets: wiring.secrets(),
    renewals: tokenRenewals(),
    lock: lock(),
    oauth: config.oauth,
    tryToken,
    clock,
    log,
  };
});
