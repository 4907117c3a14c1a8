// Launch: one name, one run. Records a request once, by a conditional write, and starts it somewhere else.
// A repeat of the trigger finds the first run, and starts it if nobody could: that makes every trigger safe to deliver twice.

import { describeError } from '../core/describe-error.ts';
import { PowerError } from '../core/errors.ts';
import type { Clock, Launcher, Log } from '../ports.ts';
import type { RunRecord, RunStore } from '../stores.ts';
import { isoTime } from './iso-time.ts';
import type { RunRequest, TickRequest } from './request.ts';

export interface Launch {
  /** Made by `runName` from what the trigger vouches for, or by `randomRunName`. */
  readonly name: string;
  readonly trigger: string;
  readonly request: RunRequest | TickRequest;
  /** Made by `requestHash` from what the caller sent. */
  readonly requestHash: string;
}

export interface LaunchWorld {
  readonly store: Pick<RunStore, 'record'>;
  readonly launcher: Launcher;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Launched {
  /** The run that now stands under the name: this one, or the first. */
  readonly run: RunRecord;
  readonly isNew: boolean;
}

/**
 * The run of this name, recorded and on its way. Throws `conflict` when another request already has the name, and `aws` when
 * the run could not be recorded, or could not be started (it stays recorded, and a repeat of the trigger starts it).
 */
export async function launch(intent: Launch, { store, launcher, clock, log }: LaunchWorld): Promise<Launched> {
  const { name, trigger, request, requestHash } = intent;
  const recordedAt = isoTime(clock.now());
  const launched = await store.record({ name, trigger, request, requestHash, recordedAt });
  const { run, isNew } = launched;
  if (run.requestHash !== requestHash) {
    throw new PowerError(
      'conflict',
      `run ${name} was already launched for another request: send that one, or use a new key`,
    );
  }
  // An asynchronous start arrives at least once anyway, and a run is claimed by one worker only: starting it twice does no harm.
  if (run.status === 'recorded') await start(name, launcher);
  log.info(isNew ? 'run launched' : 'run was launched before: nothing new was recorded', {
    run: name,
    trigger,
    status: run.status,
  });
  return launched;
}

async function start(name: string, launcher: Launcher): Promise<void> {
  try {
    await launcher.start(name);
  } catch (cause) {
    const why = describeError(cause).message;
    throw new PowerError(
      'aws',
      `run ${name} is recorded but was not started: ${why}. A repeat of the same trigger starts it`,
      { cause },
    );
  }
}
