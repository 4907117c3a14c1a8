// A schedule's event becomes a run, named after the cron and the instant at which it was due.
// EventBridge Scheduler delivers at least once: the name makes a second delivery find the first run.

import * as v from 'valibot';
import type { Action } from '../core/action.ts';
import { PowerError } from '../core/errors.ts';
import { isoTime } from './iso-time.ts';
import { issueWords } from './issue-words.ts';
import { type Launched, type LaunchWorld, launch } from './launch.ts';
import { requestHash, runName } from './name.ts';
import { parseRunRequest, type RunRequest } from './request.ts';

// EventBridge and Lambda read different clocks.
const skewMs = 5 * 60_000;

const scheduledEvent = v.looseObject({
  cron: v.pipe(v.string(), v.minLength(1)),
  scheduledTime: v.pipe(
    v.string(),
    v.regex(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/,
      'an ISO 8601 instant, like 2026-01-05T18:00:00Z',
    ),
    v.transform((text) => Date.parse(text)),
    v.check((epochMs) => Number.isFinite(epochMs), 'an instant that exists'),
  ),
});

/** What of a cron's configuration its event is checked against and its run is made from. */
export interface Cron {
  readonly name: string;
  readonly action: Action;
  readonly select: string;
  readonly account: string | null;
  readonly allowDataLoss: boolean;
  readonly maxEventAgeMs: number;
}

export interface ScheduledWorld extends LaunchWorld {
  readonly crons: readonly Cron[];
}

/**
 * Launches the run that a schedule's event asks for. Throws `request` for an event that is malformed or names no cron of the
 * configuration, and `stale-event` for one older than the cron allows: thrown and not returned, because a fleet that was left
 * alone for a late event must ring the function's error alarm. Lambda's retries of it are refused just the same.
 */
export async function launchScheduled(event: unknown, world: ScheduledWorld): Promise<Launched> {
  const { cron, dueAt } = readEvent(event, world);
  const scheduledTime = isoTime(dueAt);
  refuseStale(cron, scheduledTime, world.clock.now() - dueAt);
  const name = runName('cron', [cron.name, scheduledTime]);
  // Of what the schedule vouches for, not of the request: a deployment between two deliveries must not make the second one fail.
  const hash = requestHash([cron.name, scheduledTime]);
  return launch({ name, trigger: 'cron', request: requestOf(cron), requestHash: hash }, world);
}

function readEvent(event: unknown, { crons, clock }: ScheduledWorld): { cron: Cron; dueAt: number } {
  const parsed = v.safeParse(scheduledEvent, event);
  if (!parsed.success) {
    const faults = parsed.issues.map((issue) => issueWords(issue, 'event'));
    throw new PowerError('request', `this is not the event of a schedule: ${faults.join('; ')}`, { faults });
  }
  const { cron: name, scheduledTime: dueAt } = parsed.output;
  const cron = crons.find((candidate) => candidate.name === name);
  if (cron === undefined) {
    throw new PowerError(
      'request',
      `the configuration has no cron ${JSON.stringify(name.slice(0, 64))}: deploy again to remove its schedule`,
    );
  }
  if (dueAt - clock.now() > skewMs)
    throw new PowerError('request', 'scheduledTime lies in the future: no schedule fires early');
  return { cron, dueAt };
}

function refuseStale({ name, maxEventAgeMs }: Cron, scheduledTime: string, ageMs: number): void {
  if (ageMs <= maxEventAgeMs) return;
  const age = `${Math.ceil(ageMs / 1000)} s old, and at most ${Math.round(maxEventAgeMs / 1000)} s are allowed`;
  throw new PowerError(
    'stale-event',
    `cron ${name}, due at ${scheduledTime}, came too late: it is ${age}. Nothing was launched; run it by hand if it is still wanted`,
  );
}

function requestOf({ action, select, account, allowDataLoss }: Cron): RunRequest {
  return parseRunRequest({ action, select, accounts: account === null ? null : [account], allowDataLoss });
}
