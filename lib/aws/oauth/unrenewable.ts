// The error of a token that could not be renewed: which secret it is in, why, and what a person has to do.
// In one place, because three modules find reasons, and the operator looks for one beginning.

import { PowerError } from '../../core/errors.ts';

/** What only a person can do. */
export const signInAgain =
  'sign in to the token server again, and store the new "refresh_token" and "access_token" in the secret';

/** The `secret` error that names the secret as people know it. */
export function unrenewable(arn: string, why: string): PowerError {
  return new PowerError('secret', `the token in the secret "${nameIn(arn)}" could not be renewed: ${why}`);
}

// An ARN's last part, without the six characters that Secrets Manager adds.
function nameIn(arn: string): string {
  return /^arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:(.+)-[A-Za-z0-9]{6}$/.exec(arn)?.[1] ?? arn;
}
