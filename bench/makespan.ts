// `npm run bench:makespan`: how close a large run comes to the time that the cloud itself needs, and what it costs.
// The simulator runs in a process of its own; client, pace, engine and run are the real ones.

import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { fixedToken } from '../lib/aws/token.ts';
import { systemClock } from '../lib/clock.ts';
import type { RunPolicy } from '../lib/core/policy.ts';
import { openscalerCloud } from '../lib/openscaler/client.ts';
import { conduct } from '../lib/run/conduct.ts';
import { inProcessEngine } from '../lib/run/engine.ts';
import type { RunReport } from '../lib/run/report.ts';
import { parseRunRequest } from '../lib/run/request.ts';
import { plainFleet } from '../simulator/fleets.ts';
import type { LoggedRequest } from '../simulator/request-log.ts';
import { defaultToken } from '../simulator/simulator.ts';
import { silentLog } from './silent-log.ts';
import { startSimulatorProcess } from './simulator-process.ts';
import { renderFacts } from './table.ts';
import { withoutSchedules } from './without-schedules.ts';

const wanted = { ratio: 1.1, callsPerVm: 1.05 };
const perSecond = 1e6;

interface Scale {
  readonly vms: number;
  readonly inFlight: number;
  readonly latencyMs: number;
}

const { values } = parseArgs({
  options: {
    vms: { type: 'string', default: '1000' },
    'in-flight': { type: 'string', default: '50' },
    latency: { type: 'string', default: '200' },
    json: { type: 'boolean', default: false },
  },
});
const scale: Scale = {
  vms: Number(values.vms),
  inFlight: Number(values['in-flight']),
  latencyMs: Number(values.latency),
};
const result = await measure(scale);
process.stdout.write(values.json ? `${JSON.stringify(result, null, 2)}\n` : say(result));
process.exitCode = result.ratio <= wanted.ratio && result.callsPerVm <= wanted.callsPerVm ? 0 : 1;

async function measure({ vms, inFlight, latencyMs }: Scale) {
  // The latency is all that a call takes: what a guest takes on top would be the cloud's time, not the run's.
  const fleet = plainFleet(vms, { timing: { effectMs: [0, 0] } });
  const simulator = await startSimulatorProcess({ fleet, latencyMs });
  try {
    const cpuBefore = process.cpuUsage();
    const begun = performance.now();
    const report = await run(simulator.url, inFlight);
    const makespanMs = performance.now() - begun;
    const cpu = process.cpuUsage(cpuBefore);
    const requests = await simulator.requests();
    return {
      scale: { vms, inFlight, latencyMs },
      counts: report.counts,
      makespanMs,
      ...timesOf(requests, inFlight, makespanMs),
      callsPerVm: requests.length / Math.max(1, report.calls.actions),
      calls: report.calls,
      peakRssMb: process.resourceUsage().maxRSS / 1024,
      heapUsedMb: process.memoryUsage().heapUsed / 2 ** 20,
      cpuMsPerVm: (cpu.user + cpu.system) / 1000 / vms,
      // A machine that is busy otherwise makes every wall time longer.
      load: loadavg()[0] ?? 0,
    };
  } finally {
    await simulator.close();
  }
}

function run(apiUrl: string, inFlight: number): Promise<RunReport> {
  const policy: RunPolicy = {
    shutdown: { patienceMs: 480_000, resendAfterMs: 90_000, resends: 1 },
    start: { patienceMs: 180_000, resendAfterMs: 60_000, resends: 2 },
    allowEscalation: false,
    timeouts: { readMs: 10_000, actionMs: 120_000 },
    settle: { everyMs: 3_000, atMostMs: 15_000 },
    guard: { maxVms: Number.MAX_SAFE_INTEGER, maxShare: 1 },
  };
  const clock = systemClock;
  const log = silentLog;
  const cloud = openscalerCloud({
    account: 'main',
    apiUrl,
    tokens: fixedToken(defaultToken),
    pace: { inFlight, perSecond },
    timeouts: policy.timeouts,
    clock,
    log,
  });
  const request = parseRunRequest({ action: 'shutdown', select: 'env=dev' });
  return conduct(
    { name: 'bench-makespan', request, requestedAt: clock.now() },
    {
      accounts: [{ cloud, projects: ['default'] }],
      engine: inProcessEngine(clock),
      clock,
      log,
      policy,
      inFlight,
      tags: [],
      states: {},
      ...withoutSchedules(),
    },
  );
}

