// One tick: lists the fleet once, judges every VM, notes what is settled, and launches one run if there is something to do.
// Safe to repeat, to overlap and to be late: marks are conditional, and the run decides afresh.

import { PowerError } from '../../core/errors.ts';
import type { Unlisted } from '../../core/outcome.ts';
import { type Vm, vmKey } from '../../core/vm.ts';
import type { FleetState, MarkChange } from '../../stores.ts';
import { inUnknownState, takeInventory } from '../inventory.ts';
import { isoTime } from '../iso-time.ts';
import { type Launched, type LaunchWorld, launch } from '../launch.ts';
import { requestHash, runName } from '../name.ts';
import type { TickRequest } from '../request.ts';
import type { RunWorld } from '../world.ts';
import { type Judgement, judge } from './judge.ts';
import { planTick } from './tick-plan.ts';
import type { ScheduleWorld } from './world.ts';

export interface TickWorld extends ScheduleWorld, LaunchWorld {
  readonly policy: RunWorld['policy'];
  readonly maxAgeMs: RunWorld['maxAgeMs'];
}

/** What a tick found and did. */
export interface TickReport {
  /** The tick's instant, in epoch milliseconds. */
  readonly at: number;
  readonly listed: number;
  /** VMs that a schedule or an override has a say in. */
  readonly scheduled: number;
  /** Of all VMs that are neither protected nor at fault. */
  readonly judgements: readonly Judgement[];
  /** Those that are to be acted on, and why. */
  readonly acting: readonly Judgement[];
  /** Acted on in vain, several times since their boundary. */
  readonly inVain: readonly Judgement[];
  /** VMs that are left alone because their tags could not be understood. */
  readonly atFault: readonly Vm[];
  /** VMs with tags that every action leaves alone because nobody has said what their state means. */
  readonly inUnknownState: readonly Vm[];
  readonly unlisted: readonly Unlisted[];
  /** What was remembered when it judged. */
  readonly state: FleetState;
  readonly launched: Launched | null;
}

/** Does the tick of an instant. Throws `stale-event` for one that is too old, `aws` when the store fails. */
export async function tick(at: number, world: TickWorld): Promise<TickReport> {
  refuseStale(at, world);
  const [inventory, state] = await Promise.all([
    takeInventory({ accounts: null, projects: null }, world),
    world.state.load(),
  ]);
  const judgements = inventory.vms.flatMap((vm) => judge(vm, state, world.schedules, at) ?? []);
  const acting = judgements.filter(({ decision }) => decision.action !== null);
  await world.state.putMarks(changesWithoutAct(judgements));
  const launched = acting.length === 0 ? null : await launchRun(at, acting, { ...inventory, state }, world);
  const report: TickReport = {
    at,
    listed: inventory.vms.length,
    scheduled: judgements.filter(isScheduled).length,
    judgements,
    acting,
    inVain: judgements.filter(({ decision }) => decision.alarm),
    atFault: inventory.vms.filter(({ faults }) => faults.length > 0),
    inUnknownState: inUnknownState(inventory.vms, world),
    unlisted: inventory.unlisted,
    state,
    launched,
  };
  tell(report, world);
  return report;
}

function refuseStale(at: number, { clock, maxAgeMs }: TickWorld): void {
  const ageMs = clock.now() - at;
  if (ageMs <= maxAgeMs) return;
  const age = `it is ${Math.ceil(ageMs / 1000)} s old, and at most ${Math.round(maxAgeMs / 1000)} s are allowed`;
  throw new PowerError('stale-event', `the tick of ${isoTime(at)} came too late: ${age}; the next one catches up`);
}

function isScheduled({ schedule, override }: Judgement): boolean {
  return schedule !== null || override !== null;
}

// A tick with nothing new writes nothing.
function changesWithoutAct(judgements: readonly Judgement[]): MarkChange[] {
  return judgements.flatMap(({ vm, mark, decision: { action, newMark } }) =>
    action !== null || newMark === null ? [] : [{ key: vmKey(vm), from: mark, to: newMark }],
  );
}

async function launchRun(
  at: number,
  acting: readonly Judgement[],
  facts: { readonly vms: readonly Vm[]; readonly unlisted: readonly Unlisted[]; readonly state: FleetState },
  world: TickWorld,
): Promise<Launched> {
  const request: TickRequest = {
    action: null,
    select: null,
    ids: acting.map(({ vm }) => vmKey(vm)),
    at,
    dryRun: false,
    overrideGuard: false,
  };
  const name = nameOf(request, acting, facts, world);
  return launch({ name, trigger: 'tick', request, requestHash: requestHash(name) }, world);
}

// A run that the guard will refuse is named after its boundary and not after its tick: it alarms once, not all night.
function nameOf(
  request: TickRequest,
  acting: readonly Judgement[],
  { vms, unlisted, state }: Parameters<typeof launchRun>[2],
  { schedules, policy }: TickWorld,
): string {
  const plan = planTick(request, { inventory: { vms, unlisted }, state, schedules, policy }, request.at);
  const isRefused = plan.outcomes.some(({ code }) => code === 'guard');
  if (!isRefused) return runName('tick', [isoTime(request.at)]);
  const boundary = Math.max(...acting.map(({ decision }) => decision.boundary ?? 0));
  return runName('tick-refused', [isoTime(boundary)]);
}

function tell(
  { at, listed, scheduled, acting, inVain, atFault, inUnknownState: strange, unlisted, launched }: TickReport,
  { log }: TickWorld,
): void {
  const fields = {
    tick: isoTime(at),
    listed,
    scheduled,
    acting: acting.length,
    run: launched?.run.name,
  };
  log.info(acting.length === 0 ? 'tick: nothing to do' : 'tick: a run is launched', fields);
  if (inVain.length > 0) {
    const vms = inVain.slice(0, mostNamed).map(({ vm, decision }) => `${vmKey(vm)}: ${decision.reason}`);
    log.error('VMs do not become what their schedules want', { alarm: 'in-vain', count: inVain.length, vms });
  }
  if (atFault.length > 0) {
    const vms = atFault.slice(0, mostNamed).map((vm) => `${vmKey(vm)}: ${vm.faults.join('; ')}`);
    log.error('VMs are left alone because of faults in their tags', { alarm: 'tags', count: atFault.length, vms });
  }
  if (strange.length > 0) {
    const vms = strange.slice(0, mostNamed).map((vm) => `${vmKey(vm)}: ${vm.state}`);
    log.error('VMs are left alone because their state is in no table; name it in the config\'s "states"', {
      alarm: 'states',
      count: strange.length,
      vms,
    });
  }
  if (unlisted.length > 0)
    log.error('projects are left alone because they could not be listed', { alarm: 'unlisted', unlisted });
}

const mostNamed = 20;
