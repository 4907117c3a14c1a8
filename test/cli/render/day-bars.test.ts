import { describe, expect, it } from 'vitest';
import { type Drawn, legendOf, renderDays, startOfDay } from '../../../cli/render/day-bars.ts';
import { noPaint } from '../../../cli/terminal.ts';
import { isFaulty } from '../../../lib/core/schedule/fault.ts';
import { localInstant } from '../../../lib/core/schedule/local-instant.ts';
import { resolveTag } from '../../../lib/core/schedule/resolve.ts';
import { transitions, wantedAt } from '../../../lib/core/schedule/timeline.ts';

function at(text: string, zone: string): number {
  const read = localInstant(text, zone);
  if (isFaulty(read)) throw new Error(read.fault);
  return read.ms;
}

/** The rows of an expression, without the hours above them. */
function rows(expression: string, zone: string, from: string, days: number): string[] {
  const resolved = resolveTag(expression, { names: new Map(), calendars: new Map(), zone });
  if (isFaulty(resolved)) throw new Error(resolved.fault);
  const { schedule } = resolved;
  const fromMs = at(from, zone);
  const drawn: Drawn = {
    zone,
    fromMs,
    wantedAtFrom: wantedAt(schedule, fromMs, 0).wanted,
    transitions: transitions(schedule, fromMs, fromMs + (days + 1) * 86_400_000),
    kind: schedule.kind,
  };
  return renderDays(drawn, days, noPaint).slice(1);
}

const off = (cells: number) => '·'.repeat(cells);
const on = (cells: number) => '█'.repeat(cells);

describe('a day as a bar', () => {
  it('has a cell per half hour, below the hours', () => {
    expect(rows('Mon-Fri 08:00-18:00', 'UTC', '2026-01-02', 2)).toEqual([
      `Fri 2026-01-02  ${off(16)}${on(20)}${off(12)}`,
      `Sat 2026-01-03  ${off(48)}`,
    ]);
    const drawn: Drawn = { zone: 'UTC', fromMs: 0, wantedAtFrom: 'off', transitions: [], kind: 'levels' };
    expect(renderDays(drawn, 1, noPaint)[0]).toBe('                00    03    06    09    12    15    18    21    24');
  });

  it('leaves blank what lies before its beginning', () => {
    expect(rows('08:00-18:00', 'UTC', '2026-01-02T09:00', 1)).toEqual([
      `Fri 2026-01-02  ${' '.repeat(18)}${on(18)}${off(12)}`,
    ]);
  });

  it('leaves blank what is not wanted either way', () => {
    const drawn: Drawn = {
      zone: 'UTC',
      fromMs: 0,
      wantedAtFrom: 'none',
      transitions: [
        { at: 43_200_000, wanted: 'on' },
        { at: 64_800_000, wanted: 'none' },
      ],
      kind: 'levels',
    };
    expect(renderDays(drawn, 1, noPaint)[1]).toBe(`Thu 1970-01-01  ${' '.repeat(24)}${on(12)}${' '.repeat(12)}`);
  });

  it('shows a change within the half hour, and a window that is shorter', () => {
    expect(rows('08:10-18:20', 'UTC', '2026-01-02', 1)).toEqual([`Fri 2026-01-02  ${off(16)}▐${on(19)}▌${off(11)}`]);
    expect(rows('08:10-08:20', 'UTC', '2026-01-02', 1)).toEqual([`Fri 2026-01-02  ${off(16)}▐${off(31)}`]);
    expect(rows('00:00-08:10, 08:20-24:00', 'UTC', '2026-01-02', 1)).toEqual([`Fri 2026-01-02  ${on(16)}▌${on(31)}`]);
  });

  it('has no cells for an hour that a clock change skips', () => {
    expect(rows('02:30-04:00', 'Europe/Berlin', '2026-03-29', 2)).toEqual([
      `Sun 2026-03-29  ${off(4)}--${off(1)}█${off(40)}  23 h: the clock changes`,
      `Mon 2026-03-30  ${off(5)}${on(3)}${off(40)}`,
    ]);
  });

  it('draws the hour that comes twice once, and says that the day is longer', () => {
    expect(rows('01:00-04:00', 'Europe/Berlin', '2026-10-25', 1)).toEqual([
      `Sun 2026-10-25  ${off(2)}${on(6)}${off(40)}  25 h: the clock changes`,
    ]);
  });

  it('knows midnights that are skipped, and whole days', () => {
    expect(rows('00:00-02:00', 'Africa/Cairo', '2026-04-24', 1)).toEqual([
      `Fri 2026-04-24  --${on(2)}${off(44)}  23 h: the clock changes`,
    ]);
    expect(rows('always on', 'Pacific/Apia', '2011-12-29', 3)).toEqual([
      `Thu 2011-12-29  ${on(48)}`,
      `Fri 2011-12-30  ${'-'.repeat(48)}  0 h: the clock changes`,
      `Sat 2011-12-31  ${on(48)}`,
    ]);
  });

  it('marks moments', () => {
    expect(rows('08:00-; -19:15', 'UTC', '2026-01-02', 1)).toEqual([`Fri 2026-01-02  ${off(16)}▲${off(21)}▼${off(9)}`]);
  });

  it('draws between moments what overrides keep', () => {
    const hour = (hours: number) => hours * 3_600_000;
    const drawn: Drawn = {
      zone: 'UTC',
      fromMs: 0,
      wantedAtFrom: 'none',
      transitions: [
        { at: hour(3), wanted: 'on' },
        // The start and the end of the first override, and the stop that it put off.
        { at: hour(8), wanted: 'on' },
        { at: hour(10) + 600_000, wanted: 'off' },
        { at: hour(20), wanted: 'off' },
        { at: hour(21), wanted: 'none' },
      ],
      kind: 'moments',
      kept: [
        { fromMs: hour(8), toMs: hour(10) + 600_000, keep: 'on' },
        { fromMs: hour(14) + 600_000, toMs: hour(14) + 700_000, keep: 'on' },
        { fromMs: hour(20), toMs: hour(21), keep: 'off' },
      ],
    };
    const nothing = off;
    expect(renderDays(drawn, 1, noPaint)[1]).toBe(
      `Thu 1970-01-01  ${nothing(6)}▲${nothing(9)}${on(4)}▼${nothing(7)}█${nothing(11)}░░${nothing(6)}`,
    );
    const coloured = renderDays(drawn, 1, (colour, text) => `<${colour} ${text}>`)[1];
    expect(coloured).toContain('<green █>');
    expect(coloured).toContain('<dim ░>');
  });

  it('has a legend for each kind', () => {
    expect(legendOf('levels')).toContain('█ on');
    expect(legendOf('moments')).toBe('▲ start   ▼ stop   · nothing');
    expect(legendOf('moments', true)).toBe('▲ start   ▼ stop   · nothing   █ kept on   ░ kept off');
  });

  it('begins where the date begins', () => {
    expect(new Date(startOfDay('Africa/Cairo', Date.UTC(2026, 3, 24) / 86_400_000)).toISOString()).toBe(
      '2026-04-23T22:00:00.000Z',
    );
  });
});
