import { describe, expect, it } from 'vitest';
import { renderRuns, runLineJson, runsJson, unreportedJson } from '../../../cli/render/runs.ts';
import { noPaint, type Paint } from '../../../cli/terminal.ts';
import { cancelledBeforeItBegan } from '../../../lib/core/not-begun.ts';
import type { RunRecord } from '../../../lib/stores.ts';
import { outcome, report } from '../reports.ts';
import { recordOf } from '../runs.ts';

const now = Date.parse('2026-01-05T18:02:00.000Z');
const { outcomes: _outcomes, ...rest } = report({ outcomes: [outcome({}), outcome({ vm: '9', result: 'failed' })] });

const runs: readonly RunRecord[] = [
  recordOf({ name: 'api-1', request: { action: 'start', select: null, ids: ['8'] }, status: 'recorded' }),
  recordOf({ name: 'cron-2', progress: { selected: 30, sent: 12, settled: 3, tiers: [] } }),
  recordOf({
    name: 'cron-3',
    progress: { selected: 30, sent: 12, settled: 3, tiers: [] },
    cancelRequestedAt: '2026-01-05T18:01:00.000Z',
    cancelRequestedBy: 'ann',
  }),
  recordOf({
    name: 'cron-4',
    status: 'ended',
    endedAt: '2026-01-05T18:01:30.000Z',
    summary: { ...rest, verdict: 'trouble' },
  }),
  recordOf({
    name: 'tick-5',
    trigger: 'tick',
    request: { action: null, select: null },
    status: 'ended',
    startedAt: null,
    endedAt: '2026-01-05T18:01:30.000Z',
    summary: cancelledBeforeItBegan('ann'),
  }),
  recordOf({ name: 'cron-6', status: 'lost', request: { action: 'reset', select: 'a\u001b[2Jb' } }),
];

describe('the table of runs', () => {
  it('says of each what it is, how long it takes, and how it ended or how far it is', () => {
    expect(renderRuns(runs, now, { paint: noPaint, width: null })).toBe(
      [
        'RUN     RECORDED              WHAT              STATUS    TOOK        RESULT',
        'api-1   2026-01-05T18:00:00Z  start by id       recorded',
        'cron-2  2026-01-05T18:00:00Z  shutdown env=dev  running   1 min 59 s  3 of 30 settled',
        'cron-3  2026-01-05T18:00:00Z  shutdown env=dev  running   1 min 59 s  3 of 30 settled, cancelled and stopping',
        'cron-4  2026-01-05T18:00:00Z  shutdown env=dev  ended     1 min 29 s  trouble: 1 succeeded · 1 failed',
        'tick-5  2026-01-05T18:00:00Z  tick              ended                 cancelled',
        'cron-6  2026-01-05T18:00:00Z  reset ab          lost      ?           nobody knows',
        '',
      ].join('\n'),
    );
  });

  it('says when there is none', () => {
    expect(renderRuns([], now, { paint: noPaint, width: null })).toBe('no run is kept\n');
  });

  it('shows in colour which ended well, which did not, and which go on', () => {
    const mark: Paint = (style, text) => (style === 'bold' ? text : `<${style}>${text}`);
    const well = recordOf({
      name: 'cron-7',
      status: 'ended',
      endedAt: '2026-01-05T18:01:30.000Z',
      summary: { ...rest, verdict: 'well' },
    });
    const table = renderRuns([...runs, well], now, { paint: mark, width: null });
    const colours = [...table.matchAll(/<(\w+)>(\w+)/g)].map(([, style, status]) => `${status} ${style}`);
    expect(colours).toEqual([
      'recorded cyan',
      'running cyan',
      'running cyan',
      'ended red',
      'ended yellow',
      'lost red',
      'ended green',
    ]);
  });
});

describe('the JSON contracts of runs', () => {
  const keys = [
    'name',
    'trigger',
    'status',
    'action',
    'select',
    'recordedAt',
    'startedAt',
    'endedAt',
    'cancelRequestedAt',
    'progress',
    'ending',
    'counts',
  ];

  it('have these keys, in this order', () => {
    const document = JSON.parse(runsJson(runs));
    expect(Object.keys(document)).toEqual(['runs']);
    for (const run of document.runs) expect(Object.keys(run)).toEqual(keys);
    const { run } = JSON.parse(runLineJson(recordOf({})));
    expect(Object.keys(run)).toEqual(keys);
  });

  it('have the keys of a report, and the reason, where there is no report', () => {
    const text = unreportedJson(recordOf({ endedAt: '2026-01-05T18:01:30.000Z' }), 'it broke off', [outcome({})]);
    expect(text.endsWith('}\n')).toBe(true);
    expect(JSON.parse(text)).toEqual({
      run: {
        name: 'cron-1',
        action: 'shutdown',
        select: 'env=dev',
        dryRun: false,
        startedAt: '2026-01-05T18:00:01.000Z',
        endedAt: '2026-01-05T18:01:30.000Z',
      },
      counts: { succeeded: 1 },
      outcomes: [outcome({})],
      unlisted: [],
      calls: null,
      error: 'it broke off',
    });
    expect(Object.keys(JSON.parse(text))).toEqual(['run', 'counts', 'outcomes', 'unlisted', 'calls', 'error']);
  });
});
