import { describe, expect, it } from 'vitest';
import { type OutcomeCode, type Result, untouched } from '../../../lib/core/outcome.ts';
import { brokeOffFigures, runFigures } from '../../../lib/run/metrics/run-figures.ts';
import { makeReport } from '../../../lib/run/report.ts';
import { parseRunRequest } from '../../../lib/run/request.ts';
import { vm } from '../../fixtures/vm.ts';

function outcome(result: Result, action: 'start' | 'shutdown' | null, attempts = 0, code: OutcomeCode = 'seen') {
  return { ...untouched(vm({}), action, { result, code, reason: 'so it is' }), attempts };
}

function reportOf(outcomes: readonly ReturnType<typeof outcome>[], interrupted = false) {
  const request = parseRunRequest({ action: 'shutdown', select: 'env=dev' });
  const calls = { lists: 1, reads: 0, actions: 1 };
  const times = { startedAt: 10_000, endedAt: 74_500 };
  return makeReport('run-1', request, { ...times, outcomes, unlisted: [], matched: true, interrupted, calls });
}

const valuesOf = (report: ReturnType<typeof reportOf>, name: string) =>
  runFigures(report).flatMap((one) => (one.name === name ? [one.value] : []));

describe('the figures of a run', () => {
  it('count its outcomes by result and action', () => {
    const report = reportOf([
      outcome('succeeded', 'shutdown', 1),
      outcome('failed', 'shutdown', 3),
      outcome('succeeded', 'shutdown', 1),
      outcome('succeeded', 'start', 1),
      outcome('skipped', null),
    ]);
    const counted = runFigures(report).filter(({ name }) => name === 'Outcomes');
    expect(counted.map(({ by, value }) => [by, value])).toEqual([
      [{ result: 'succeeded', action: 'shutdown' }, 2],
      [{ result: 'failed', action: 'shutdown' }, 1],
      [{ result: 'succeeded', action: 'start' }, 1],
      [{ result: 'skipped', action: 'none' }, 1],
    ]);
  });

  it('say how many VMs failed or are unknown, and that none did', () => {
    const bad = [outcome('failed', 'start', 2), outcome('unknown', 'start', 1), outcome('refused', 'start', 1)];
    expect(valuesOf(reportOf(bad), 'FailedVms')).toEqual([2]);
    expect(valuesOf(reportOf([outcome('succeeded', 'start', 1)]), 'FailedVms')).toEqual([0]);
  });

  it('say how long it took, and how often was sent again', () => {
    const report = reportOf([
      outcome('succeeded', 'start', 3),
      outcome('unchanged', 'start', 0),
      outcome('gone', 'start', 2),
    ]);
    expect([valuesOf(report, 'RunDuration'), valuesOf(report, 'ApiRetries')]).toEqual([[64_500], [3]]);
  });

  it.each([
    ['well', reportOf([outcome('succeeded', 'start', 1)])],
    ['trouble', reportOf([outcome('failed', 'start', 1)])],
    ['refused', reportOf([outcome('refused', 'start', 0, 'guard')])],
    ['interrupted', reportOf([outcome('failed', 'start', 1)], true)],
  ])('say that it ended in %s', (ending, report) => {
    expect(runFigures(report)).toContainEqual({ name: 'Runs', value: 1, by: { ending } });
  });

  it('without a report say that it broke off, and nothing else', () => {
    expect(brokeOffFigures()).toEqual([{ name: 'Runs', value: 1, by: { ending: 'broke-off' } }]);
  });

  it('never have a VM for a dimension', () => {
    const text = JSON.stringify(runFigures(reportOf([outcome('failed', 'start', 1)])));
    const { id, name } = vm({});
    for (const secret of [`"${id}"`, `"${name}"`]) expect(text).not.toContain(secret);
  });
});
