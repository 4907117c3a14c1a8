// `npm start`: the main job on a simulated cloud, and every claim it makes held against what really happened.
// The command is the one that users type; the only thing made for the show is the stage.

import { checkTruth, isClean, remember, type TruthReport } from '../simulator/truth.ts';
import { renderGroups } from './demo/fleet-groups.ts';
import { showFortnight } from './demo/fortnight-show.ts';
import { fleetSchema, power, reportSchema } from './demo/power-command.ts';
import { type Stage, setStage, speed } from './demo/stage.ts';
import { exitCode } from './exit-code.ts';
import { listenForInterrupt } from './interrupt.ts';
import { renderReport } from './render/outcomes.ts';
import { scriptArguments } from './script-arguments.ts';
import { makeOut, paintFor } from './terminal.ts';

scriptArguments({
  usage: `npm start

A simulated fleet put to sleep and woken, then a fortnight of schedules, all held against the truth.
`,
  options: {},
});

const out = makeOut(process.stdout);
const { paint } = out;
const interrupt = listenForInterrupt(process, Date.now);

const stage = await setStage();
try {
  process.exitCode = (await show(stage)) ? exitCode.well : exitCode.trouble;
} catch (error) {
  const why = error instanceof Error ? error.message : String(error);
  say(interrupt.stop.aborted ? 'interrupted: the show is over' : paint('red', `the demo broke off: ${why}`));
  process.exitCode = exitCode.trouble;
} finally {
  await stage.close();
}
if (interrupt.stop.aborted) process.exitCode = exitCode.interrupted;

/** Plays all acts; whether every outcome told the truth. */
async function show({ simulator, environment, secretReads }: Stage): Promise<boolean> {
  // The child's standard error is ours: it shall have colour exactly when ours has.
  const hasColour = paintFor(process.stderr)('bold', '.') !== '.';
  const shown = { ...environment, ...(hasColour ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }) };
  say(paint('bold', 'openscaler-power: put a fleet to sleep by tag, and know what became of every VM'));
  say(`The cloud is a simulated OpenScaler on ${simulator.url}; its time runs ${speed} times faster than yours.`);

  heading('1', 'The fleet', 'power list');
  const fleet = await power(['list'], fleetSchema, shown, process);
  out.write(renderGroups(fleet.vms, out));
  const reads = secretReads() === 1 ? 'once' : `${secretReads()} times`;
  say(
    `${fleet.vms.length} VMs. Each command reads the token from Secrets Manager (asked ${reads} so far) and keeps it in memory only.`,
  );

  heading('2', 'Shut down everything tagged env=dev', 'power run shutdown -l env=dev');
  say(
    'Some VMs answer 408 or 500 and go off later; some ignore the signal. No answer is believed: the list decides.\n',
  );
  const wasShutdownTrue = await act('shutdown', shown, stage);
  if (interrupt.stop.aborted) return false;

  heading('3', 'Start them again', 'power run start -l env=dev');
  const wasStartTrue = await act('start', shown, stage);
  if (interrupt.stop.aborted) return false;

  heading(
    '4',
    'A fortnight of schedules, in virtual time',
    'power tick, every 5 minutes, in Berlin from 23 March 2026',
  );
  const wasFortnightTrue = await showFortnight(out, interrupt.stop);
  const isTrue = wasShutdownTrue && wasStartTrue && wasFortnightTrue;
  say(
    isTrue
      ? paint('green', '\nEvery outcome told the truth, and the fortnight went as its schedules say.')
      : paint('red', '\nNot everything came true: see above.'),
  );
  return isTrue;
}

async function act(
  action: 'shutdown' | 'start',
  environment: Stage['environment'],
  { simulator }: Stage,
): Promise<boolean> {
  const before = remember(simulator);
  const report = await power(['run', action, '-l', 'env=dev'], reportSchema, environment, process);
  out.write(renderReport(report, out));
  const truth = checkTruth(report, simulator, before);
  sayTruth(truth);
  return isClean(truth);
}

function sayTruth(truth: TruthReport): void {
  const { outcomes, truthful, contradictions, unselected, touched, forced } = truth;
  const verdict = isClean(truth) ? paint('green', '✓') : paint('red', '✗');
  say(`\n${verdict} Checked against what the simulator knows: told the truth ${truthful}/${outcomes}.`);
  for (const contradiction of contradictions) say(`  ${paint('red', contradiction)}`);
  say(
    `  ${unselected} VMs were not selected, ${touched.length} of them were touched; ${forced.length} VMs were forced off without leave.`,
  );
}

function heading(number: string, title: string, command: string): void {
  say(`\n${paint('bold', `${number}. ${title}`)}\n${paint('dim', `$ ${command}`)}`);
}

function say(line: string): void {
  out.write(`${line}\n`);
}
