// Fires the configuration's crons at their times and on demand, as EventBridge Scheduler would: through Lambda's Invoke.
// serverless-offline never fires AWS::Scheduler::Schedule.

import { nextTimes, parseCron } from '../../lib/config/cron.ts';
import type { CronConfig } from '../../lib/config.ts';
import { PowerError } from '../../lib/core/errors.ts';

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

/** Fires every cron whenever it is due, until `stop` aborts. */
export function fireOnTime(firing: CronFiring, stop: AbortSignal): void {
  for (const cron of firing.crons) watch(cron, new Date(), firing, stop);
}

function watch(cron: CronConfig, after: Date, firing: CronFiring, stop: AbortSignal): void {
  const due = nextTimeOf(cron, after);
  if (due === null || stop.aborted) return;
  const wake = () => {
    if (due.getTime() > Date.now()) return sleepOn();
    fireCron(cron, due, firing).catch((error: unknown) => firing.say(String(error)));
    watch(cron, due, firing, stop);
  };
  const sleepOn = () => {
    const timer = setTimeout(wake, Math.min(longestSleepMs, Math.max(0, due.getTime() - Date.now())));
    stop.addEventListener('abort', () => clearTimeout(timer), { once: true });
  };
  sleepOn();
}
