// `npm run bench:hostile`: every way in which a VM and its API can misbehave, and whether each outcome still tells the truth.
// Time is compressed; what the simulator knows and what it received decide, never what the run says of itself.

import { scriptArguments } from '../cli/script-arguments.ts';
import type { Action } from '../lib/core/action.ts';
import { type Result, results } from '../lib/core/outcome.ts';
import type { RunPolicy } from '../lib/core/policy.ts';
import type { RunReport } from '../lib/run/report.ts';
import { behaviourNames, behaviours } from '../simulator/behaviours.ts';
import { hostileFleet } from '../simulator/fleets.ts';
import { type Simulator, startSimulator } from '../simulator/simulator.ts';
import { checkTruth, remember } from '../simulator/truth.ts';
import type { SimulatedVmSpec } from '../simulator/vm.ts';
import { conductPlain } from './plain-run.ts';
import { renderFacts, renderTable } from './table.ts';

/** Simulated seconds per real one; the policy is compressed to match. */
const speed = 60;

const policy: RunPolicy = {
  shutdown: { patienceMs: 8_000, resendAfterMs: 1_500, resends: 1 },
  start: { patienceMs: 4_000, resendAfterMs: 1_000, resends: 2 },
  // Every VM's tag asks for it, and nothing else gives leave.
  allowEscalation: false,
  timeouts: { readMs: 5_000, actionMs: 2_000 },
  settle: { everyMs: 50, atMostMs: 250 },
  guard: { maxVms: Number.MAX_SAFE_INTEGER, maxShare: 1 },
  tiers: { gate: 'verified', patienceMs: null, delayMs: 0, ready: {} },
  staggerMs: { start: 0, shutdown: 0, power_off: 0, reboot: 0, reset: 0 },
};
const pace = { inFlight: 100, perSecond: 1e6 };

/** What must not happen, and whom it happened to. */
interface Wrongs {
  readonly contradictions: readonly string[];
  readonly touched: readonly string[];
  readonly forced: readonly string[];
  readonly repeated: readonly string[];
  readonly unserved: readonly string[];
  readonly redirected: readonly string[];
}

const titles: Readonly<Record<string, string>> = {
  contradictions: 'outcomes that contradict the truth',
  touched: 'POSTs to VMs that were not selected',
  forced: 'actions sent without leave',
  repeated: 'reboot or reset sent twice to one VM',
  unserved: 'selected VMs without exactly one outcome',
  redirected: 'redirects followed',
};

const { values, wholeNumber } = scriptArguments({
  usage: `npm run bench:hostile -- [options]

  --per-behaviour N  VMs of each behaviour (default 10)
  --json             print JSON instead of tables
`,
  options: { 'per-behaviour': { type: 'string', default: '10' }, json: { type: 'boolean', default: false } },
});
const perBehaviour = wholeNumber('per-behaviour', values['per-behaviour']);
const plays = [];
for (const action of ['shutdown', 'start', 'reboot', 'reset'] as const) plays.push(await play(action));
if (values.json) process.stdout.write(`${JSON.stringify(plays, null, 2)}\n`);
const isClean = plays.every(({ wrongs }) => Object.values(wrongs).every((found) => found.length === 0));
if (!values.json) process.stdout.write(isClean ? 'nothing went wrong\n' : 'something went WRONG, see above\n');
process.exitCode = isClean ? 0 : 1;

async function play(action: Action) {
  const fleet = fleetFor(action);
  const simulator = await startSimulator({ fleet, speed, quirks: {} });
  try {
    const before = remember(simulator);
    const report = await conductPlain({ action, apiUrl: simulator.url, policy, pace });
    const truth = checkTruth({ ...report, run: { ...report.run, action } }, simulator, before);
    const selected = fleet.filter(({ name }) => !name.startsWith('bystander-of-'));
    const wrongs: Wrongs = {
      contradictions: truth.contradictions,
      touched: postedTo(simulator, fleet, selected),
      forced: forcedIn(simulator, action),
      repeated: repeatedIn(simulator),
      unserved: unservedIn(report, selected),
      redirected: simulator.requests.filter(({ path }) => path.startsWith('/elsewhere')).map(({ path }) => path),
    };
    const played = {
      action,
      table: countResults(report, fleet),
      outcomes: truth.outcomes,
      calls: report.calls,
      wrongs,
    };
    if (!values.json) process.stdout.write(say(played));
    return played;
  } finally {
    await simulator.close();
  }
}

