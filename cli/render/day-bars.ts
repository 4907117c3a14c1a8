// What is wanted, drawn: a row per day of a zone, a cell per half hour, so that a week is taken in at a glance.
// A clock change leaves cells out (the hour that is skipped) or makes one longer (the hour that comes twice), and says so.

import { dayMs, minuteMs } from '../../lib/core/schedule/civil.ts';
import { instantOf, wallOf } from '../../lib/core/schedule/instants.ts';
import type { Want } from '../../lib/core/schedule/rule.ts';
import type { Transition } from '../../lib/core/schedule/timeline.ts';
import type { Kept } from '../../lib/run/schedule/kept.ts';
import type { Paint } from '../terminal.ts';
import { sayDay } from './local-time.ts';

const cellMs = 30 * minuteMs;
const cellsPerDay = dayMs / cellMs;
const noHour = '-';
const keptOff = '░';
const dimSigns = new Set(['·', noHour, keptOff]);

export interface Drawn {
  readonly zone: string;
  /** From here on it is known what is wanted; what lies before is left blank. */
  readonly fromMs: number;
  readonly wantedAtFrom: Want;
  readonly transitions: readonly Transition[];
  /** Levels are drawn as bars, moments as marks. */
  readonly kind: 'levels' | 'moments';
  /** While overrides hold. Levels are drawn without: their transitions have it. */
  readonly kept?: readonly Kept[];
}

/** The hours above the bars, then a row for each of `days` days from the local date of `fromMs`. */
export function renderDays(drawn: Drawn, days: number, paint: Paint): string[] {
  const first = Math.floor(wallOf(drawn.zone, drawn.fromMs) / dayMs);
  const rows = Array.from({ length: days }, (_, index) => rowOf(drawn, first + index, paint));
  return [paint('dim', hours()), ...rows];
}

/** What the signs of the bars mean; with `isKept`, also those of moments that an override is drawn between. */
export function legendOf(kind: Drawn['kind'], isKept = false): string {
  if (kind === 'levels') return '█ on   · off   ▐▌ changes within the half hour';
  return `▲ start   ▼ stop   · nothing${isKept ? '   █ kept on   ░ kept off' : ''}`;
}

/** The instant at which a date begins in a zone. */
export function startOfDay(zone: string, day: number): number {
  return nextCell(zone, day * cellsPerDay).at;
}

function hours(): string {
  const marks = Array.from({ length: 9 }, (_, index) =>
    String(index * 3)
      .padStart(2, '0')
      .padEnd(6),
  );
  return `${' '.repeat(16)}${marks.join('').trimEnd()}`;
}

function rowOf(drawn: Drawn, day: number, paint: Paint): string {
  const { zone } = drawn;
  const cells = Array.from({ length: cellsPerDay }, (_, index) => paintCell(cellOf(drawn, day * cellsPerDay + index)));
  const lengthMs = startOfDay(zone, day + 1) - startOfDay(zone, day);
  const note = lengthMs === dayMs ? '' : paint('yellow', `  ${lengthMs / 3_600_000} h: the clock changes`);
  return `${sayDay(day)}  ${cells.join('')}${note}`;

  function paintCell(sign: string): string {
    if (sign === ' ') return sign;
    return paint(dimSigns.has(sign) ? 'dim' : 'green', sign);
  }
}

function cellOf(drawn: Drawn, cell: number): string {
  const { at, index } = nextCell(drawn.zone, cell);
  if (index !== cell) return noHour;
  const end = nextCell(drawn.zone, cell + 1).at;
  if (end <= drawn.fromMs) return ' ';
  const within = drawn.transitions.filter((transition) => at <= transition.at && transition.at < end);
  if (drawn.kind === 'levels') return levelSign(wantAt(drawn, at), within, at);
  return momentSign(drawn, within) ?? keptSign(drawn, at, end) ?? '·';
}

// A transition within an override is the start of one: that is drawn as what it keeps.
function momentSign(drawn: Drawn, within: readonly Transition[]): string | null {
  const last = within.findLast(({ at, wanted }) => wanted !== 'none' && keptSign(drawn, at, at + 1) === null);
  if (last === undefined) return null;
  return last.wanted === 'on' ? '▲' : '▼';
}

function keptSign({ kept = [] }: Drawn, fromMs: number, toMs: number): string | null {
  const last = kept.findLast((each) => each.fromMs < toMs && fromMs < each.toMs);
  if (last === undefined) return null;
  return last.keep === 'on' ? '█' : keptOff;
}

function levelSign(before: Want, within: readonly Transition[], cellAt: number): string {
  const inside = within.filter(({ at }) => at > cellAt);
  if (inside.length === 0) return { on: '█', off: '·', none: ' ' }[before];
  if (before === 'on') return '▌';
  if (inside.some(({ wanted }) => wanted === 'on')) return '▐';
  return inside.at(-1)?.wanted === 'off' ? '·' : ' ';
}

function wantAt({ fromMs, wantedAtFrom, transitions }: Drawn, ms: number): Want {
  if (ms < fromMs) return wantedAtFrom;
  return transitions.findLast(({ at }) => at <= ms)?.wanted ?? wantedAtFrom;
}

/** The first cell from this one on that the zone's clocks show, counted in half hours of wall time since 1970. */
function nextCell(zone: string, cell: number): { readonly index: number; readonly at: number } {
  // The longest gap there was is the whole day that Samoa left out.
  for (let index = cell; index <= cell + 2 * cellsPerDay; index += 1) {
    const at = instantOf(zone, index * cellMs);
    if (wallOf(zone, at) === index * cellMs) return { index, at };
  }
  throw new RangeError(`${zone} has no day at ${cell}`);
}
