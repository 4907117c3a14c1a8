// Fires schedules at their times and on demand, as EventBridge Scheduler would: through Lambda's Invoke.
// serverless-offline never fires AWS::Scheduler::Schedule.

import { nextTimes, parseCron } from '../../lib/config/cron.ts';
import { PowerError } from '../../lib/core/errors.ts';
import type { Clock } from '../../lib/ports.ts';
import type { LocalSchedule } from './schedules.ts';

export interface Firing {
  readonly schedules: readonly LocalSchedule[];
  readonly lambdaUrl: string;
  readonly say: (line: string) => void;
}

type Times = Pick<LocalSchedule, 'cron' | 'timezone'>;

// setTimeout takes no more than 24 days, and a machine that sleeps loses track of a long one.
const longestSleepMs = 60_000;

/** Fires the schedule now. Throws `aws` when the Lambda endpoint does not take it. */
export async function fire(
  { name, functionName, eventOf, meaning }: LocalSchedule,
  dueAt: Date,
  { lambdaUrl, say }: Firing,
): Promise<void> {
  const scheduledTime = dueAt.toISOString().replace(/\.\d+Z$/, 'Z');
  const response = await fetch(`${lambdaUrl}/2015-03-31/functions/${functionName}/invocations`, {
    method: 'POST',
    headers: { 'x-amz-invocation-type': 'Event' },
    body: JSON.stringify(eventOf(scheduledTime)),
  });
  if (response.status !== 202)
    throw new PowerError('aws', `${name} could not be fired: the Lambda endpoint answers ${response.status}`);
  say(`${name} fired: ${meaning}, due ${scheduledTime}`);
}

/** The next time the schedule is due, or null when it never is again. */
export function nextTimeOf({ cron, timezone }: Times, after: Date): Date | null {
  const parsed = parseCron(cron);
  if ('fault' in parsed) throw new PowerError('config', `cron "${cron}": ${parsed.fault}`);
  return nextTimes(parsed, timezone, after, 1)[0] ?? null;
}

/** Fires every schedule whenever it is due, until `stop` aborts; one that was missed (a machine that slept) once, late. */
export async function fireOnTime<Schedule extends Times>(
  schedules: readonly Schedule[],
  fireOne: (schedule: Schedule, dueAt: Date) => Promise<void>,
  { clock, stop }: { readonly clock: Clock; readonly stop: AbortSignal },
): Promise<void> {
  const watch = async (schedule: Schedule) => {
    for (;;) {
      const due = nextTimeOf(schedule, new Date(clock.now()));
      if (due === null) return;
      while (clock.now() < due.getTime() && !stop.aborted) {
        await clock.sleep(Math.min(longestSleepMs, due.getTime() - clock.now()), stop);
      }
      if (stop.aborted) return;
      await fireOne(schedule, due);
    }
  };
  await Promise.all(schedules.map(watch));
}
