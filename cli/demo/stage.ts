// Everything that the demo stands on: a simulated OpenScaler and a Secrets Manager endpoint, both on 127.0.0.1,
// and the environment in which the real `power` command finds them.

import { randomBytes } from 'node:crypto';
import { devNull } from 'node:os';
import { demoFleet } from '../../simulator/fleets.ts';
import { startSecretsManager } from '../../simulator/secrets-manager.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';

/** Simulated seconds per real one; power.config.json beside this file is compressed to match. */
export const speed = 60;

const seed = 1;
const secretId = 'power/demo';

export interface Stage {
  readonly simulator: Simulator;
  /** For the child: complete, so that nothing of the caller's own OpenScaler or AWS settings can get in. */
  readonly environment: Readonly<Record<string, string>>;
  readonly secretReads: () => number;
  close(): Promise<void>;
}

export async function setStage(): Promise<Stage> {
  const token = randomBytes(24).toString('base64url');
  const simulator = await startSimulator({ fleet: demoFleet(seed), speed, seed, token });
  const secrets = await startSecretsManager({ secrets: { [secretId]: JSON.stringify({ access_token: token }) } });
  return {
    simulator,
    environment: {
      OPENSCALER_API_URL: simulator.url,
      OPENSCALER_SECRET_ID: secretId,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'demo',
      AWS_SECRET_ACCESS_KEY: 'demo',
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
    },
    secretReads: () => secrets.requests.length,
    close: async () => {
      await Promise.all([simulator.close(), secrets.close()]);
    },
  };
}
