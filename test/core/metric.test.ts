import { expect, it } from 'vitest';
import { dimensionSetsOf, metrics } from '../../lib/core/metric.ts';

it('no figure is told apart by more than two words, and never by one that names a VM', () => {
  for (const { by } of Object.values(metrics)) {
    expect(by.length).toBeLessThanOrEqual(2);
    for (const word of by) expect(['result', 'action', 'ending', 'call', 'schedule', 'account']).toContain(word);
  }
});

it('a figure is told under its own dimensions, and under none too where an alarm watches all', () => {
  expect(dimensionSetsOf('FailedVms')).toEqual([[]]);
  expect(dimensionSetsOf('Outcomes')).toEqual([['result', 'action']]);
  expect(dimensionSetsOf('TokenDaysLeft')).toEqual([[], ['account']]);
});
