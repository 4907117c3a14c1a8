// What the API's routes about schedules do, over the deployment's fleet, state and schedules.
// A module of its own, so that the API loads it only when such a route is asked for.

import type { ScheduleUses } from '../lib/http/schedule-world.ts';
import { explainVm, explanationJson } from '../lib/run/schedule/explain.ts';
import { outlook, outlookJson } from '../lib/run/schedule/outlook.ts';
import { cancelOverride, listOverrides, makeOverride } from '../lib/run/schedule/overrides.ts';
import { wiring } from './wiring.ts';
import { runWorld } from './world.ts';

/** The use cases of schedules, wired. */
export const scheduleUses: ScheduleUses = {
  explain: async (id, at) => explanationJson(await explainVm(id, at, runWorld())),
  outlook: async (request) => {
    const found = await outlook({ ...request, ids: null }, runWorld());
    return { json: outlookJson(found), shown: found.vms.length + found.atFault.length, unlisted: found.unlisted };
  },
  makeOverride: (request, id) => {
    const { maxDurationMs } = wiring.config().overrides;
    return makeOverride(request, { ...runWorld(), maxDurationMs, newId: () => id });
  },
  keptOverrides: async () => (await runWorld().state.load()).overrides,
  listOverrides: () => listOverrides(runWorld(), wiring.clock.now()),
  cancelOverride: (id) => cancelOverride(id, runWorld()),
};
