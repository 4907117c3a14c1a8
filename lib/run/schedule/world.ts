// What everything about schedules needs: the fleet to list, the clock, what is remembered, and the configured schedules.
// Handlers and the terminal wire it; the tick, explain, outlook and overrides run on it.

import type { Schedules } from '../../core/schedule/schedules.ts';
import type { Clock } from '../../ports.ts';
import type { StateStore } from '../../stores.ts';
import type { InventoryWorld } from '../inventory.ts';

export interface ScheduleWorld extends InventoryWorld {
  readonly clock: Clock;
  readonly state: StateStore;
  readonly schedules: Schedules;
}
