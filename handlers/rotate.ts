// Invoked by Secrets Manager, four times for each rotation: makes a new token, tries it against the API, puts it to use.
// Only deployed when the configuration has `rotation`. Ends in an error when a step failed; Secrets Manager then asks again.

import { readRotationEvent } from '../lib/aws/rotation/event.ts';
import { failure } from './failure.ts';
import { rotationParts } from './rotation.ts';

/** `{ Step, SecretId, ClientRequestToken }` → nothing of use; what was made stands in the secret. */
export async function handler(event: unknown): Promise<void> {
  try {
    const step = readRotationEvent(event);
    const { rotate } = await import('../lib/aws/rotation/rotate.ts');
    await rotate(step, rotationParts());
  } catch (error) {
    throw failure('a rotation did not get further; Secrets Manager tries again', error);
  }
}
