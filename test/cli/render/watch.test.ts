import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { frameOf, linesOf, watchView } from '../../../cli/render/watch.ts';
import { noPaint } from '../../../cli/terminal.ts';
import type { TierProgress } from '../../../lib/stores.ts';
import { fakeTerminal } from '../fake-terminal.ts';
import { recordOf } from '../runs.ts';

const now = Date.parse('2026-01-05T18:00:31.000Z');

const second: TierProgress = {
  direction: 'down',
  tier: 2,
  state: 'settling',
  planned: 8,
  sent: 8,
  settled: 2,
  open: 6,
  waitingFor: 'the list to show \u001b[2Jtheir power',
};
const first: TierProgress = {
  direction: 'up',
  tier: 10,
  state: 'waiting',
  planned: 0,
  sent: 0,
  settled: 0,
  open: 0,
  waitingFor: null,
};

const running = recordOf({ progress: { selected: 9, sent: 8, settled: 3, tiers: [second, first] } });
const cancelled = { cancelRequestedAt: '2026-01-05T18:00:30.000Z', cancelRequestedBy: 'ann' };

describe('the live frame of a run', () => {
  it('shows every tier: what is planned, sent, settled and open, and what it waits for', () => {
    expect(frameOf(running, now, noPaint)).toEqual([
      'shutdown env=dev  running  30.0 s',
      '  9 selected · 8 sent · 3 settled',
      `  tier 2 ↓   settling ${'━'.repeat(24)} 2/8 settled · 8 sent · 6 open  waiting for the list to show their power`,
      `  tier 10 ↑  waiting  ${'━'.repeat(24)} 0/0 settled · 0 sent · 0 open`,
    ]);
  });

  it('fills a bar as far as its tier has settled', () => {
    const frame = frameOf(running, now, (style, text) => (text === '' ? '' : `<${style}>${text}`));
    expect(frame[2]).toContain(`<green>${'━'.repeat(6)}<dim>${'━'.repeat(18)}`);
    expect(frame[3]).toContain(`<green>${'━'.repeat(24)} 0/0`);
    expect(frame[2]).toContain('<cyan>settling');
  });

  it('says what there is to say before there are figures', () => {
    const recorded = recordOf({ status: 'recorded' });
    expect(frameOf(recorded, now, noPaint)).toEqual(['shutdown env=dev  recorded  31.0 s', '  waiting to be started']);
    expect(frameOf(recordOf({}), now, noPaint)).toEqual(['shutdown env=dev  running  30.0 s', '  listing …']);
  });

  it('says who cancelled it, while it stops', () => {
    expect(frameOf(recordOf(cancelled), now, noPaint)[1]).toBe(
      '  cancelled by ann: it sends nothing more, and reports soon',
    );
    expect(frameOf(recordOf({ ...cancelled, status: 'ended' }), now, noPaint).join()).not.toContain('cancelled by');
  });
});

describe('the lines of a run', () => {
  it('say the same', () => {
    expect(linesOf({ ...running, ...cancelled })).toEqual([
      ['status', 'shutdown env=dev: running'],
      ['cancel', 'cancelled by ann: it sends nothing more, and reports soon'],
      ['figures', '9 selected, 8 sent, 3 settled'],
      [
        'down 2',
        'tier 2 (down): settling: 8 planned, 8 sent, 2 settled, 6 open; waiting for the list to show their power',
      ],
      ['up 10', 'tier 10 (up): waiting: 0 planned, 0 sent, 0 settled, 0 open'],
    ]);
    expect(linesOf(recordOf({ status: 'recorded' }))).toEqual([
      ['status', 'shutdown env=dev: recorded, waiting to be started'],
    ]);
  });

  it('come once each where there is no TTY, and again when they change', () => {
    const terminal = fakeTerminal();
    const view = watchView('cron-1', terminal);
    view.show(recordOf({}));
    view.show(recordOf({}));
    view.show(recordOf({ progress: { selected: 9, sent: 1, settled: 0, tiers: [] } }));
    view.show(recordOf({ progress: { selected: 9, sent: 2, settled: 0, tiers: [] } }));
    view.show(recordOf({ progress: { selected: 9, sent: 2, settled: 0, tiers: [] }, status: 'ended' }));
    view.end();
    expect(terminal.stderr.text.split('\n')).toEqual([
      'cron-1: shutdown env=dev: running',
      'cron-1: 9 selected, 1 sent, 0 settled',
      'cron-1: 9 selected, 2 sent, 0 settled',
      'cron-1: shutdown env=dev: ended',
      '',
    ]);
    expect(terminal.stdout.text).toBe('');
  });

  it('are a frame on a TTY', () => {
    const terminal = fakeTerminal(true);
    const view = watchView('cron-1', terminal);
    view.show(running);
    view.end();
    expect(stripVTControlCharacters(terminal.stderr.text)).toContain('9 selected · 8 sent · 3 settled');
    expect(terminal.stdout.text).toBe('');
  });
});
