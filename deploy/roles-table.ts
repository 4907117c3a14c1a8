// `npm run roles`: packages the project and prints who may do what, as a table for docs/roles.md and for whoever reviews a deployment.
// Read from the packaged template, not from what generates it: it shows what would really be deployed.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { scriptArguments } from '../cli/script-arguments.ts';
import { type Grant, grantsIn } from './grants.ts';

const templateSchema = v.object({
  Resources: v.record(v.string(), v.object({ Type: v.string(), Properties: v.optional(v.unknown()) })),
});

async function packagedGrants(): Promise<readonly Grant[]> {
  const directory = await mkdtemp(join(tmpdir(), 'power-roles-'));
  try {
    const cli = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');
    const cwd = resolve(import.meta.dirname, '..');
    await promisify(execFile)(process.execPath, [cli, 'package', '--package', directory], { cwd });
    const text = await readFile(join(directory, 'cloudformation-template-update-stack.json'), 'utf8');
    const { Resources } = v.parse(templateSchema, JSON.parse(text));
    return grantsIn(Resources);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** One row per role and resource. */
function rowsOf(grants: readonly Grant[]): readonly string[] {
  const rows = Map.groupBy(grants, ({ role, resource }) => `| ${role} | ${resource}`);
  return [...rows].map(([, found]) => {
    const [{ role, assumedBy, resource } = { role: '', assumedBy: '', resource: '' }] = found;
    return `| ${role} | ${assumedBy} | ${found.map(({ action }) => action).join(', ')} | \`${resource}\` |`;
  });
}

scriptArguments({
  usage: `npm run roles

Packages the project and prints who may do what, of the stage dev.
`,
  options: {},
});
const header = ['| role | of | may | on |', '|---|---|---|---|'];
process.stdout.write(`${[...header, ...rowsOf(await packagedGrants())].join('\n')}\n`);
