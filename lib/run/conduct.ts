// A run, from its request to its report: list, select, decide, guard, act, settle.
// Every trigger ends here, and every run goes this one way.

import { type Outcome, outcomeKey } from '../core/outcome.ts';
import { type Inventory, makePlan, type Plan } from '../core/plan.ts';
import { vmKey } from '../core/vm.ts';
import { CallCount } from './calls.ts';
import { takeInventory } from './inventory.ts';
import { withLeases } from './leasing.ts';
import { pursueInOrder } from './order.ts';
import { makeReport, type RunReport } from './report.ts';
import type { RunRequest, TickRequest } from './request.ts';
import { markAttempts, markSettled } from './schedule/marking.ts';
import { planTick, tooLate } from './schedule/tick-plan.ts';
import { isStopped } from './stopping.ts';
import type { LeasedWorld, RunWorld } from './world.ts';

export interface Run {
  readonly name: string;
  readonly request: RunRequest | TickRequest;
  /** When it was asked for, in epoch milliseconds: the newer request has the VM. */
  readonly requestedAt: number;
}

/** Conducts a run. Throws `request` or `selector` before anything was sent, `aws` when its leases or marks can't be kept. */
export async function conduct(run: Run, runWorld: RunWorld): Promise<RunReport> {
  const { name, request } = run;
  const calls = new CallCount(runWorld.accounts);
  const world = { ...runWorld, calls, holder: { run: name, requestedAt: run.requestedAt } };
  const { engine, clock } = world;
  const { startedAt, inventory, ...listing } = await engine.step('list', async () => ({
    startedAt: clock.now(),
    inventory: await takeInventory(scopeOf(request), world),
    calls: calls.now(engine.turn),
  }));
  calls.note(listing.calls);
  world.onEvent?.({ kind: 'listed', vms: inventory.vms.length, unlisted: inventory.unlisted });
  const { outcomes, matched } =
    request.action === null
      ? await conductTick(request, inventory, world)
      : await pursue(makePlan(request, inventory, world.policy, startedAt), request.dryRun, world);
  const { endedAt, interrupted, ...ending } = await engine.step('end', async () => ({
    endedAt: clock.now(),
    interrupted: outcomes.some(({ code }) => code === 'interrupted') || (await isStopped(world)),
    calls: calls.now(engine.turn),
  }));
  calls.note(ending.calls);
  return makeReport(name, request, {
    startedAt,
    endedAt,
    outcomes: inListOrder(outcomes, inventory),
    unlisted: inventory.unlisted,
    matched,
    interrupted,
    calls: calls.total,
  });
}

function scopeOf(request: RunRequest | TickRequest) {
  return request.action === null ? { accounts: null, projects: null } : request;
}

type Pursued = Pick<Plan, 'outcomes' | 'matched'>;

async function conductTick(request: TickRequest, inventory: Inventory, world: LeasedWorld): Promise<Pursued> {
  const { engine, state, schedules, policy, maxAgeMs } = world;
  // Marks as entries, for a step's result is JSON. The clock is read last, so that every override that was read has begun.
  const { overrides, ...kept } = await engine.step('state', async () => {
    const { marks, overrides } = await state.load();
    return { marks: [...marks], overrides, now: world.clock.now() };
  });
  const facts = { inventory, state: { overrides, marks: new Map(kept.marks) }, schedules, policy };
  const plan = planTick(request, facts, kept.now);
  const toTell = request.dryRun ? plan : tooLate(plan, request, kept.now, maxAgeMs);
  if (toTell !== null) return pursue(toTell, true, world);
  const pursued = await pursue(await markAttempts(plan, world), false, world);
  await markSettled(plan, pursued.outcomes, request.at, world);
  return pursued;
}

/** Leases, sends and settles. */
async function pursue(plan: Plan, isDryRun: boolean, world: LeasedWorld): Promise<Pursued> {
  const leased = isDryRun ? plan : await withLeases(plan, world.holder, world);
  tellPlan(leased, isDryRun, world);
  const settled = await pursueInOrder(leased, world);
  return { outcomes: [...leased.outcomes, ...settled], matched: plan.matched };
}

function tellPlan(plan: Plan, isDryRun: boolean, { onEvent }: RunWorld): void {
  const selected = plan.pursuits.length + plan.outcomes.length;
  const rehearsed = plan.outcomes.filter(({ result }) => result === 'planned').length;
  onEvent?.({ kind: 'planned', selected, toSend: plan.pursuits.length, ...(isDryRun ? { rehearsed } : {}) });
  for (const outcome of plan.outcomes) onEvent?.({ kind: 'settled', outcome });
}

function inListOrder(outcomes: readonly Outcome[], { vms }: Inventory): Outcome[] {
  const places = new Map(vms.map((vm, place) => [vmKey(vm), place]));
  const placeOf = (outcome: Outcome) => places.get(outcomeKey(outcome)) ?? Number.MAX_SAFE_INTEGER;
  return outcomes.toSorted((a, b) => placeOf(a) - placeOf(b));
}
