import { describe, expect, it } from 'vitest';
import { type CalendarDefinition, compileCalendar } from '../../../lib/core/schedule/calendar.ts';
import { calendarsOf } from './schedules.ts';

const dayMs = 86_400_000;

function datesIn(definition: CalendarDefinition, from: string, to: string): string[] {
  const calendar = calendarsOf({ it: definition }).get('it');
  const found: string[] = [];
  for (let day = Date.parse(from) / dayMs; day <= Date.parse(to) / dayMs; day += 1)
    if (calendar?.has(day)) found.push(new Date(day * dayMs).toISOString().slice(0, 10));
  return found;
}

function ics(...lines: string[]): CalendarDefinition {
  return { ics: ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR', ''].join('\r\n') };
}
function event(...lines: string[]): CalendarDefinition {
  return ics('BEGIN:VEVENT', 'UID:1', ...lines, 'END:VEVENT');
}

describe('the dates of a calendar', () => {
  it.each([
    [['2026-11-01'], '2026-10-01', '2027-12-31', ['2026-11-01']],
    [['2027-03-09/2027-03-11'], '2027-03-01', '2028-03-31', ['2027-03-09', '2027-03-10', '2027-03-11']],
    [['07-05'], '2026-01-01', '2028-12-31', ['2026-07-05', '2027-07-05', '2028-07-05']],
    [['12-30/01-02'], '2026-12-01', '2027-01-31', ['2026-12-30', '2026-12-31', '2027-01-01', '2027-01-02']],
    [['05-01/05-02'], '2026-01-01', '2026-12-31', ['2026-05-01', '2026-05-02']],
    [['02-29'], '2026-01-01', '2029-12-31', ['2028-02-29']],
    [[' 2026-11-01 ', '2026-11-03'], '2026-11-01', '2026-11-30', ['2026-11-01', '2026-11-03']],
    [[], '2026-01-01', '2026-12-31', []],
  ])('%j between %s and %s are %j', (dates, from, to, expected) => {
    expect(datesIn({ dates }, from, to)).toEqual(expected);
  });

  const hint = 'write 2026-11-01, 2027-03-09/2027-03-11, or 07-05 for every year';
  it.each([
    ['2026-02-29', `date "2026-02-29" is not understood; ${hint}`],
    ['02-30', `date "02-30" is not understood; ${hint}`],
    ['1 November 2026', `date "1 November 2026" is not understood; ${hint}`],
    ['2026-11-01/07-05', `date "2026-11-01/07-05" is not understood; ${hint}`],
    ['07-05/2026-11-01', `date "07-05/2026-11-01" is not understood; ${hint}`],
    ['2026-11-01/2026-11-02/2026-11-03', `date "2026-11-01/2026-11-02/2026-11-03" is not understood; ${hint}`],
    ['', `date "" is not understood; ${hint}`],
    ['2026-11-02/2026-11-01', 'date "2026-11-02/2026-11-01" ends before it begins'],
  ])('%j are none', (date, fault) => {
    expect(compileCalendar({ dates: ['2026-01-01', date] })).toEqual({ fault });
  });

  it('change the fingerprint, and nothing else does', () => {
    const of = (definition: CalendarDefinition) => calendarsOf({ it: definition }).get('it')?.fingerprint;
    expect(of({ dates: ['2026-11-01'] })).toBe(of({ dates: ['2026-11-01'] }));
    expect(of({ dates: ['2026-11-01'] })).not.toBe(of({ dates: ['2026-11-02'] }));
    expect(of(event('DTSTART:20261101'))).not.toBe(of(event('DTSTART:20261102')));
  });
});

describe('an iCalendar file', () => {
  it.each([
    ['a day', ['DTSTART;VALUE=DATE:20261101'], ['2026-11-01']],
    ['a day with an end', ['DTSTART;VALUE=DATE:20261101', 'DTEND;VALUE=DATE:20261102'], ['2026-11-01']],
    ['a day that ends on itself', ['DTSTART:20261101', 'DTEND:20261101'], ['2026-11-01']],
    ['three days', ['DTSTART:20261231', 'DTEND:20270103'], ['2026-12-31', '2027-01-01', '2027-01-02']],
    ['a duration', ['DTSTART:20261101', 'DURATION:P2D'], ['2026-11-01', '2026-11-02']],
    ['lower case', ['dtstart;value=date:20261101'], ['2026-11-01']],
    ['a folded line', ['DTSTART;VALUE=DA', ' TE:2026', '\t1101'], ['2026-11-01']],
    ['a quoted colon', ['DTSTART;X-NOTE="a:b;c":20261101'], ['2026-11-01']],
    ['text that looks like lines', ['SUMMARY:DTSTART:20261102\\nEND:VEVENT', 'DTSTART:20261101'], ['2026-11-01']],
    ['a cancelled event', ['STATUS:CANCELLED', 'DTSTART:20261101'], []],
    [
      'added and removed days',
      ['DTSTART:20261101', 'RDATE:20261103,20261105', 'EXDATE:20261101,20261105'],
      ['2026-11-03'],
    ],
    ['every year', ['DTSTART:20250705', 'RRULE:FREQ=YEARLY'], ['2026-07-05', '2027-07-05']],
    ['every other year', ['DTSTART:20250705', 'RRULE:FREQ=YEARLY;INTERVAL=2'], ['2027-07-05']],
    ['a number of times', ['DTSTART:20250705', 'RRULE:FREQ=YEARLY;COUNT=2'], ['2026-07-05']],
    ['until a day', ['DTSTART:20250705', 'RRULE:FREQ=YEARLY;UNTIL=20260705T000000Z'], ['2026-07-05']],
    ['until the day before', ['DTSTART:20250705', 'RRULE:FREQ=YEARLY;UNTIL=20260704'], []],
    [
      'rules with days of the month',
      ['DTSTART:20250501', 'RRULE:FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1'],
      ['2026-05-01', '2027-05-01'],
    ],
    ['the last day of a month', ['DTSTART:20250131', 'RRULE:FREQ=YEARLY;BYMONTHDAY=-1'], ['2026-01-31', '2027-01-31']],
    [
      'the fourth Thursday',
      ['DTSTART:20251127', 'RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH'],
      ['2026-11-26', '2027-11-25'],
    ],
    [
      'the last Monday',
      ['DTSTART:20250526', 'RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;WKST=SU'],
      ['2026-05-25', '2027-05-31'],
    ],
    [
      'all Mondays of a month',
      ['DTSTART:20260601', 'RRULE:FREQ=YEARLY;COUNT=5;BYMONTH=6;BYDAY=MO'],
      ['2026-06-01', '2026-06-08', '2026-06-15', '2026-06-22', '2026-06-29'],
    ],
    ['a Friday the 13th', ['DTSTART:20251113', 'RRULE:FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=13;BYDAY=FR'], ['2026-11-13']],
    ['two months', ['DTSTART:20251101', 'RRULE:FREQ=YEARLY;BYMONTH=11,12;COUNT=4'], ['2026-11-01', '2026-12-01']],
    ['29 February, only where there is one', ['DTSTART:20240229', 'RRULE:FREQ=YEARLY'], []],
  ])('reads %s', (_, lines, dates) => {
    expect(datesIn(event(...lines), '2026-01-01', '2027-12-31')).toEqual(dates);
  });

  it('leaves out alarms, time zones and to-dos, and knows bare line feeds and a byte order mark', () => {
    const text = ics(
      'BEGIN:VTIMEZONE',
      'BEGIN:STANDARD',
      'DTSTART:19701025T030000',
      'RRULE:FREQ=YEARLY;BYDAY=-1SU',
      'END:STANDARD',
      'END:VTIMEZONE',
      'BEGIN:VEVENT',
      'DTSTART:20261101',
      'BEGIN:VALARM',
      'DURATION:PT5M',
      'END:VALARM',
      'END:VEVENT',
      'BEGIN:VTODO',
      'DTSTART:20261105',
      'END:VTODO',
    );
    const bare = { ics: `\u{FEFF}${text.ics?.replaceAll('\r\n', '\n\n')}` };
    for (const each of [text, bare]) expect(datesIn(each, '2026-01-01', '2026-12-31')).toEqual(['2026-11-01']);
  });

  it('repeats to 2199 and no further', () => {
    expect(datesIn(event('DTSTART:20250705', 'RRULE:FREQ=YEARLY'), '2198-12-31', '2205-12-31')).toEqual(['2199-07-05']);
  });

  const where = 'of the iCalendar file:';
  const rule =
    'is a rule that is not supported; FREQ=YEARLY with BYMONTH, BYMONTHDAY, BYDAY, INTERVAL, COUNT, UNTIL is';
  it.each([
    [['SUMMARY:x'], `line 3 ${where} BEGIN "VEVENT" has no DTSTART`],
    [['DTSTART:20260229'], `line 5 ${where} DTSTART "20260229" is a date that does not exist`],
    [
      ['DTSTART;TZID=Europe/Berlin:20261101T080000'],
      `line 5 ${where} DTSTART "20261101T080000" is not a whole day (VALUE=DATE, like 20261101); events with times are not read`,
    ],
    [['DTSTART:20261101', 'DTSTART:20261102'], `line 6 ${where} DTSTART "20261102" comes a second time in one event`],
    [
      ['DTSTART:20261101', 'DTEND:20261031'],
      `line 6 ${where} DTEND "20261031" does not make an event of 1 to 366 days`,
    ],
    [
      ['DTSTART:20261101', 'DTEND:20280101'],
      `line 6 ${where} DTEND "20280101" does not make an event of 1 to 366 days`,
    ],
    [['DTSTART:20261101', 'DURATION:PT5H'], `line 6 ${where} DURATION "PT5H" does not make an event of 1 to 366 days`],
    [['DTSTART:20261101', 'RECURRENCE-ID:20261101'], `line 6 ${where} RECURRENCE-ID "20261101" is not supported`],
    [['DTSTART:20261101', 'EXRULE:FREQ=YEARLY'], `line 6 ${where} EXRULE "FREQ=YEARLY" is not supported`],
    ...[
      'FREQ=WEEKLY',
      'FREQ=SECONDLY',
      'INTERVAL=1',
      'FREQ=YEARLY;BYSETPOS=1',
      'FREQ=YEARLY;INTERVAL=0',
      'FREQ=YEARLY;INTERVAL=1,2',
      'FREQ=YEARLY;COUNT=x',
      'FREQ=YEARLY;BYMONTH=13',
      'FREQ=YEARLY;BYMONTHDAY=0',
      'FREQ=YEARLY;BYMONTHDAY=32',
      'FREQ=YEARLY;BYDAY=MO',
      'FREQ=YEARLY;BYMONTH=5;BYDAY=6MO',
      'FREQ=YEARLY;UNTIL=soon',
      'FREQ=YEARLY;BYMONTH=5;BYDAY=XX',
    ].map((text): [string[], string] => [
      ['DTSTART:20261101', `RRULE:${text}`],
      `line 6 ${where} RRULE "${text}" ${rule}`,
    ]),
    [['no line at all'], 'line 5 of the iCalendar file is not understood'],
    [['END:VALARM', 'DTSTART:20261101'], `line 5 ${where} END "VALARM" ends what was not begun`],
  ])('with %j is refused', (lines, fault) => {
    expect(compileCalendar(event(...lines))).toEqual({ fault });
  });

  it.each([
    ['', 'the iCalendar file does not begin with BEGIN:VCALENDAR'],
    ['<html>', 'line 1 of the iCalendar file is not understood'],
    ['BEGIN:VEVENT\nDTSTART:20261101\nEND:VEVENT', 'the iCalendar file does not begin with BEGIN:VCALENDAR'],
    ['BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261101', 'the iCalendar file is cut off: VEVENT has no end'],
    ['x'.repeat(1_000_001), 'the iCalendar file has more than 1000000 characters'],
  ])('that is none (%#) is refused', (text, fault) => {
    expect(compileCalendar({ ics: text })).toEqual({ fault });
  });

  const everyDay = `BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12;BYMONTHDAY=${Array.from({ length: 31 }, (_, day) => day + 1)}`;
  it.each([
    ['days, all of them a year long', 'DURATION:P366D', `RRULE:FREQ=YEARLY;${everyDay}`],
    ['years of no day, in many events', 'DURATION:P1D', 'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', 500],
  ])('that would keep the reader at work with %s is refused', (_what, duration, rule, times = 1) => {
    const events = Array.from({ length: times }, () => [
      'BEGIN:VEVENT',
      'DTSTART:00010101',
      duration,
      rule,
      'END:VEVENT',
    ]);
    const fault = 'the iCalendar file repeats its events too often to be read: begin them later, or end them by UNTIL';
    expect(compileCalendar(ics(...events.flat()))).toEqual({ fault });
  });

  it.each([
    ['months', `BYMONTHDAY=1;BYMONTH=${'5,'.repeat(20_000)}5`],
    ['days', `BYMONTH=5;BYMONTHDAY=${'+1,'.repeat(20_000)}1`],
    ['weekdays', `BYMONTH=5;BYMONTHDAY=1;BYDAY=${'MO,TU,WE,TH,FR,'.repeat(10_000)}SA,SU`],
  ])('that names its %s again and again means each once', (_what, by) => {
    const definition = event('DTSTART:20250501', `RRULE:FREQ=YEARLY;${by};COUNT=3`);
    expect(datesIn(definition, '2025-01-01', '2030-12-31')).toEqual(['2025-05-01', '2026-05-01', '2027-05-01']);
  });

  it('that ends its rules costs nothing after that', () => {
    const short = ['BEGIN:VEVENT', 'DTSTART:19700705', 'RRULE:FREQ=YEARLY;UNTIL=19720101', 'END:VEVENT'];
    const many = ics(...Array.from({ length: 10_000 }, () => short).flat());
    expect(datesIn(many, '1970-01-01', '1975-12-31')).toEqual(['1970-07-05', '1971-07-05']);
  });

  it('of a thousand holidays since 1970 is read', () => {
    const holiday = ['BEGIN:VEVENT', 'DTSTART:19700705', 'RRULE:FREQ=YEARLY', 'END:VEVENT'];
    const many = ics(...Array.from({ length: 1_000 }, () => holiday).flat());
    expect(datesIn(many, '2026-01-01', '2026-12-31')).toEqual(['2026-07-05']);
  });
});
