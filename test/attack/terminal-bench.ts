// The `power` command in this process, with its real commands, against a simulator that counts what is sent.
// A process of its own for each of a thousand inputs would take minutes.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cancel } from '../../cli/commands/cancel.ts';
import { check } from '../../cli/commands/check.ts';
import { explain } from '../../cli/commands/explain.ts';
import { keep } from '../../cli/commands/keep.ts';
import { list } from '../../cli/commands/list.ts';
import { cancelOverrides, overrides } from '../../cli/commands/overrides.ts';
import { plan } from '../../cli/commands/plan.ts';
import { run } from '../../cli/commands/run.ts';
import { runs } from '../../cli/commands/runs.ts';
import { schedule } from '../../cli/commands/schedule.ts';
import { sim } from '../../cli/commands/sim.ts';
import { tick } from '../../cli/commands/tick.ts';
import { token } from '../../cli/commands/token.ts';
import { watch } from '../../cli/commands/watch.ts';
import type { ExitCode } from '../../cli/exit-code.ts';
import { runProgram } from '../../cli/program.ts';
import { systemClock } from '../../lib/clock.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import type { SimulatedVmSpec } from '../../simulator/vm.ts';
import { fakeTerminal } from '../cli/fake-terminal.ts';

const apiToken = 'token-that-nobody-may-see';

export interface Said {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** A fleet, and a terminal for it. Sets the variables that the command reads in this process. */
export async function terminalBench(fleet: readonly SimulatedVmSpec[], config: object = {}) {
  const simulator = await startSimulator({ fleet, token: apiToken, speed: 200 });
  const directory = await mkdtemp(join(tmpdir(), 'power-attack-'));
  const quick = { shutdown: { patience: '3s', resendAfter: '1s' }, settle: { every: '50ms', atMost: '100ms' } };
  await writeFile(join(directory, 'power.config.json'), JSON.stringify({ ...quick, ...config }));
  Object.assign(process.env, { OPENSCALER_API_URL: simulator.url, OPENSCALER_TOKEN: apiToken });
  const power = async (args: readonly string[], { isTty = false, input = '' } = {}): Promise<Said> => {
    const terminal = { ...fakeTerminal(isTty, input), clock: systemClock, directory };
    // A simulator that was really asked for would wait for Ctrl-C.
    const stopped = { ...terminal, interrupt: { stop: AbortSignal.abort(), endNow: Promise.resolve() } };
    const commands = {
      list: (options: Parameters<typeof list>[0]) => list(options, terminal),
      run: (options: Parameters<typeof run>[0]) => run(options, terminal),
      runs: (options: Parameters<typeof runs>[0]) => runs(options, terminal),
      watch: (options: Parameters<typeof watch>[0]) => watch(options, terminal),
      cancel: (options: Parameters<typeof cancel>[0]) => cancel(options, terminal),
      check: (options: Parameters<typeof check>[0]) => check(options, terminal),
      schedule: (options: Parameters<typeof schedule>[0]) => schedule(options, terminal),
      plan: (options: Parameters<typeof plan>[0]) => plan(options, terminal),
      explain: (options: Parameters<typeof explain>[0]) => explain(options, terminal),
      keep: (options: Parameters<typeof keep>[0]) => keep(options, terminal),
      overrides: (options: Parameters<typeof overrides>[0]) => overrides(options, terminal),
      cancelOverrides: (options: Parameters<typeof cancelOverrides>[0]) => cancelOverrides(options, terminal),
      tick: (options: Parameters<typeof tick>[0]) => tick(options, terminal),
      token: (options: Parameters<typeof token>[0]) => token(options, terminal),
      sim: (options: Parameters<typeof sim>[0]) => sim(options, stopped),
    };
    const code = await runProgram(args, commands, terminal);
    return { code, stdout: terminal.stdout.text, stderr: terminal.stderr.text };
  };
  return {
    power: (args: readonly string[], how?: { readonly isTty?: boolean; readonly input?: string }) =>
      power(['--config', 'power.config.json', ...args], how),
    posts: () => simulator.requests.filter(({ method }) => method === 'POST').length,
    close: async () => {
      await simulator.close();
      await rm(directory, { recursive: true });
    },
  };
}
