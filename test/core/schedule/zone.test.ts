import { describe, expect, it } from 'vitest';
import { nearestNames } from '../../../lib/core/schedule/nearest.ts';
import { resolveZone } from '../../../lib/core/schedule/zone.ts';
import { zones } from './zones.ts';

describe('resolveZone', () => {
  it.each([
    ...zones.map((zone) => [zone, zone]),
    ...zones.map((zone) => [zone.toLowerCase(), zone]),
    ['US/Eastern', 'US/Eastern'],
    ['asia/calcutta', 'Asia/Calcutta'],
    ['etc/gmt+3', 'Etc/GMT+3'],
    ['Etc/GMT-14', 'Etc/GMT-14'],
    ['AMERICA/PORT-AU-PRINCE', 'America/Port-au-Prince'],
    ['america/argentina/comodrivadavia', 'America/Argentina/ComodRivadavia'],
    ['GMT', 'GMT'],
    ['EST5EDT', 'EST5EDT'],
    ['Europe/Kyiv', 'Europe/Kyiv'],
  ])('knows %s', (text, zone) => expect(resolveZone(text)).toEqual({ zone }));

  it('knows every zone that the platform names', () => {
    for (const zone of Intl.supportedValuesOf('timeZone')) expect(resolveZone(zone)).toEqual({ zone });
  });

  const general = '; zones are named like Europe/Paris or UTC';
  it.each([
    ['Africa/Algeirs', '; did you mean Africa/Algiers?'],
    ['algiers', '; did you mean Africa/Algiers?'],
    ['Europe/Algiers', '; did you mean Africa/Algiers?'],
    ['UTV', '; did you mean UTC?'],
    ['Z', '; did you mean UTC?'],
    ['+00:00', '; did you mean UTC?'],
    ['GMT+3', '; did you mean Etc/GMT-3? (it knows no summer time, and its sign is turned round)'],
    ['-05:00', '; did you mean Etc/GMT+5? (it knows no summer time, and its sign is turned round)'],
    ['+14', '; did you mean Etc/GMT-14? (it knows no summer time, and its sign is turned round)'],
    ['+15', general],
    ['', general],
    ['Nowhere/Atall', general],
    ['2026-01-01T00:00[UTC]', general],
    ['Europe/../Berlin', '; did you mean Europe/Berlin?'],
    ['Europe//Berlin', '; did you mean Europe/Berlin?'],
    ['Europe/Berlin ', '; did you mean Europe/Berlin?'],
    ['x'.repeat(51), general],
  ])('refuses %j', (text, hint) => {
    const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
    expect(resolveZone(text)).toEqual({ fault: `"${shown}" is not a time zone${hint}` });
  });
});

describe('nearestNames', () => {
  it('names the nearest first, and none that is far', () => {
    expect(nearestNames('ofice-hours', ['nights', 'office-hour', 'office-hours'])).toEqual([
      'office-hours',
      'office-hour',
    ]);
    expect(nearestNames('OFFICE-HOURS', ['office-hours'])).toEqual(['office-hours']);
    expect(nearestNames('abcdef', ['abcdefgh', 'abcdefghi', 'abcdefghij'])).toEqual(['abcdefgh', 'abcdefghi']);
    expect(nearestNames('ab', ['cd', 'x'])).toEqual([]);
    expect(nearestNames('kittens', ['sitting', 'kitchens', 'mittens', 'smitten'])).toEqual(['mittens', 'kitchens']);
    expect(nearestNames('aaaa', ['aaab', 'aaac', 'aaad', 'aaae'], 2)).toEqual(['aaab', 'aaac']);
  });
});
