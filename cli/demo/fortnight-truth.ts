// Holds the fortnight against its script: every event by the VM's own history, and every quarter of an hour besides.
// A show that could not fail would prove nothing.

import type { Schedule } from '../../lib/core/schedule/rule.ts';
import { wantedAt } from '../../lib/core/schedule/timeline.ts';
import type { VmOutlook } from '../../lib/run/schedule/outlook.ts';
import type { VirtualCloud } from '../../simulator/virtual-cloud.ts';
import { instant, type Played, tickMs } from './fortnight.ts';
import { events, type ScriptedEvent } from './fortnight-script.ts';

const sampleMs = 900_000;
// A tick, and what a VM takes to start or stop.
const lagMs = 2 * tickMs;

/** What of the event did not come true, a sentence each. */
export function eventFaults(event: ScriptedEvent, { cloud, explanations }: Played): readonly string[] {
  const reason = explanations.get(event)?.decision.reason ?? 'none: it was never asked';
  return [
    ...event.powers.flatMap(([at, power]) =>
      cloud.wasOn(event.vm, instant(at)) === (power === 'on') ? [] : [`at ${at} it was not ${power}`],
    ),
    ...(event.because.test(reason) ? [] : [`the reason given was another: ${reason}`]),
  ];
}

export interface Sampled {
  readonly samples: number;
  /** Samples at which a VM was not what its schedule wanted, though no event says so. */
  readonly strays: readonly string[];
}

/** What is asked of the fortnight. */
export interface Witnessed extends Pick<Played, 'fromMs' | 'toMs'> {
  readonly cloud: Pick<VirtualCloud, 'wasOn' | 'actionsOf'>;
}

/** Every quarter of an hour of every VM, except where an event says that it differs. */
export function sampleAll(vms: readonly VmOutlook[], { cloud, fromMs, toMs }: Witnessed): Sampled {
  const strays: string[] = [];
  let samples = 0;
  for (const { vm, schedule } of vms) {
    if (schedule === null) {
      const { length } = cloud.actionsOf(vm.id);
      if (length > 0) strays.push(`${vm.name} has no schedule, and received ${length} actions`);
      continue;
    }
    for (let at = fromMs + lagMs; at < toMs; at += sampleMs) {
      const wanted = settledWant(schedule, at);
      if (wanted === null || isTold(vm.id, at)) continue;
      samples += 1;
      if (cloud.wasOn(vm.id, at) !== (wanted === 'on'))
        strays.push(`${vm.name} was not ${wanted} at ${new Date(at).toISOString()}`);
    }
  }
  return { samples, strays };
}

/** What has been wanted for long enough to be there; null where it just changed. */
function settledWant(schedule: Schedule, at: number) {
  const { wanted, since } = wantedAt(schedule, at, 0);
  return since !== null && at - since < lagMs ? null : wanted;
}

function isTold(vm: string, at: number): boolean {
  return events.some(
    ({ differs }) => differs?.vms.includes(vm) === true && instant(differs.from) <= at && at < instant(differs.to),
  );
}
