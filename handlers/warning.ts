// What a tick does beside its own work: warns people of the stops that are near, and tells them of runs that nobody else tells of.
// Loaded only where the configuration has somebody to tell.

import { dynamoStopWarnings } from '../lib/aws/stop-warnings.ts';
import type { NotifyConfig } from '../lib/config.ts';
import { isoTime } from '../lib/run/iso-time.ts';
import { tellSwept } from '../lib/run/notify/notified-store.ts';
import { stopsAhead } from '../lib/run/notify/stops-ahead.ts';
import { warnOfStops } from '../lib/run/notify/warn.ts';
import type { TickReport } from '../lib/run/schedule/tick.ts';
import type { Swept } from '../lib/run/sweep.ts';
import { emit } from './metrics.ts';
import { linkKeys, notifying } from './notifying.ts';
import { once, wiring } from './wiring.ts';
import { runWorld } from './world.ts';

const warnings = once(() => dynamoStopWarnings({ table: wiring.table(), clock: wiring.clock }));

/** Warns of what the tick saw coming. */
export async function warnAhead(
  { judgements, state }: TickReport,
  policy: NonNullable<NotifyConfig['warning']>,
): Promise<void> {
  const to = notifying();
  if (to === null) return;
  const { clock } = wiring;
  const { beforeMs } = policy;
  const stops = stopsAhead(judgements, state, runWorld().schedules, { now: clock.now(), beforeMs });
  await warnOfStops(stops, {
    clock,
    log: wiring.log(),
    warnings: warnings(),
    messenger: to.messenger,
    policy,
    zone: wiring.config().timezone ?? 'UTC',
    linkBase: wiring.linkUrl(),
    keys: linkKeys,
    emit,
  });
}

/** Tells of runs that the sweep found lost, or gave up. */
export async function tellOfSwept(swept: Swept): Promise<void> {
  const now = isoTime(wiring.clock.now());
  await tellSwept(swept, now, { store: wiring.store(), log: wiring.log(), notifying, emit });
}
