import { describe, expect, it } from 'vitest';
import { checkJson, listJson, runJson } from '../../../cli/render/json.ts';
import { outcome, report, vm } from '../reports.ts';

const unlisted = [{ account: 'main', project: 'p2', reason: 'HTTP 500' }];

describe('the JSON contracts', () => {
  it('power list has exactly the promised keys', () => {
    const more = { ...vm({ faults: ['bad'] }), secret: 'inner' };
    expect(JSON.parse(listJson([more], unlisted))).toStrictEqual({
      vms: [
        {
          id: '8',
          name: 'web-1',
          account: 'main',
          project: 'default',
          power: 'on',
          state: 'running',
          tags: { env: 'dev', protected: '' },
          faults: ['bad'],
        },
      ],
      unlisted,
    });
  });

  it('power run has exactly the promised keys', () => {
    expect(
      JSON.parse(runJson(report({ unlisted, outcomes: [{ ...outcome({}), ...{ secret: 'inner' } }] }))),
    ).toStrictEqual({
      run: {
        name: 'cli-1',
        action: 'shutdown',
        select: 'env=dev',
        dryRun: false,
        startedAt: '2026-01-01T00:00:00.000Z',
        endedAt: '2026-01-01T00:00:12.300Z',
      },
      counts: { succeeded: 1 },
      outcomes: [
        {
          vm: '8',
          name: 'web-1',
          account: 'main',
          project: 'default',
          action: 'shutdown',
          result: 'succeeded',
          reason: 'seen off',
          code: 'seen',
          power: 'off',
          attempts: 1,
          durationMs: 1234,
        },
      ],
      unlisted,
      calls: { lists: 3, reads: 0, actions: 1 },
    });
  });

  it('power check tells faults, meaning and the faulty VMs', () => {
    const more = { secret: 'inner' };
    const scheduled = [{ schedule: 'always off', vms: 2, neverChanges: true, ...more }];
    const longKeeps = [{ vm: vm({}), keep: 'on' as const, untilMs: 1000, latestMs: 0 }];
    const fleet = {
      vms: [vm({}), vm({ faults: ['bad'] })],
      unlisted,
      scheduled,
      longKeeps,
      inUnknownState: [vm({ state: 'asleep' })],
    };
    const told = JSON.parse(checkJson({ faults: [], meaning: ['One account.'], fleet }));
    expect(told.config).toStrictEqual({ faults: [], meaning: ['One account.'] });
    expect(told.fleet).toMatchObject({ vms: 2, faulty: [{ id: '8', faults: ['bad'] }], unlisted });
    expect(told.fleet.faulty).toHaveLength(1);
    expect(told.fleet.inUnknownState).toMatchObject([{ id: '8', state: 'asleep' }]);
    expect(told.fleet.schedules).toStrictEqual([{ schedule: 'always off', vms: 2, neverChanges: true }]);
    const { id, name, account, project } = vm({});
    const until = '1970-01-01T00:00:01Z';
    expect(told.fleet.longKeeps).toStrictEqual([{ id, name, account, project, keep: 'on', until }]);
    expect(JSON.parse(checkJson({ faults: ['x'], meaning: [], fleet: null }))).toStrictEqual({
      config: { faults: ['x'], meaning: [] },
      fleet: null,
    });
  });

  it('is one line, in which a hostile name stays escaped', () => {
    const text = listJson([vm({ name: 'a\n\u001b[2J' })], []);
    expect(text.split('\n')).toHaveLength(2);
    expect(text).not.toContain('\u001b');
    expect(JSON.parse(text).vms[0].name).toBe('a\n\u001b[2J');
  });
});
