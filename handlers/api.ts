// The IAM-authorised HTTP API: launches runs, follows them, shows the fleet and what its schedules want.
// Routes and answers stand in lib/http; this only hands them the deployment.

import { apiRoutes } from '../lib/http/api-routes.ts';
import type { ApiWorld } from '../lib/http/api-world.ts';
import { type HttpHandler, httpHandler } from '../lib/http/http-handler.ts';
import { countingCalls, tokensWithoutTick } from './metrics.ts';
import { admitLaunches, launchParts, once, wiring } from './wiring.ts';

// Launching a run, and reading how it went, must not wait for the code of clouds, time zones and crons to load.
const fleet = () => import('./world.ts');

const world = once(
  (): ApiWorld => ({
    ...launchParts(),
    admit: admitLaunches(),
    accounts: wiring.config().accounts,
    plan: async (run, until) => (await fleet()).planRun(run, until),
    inventory: async () => (await fleet()).listFleet(),
    schedules: async () => (await fleet()).fleetSchedules(),
  }),
);

const answer = httpHandler({ routes: apiRoutes, world, log: wiring.log });

/** Events of the HTTP API, payload format 2.0. */
export const handler: HttpHandler = (...request) => countingCalls(() => answer(...request), tokensWithoutTick);
