// What the schedules save against always on: in hours, in money where sizes have prices, and what is not counted.
// A figure without its limits is an advertisement, so the limits are printed with it.

import type { Savings } from '../../lib/run/schedule/savings.ts';
import type { Paint } from '../terminal.ts';
import { plain } from './plain.ts';

/** The part of `power plan --savings --json` that is about savings. */
export function savingsOf({ vms, hours, offHours, offShare, money, unpricedSizes }: Savings) {
  return {
    hours,
    offHours,
    offShare,
    money,
    unpricedSizes,
    vms: vms.map(({ vm: { id, name, account, size }, ...each }) => ({
      vm: id,
      name,
      account,
      size,
      hours: each.hours,
      offHours: each.offHours,
      money: each.money,
    })),
  };
}

/** What `power plan --savings` prints below the plan. */
export function renderSavings(saved: Savings, { paint }: { readonly paint: Paint }): string {
  const { hours, offHours, offShare, money } = saved;
  const lines = [
    paint('bold', 'savings against always on'),
    `  ${round(offHours)} of ${round(hours)} VM hours are wanted off: ${(offShare * 100).toFixed(1)}%`,
    money === null
      ? '  in money: unknown, for the configuration has no "prices"'
      : `  in money: ${paint('green', sayMoney(money.saved))} ${money.currency} of ${sayMoney(money.alwaysOn)} (${sayMoney(money.asScheduled)} remain)`,
    ...notCounted(saved).map((line) => paint('dim', `  ${line}`)),
  ];
  return `\n${lines.join('\n')}\n`;
}

function notCounted({ vms, money, unpricedSizes }: Savings): string[] {
  const unpriced = vms.filter((each) => each.money === null).length;
  const sizes = unpricedSizes.map((size) => (size === '' ? '(no size)' : plain(size))).join(', ');
  return [
    ...(money === null || unpriced === 0
      ? []
      : [`not counted in money: ${unpriced} VM${unpriced === 1 ? '' : 's'} whose size has no price (${sizes})`]),
    'not counted at all: VMs at fault or not listed, hours after a start by hand, and stops that only people end',
  ];
}

function sayMoney(amount: number): string {
  return amount.toFixed(2);
}

function round(hours: number): string {
  return String(Math.round(hours * 10) / 10);
}
