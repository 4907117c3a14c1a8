// The use cases of schedules as the API's routes call them, over one world.
// Loaded only when such a route is asked for: with it come time zones and crons.

import { explainVm, explanationJson } from '../run/schedule/explain.ts';
import { outlook, outlookJson } from '../run/schedule/outlook.ts';
import { cancelOverride, listOverrides, makeOverride } from '../run/schedule/overrides.ts';
import type { ScheduleWorld } from '../run/schedule/world.ts';
import type { ScheduleUses } from './schedule-world.ts';

export interface ScheduleUsesWorld extends ScheduleWorld {
  /** The longest that an override may last. */
  readonly maxDurationMs: number;
}

/** What the routes about schedules call. Nothing is read before they do. */
export function scheduleUses(world: ScheduleUsesWorld): ScheduleUses {
  return {
    explain: async (id, at) => explanationJson(await explainVm(id, at, world)),
    outlook: async (request) => {
      const found = await outlook({ ...request, ids: null }, world);
      return { json: outlookJson(found), unlisted: found.unlisted };
    },
    makeOverride: (request, id) => makeOverride(request, { ...world, newId: () => id }),
    keptOverrides: async () => (await world.state.load()).overrides,
    listOverrides: () => listOverrides(world, world.clock.now()),
    cancelOverride: (id) => cancelOverride(id, world),
  };
}
