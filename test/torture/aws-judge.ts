// The judge of one trial under AWS's faults: no run lost in silence, nothing done twice, nothing said that is not so, no error that helps nobody.

import type { Action } from '../../lib/core/action.ts';
import { PowerError } from '../../lib/core/errors.ts';
import type { Outcome } from '../../lib/core/outcome.ts';
import type { RunRecord } from '../../lib/stores.ts';
import type { FakeCloud } from '../fakes/vm-cloud.ts';

/** What became of a trial. */
export interface Tried {
  readonly action: Action;
  /** The VMs that were selected. */
  readonly vms: readonly string[];
  readonly cloud: Pick<FakeCloud, 'sent' | 'vm'>;
  /** As it stands in the table in the end. */
  readonly run: RunRecord | null;
  readonly outcomes: readonly Outcome[];
  /** What launching threw, or null. */
  readonly refused: unknown;
  /** What the run function threw. */
  readonly thrown: readonly unknown[];
  /** Whether Lambda has taken the run when it was launched; null where nobody can say. */
  readonly isTaken: boolean | null;
}

/** Everything that is wrong with it. */
export function judgeTrial(tried: Tried): readonly string[] {
  const { refused, thrown } = tried;
  return [
    ...[refused, ...thrown].flatMap(unhelpful),
    ...verdictOn(tried),
    ...doubled(tried),
    ...untrue(tried),
    ...unsaid(tried),
  ];
}

function untrue({ cloud, outcomes }: Tried): string[] {
  return outcomes.flatMap(({ vm, result }) => {
    const { state } = cloud.vm(vm);
    if (result === 'succeeded' && state !== 'shutoff') return [`VM ${vm} is ${state}, and "succeeded"`];
    const isSent = cloud.sent.some(({ id }) => id === vm);
    return result === 'accepted' && !isSent ? [`VM ${vm} was never sent to`] : [];
  });
}

function unsaid({ cloud: { sent }, run, outcomes, thrown, vms }: Tried): string[] {
  const isWhole = run?.status === 'ended' && !hasError(run);
  const missing = sent.filter(({ id }) => !outcomes.some(({ vm }) => vm === id));
  return [
    ...(isWhole && outcomes.length !== vms.length
      ? [`the run ended with ${outcomes.length} outcomes of ${vms.length}`]
      : []),
    ...(missing.length > 0 && thrown.length === 0 ? [`${missing.length} VMs were sent to and nobody says so`] : []),
  ];
}

/** Whoever reads the error must learn what to do. */
function unhelpful(error: unknown): string[] {
  if (error === null) return [];
  if (!(error instanceof PowerError)) return [`threw ${String(error)}`];
  if (error.code === 'run-trouble') return [];
  if (error.code !== 'aws') return [`threw ${error.code}: ${error.message}`];
  return /^(could not|run \S+ is recorded but was not started)[^:]*: .{12,}/.test(error.message)
    ? []
    : [`the error does not say what to do: ${error.message}`];
}

function verdictOn({ run, refused, thrown, isTaken }: Tried): string[] {
  if (isTaken === false && refused === null) return ['Lambda took no call, and the launch says that it is on its way'];
  if (run === null) return refused === null ? ['it was launched, and there is no run'] : [];
  if (run.status === 'ended') return [];
  // Running for ever: it reads lost at its deadline, and the function's error has rung.
  return thrown.length > 0 ? [] : [`the run is ${run.status}, and nobody was told`];
}

function doubled({ cloud: { sent }, action, vms }: Tried): string[] {
  const most = action === 'reboot' ? 1 : 2;
  return vms
    .filter((id) => sent.filter((each) => each.id === id).length > most)
    .map((id) => `VM ${id} got more than ${most} ${action}`);
}

function hasError({ summary }: RunRecord): boolean {
  return typeof summary === 'object' && summary !== null && 'error' in summary;
}
