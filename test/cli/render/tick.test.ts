import { describe, expect, it } from 'vitest';
import { renderTick, tickJson } from '../../../cli/render/tick.ts';
import { noPaint } from '../../../cli/terminal.ts';
import { vmId } from '../../../lib/openscaler/vm-id.ts';
import type { Judgement } from '../../../lib/run/schedule/judge.ts';
import type { TickReport } from '../../../lib/run/schedule/tick.ts';
import { outcome, report, vm } from '../reports.ts';

const pipe = { paint: noPaint, width: null };
const unlisted = [{ account: 'main', project: 'p2', reason: 'HTTP\u001b[2J 500' }];

const inVain: Judgement = {
  vm: vm({ name: 'deaf\u001b[2J' }),
  schedule: null,
  override: null,
  keepTag: '',
  mark: null,
  decision: {
    action: 'shutdown',
    code: 'act',
    reason: 'it is on, after 3 attempts',
    wanted: 'off',
    boundary: 0,
    alarm: true,
    newMark: null,
  },
};

function ticked(parts: Partial<TickReport>): TickReport {
  return {
    at: Date.UTC(2026, 0, 1),
    listed: 5,
    scheduled: 3,
    judgements: [],
    acting: [],
    inVain: [],
    atFault: [],
    inUnknownState: [],
    unlisted: [],
    state: { marks: new Map(), overrides: [] },
    launched: null,
    ...parts,
  };
}

describe('a tick without a run', () => {
  it('is one line when all is well', () => {
    expect(renderTick({ tick: ticked({}), run: null }, pipe)).toBe(
      'tick of 2026-01-01T00:00:00Z: 5 VMs listed, 3 with a schedule or an override, nothing to do\n',
    );
  });

  it('names who is acted on in vain, who is left alone, and what was not listed', () => {
    const atFault = [vm({ id: vm({}).id, name: 'typo', faults: ['bad\u001b[2J tag', 'worse'] })];
    const inUnknownState = [vm({ name: 'mail', state: 'asleep' })];
    const text = renderTick({ tick: ticked({ inVain: [inVain], atFault, inUnknownState, unlisted }), run: null }, pipe);
    expect(text).toContain('! left alone: VM 8 mail (main/default): nobody has said what its state "asleep" means; ');
    expect(text).toContain('✗ in vain: VM 8 deaf (main/default): it is on, after 3 attempts\n');
    expect(text).toContain('! left alone: VM 8 typo (main/default): bad tag; worse\n');
    expect(text).toContain('✗ not listed main/p2: HTTP 500\n');
  });
});

describe('a tick with a run', () => {
  it('tells the run first, and what it could not list once', () => {
    const tick = ticked({ acting: [inVain], unlisted });
    const text = renderTick({ tick, run: report({ unlisted, run: { ...report({}).run, action: null } }) }, pipe);
    expect(text).toMatch(/^VM {2}NAME/);
    expect(text).toMatch(/^tick: 1 succeeded, in /m);
    expect(text.match(/not listed/g)).toHaveLength(1);
    expect(text).toMatch(/1 to act on\n$/);
  });

  it('says of a VM with a fault once why it is left alone: in the report, where it has it', () => {
    const faulty = { name: 'typo', faults: ['bad tag'] };
    const atFault = [vm({ ...faulty, id: vmId('8') }), vm({ ...faulty, id: vmId('9') })];
    const outcomes = [outcome({ vm: vmId('8'), result: 'skipped', code: 'fault', reason: 'bad tag' })];
    const text = renderTick({ tick: ticked({ atFault }), run: report({ outcomes }) }, pipe);
    expect(text.match(/bad tag/g)).toHaveLength(2);
    expect(text).not.toContain('! left alone: VM 8');
    expect(text).toContain('! left alone: VM 9');
  });
});

describe('the JSON contract of a tick', () => {
  it('has the keys of a run, and those of the tick', () => {
    const calls = [
      { lists: 2, reads: 0, actions: 1 },
      { lists: 1, reads: 3, actions: 0 },
    ];
    const text = tickJson({ tick: ticked({ inVain: [inVain], acting: [inVain], unlisted }), run: null }, calls);
    expect(text.split('\n')).toHaveLength(2);
    expect(JSON.parse(text)).toStrictEqual({
      tick: {
        at: '2026-01-01T00:00:00Z',
        listed: 5,
        scheduled: 3,
        acting: 1,
        inVain: [
          {
            id: '8',
            name: 'deaf\u001b[2J',
            account: 'main',
            project: 'default',
            power: 'on',
            state: 'running',
            tags: { env: 'dev', protected: '' },
            faults: [],
            reason: 'it is on, after 3 attempts',
          },
        ],
        atFault: [],
        inUnknownState: [],
      },
      run: null,
      counts: {},
      outcomes: [],
      unlisted,
      calls: { lists: 3, reads: 3, actions: 1 },
    });
    const withRun = JSON.parse(tickJson({ tick: ticked({}), run: report({}) }, calls));
    expect(Object.keys(withRun)).toEqual(['tick', 'run', 'counts', 'outcomes', 'unlisted', 'calls']);
    expect(withRun.calls).toEqual({ lists: 3, reads: 3, actions: 1 });
    expect(withRun.outcomes).toHaveLength(1);
  });
});
