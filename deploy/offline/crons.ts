// Fires the configuration's crons at their times and on demand, as EventBridge Scheduler would: through Lambda's Invoke.
// serverless-offline never fires AWS::Scheduler::Schedule.

import { nextTimes, parseCron } from '../../lib/config/cron.ts';
import type { CronConfig } from '../../lib/config.ts';
import { PowerError } from '../../lib/core/errors.ts';
import type { Clock } from '../../lib/ports.ts';

export interface CronFiring {
  readonly crons: readonly CronConfig[];
  readonly lambdaUrl: string;
  readonly functionName: string;
  readonly say: (line: string) => void;
}

// setTimeout takes no more than 24 days, and a machine that sleeps loses track of a long one.
const longestSleepMs = 60_000;

/** Fires the cron now. Throws `aws` when the Lambda endpoint does not take it. */
export async function fireCron(
  cron: CronConfig,
  dueAt: Date,
  { lambdaUrl, functionName, say }: CronFiring,
): Promise<void> {
  const scheduledTime = dueAt.toISOString().replace(/\.\d+Z$/, 'Z');
  const response = await fetch(`${lambdaUrl}/2015-03-31/functions/${functionName}/invocations`, {
    method: 'POST',
    headers: { 'x-amz-invocation-type': 'Event' },
    body: JSON.stringify({ cron: cron.name, scheduledTime }),
  });
  if (response.status !== 202) {
    throw new PowerError('aws', `cron ${cron.name} could not be fired: the Lambda endpoint answers ${response.status}`);
  }
  say(`cron ${cron.name} fired: ${cron.action} ${cron.select}, due ${scheduledTime}`);
}

/** The next time the cron is due, or null when it never is again. */
export function nextTimeOf({ cron, timezone }: CronConfig, after: Date): Date | null {
  const parsed = parseCron(cron);
  if ('fault' in parsed) throw new PowerError('config', `cron "${cron}": ${parsed.fault}`);
  return nextTimes(parsed, timezone, after, 1)[0] ?? null;
}

/** Fires every cron whenever it is due, until `stop` aborts; one that was missed (a machine that slept) once, late. */
export async function fireOnTime(
  crons: readonly CronConfig[],
  fire: (cron: CronConfig, dueAt: Date) => Promise<void>,
  { clock, stop }: { readonly clock: Clock; readonly stop: AbortSignal },
): Promise<void> {
  const watch = async (cron: CronConfig) => {
    for (;;) {
      const due = nextTimeOf(cron, new Date(clock.now()));
      if (due === null) return;
      while (clock.now() < due.getTime() && !stop.aborted) {
        await clock.sleep(Math.min(longestSleepMs, due.getTime() - clock.now()), stop);
      }
      if (stop.aborted) return;
      await fire(cron, due);
    }
  };
  await Promise.all(crons.map(watch));
}
