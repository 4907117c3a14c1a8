// What an outlook saves against leaving everything on: in hours, and in money where the prices are known.
// Careful rather than boastful: only hours that are surely off count, and a stopped VM may still cost something.

import { nextBoundary } from '../../core/schedule/override.ts';
import type { Vm } from '../../core/vm.ts';
import type { Outlook, VmOutlook } from './outlook.ts';

/** What VMs cost per hour, by size: running, and what of it a stopped one still costs. */
export interface Prices {
  readonly currency: string;
  readonly sizes: Readonly<Record<string, { readonly hourly: number; readonly stopped: number }>>;
}

export interface VmSavings {
  readonly vm: Vm;
  readonly hours: number;
  /** Of these, the hours that it is wanted off. */
  readonly offHours: number;
  /** In the prices' currency; null where its size has no price. */
  readonly money: Money | null;
}

export interface Money {
  readonly alwaysOn: number;
  readonly asScheduled: number;
  readonly saved: number;
}

export interface Savings {
  readonly vms: readonly VmSavings[];
  readonly hours: number;
  readonly offHours: number;
  /** `offHours` of `hours`, 0 to 1; 0 where there are no VMs. */
  readonly offShare: number;
  /** The sum over the VMs that have a price; null without prices. */
  readonly money: (Money & { readonly currency: string }) | null;
  /** The sizes that have no price, sorted; empty without prices. */
  readonly unpricedSizes: readonly string[];
}

const hourMs = 3_600_000;

/** What the outlook of this span saves. VMs at fault are not in it: they are left alone. */
export function savings(outlook: Outlook, prices: Prices | null, fromMs: number, toMs: number): Savings {
  const vms = outlook.vms.map((each) => savingsOf(each, prices, fromMs, toMs));
  const hours = sum(vms.map((each) => each.hours));
  const offHours = sum(vms.map((each) => each.offHours));
  const offShare = hours === 0 ? 0 : offHours / hours;
  return { vms, hours, offHours, offShare, ...moneyIn(vms, prices) };
}

function savingsOf(each: VmOutlook, prices: Prices | null, fromMs: number, toMs: number): VmSavings {
  const { vm } = each;
  const hours = (toMs - fromMs) / hourMs;
  const offHours = offMs(each, fromMs, toMs) / hourMs;
  const price = prices !== null && Object.hasOwn(prices.sizes, vm.size) ? prices.sizes[vm.size] : undefined;
  if (price === undefined) return { vm, hours, offHours, money: null };
  const alwaysOn = hours * price.hourly;
  const saved = offHours * (price.hourly - price.stopped);
  return { vm, hours, offHours, money: { alwaysOn, asScheduled: alwaysOn - saved, saved } };
}

// A moment's stop lasts until something starts the VM again; where only people do, nobody knows how long that is.
function offMs({ schedule, transitions, wantedAtFrom }: VmOutlook, fromMs: number, toMs: number): number {
  if (schedule?.kind === 'moments' && nextBoundary(schedule, 'on', fromMs) === null) return 0;
  const changes = [{ at: fromMs, wanted: wantedAtFrom }, ...transitions];
  return sum(changes.map(({ at, wanted }, index) => (wanted === 'off' ? (changes[index + 1]?.at ?? toMs) - at : 0)));
}

function moneyIn(vms: readonly VmSavings[], prices: Prices | null): Pick<Savings, 'money' | 'unpricedSizes'> {
  if (prices === null) return { money: null, unpricedSizes: [] };
  const priced = vms.flatMap(({ money }) => money ?? []);
  const alwaysOn = sum(priced.map((each) => each.alwaysOn));
  const saved = sum(priced.map((each) => each.saved));
  const unpriced = vms.filter(({ money }) => money === null).map(({ vm }) => vm.size);
  return {
    money: { currency: prices.currency, alwaysOn, asScheduled: alwaysOn - saved, saved },
    unpricedSizes: [...new Set(unpriced)].sort(),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
