// The links of warnings: the function behind them, what they begin with, and the key that signs them, which nobody has to make or know.
// Only where the configuration has `notify.before`.

import type { Config } from '../lib/config.ts';
import { type Deployment, prefixOf, type Resources } from './cloudformation.ts';
import { hasLinks, roleId } from './functions.ts';

/** Where the HTTP API has the page behind a link, before its token. */
export const linkPath = '/v1/keep';

/** The name of the secret that signs links. */
export function linkKeyName(deployment: Deployment): string {
  return `${prefixOf(deployment)}/link-key`;
}

/** Secrets Manager makes the key, once; a new one (`put-secret-value`) counts within minutes, and ends the links of the old. */
export function links(config: Config, deployment: Deployment): Resources {
  if (!hasLinks(config)) return {};
  return {
    LinkKey: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: {
        Name: linkKeyName(deployment),
        Description: 'Signs the links of warnings',
        GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
      },
    },
  };
}

/**
 * What the function that warns has in its environment, beside what all have. `url`: what links begin with where that is not the
 * deployed HTTP API, as on localhost.
 */
export function linkEnvironment(
  config: Config,
  deployment: Deployment,
  url: string | null = null,
): Readonly<Record<string, unknown>> {
  if (!hasLinks(config)) return {};
  const deployed = `https://\${HttpApi}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}${linkPath}`;
  return { POWER_LINK_KEY: linkKeyName(deployment), POWER_LINK_URL: url ?? { 'Fn::Sub': deployed } };
}

/** The function behind the links, as serverless.yml would have it; null where there is none. */
export function keepFunction(config: Config, deployment: Deployment) {
  if (!hasLinks(config)) return null;
  // No authoriser: the token in the path is what is checked.
  const route = (method: string) => ({ httpApi: { method, path: `${linkPath}/{token}` } });
  return {
    keep: {
      handler: 'handlers/keep.handler',
      description: 'Shows what the link of a warning would do, and does it when that is confirmed',
      role: roleId('keep'),
      timeout: 20,
      environment: { POWER_LINK_KEY: linkKeyName(deployment) },
      events: [route('GET'), route('POST')],
    },
  };
}