/** `start` finds them off; every selected VM's own tag asks to be forced off, which the policy does not allow. */
function fleetFor(action: Action): readonly SimulatedVmSpec[] {
  return hostileFleet({ perBehaviour, env: 'dev shutdown="escalate=power_off"' }).map((spec) => {
    const isOn = behaviours[spec.behaviour ?? 'prompt'].initial === 'running';
    return action === 'start' && isOn ? { ...spec, state: 'off' } : spec;
  });
}

// Not by the effects: a request that was refused, or lost its answer, was sent all the same.
function postsIn({ requests }: Simulator) {
  return requests.filter(({ method }) => method === 'POST');
}

function postedTo(
  simulator: Simulator,
  fleet: readonly SimulatedVmSpec[],
  selected: readonly SimulatedVmSpec[],
): readonly string[] {
  const mayBe = new Set(selected.map(({ id }) => String(id)));
  const names = new Map(fleet.map(({ id, name }) => [String(id), name]));
  return postsIn(simulator).flatMap(({ vm }) => (mayBe.has(vm ?? '') ? [] : [names.get(vm ?? '') ?? `VM ${vm}`]));
}

function forcedIn(simulator: Simulator, action: Action): readonly string[] {
  const forcing = postsIn(simulator).filter(({ action: sent }) => sent !== action && sent !== 'shutdown');
  return forcing.map(({ vm, action: sent }) => `${sent} to VM ${vm}`);
}

function repeatedIn(simulator: Simulator): readonly string[] {
  const restarts = postsIn(simulator).filter(({ action }) => action === 'reboot' || action === 'reset');
  const byVm = Map.groupBy(restarts, ({ vm }) => vm);
  return [...byVm].flatMap(([vm, posts]) => (posts.length > 1 ? [`VM ${vm}: ${posts.length} times`] : []));
}

function unservedIn({ outcomes }: RunReport, selected: readonly SimulatedVmSpec[]): readonly string[] {
  const served = Map.groupBy(outcomes, ({ vm }): string => vm);
  return selected.flatMap(({ id, name }) => (served.get(String(id))?.length === 1 ? [] : [name]));
}

type Table = readonly { readonly behaviour: string; readonly counts: Partial<Record<Result, number>> }[];

function countResults({ outcomes }: RunReport, fleet: readonly SimulatedVmSpec[]): Table {
  const behaviourOf = new Map(fleet.map(({ id, behaviour }) => [String(id), behaviour]));
  const byBehaviour = Map.groupBy(outcomes, ({ vm }) => behaviourOf.get(vm));
  return behaviourNames.map((behaviour) => {
    const counts: Partial<Record<Result, number>> = {};
    for (const { result } of byBehaviour.get(behaviour) ?? []) counts[result] = (counts[result] ?? 0) + 1;
    return { behaviour, counts };
  });
}

function say({ action, table, outcomes, calls, wrongs }: Awaited<ReturnType<typeof play>>): string {
  const shown = results.filter((result) => table.some(({ counts }) => counts[result] !== undefined));
  const rows = table.map(({ behaviour, counts }) => [
    behaviour,
    ...shown.map((result) => String(counts[result] ?? '.')),
  ]);
  const facts = Object.entries(wrongs).map(([name, found]) => [titles[name] ?? name, String(found.length)] as const);
  const found = Object.values(wrongs)
    .flat()
    .map((wrong) => `  ! ${wrong}\n`);
  const lists = `${calls.actions} POSTs, ${calls.lists} lists, ${calls.reads} single reads`;
  return `${renderTable([[action, ...shown], ...rows])}${renderFacts(`${outcomes} outcomes; ${lists}`, facts)}${found.join('')}\n`;
}
