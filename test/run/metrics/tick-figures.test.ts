// What a tick tells in figures, from the reports of real ticks over a fake cloud.

import { describe, expect, it } from 'vitest';
import type { Figure } from '../../../lib/core/metric.ts';
import { scheduleLabel, scheduleLabels } from '../../../lib/run/metrics/schedule-label.ts';
import { successFigures, sweepFigures, tickFigures } from '../../../lib/run/metrics/tick-figures.ts';
import { tokenFigures } from '../../../lib/run/metrics/token-figures.ts';
import { tickScene } from '../schedule/ticking.ts';

const noon = Date.UTC(2026, 0, 5, 12);
const valuesOf = (figures: readonly Figure[], schedule: string) =>
  Object.fromEntries(figures.flatMap(({ name, by, value }) => (by.schedule === schedule ? [[name, value]] : [])));

describe('the figures of a tick', () => {
  it('count what is wanted and what is seen, schedule by schedule', async () => {
    const stage = await tickScene(
      [
        { id: '1', description: '[schedule=office]' },
        { id: '2', description: '[schedule="office Europe/Paris"]', state: 'shutoff' },
        { id: '3', description: '[schedule=office]', state: 'paused' },
        { id: '4', description: '[schedule="always off"]' },
        { id: '5', description: '[keep-off-until=2026-01-06T00:00]' },
        { id: '6', description: '[env=dev]' },
        { id: '7', description: '[schedule=office protected]' },
        { id: '8', description: '[schedule="no such thing"]' },
      ],
      noon,
    );
    stage.define({ office: { on: ['08:00-18:00'], timezone: 'UTC' } });
    const figures = tickFigures(await stage.tick(), ['office']);
    expect(valuesOf(figures, 'office')).toEqual({ VmsWantedOn: 3, VmsWantedOff: 0, VmsSeenOn: 1, VmsSeenOff: 1 });
    expect(valuesOf(figures, 'inline')).toEqual({ VmsWantedOn: 0, VmsWantedOff: 1, VmsSeenOn: 1, VmsSeenOff: 0 });
    expect(valuesOf(figures, 'none')).toEqual({ VmsWantedOn: 0, VmsWantedOff: 1, VmsSeenOn: 1, VmsSeenOff: 0 });
    expect(figures.slice(0, 4)).toEqual([
      { name: 'VmsInVain', value: 0, by: {} },
      { name: 'VmsAtFault', value: 1, by: {} },
      { name: 'VmsInUnknownState', value: 0, by: {} },
      { name: 'ProjectsUnlisted', value: 0, by: {} },
    ]);
    expect(new Set(figures.flatMap(({ by }) => Object.values(by)))).toEqual(new Set(['office', 'inline', 'none']));
  });

  it('count what is wanted by nobody as neither', async () => {
    const stage = await tickScene([{ id: '1', description: '[schedule="-19:00"]' }], noon);
    const figures = tickFigures(await stage.tick(), []);
    expect(valuesOf(figures, 'inline')).toEqual({ VmsWantedOn: 0, VmsWantedOff: 0, VmsSeenOn: 1, VmsSeenOff: 0 });
  });

  it('say what the sweep gave up, and that all was done', () => {
    expect(sweepFigures({ started: ['a'], abandoned: ['b', 'c'], lost: [] })).toEqual([
      { name: 'RunsNeverStarted', value: 2, by: {} },
    ]);
    expect(successFigures()).toEqual([{ name: 'TicksSucceeded', value: 1, by: {} }]);
  });
});

describe('the label of a schedule', () => {
  const many = Array.from({ length: 60 }, (_, index) => `s${index}`);

  it.each([
    [undefined, 'none'],
    ['s0', 's0'],
    [' s39  Europe/Paris', 's39'],
    ['s40', 'others'],
    ['s59', 'others'],
    ['s60', 'inline'],
    ['Mon-Fri 08:00-18:00', 'inline'],
    ['', 'inline'],
    ['__proto__', 'inline'],
  ])('of the tag %j is %s', (tag, label) => {
    expect(scheduleLabel(tag, many)).toBe(label);
    expect(scheduleLabels(many)).toContain(label);
  });

  it('is one of few, however many schedules and tags there are', () => {
    expect(scheduleLabels(many)).toHaveLength(43);
    expect(scheduleLabels(many.slice(0, 40))).toEqual([...many.slice(0, 40), 'inline', 'none']);
    expect(scheduleLabels([])).toEqual(['inline', 'none']);
  });
});

describe('the figures of tokens', () => {
  it('are the days that each has left, below zero once it has ended, and nothing of one that does not say', () => {
    const day = 86_400_000;
    const expiries = [
      { account: 'acme', expiresAt: noon + 2.5 * day },
      { account: 'labs', expiresAt: noon - day },
      { account: 'main', expiresAt: null },
    ];
    expect(tokenFigures(expiries, noon)).toEqual([
      { name: 'TokenDaysLeft', value: 2.5, by: { account: 'acme' } },
      { name: 'TokenDaysLeft', value: -1, by: { account: 'labs' } },
    ]);
  });
});
