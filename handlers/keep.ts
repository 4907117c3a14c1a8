// The links of warnings, for whoever holds one: no other authorisation stands before this handler, which can only make overrides.
// Only deployed where the configuration has `notify.before`. Pages and rules stand in lib/http.

import { dynamoStateStore } from '../lib/aws/state-store.ts';
import { dynamoStopWarnings } from '../lib/aws/stop-warnings.ts';
import { PowerError } from '../lib/core/errors.ts';
import { httpHandler } from '../lib/http/http-handler.ts';
import { type KeepWorld, keepRoutes } from '../lib/http/keep.ts';
import { linkKeys } from './notifying.ts';
import { once, wiring } from './wiring.ts';

const world = once((): KeepWorld => {
  const { clock } = wiring;
  const { notify, overrides, timezone } = wiring.config();
  const warning = notify?.warning ?? null;
  if (warning === null) throw new PowerError('config', 'the configuration has no "notify.before": deploy again');
  const table = { table: wiring.table(), clock };
  const state = dynamoStateStore(table);
  return {
    clock,
    log: wiring.log(),
    warnings: dynamoStopWarnings(table),
    keys: linkKeys,
    ...warning,
    zone: timezone ?? 'UTC',
    keepOn: async (override) => {
      // With the use case come time zones and crons, which a page needs none of.
      const { makeKnownOverride } = await import('../lib/run/schedule/overrides.ts');
      return makeKnownOverride(override, { clock, state, maxDurationMs: overrides.maxDurationMs });
    },
  };
});

/** Events of the HTTP API, payload format 2.0. */
export const handler = httpHandler({ routes: keepRoutes, world, log: wiring.log });