/** Everything that the cloud's own log says about where the time went. */
function timesOf(requests: readonly LoggedRequest[], inFlight: number, makespanMs: number) {
  const posts = requests.filter(({ method }) => method === 'POST');
  const reads = requests.filter(({ method }) => method === 'GET');
  const totalHeldMs = posts.reduce((sum, post) => sum + heldMs(post), 0);
  const heldMsPerPost = totalHeldMs / Math.max(1, posts.length);
  const byVm = Map.groupBy(posts, ({ vm }) => vm ?? '');
  const slowestVmMs = Math.max(0, ...[...byVm.values()].map((own) => own.reduce((sum, post) => sum + heldMs(post), 0)));
  const boundMs = Math.max(slowestVmMs, totalHeldMs / inFlight, (posts.length / perSecond) * 1000);
  const firstListMs = heldMs(reads[0]);
  const lastLookMs = heldMs(reads.at(-1));
  const sendingMs = Math.max(0, ...posts.map(({ endedAt }) => endedAt ?? 0)) - Math.min(...posts.map(({ at }) => at));
  return {
    boundMs,
    ratio: makespanMs / boundMs,
    /** What the protocol itself sets: nobody who lists before and looks after can be faster than this. */
    floorMs: boundMs + firstListMs + lastLookMs,
    /** The same with one slot kept for reads, in whole rounds of what is then in flight at once. */
    slotFloorMs: Math.ceil(posts.length / Math.max(1, inFlight - 1)) * heldMsPerPost + firstListMs + lastLookMs,
    firstListMs,
    sendingMs,
    lastLookMs,
    elsewhereMs: makespanMs - firstListMs - sendingMs - lastLookMs,
    heldMsPerPost,
    inFlightAtMost: mostAtOnce(requests),
  };
}

function heldMs(request: LoggedRequest | undefined): number {
  return request === undefined ? 0 : (request.endedAt ?? request.at) - request.at;
}

function mostAtOnce(requests: readonly LoggedRequest[]): number {
  const changes = requests.flatMap(({ at, endedAt }) => [
    { at, by: 1 },
    { at: endedAt ?? at, by: -1 },
  ]);
  // Of one millisecond, the ends first: a place that is given back is free.
  changes.sort((a, b) => a.at - b.at || a.by - b.by);
  let now = 0;
  return changes.reduce((most, { by }) => {
    now += by;
    return Math.max(most, now);
  }, 0);
}

function say(result: Awaited<ReturnType<typeof measure>>): string {
  const ms = (value: number) => `${Math.round(value)} ms`;
  const floor = (floorMs: number) => `${ms(floorMs)}: makespan ÷ this ${(result.makespanMs / floorMs).toFixed(3)}`;
  const { vms, inFlight, latencyMs } = result.scale;
  return renderFacts(`${vms} VMs, ${latencyMs} ms per call, ${inFlight} in flight: ${JSON.stringify(result.counts)}`, [
    ['makespan', ms(result.makespanMs)],
    ['lower bound', `${ms(result.boundMs)} (${result.heldMsPerPost.toFixed(1)} ms held per POST)`],
    ['makespan ÷ lower bound', `${result.ratio.toFixed(3)} (wanted ≤ ${wanted.ratio.toFixed(2)})`],
    ['  first list', ms(result.firstListMs)],
    ['  first POST to last answer', ms(result.sendingMs)],
    ['  last look', ms(result.lastLookMs)],
    ['  everything else', ms(result.elsewhereMs)],
    ["the protocol's floor: first list + bound + last look", floor(result.floorMs)],
    ['the same, with one slot kept for reads', floor(result.slotFloorMs)],
    ['most calls at once', String(result.inFlightAtMost)],
    ['calls ÷ acted VMs', `${result.callsPerVm.toFixed(3)} (wanted ≤ ${wanted.callsPerVm})`],
    ['peak memory (RSS)', `${result.peakRssMb.toFixed(0)} MB, heap at the end ${result.heapUsedMb.toFixed(0)} MB`],
    ['CPU per VM', `${result.cpuMsPerVm.toFixed(2)} ms`],
    ['load of this machine', `${result.load.toFixed(1)} on ${availableParallelism()} processors`],
  ]);
}
