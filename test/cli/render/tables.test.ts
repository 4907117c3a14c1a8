import { stripVTControlCharacters, styleText } from 'node:util';
import { describe, expect, it } from 'vitest';
import { renderCheck } from '../../../cli/render/check.ts';
import { sayDuration } from '../../../cli/render/duration.ts';
import { nothingMatched } from '../../../cli/render/nothing-matched.ts';
import { renderReport } from '../../../cli/render/outcomes.ts';
import { renderTable } from '../../../cli/render/table.ts';
import { renderVms, sayTags } from '../../../cli/render/vms.ts';
import { noPaint, type Paint } from '../../../cli/terminal.ts';
import { outcome, report, vm } from '../reports.ts';

const pipe = { paint: noPaint, width: null };
const colour: Paint = (style, text) => styleText(style, text, { validateStream: false });
const hostile = 'web\u001b[2J\u001b]0;owned\u0007\n\u009b31mFAKE ROW\u202e';

describe('the outcome table', () => {
  it('has aligned columns without borders in a pipe, trouble last', () => {
    const outcomes = [
      outcome({
        vm: '3',
        name: 'ci',
        result: 'failed',
        reason: 'still running after 8m',
        power: 'on',
        attempts: 2,
        durationMs: 480_000,
      }),
      outcome({}),
    ];
    expect(renderReport(report({ outcomes }), pipe)).toBe(
      [
        'VM  NAME   PROJECT  RESULT       POWER  SENT  TOOK        REASON',
        '8   web-1  default  ✓ succeeded  off    1     1.2 s       seen off',
        '3   ci     default  ✗ failed     on     2     8 min 00 s  still running after 8m',
        'shutdown env=dev: 1 succeeded · 1 failed, in 12.3 s',
        'run cli-1: 4 calls = 1 actions + 3 lists + 0 single reads (2.00 per acted VM)',
        '',
      ].join('\n'),
    );
  });

  it('fits a screen by wrapping the reasons, and loses none of their words', () => {
    const reason = 'the API answered 500 and the list showed it running until patience was over at last';
    const text = stripVTControlCharacters(
      renderReport(report({ outcomes: [outcome({ reason })] }), { paint: colour, width: 80 }),
    );
    const table = text.split('\n').filter((line) => /^[│┌└├]/.test(line));
    expect(table.length).toBeGreaterThan(5);
    for (const line of table) expect([...line].length).toBeLessThanOrEqual(80);
    const words = table.flatMap((line) => line.split('│').at(-2)?.trim().split(/\s+/) ?? []).join(' ');
    expect(words).toContain(reason);
  });

  it('breaks a word that is longer than its column, for what is to be typed may be in it', () => {
    const word = `[schedule="${'office-hours'.repeat(4)}"]`;
    const secret = 'arn:aws:secretsmanager:eu-west-3:123456789012:secret:openscaler/token-AbCdEf';
    const text = renderTable(['SECRET', 'REASON'], [[secret, `write ${word}, please`]], { paint: noPaint, width: 80 });
    const table = text.split('\n').filter((line) => line.startsWith('│'));
    for (const line of table) expect([...line].length).toBeLessThanOrEqual(80);
    const column = (nth: number) => table.map((line) => line.split('│').at(nth)?.trim()).join('');
    expect(column(1)).toContain(secret);
    expect(column(2)).toContain(word);
  });

  it('names the account only where there is more than one', () => {
    expect(renderReport(report({ outcomes: [outcome({}), outcome({ account: 'acme' })] }), pipe)).toMatch(
      /NAME +ACCOUNT +PROJECT/,
    );
    expect(renderReport(report({}), pipe)).not.toContain('ACCOUNT');
  });

  it('says what was not listed, what was interrupted, and that a dry run sent nothing', () => {
    const unlisted = [{ account: 'main', project: 'p\u001b[2J2', reason: 'HTTP 500\nowned' }];
    const text = renderReport(
      report({ unlisted, interrupted: true, outcomes: [], run: { ...report({}).run, dryRun: true } }),
      pipe,
    );
    expect(text).toContain('✗ not listed main/p2: HTTP 500 owned\n');
    expect(text).toContain('shutdown env=dev (dry run: nothing was sent): nothing, in 12.3 s (interrupted)');
    expect(text).not.toContain('per acted VM');
  });

  it('lets no name, id, reason or selector control the terminal', () => {
    const bad = outcome({ vm: hostile, name: hostile, project: hostile, reason: hostile, account: hostile });
    const run = { ...report({}).run, select: hostile, name: hostile };
    const text = renderReport(report({ run, outcomes: [bad, outcome({})] }), pipe);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(text.trimEnd().split('\n')).toHaveLength(5);
  });
});

