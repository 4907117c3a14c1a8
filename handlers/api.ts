// The IAM-authorised HTTP API: launches runs, follows them, shows the fleet and what its schedules want.
// Routes and answers stand in lib/http; this only hands them the deployment.

import { apiRoutes } from '../lib/http/api-routes.ts';
import type { ApiWorld } from '../lib/http/api-world.ts';
import { httpHandler } from '../lib/http/http-handler.ts';
import type { ScheduleUses } from '../lib/http/schedule-world.ts';
import { launchParts, once, wiring } from './wiring.ts';

// Launching a run, and reading how it went, must not wait for the code of clouds, time zones and crons to load.
const fleet = () => import('./world.ts');
const uses = async (): Promise<ScheduleUses> => (await import('./schedule-uses.ts')).scheduleUses;

const world = once(
  (): ApiWorld => ({
    ...launchParts(),
    accounts: wiring.config().accounts,
    plan: async (run, until) => (await fleet()).planRun(run, until),
    inventory: async () => (await fleet()).listFleet(),
    schedules: {
      explain: async (id, at) => (await uses()).explain(id, at),
      outlook: async (request) => (await uses()).outlook(request),
      makeOverride: async (request, id) => (await uses()).makeOverride(request, id),
      keptOverrides: async () => (await uses()).keptOverrides(),
      listOverrides: async () => (await uses()).listOverrides(),
      cancelOverride: async (id) => (await uses()).cancelOverride(id),
    },
  }),
);

/** Events of the HTTP API, payload format 2.0. */
export const handler = httpHandler({ routes: apiRoutes, world, log: wiring.log });
