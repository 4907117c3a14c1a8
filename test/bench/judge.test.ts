// Who is right about a fleet: what was said of each VM, against what it was.

import { describe, expect, it } from 'vitest';
import { judge, mostAtOnce } from '../../bench/naive/judge.ts';

const truths = [
  { id: '1', power: 'off' },
  { id: '2', power: 'on' },
  { id: '3', power: 'stopping' },
  { id: '4', power: 'off' },
  { id: '5', power: 'on' },
] as const;

describe('what was said of a fleet', () => {
  it('is wrong about VMs that were said to be stopped and are not off', () => {
    expect(judge({ stopped: ['1', '2', '3'], failed: [] }, truths)).toMatchObject({ stopped: 3, notStopped: 2 });
  });

  it('is wrong about VMs that were said to have failed and are off', () => {
    expect(judge({ stopped: [], failed: ['2', '4'] }, truths)).toMatchObject({ failed: 2, notFailed: 1 });
  });

  it('is not wrong about VMs of which it was said that nobody knows', () => {
    expect(judge({ stopped: ['1', '4'], failed: ['2'], unsure: ['3', '5'] }, truths)).toEqual({
      stopped: 2,
      notStopped: 0,
      failed: 1,
      notFailed: 0,
      unsure: 2,
      unreported: 0,
    });
  });

  it('leaves out VMs that run and of which nothing was said', () => {
    expect(judge({ stopped: ['1'], failed: ['2'] }, truths).unreported).toBe(2);
  });
});

describe('the most requests at once', () => {
  it.each([
    ['none', [], 0],
    [
      'those that overlap',
      [
        { at: 0, endedAt: 10 },
        { at: 5, endedAt: 15 },
        { at: 20, endedAt: 30 },
      ],
      2,
    ],
    [
      'not one that ends as another begins',
      [
        { at: 0, endedAt: 10 },
        { at: 10, endedAt: 20 },
      ],
      1,
    ],
    [
      'those that never ended',
      [
        { at: 0, endedAt: null },
        { at: 10, endedAt: 20 },
        { at: 30, endedAt: null },
      ],
      2,
    ],
  ])('are %s', (_name, requests, most) => {
    expect(mostAtOnce(requests)).toBe(most);
  });
});
