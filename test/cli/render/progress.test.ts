import { describe, expect, it } from 'vitest';
import { lineOf, Progress } from '../../../cli/render/progress.ts';
import { noPaint } from '../../../cli/terminal.ts';
import type { RunEvent } from '../../../lib/ports.ts';
import { outcome } from '../reports.ts';

const sent = (vm: string, attempt = 1): RunEvent => ({
  kind: 'sent',
  vm,
  account: 'main',
  action: 'shutdown',
  attempt,
});
const answered = (vm: string): RunEvent => ({
  kind: 'answered',
  vm,
  account: 'main',
  meaning: 'done',
  detail: 'HTTP 200',
});

function frameAfter(...events: RunEvent[]): string[] {
  const progress = new Progress();
  for (const event of events) progress.apply(event);
  return progress.frame('shutdown env=dev', 4200, noPaint);
}

describe('the live frame', () => {
  it('begins with listing', () => {
    expect(frameAfter()).toEqual(['shutdown env=dev  4.2 s', '  listing …']);
  });

  it('says what is being sent, what waits, and what has settled', () => {
    const frame = frameAfter(
      { kind: 'listed', vms: 60, unlisted: [{ account: 'main', project: 'p2', reason: 'HTTP 500' }] },
      { kind: 'planned', selected: 4, toSend: 3 },
      { kind: 'settled', outcome: outcome({ vm: '1', result: 'unchanged' }) },
      sent('2'),
      sent('3'),
      sent('4'),
      answered('2'),
      answered('3'),
      { kind: 'settled', outcome: outcome({ vm: '3' }) },
      { kind: 'looked', open: 2 },
    );
    expect(frame).toEqual([
      'shutdown env=dev  4.2 s',
      '  60 listed · 1 projects not listed · 4 selected · 3 to send',
      '  sending  1  VM 4',
      '  waiting  1  for the list to show their power',
      `  settled  ${'━'.repeat(24)} 2/4  1 succeeded · 1 unchanged`,
    ]);
  });

  it('says in a dry run what would be sent', () => {
    const frame = frameAfter(
      { kind: 'listed', vms: 60, unlisted: [] },
      { kind: 'planned', selected: 4, toSend: 0, rehearsed: 3 },
    );
    expect(frame[1]).toBe('  60 listed · 4 selected · 3 would be sent');
  });

  it('says how the tiers stand, where there are several', () => {
    const tier = (tier: number, state: 'waiting' | 'open' | 'settled'): RunEvent => ({
      kind: 'tier',
      direction: 'down',
      tier,
      state,
      vms: 2,
    });
    const planned: RunEvent = { kind: 'planned', selected: 4, toSend: 4 };
    const frame = frameAfter(planned, tier(2, 'open'), tier(1, 'waiting'), tier(2, 'settled'), tier(1, 'open'));
    expect(frame[2]).toBe('  tiers    2 ↓ settled · 1 ↓ open');
  });

  it('tells accounts with the same id apart, marks a second send, and names only a few', () => {
    const many = ['1', '2', '3', '4', '5', '6', '7'].map((vm) => sent(vm));
    const frame = frameAfter({ kind: 'planned', selected: 9, toSend: 9 }, sent('0', 2), ...many, {
      ...sent('1'),
      account: 'acme',
    } as RunEvent);
    expect(frame[2]).toBe('  sending  9  VM 0 (again), 1, 2, 3, 4, 5 and 3 more');
  });
});

describe('the line of an event', () => {
  it.each<[RunEvent, string | null]>([
    [{ kind: 'listed', vms: 60, unlisted: [] }, 'listed 60 VMs'],
    [
      { kind: 'listed', vms: 0, unlisted: [{ account: 'main', project: 'p2', reason: 'HTTP 500\u001b[2J' }] },
      'listed 0 VMs; not listed: main/p2 (HTTP 500)',
    ],
    [{ kind: 'planned', selected: 4, toSend: 3 }, '4 selected, 3 to send'],
    [{ kind: 'planned', selected: 4, toSend: 0, rehearsed: 3 }, '4 selected, 3 would be sent'],
    [{ kind: 'tier', direction: 'down', tier: 2, state: 'open', vms: 3 }, 'tier 2 (down), 3 to act on: open'],
    [
      { kind: 'tier', direction: 'up', tier: 1, state: 'waiting', vms: 1, why: 'tier 0\u001b[2J' },
      'tier 1 (up), 1 to act on: waiting (tier 0)',
    ],
    [sent('8'), 'VM 8: shutdown sent'],
    [sent('8', 2), 'VM 8: shutdown sent (attempt 2)'],
    [answered('8'), null],
    [
      { kind: 'answered', vm: '8', account: 'main', meaning: 'unknown', detail: 'HTTP 500' },
      'VM 8: HTTP 500 (unknown)',
    ],
    [{ kind: 'looked', open: 3 }, null],
    [{ kind: 'settled', outcome: outcome({ name: 'a\nb' }) }, 'VM 8 a b: ✓ succeeded: seen off'],
  ])('%j', (event, line) => {
    expect(lineOf(event, noPaint)).toBe(line);
  });
});
