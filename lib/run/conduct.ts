// A run, from its request to its report: list, select, decide, guard, act, settle.
// Every trigger ends here, and every run goes this one way.

import type { Outcome } from '../core/outcome.ts';
import { type Inventory, makePlan, type Plan } from '../core/plan.ts';
import type { VmCloud } from '../ports.ts';
import { takeInventory } from './inventory.ts';
import { makeReport, type RunReport } from './report.ts';
import type { RunRequest } from './request.ts';
import { settle } from './settle.ts';
import type { RunWorld } from './world.ts';

/** Conducts a run. Throws `request` or `selector` before anything was sent; what VMs and the API do is in the report. */
export async function conduct(
  run: { readonly name: string; readonly request: RunRequest },
  world: RunWorld,
): Promise<RunReport> {
  const { request } = run;
  const callsBefore = countCalls(world);
  const { startedAt, inventory } = await world.engine.step('list', async () => ({
    startedAt: world.clock.now(),
    inventory: await takeInventory(request, world),
  }));
  world.onEvent?.({ kind: 'listed', vms: inventory.vms.length, unlisted: inventory.unlisted });
  const plan = makePlan(request, inventory, world.policy, startedAt);
  tellPlan(plan, world);
  const outcomes = [...plan.outcomes, ...(await settle(plan.pursuits, world))];
  const endedAt = await world.engine.step('end', async () => world.clock.now());
  return makeReport(run.name, request, {
    startedAt,
    endedAt,
    outcomes: inListOrder(outcomes, inventory),
    unlisted: inventory.unlisted,
    matched: plan.matched,
    interrupted: world.stop?.aborted ?? false,
    calls: callsSince(callsBefore, countCalls(world)),
  });
}

function tellPlan(plan: Plan, { onEvent }: RunWorld): void {
  const selected = plan.pursuits.length + plan.outcomes.length;
  onEvent?.({ kind: 'planned', selected, toSend: plan.pursuits.length });
  for (const outcome of plan.outcomes) onEvent?.({ kind: 'settled', outcome });
}

function inListOrder(outcomes: readonly Outcome[], { vms }: Inventory): Outcome[] {
  const places = new Map(vms.map((vm, place) => [`${vm.account}/${vm.id}`, place]));
  const placeOf = ({ account, vm }: Outcome) => places.get(`${account}/${vm}`) ?? Number.MAX_SAFE_INTEGER;
  return outcomes.toSorted((a, b) => placeOf(a) - placeOf(b));
}

type Calls = VmCloud['calls'];

function countCalls({ accounts }: RunWorld): Calls {
  const sum = { lists: 0, reads: 0, actions: 0 };
  for (const { cloud } of accounts) {
    sum.lists += cloud.calls.lists;
    sum.reads += cloud.calls.reads;
    sum.actions += cloud.calls.actions;
  }
  return sum;
}

function callsSince(before: Calls, after: Calls): Calls {
  return {
    lists: after.lists - before.lists,
    reads: after.reads - before.reads,
    actions: after.actions - before.actions,
  };
}
