// Overrides for a person and as JSON contracts: what is kept, on which VMs, until when, why and by whom.
// Shapes as of the HTTP API, so that a script can read either.

import { printInstant } from '../../lib/core/schedule/civil.ts';
import type { MadeOverride } from '../../lib/run/schedule/overrides.ts';
import type { KeptOverride } from '../../lib/stores.ts';
import type { Paint, Width } from '../terminal.ts';
import { documentOf, unlistedOf } from './json.ts';
import { sayLocal } from './local-time.ts';
import { plain } from './plain.ts';
import { renderTable } from './table.ts';

interface Screen {
  readonly paint: Paint;
  readonly width: Width;
}

const mostNamed = 6;

/** What `power keep --json` prints. */
export function madeJson({ override, leftOut, unlisted }: MadeOverride): string {
  const left = leftOut.map(({ vm: { id, name, account }, reason }) => ({ vm: id, name, account, reason }));
  return documentOf({ override: overrideOf(override), leftOut: left, unlisted: unlisted.map(unlistedOf) });
}

/** What `power overrides --json` prints. */
export function overridesJson(overrides: readonly KeptOverride[]): string {
  return documentOf({ overrides: overrides.map(overrideOf) });
}

/** What `power overrides cancel --json` prints. */
export function cancelledJson(override: KeptOverride): string {
  return documentOf({ override: overrideOf(override) });
}

function overrideOf({ id, keep, startMs, reason, by, ends, cancelledMs }: KeptOverride) {
  const vms = Object.entries(ends).map(([key, endMs]) => ({ ...partsOf(key), end: printInstant(endMs) }));
  const cancelled = cancelledMs === null ? null : printInstant(cancelledMs);
  return { id, keep, start: printInstant(startMs), reason, by, cancelled, vms };
}

function partsOf(key: string): { readonly vm: string; readonly account: string } {
  const slash = key.indexOf('/');
  return { vm: key.slice(slash + 1), account: key.slice(0, slash) };
}

/** What `power keep` prints for a person. */
export function renderMade({ override, vms, leftOut, unlisted }: MadeOverride, zone: string, screen: Screen): string {
  const { paint } = screen;
  const rows = vms.map(({ vm, endMs }) => [
    plain(vm.id),
    plain(vm.name),
    plain(vm.account),
    plain(vm.project),
    vm.power,
    `${sayLocal(zone, endMs)} (${printInstant(endMs)})`,
  ]);
  const table =
    rows.length === 0 ? '' : renderTable(['VM', 'NAME', 'ACCOUNT', 'PROJECT', 'POWER', 'UNTIL'], rows, screen);
  const lines = [
    ...leftOut.map(({ vm, reason }) =>
      paint('yellow', `- left out: VM ${plain(vm.id)} ${plain(vm.name)}: ${plain(reason)}`),
    ),
    ...unlisted.map(({ account, project, reason }) =>
      paint('red', `✗ not listed ${plain(`${account}/${project}`)}, so none of its VMs is kept: ${plain(reason)}`),
    ),
    `${paint('bold', `kept ${override.keep}`)}: ${count(vms.length)}, by ${plain(override.by)}: ${plain(override.reason)}`,
    paint('dim', `override ${plain(override.id)}; power overrides cancel ${plain(override.id)} takes it back`),
  ];
  return `${table}${lines.join('\n')}\n`;
}

/** What `power overrides` prints for a person. */
export function renderOverrides(overrides: readonly KeptOverride[], zone: string, screen: Screen): string {
  if (overrides.length === 0) return `${screen.paint('dim', 'no override holds')}\n`;
  const rows = overrides.map(({ id, keep, ends, by, reason }) => [
    plain(id),
    keep,
    sayVms(Object.keys(ends)),
    sayEnds(Object.values(ends), zone),
    plain(by),
    plain(reason),
  ]);
  return renderTable(['ID', 'KEEP', 'VMS', 'UNTIL', 'BY', 'REASON'], rows, screen);
}

/** What `power overrides cancel` prints for a person. */
export function renderCancelled({ id, keep, ends, reason }: KeptOverride, { paint }: Screen): string {
  const vms = count(Object.keys(ends).length);
  return `${paint('bold', 'cancelled')}: keep ${keep} on ${vms} (${plain(reason)}), override ${plain(id)}; the next tick makes them what their schedules want\n`;
}

function sayVms(keys: readonly string[]): string {
  const named = keys.slice(0, mostNamed).map(plain).join(', ');
  return keys.length > mostNamed ? `${named} and ${keys.length - mostNamed} more` : named;
}

function sayEnds(ends: readonly number[], zone: string): string {
  const sorted = [...new Set(ends)].toSorted((a, b) => a - b);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return '';
  return first === last ? sayLocal(zone, first) : `${sayLocal(zone, first)} to ${sayLocal(zone, last)}`;
}

function count(vms: number): string {
  return `${vms} VM${vms === 1 ? '' : 's'}`;
}
