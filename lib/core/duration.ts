// Durations as people write them, in configuration and tags: `90s`, `5m`, or ISO 8601.
// Only units of a fixed length: a month is not a duration.

const unitsMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** What a duration may look like, to be put into a message. */
export const durationHint =
  'a duration is a whole number with a unit, such as 500ms, 90s, 5m, 2h or 3d, or ISO 8601, such as PT5M or P1DT2H';

const short = /^(\d+)(ms|s|m|h|d)$/;
// ISO 8601 wants at least one component, and one after every T.
const iso = /^P(?=.)(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/**
 * The duration in milliseconds, or null when the text is not one or is longer than a safe integer can say.
 * @example parseDuration('90s') === 90_000 && parseDuration('P1DT2H') === 93_600_000
 */
export function parseDuration(text: string): number | null {
  const ms = shortMs(text) ?? isoMs(text);
  return ms !== null && Number.isSafeInteger(ms) ? ms : null;
}

function shortMs(text: string): number | null {
  const [, amount, unit] = short.exec(text) ?? [];
  return amount !== undefined && isUnit(unit) ? Number(amount) * unitsMs[unit] : null;
}

function isUnit(unit: string | undefined): unit is keyof typeof unitsMs {
  return unit !== undefined && Object.hasOwn(unitsMs, unit);
}

function isoMs(text: string): number | null {
  const found = iso.exec(text);
  if (found === null) return null;
  const [, days, hours, minutes, seconds] = found;
  return (
    Number(days ?? 0) * unitsMs.d +
    Number(hours ?? 0) * unitsMs.h +
    Number(minutes ?? 0) * unitsMs.m +
    Number(seconds ?? 0) * unitsMs.s
  );
}

/**
 * The shortest exact way to write a whole number of milliseconds.
 * @example printDuration(90_000) === '90s' && printDuration(300_000) === '5m'
 */
export function printDuration(ms: number): string {
  if (ms === 0) return '0s';
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    if (ms % unitsMs[unit] === 0) return `${ms / unitsMs[unit]}${unit}`;
  }
  return `${ms}ms`;
}
