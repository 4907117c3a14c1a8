// Runs the `power` command as a user would, in a process of its own, and reads what `--json` prints.
// Its standard error, with the live display, stays the terminal's.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { actions } from '../../lib/core/action.ts';
import { PowerError } from '../../lib/core/errors.ts';
import { results } from '../../lib/core/outcome.ts';
import { powers } from '../../lib/core/vm.ts';
import type { SignalSource } from '../interrupt.ts';

const powerFile = fileURLToPath(new URL('../power.js', import.meta.url));
const configFile = fileURLToPath(new URL('power.config.json', import.meta.url));

const unlisted = v.array(v.object({ account: v.string(), project: v.string(), reason: v.string() }));

const vm = v.object({
  id: v.string(),
  name: v.string(),
  account: v.string(),
  project: v.string(),
  power: v.picklist(powers),
  state: v.string(),
  tags: v.record(v.string(), v.string()),
  faults: v.array(v.string()),
});

/** What `power list --json` prints. */
export const fleetSchema = v.object({ vms: v.array(vm), unlisted });

export type ListedFleet = v.InferOutput<typeof fleetSchema>;

/** What `power run --json` prints. */
export const reportSchema = v.object({
  run: v.object({
    name: v.string(),
    action: v.picklist(actions),
    select: v.nullable(v.string()),
    dryRun: v.boolean(),
    startedAt: v.string(),
    endedAt: v.string(),
  }),
  counts: v.record(v.picklist(results), v.number()),
  outcomes: v.array(
    v.object({
      vm: v.string(),
      name: v.string(),
      account: v.string(),
      project: v.string(),
      action: v.nullable(v.picklist(actions)),
      result: v.picklist(results),
      reason: v.string(),
      code: v.string(),
      power: v.picklist(powers),
      attempts: v.number(),
      durationMs: v.number(),
    }),
  ),
  unlisted,
  calls: v.object({ lists: v.number(), reads: v.number(), actions: v.number() }),
});

/** The document that `power <args> --json` prints. Throws `run-trouble` when it ends without one, or is interrupted. */
export async function power<S extends v.GenericSchema>(
  args: readonly string[],
  schema: S,
  environment: Readonly<Record<string, string>>,
  signals: SignalSource,
): Promise<v.InferOutput<S>> {
  const child = spawn(process.execPath, [powerFile, ...args, '--json', '--config', configFile], {
    env: { ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) signals.on(signal, () => void child.kill(signal));
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  // 1 is no failure of the demo: one of its VMs really ignores the shutdown, and the command says so.
  if (code !== 0 && code !== 1) throw new PowerError('run-trouble', `power ${args.join(' ')} ended with ${code}`);
  return v.parse(schema, JSON.parse(printed));
}
