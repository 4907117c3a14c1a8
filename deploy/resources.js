// What serverless.yml reads of the generated resources. JavaScript only because the framework loads `.js` but not `.ts`;
// whatever there is to get wrong is in resources.ts, where the compiler sees it.

import { readConfig } from './config.ts';
import { keepFunction, linkEnvironment as linksOf } from './links.ts';
import { makeResources } from './resources.ts';
import { rotateFunction } from './rotation.ts';
import { runFunction } from './run-function.ts';

/** The `resources` section. */
export async function resources({ resolveConfigurationProperty, resolveVariable }) {
  return makeResources(await configOf(resolveConfigurationProperty), await deploymentOf(resolveVariable));
}

/** What of the run function depends on the engine. Read without the functions' environment, in which its name stands. */
export async function run({ resolveVariable }) {
  return runFunction(readConfig({}).engine, await deploymentOf(resolveVariable));
}

/** The function that rotates tokens, or null for none. */
export async function rotate({ resolveConfigurationProperty }) {
  return rotateFunction(await configOf(resolveConfigurationProperty));
}

/** The function behind the links of warnings, or null for none. */
export async function keep({ resolveConfigurationProperty, resolveVariable }) {
  return keepFunction(await configOf(resolveConfigurationProperty), await deploymentOf(resolveVariable));
}

/** What the tick's function has in its environment beside what all have: what links are made of. */
export async function linkEnvironment({ resolveConfigurationProperty, resolveVariable }) {
  const url = await resolveVariable('env:POWER_LINK_URL, null');
  return linksOf(await configOf(resolveConfigurationProperty), await deploymentOf(resolveVariable), url);
}

/** The run function's reserved concurrency, or null for none. */
export async function reservedConcurrency({ resolveConfigurationProperty }) {
  return (await configOf(resolveConfigurationProperty)).reservedConcurrency;
}

async function deploymentOf(resolveVariable) {
  return { service: await resolveVariable('self:service'), stage: await resolveVariable('sls:stage') };
}

/** Read with the environment that the functions will have, so that the roles name the secrets that the functions read. */
async function configOf(resolveConfigurationProperty) {
  return readConfig(await resolveConfigurationProperty(['provider', 'environment']));
}
