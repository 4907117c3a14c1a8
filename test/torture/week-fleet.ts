// Who lives through the week: the VMs with what each of them wants, and the crons that act on the rest.
// Small enough to follow by eye, and with every kind of VM that a week can go wrong for.

import type { Action } from '../../lib/core/action.ts';
import type { Cron } from '../../lib/run/scheduled.ts';
import type { FakeVm } from '../fakes/vm-cloud.ts';
import type { Chance } from './chance.ts';
import type { Wish } from './week-judge.ts';
import { minute } from './week-world.ts';

/** From, to: hours of each day, UTC. */
type Window = readonly [from: number, to: number];

/** Of the schedule that has a name. */
export const office: Window = [8, 18];

/** Takes every action and does nothing: what its schedule wants is tried in vain. */
export const deaf = '22';

/** Scheduled VMs of two kinds, three in tiers, four of a CI, one protected and one of nobody. */
export function fleetOf(chance: Chance): { readonly vms: readonly FakeVm[]; readonly wishes: readonly Wish[] } {
  const vms: FakeVm[] = [];
  const wishes: Wish[] = [];
  const add = (description: string, window: Window | null) => {
    const id = String(vms.length + 1);
    vms.push({ id, description, state: window === null ? 'running' : 'shutoff' });
    if (window !== null) wishes.push({ id, from: window[0], to: window[1] });
  };
  for (let nth = 0; nth < 6; nth += 1) add('[schedule=office]', office);
  for (let nth = 0; nth < 6; nth += 1) {
    const window: Window = [chance.integer(5, 10), chance.integer(15, 22)];
    add(`[schedule="${clockText(window[0])}-${clockText(window[1])}"]`, window);
  }
  for (let nth = 0; nth < 4; nth += 1) add('[env=ci]', null);
  for (let nth = 0; nth < 3; nth += 1) add(`[env=batch tier=${nth}]`, null);
  add('[env=ci] [protected]', null);
  add('[env=prod]', null);
  vms.push({ id: deaf, description: '[schedule=office]', state: 'running' });
  return { vms, wishes };
}

/** `08:00`. */
export function clockText(hours: number): string {
  return `${String(hours).padStart(2, '0')}:00`;
}

/** One stops and one starts what is in tiers; one reboots. */
export const crons: readonly Cron[] = [
  { name: 'batch-down', action: 'shutdown', select: 'env=batch' },
  { name: 'batch-up', action: 'start', select: 'env=batch' },
  { name: 'ci-reboot', action: 'reboot', select: 'env=ci' },
].map((cron) => ({
  ...cron,
  action: cron.action as Action,
  account: null,
  allowDataLoss: false,
  maxEventAgeMs: 15 * minute,
}));

/** At which hour of each day, UTC. */
export const cronHours: Readonly<Record<string, number>> = { 'batch-down': 19, 'batch-up': 6, 'ci-reboot': 3 };
