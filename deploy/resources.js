// What serverless.yml reads of the generated resources. JavaScript only because the framework loads `.js` but not `.ts`;
// whatever there is to get wrong is in resources.ts, where the compiler sees it.

import { readConfig } from './config.ts';
import { makeResources } from './resources.ts';

/** The `resources` section. */
export async function resources({ resolveConfigurationProperty, resolveVariable }) {
  const deployment = { service: await resolveVariable('self:service'), stage: await resolveVariable('sls:stage') };
  return makeResources(await configOf(resolveConfigurationProperty), deployment);
}

/** The run function's reserved concurrency, or null for none. */
export async function reservedConcurrency({ resolveConfigurationProperty }) {
  return (await configOf(resolveConfigurationProperty)).reservedConcurrency;
}

/** Read with the environment that the functions will have, so that the roles name the secrets that the functions read. */
async function configOf(resolveConfigurationProperty) {
  return readConfig(await resolveConfigurationProperty(['provider', 'environment']));
}