describe('the VM table', () => {
  it('shows power, state, tags and faults', () => {
    expect(
      renderVms(
        [vm({}), vm({ name: 'db', state: '', power: 'other', tags: {}, faults: ['[Protected]: write [protected]'] })],
        [],
        pipe,
      ),
    ).toBe(
      [
        'VM  NAME   PROJECT  POWER  STATE    TAGS',
        '8   web-1  default  on     running  env=dev protected',
        '8   db     default  other  (none)   ! [Protected]: write [protected]',
        '2 VMs: 1 on · 1 other',
        '',
      ].join('\n'),
    );
  });

  it('says which projects could not be listed', () => {
    expect(renderVms([], [{ account: 'main', project: 'p2', reason: 'HTTP 500' }], pipe)).toBe(
      '✗ not listed main/p2: HTTP 500\n0 VMs\n',
    );
  });

  it('lets no name, state, tag or fault control the terminal', () => {
    const text = renderVms(
      [vm({ name: hostile, state: hostile, tags: { env: hostile }, faults: [hostile] })],
      [],
      pipe,
    );
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(text.trimEnd().split('\n')).toHaveLength(3);
  });

  it('quotes tag values that hold blanks', () => {
    expect(sayTags({ schedule: 'Mon-Fri 08:00-18:00', env: 'dev' })).toBe('env=dev schedule="Mon-Fri 08:00-18:00"');
  });
});

describe('the tags there are, where nothing matched,', () => {
  it('are counted, keys in order and values by frequency', () => {
    const fleet = [vm({ tags: { env: 'ci' } }), vm({}), vm({})];
    expect(nothingMatched(fleet, 0)).toEqual([
      'nothing matched. The tags there are:',
      'env: dev (2), ci (1)',
      'protected: (no value) (2)',
    ]);
  });

  it('are cut at twelve values', () => {
    const fleet = Array.from({ length: 14 }, (_, index) => vm({ tags: { n: `v${index}` } }));
    expect(nothingMatched(fleet, 0)[1]).toMatch(/^n: v0 \(1\), .*v11 \(1\) and 2 more$/);
  });

  it('are said to be none', () => {
    expect(nothingMatched([], 0)[1]).toBe('(there are no VMs)');
    expect(nothingMatched([vm({ tags: {} })], 0)[1]).toBe('(none of the 1 VMs has a tag)');
  });

  it('are those of the projects that could be listed, if any could', () => {
    expect(nothingMatched([vm({})], 1)[0]).toBe(
      'nothing matched in the projects that could be listed. The tags there are:',
    );
    expect(nothingMatched([], 1, ' (an aside)')).toEqual([
      'nothing matched in the projects that could be listed (an aside)',
    ]);
  });
});

describe('the result of a check', () => {
  it('lists the faults, and nothing of the fleet', () => {
    expect(renderCheck({ faults: ['a: wrong', 'b: unknown'], meaning: [], fleet: null }, pipe)).toBe(
      'the configuration has 2 faults:\n  ✗ a: wrong\n  ✗ b: unknown\n',
    );
  });

  it('says what it means, and that the fleet was not checked without credentials', () => {
    const text = renderCheck({ faults: [], meaning: ['One account.'], fleet: null }, pipe);
    expect(text).toMatch(
      /^what the configuration means\n {2}One account\.\n\nthe fleet was not checked: there are no credentials/,
    );
  });

  it('names each VM with a fault and each project without a list', () => {
    const fleet = {
      vms: [vm({}), vm({ name: 'db', faults: ['bad tag'] })],
      unlisted: [{ account: 'main', project: 'p2', reason: 'HTTP 500' }],
      scheduled: [],
      longKeeps: [],
      inUnknownState: [vm({ name: 'mail', state: 'a\u001b[2Jsleep' })],
    };
    expect(renderCheck({ faults: [], meaning: [], fleet }, pipe)).toContain(
      'the fleet: 2 VMs, 1 with a fault\n  ✗ main/default VM 8 db: bad tag\n' +
        '  ✗ main/default VM 8 mail: nobody has said what its state "asleep" means; name it in the config\'s "states"\n' +
        '  ✗ main/p2 could not be listed: HTTP 500\n',
    );
  });
});

const unscheduled = { vms: [vm({})], unlisted: [], scheduled: [], longKeeps: [], inUnknownState: [] };

describe('the schedules of a checked fleet', () => {
  it('are counted by VM, and one that never changes is warned of', () => {
    const scheduled = [
      { schedule: '08:00-18:00 UTC', vms: 2, neverChanges: false },
      { schedule: 'always off', vms: 1, neverChanges: true },
    ];
    const text = renderCheck({ faults: [], meaning: [], fleet: { ...unscheduled, scheduled } }, pipe);
    expect(text).toContain('\n  2 VMs with the schedule 08:00-18:00 UTC\n  1 VM with the schedule always off\n');
    expect(text.match(/! always off: nothing that it wants ever changes/g)).toHaveLength(1);
  });

  it('are followed by each tag that keeps a VM for longer than an override may last', () => {
    const keep = {
      vm: vm({ name: 'db\u001b[2J' }),
      keep: 'off',
      untilMs: Date.UTC(2036, 0),
      latestMs: Date.UTC(2026, 0),
    } as const;
    const text = renderCheck({ faults: [], meaning: [], fleet: { ...unscheduled, longKeeps: [keep] } }, pipe);
    expect(text).toMatch(
      /^ {2}! main\/default VM 8 db.*: its tag keeps it off until 2036-01-01T00:00:00Z; an override would last until 2026-01-01T00:00:00Z at most$/m,
    );
    expect(text).not.toContain('\u001b');
  });
});

describe('a duration', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1000, '1.0 s'],
    [12_345, '12.3 s'],
    [59_949, '59.9 s'],
    [59_950, '1 min 00 s'],
    [245_000, '4 min 05 s'],
  ])('of %i ms reads %s', (ms, text) => {
    expect(sayDuration(ms)).toBe(text);
  });
});
