// Time zones by their IANA names, aliases included, in the case that IANA writes them in.
// Offsets are refused: they know no clock change, and "+01:00" is "Etc/GMT-1", which nobody guesses right.

import { Temporal } from 'temporal-polyfill';
import { excerpt } from '../excerpt.ts';
import type { Faulty } from './fault.ts';
import { didYouMean, nearestNames } from './nearest.ts';

const shape = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+){0,3}$/;
const longest = 50;

// Names that were found valid; there are no more than a few hundred, times the ways to write their case.
const known = new Map<string, string>();
const mostKnown = 5000;

// Asked of the platform only once somebody mistypes one.
let names: readonly { readonly zone: string; readonly city: string }[] | undefined;

/**
 * The zone's name as IANA writes it, or a fault that names the nearest ones.
 * @example resolveZone('africa/algiers') // { zone: 'Africa/Algiers' }
 */
export function resolveZone(text: string): { readonly zone: string } | Faulty {
  const zone = known.get(text) ?? lookUp(text);
  return zone === null ? { fault: `${excerpt(text)} is not a time zone${hintFor(text)}` } : { zone };
}

/** Whether it is a time zone's name, in any case. */
export function isZone(text: string): boolean {
  return (known.get(text) ?? lookUp(text)) !== null;
}

function lookUp(text: string): string | null {
  if (text.length > longest || !shape.test(text)) return null;
  const zone = zoneId(text);
  if (zone !== null) {
    if (known.size >= mostKnown) known.clear();
    known.set(text, zone);
  }
  return zone;
}

function zoneId(text: string): string | null {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text).timeZoneId;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function hintFor(text: string): string {
  if (/^(?:z|\+00:?00|-00:?00)$/i.test(text)) return '; did you mean UTC?';
  const [, sign, hours] = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?00)?$/i.exec(text) ?? [];
  if (sign !== undefined && Number(hours) <= 14)
    return `; did you mean Etc/GMT${sign === '+' ? '-' : '+'}${Number(hours)}? (it knows no summer time, and its sign is turned round)`;
  if (text.length > longest) return '; zones are named like Europe/Paris or UTC';
  const near = nearestZones(text);
  return near.length === 0 ? '; zones are named like Europe/Paris or UTC' : didYouMean(near);
}

function nearestZones(text: string): readonly string[] {
  names ??= [...Intl.supportedValuesOf('timeZone'), 'UTC'].map((zone) => ({ zone, city: cityOf(zone) }));
  const city = cityOf(text);
  const ofCity = names.filter((name) => name.city === city);
  if (ofCity.length > 0) return ofCity.slice(0, 3).map(({ zone }) => zone);
  // Few mistype a city's first letter, and a fleet of mistyped zones would spend seconds on comparing all of them.
  const alike = names.filter((name) => name.city.charAt(0) === city.charAt(0));
  return nearestNames(
    text,
    alike.map(({ zone }) => zone),
  );
}

function cityOf(zone: string): string {
  return zone.slice(zone.lastIndexOf('/') + 1).toLowerCase();
}
