// Sends one wave of actions to an account, and puts each answer into the journal as it comes.
// A send never throws: one VM's trouble stays that VM's (rule 5).

import { kindOf } from '../core/describe-error.ts';
import { PowerError } from '../core/errors.ts';
import { type Answered, deadlineOf, never, type Pursuit } from '../core/pursuit.ts';
import { vmKey } from '../core/vm.ts';
import { act } from './act.ts';
import type { LeasedWorld } from './world.ts';

/** What came of handing one VM to the sender. */
export interface JournalEntry {
  readonly key: string;
  readonly answered: Answered | { readonly bug: string; readonly answeredAt: number };
}

/** The latest state of the pursuit with this key: a VM seen in the wanted power meanwhile is not sent to any more. */
export type Present = (key: string) => Pursuit | undefined;

export type SendWorld = Pick<
  LeasedWorld,
  'accounts' | 'engine' | 'clock' | 'log' | 'policy' | 'inFlight' | 'leases' | 'holder' | 'onEvent' | 'stop' | 'until'
>;

/** Resolves when every pursuit of the wave has its entry in the journal. */
export async function sendWave(
  name: string,
  wave: readonly Pursuit[],
  present: Present,
  journal: JournalEntry[],
  world: SendWorld,
): Promise<void> {
  const send = async (pursuit: Pursuit) => {
    journal.push({ key: vmKey(pursuit.vm), answered: await sendOne(pursuit, present, world) });
  };
  await world.engine.map(name, wave, send, world.inFlight);
}

async function sendOne(pursuit: Pursuit, present: Present, world: SendWorld): Promise<JournalEntry['answered']> {
  const { vm, action } = pursuit;
  const cloud = world.accounts.find((account) => account.cloud.account === vm.account)?.cloud;
  try {
    if (cloud === undefined) throw new PowerError('config', `account "${vm.account}" has no cloud`);
    if (present(vmKey(vm))?.wasSeenWanted)
      return unsent('it was seen in the wanted power meanwhile', world.clock.now());
    if (world.stop?.aborted) return unsent('the run was stopped', world.clock.now());
    if ((await world.leases.lost(world.holder, [vmKey(vm)])).length > 0)
      return unsent('a newer request has taken it over', world.clock.now());
    world.onEvent?.({ kind: 'sent', vm: vm.id, account: vm.account, action, attempt: pursuit.attempts + 1 });
    const answered = await act(cloud, vm.id, action, limitsOf(pursuit, world), world.clock);
    tell(pursuit, answered, world);
    return answered;
  } catch (error) {
    return afterThrow(pursuit, error, world);
  }
}

function tell({ vm, action }: Pursuit, { meaning, detail }: Answered, world: SendWorld): void {
  world.onEvent?.({ kind: 'answered', vm: vm.id, account: vm.account, meaning, detail });
  world.log.debug('an action was answered', { vm: vm.id, account: vm.account, action, meaning, detail });
}

function limitsOf(pursuit: Pursuit, { policy, stop, until }: SendWorld) {
  const { patienceMs } = pursuit.policy;
  const leaveBy = Math.min(deadlineOf(pursuit), until ?? never);
  return {
    timeoutMs: Math.min(policy.timeouts.actionMs, patienceMs),
    patienceMs,
    ...(leaveBy === never ? {} : { until: leaveBy }),
    ...(stop === undefined ? {} : { stop }),
  };
}

// A secret that can't be read means that nothing was sent: it is this account's token trouble, like a 401.
// A lease that can't be read means the same, and that it is not ours to send.
function afterThrow({ vm, action }: Pursuit, error: unknown, { clock, log }: SendWorld): JournalEntry['answered'] {
  log.error('an action could not be sent', { vm: vm.id, account: vm.account, action, error });
  const answeredAt = clock.now();
  if (error instanceof PowerError && error.code === 'aws') return unsent(error.message, answeredAt);
  if (error instanceof PowerError)
    return { meaning: 'token', detail: error.message, posts: 0, sentAt: null, answeredAt };
  return { bug: kindOf(error), answeredAt };
}

function unsent(detail: string, answeredAt: number): Answered {
  return { meaning: 'unsent', detail, posts: 0, sentAt: null, answeredAt };
}
