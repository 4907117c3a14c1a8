// `power sim`: an OpenScaler on this machine, to rehearse against before a real fleet is touched.
// Prints what to paste into another terminal, then every request it receives, until Ctrl-C.

import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, InvalidArgumentError } from 'commander';
import { PowerError } from '../../lib/core/errors.ts';
import type { Scenario } from '../../simulator/fleets.ts';
import type { LoggedRequest } from '../../simulator/request-log.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import type { GlobalOptions } from '../program.ts';
import { sayDuration } from '../render/duration.ts';
import { plain } from '../render/plain.ts';
import type { Notes, Terminal } from '../terminal.ts';

export interface SimOptions {
  readonly port: number;
  readonly seed: number;
  readonly scenario: string;
  readonly speed: number;
}

const pollMs = 100;
const rehearsalConfig = fileURLToPath(new URL('../rehearsal.config.json', import.meta.url));

const examples = `
Examples:
  power sim
  power sim --port 8088 --speed 20
  power sim --scenario hostile --seed 7
`;

export function simCommand(program: Command, perform: (options: SimOptions & GlobalOptions) => Promise<void>): void {
  program
    .command('sim')
    .description('simulate an OpenScaler on 127.0.0.1, to rehearse with')
    .option('--port <number>', 'port to listen on (0: any free one)', wholeNumber, 0)
    .option('--seed <number>', 'the same seed makes the same fleet', wholeNumber, 1)
    .option('--scenario <name>', 'which fleet; an unknown name lists them', 'demo')
    .option('--speed <factor>', 'how much faster than real time VMs change', factor, 20)
    .addHelpText('after', examples)
    .action((_options, command: Command) => perform(command.optsWithGlobals()));
}

export async function sim(
  options: SimOptions,
  { out, notes, clock, interrupt, directory }: Terminal,
): Promise<ExitCode> {
  const simulator = await start(options);
  out.write(invitation(simulator, options, directory));
  notes.line('each request from here on; Ctrl-C ends');
  const follow = followRequests(simulator.requests, notes);
  while (!interrupt.stop.aborted) {
    await clock.sleep(pollMs, interrupt.stop);
    follow();
  }
  await simulator.close();
  // Ctrl-C is how it is meant to end, and there is no report that it could have cut short.
  return exitCode.well;
}

// Loaded only here: every other command does without the simulator.
async function start({ port, seed, scenario, speed }: SimOptions): Promise<Simulator> {
  const [{ scenarios }, { startSimulator }] = await Promise.all([
    import('../../simulator/fleets.ts'),
    import('../../simulator/simulator.ts'),
  ]);
  const chosen = Object.hasOwn(scenarios, scenario) ? scenarios[scenario] : undefined;
  if (chosen === undefined) throw noScenario(scenario, scenarios);
  try {
    return await startSimulator({ fleet: chosen.fleet(seed), quirks: chosen.quirks, port, speed, seed });
  } catch (error) {
    throw new PowerError('request', `the simulator can't listen on port ${port}: choose another with --port`, {
      cause: error,
    });
  }
}

function noScenario(wanted: string, scenarios: Readonly<Record<string, Scenario>>): PowerError {
  const known = Object.entries(scenarios).map(([name, { summary }]) => `${name} (${summary})`);
  return new PowerError('request', `there is no scenario "${wanted}"; choose one of: ${known.join('; ')}`);
}

function invitation({ url, acceptedTokens }: Simulator, options: SimOptions, directory: string): string {
  const { scenario, seed, speed } = options;
  const environment = `OPENSCALER_API_URL=${url} OPENSCALER_TOKEN=${acceptedTokens[0] ?? ''}`;
  const config = `--config ${relative(directory, rehearsalConfig)}`;
  return [
    `an OpenScaler at ${url} (scenario ${scenario}, seed ${seed}, speed ${speed}). In another terminal:`,
    '',
    `  ${environment} npx power list ${config}`,
    `  ${environment} npx power run shutdown -l env=dev ${config}`,
    `  ${environment} npx power run start -l env=dev ${config}`,
    '',
    '',
  ].join('\n');
}

/** Gives a function that prints the requests answered since it was last called, in the order of their arrival. */
function followRequests(requests: readonly LoggedRequest[], notes: Notes): () => void {
  const open = new Set<LoggedRequest>();
  let seen = 0;
  return () => {
    for (const request of requests.slice(seen)) open.add(request);
    seen = requests.length;
    for (const request of open) {
      if (request.endedAt === null) continue;
      notes.line(lineOf(request));
      open.delete(request);
    }
  };
}

function lineOf({ at, endedAt, method, path, query, action, status }: LoggedRequest): string {
  const what = `${method} ${path}${query === '' ? '' : `?${query}`}${action === null ? '' : ` ${action}`}`;
  const took = endedAt === null ? '' : ` in ${sayDuration(endedAt - at)}`;
  return plain(`${new Date(at).toISOString()} ${what} → ${status ?? 'no answer'}${took}`);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d{1,9}$/.test(text)) return value;
  throw new InvalidArgumentError('It must be a whole number, 0 or more.');
}

function factor(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 10_000) return value;
  throw new InvalidArgumentError('It must be a number above 0, at most 10000.');
}
