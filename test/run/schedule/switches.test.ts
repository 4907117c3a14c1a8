import { expect, it } from 'vitest';
import { switchesOf } from '../../../lib/run/schedule/switches.ts';

it('programs are shown what is wanted on or off, in order, and no end of wanting', () => {
  const transitions = [
    { at: 1, wanted: 'on' },
    { at: 2, wanted: 'none' },
    { at: 3, wanted: 'off' },
  ] as const;
  expect(switchesOf(transitions)).toEqual([
    { at: 1, wanted: 'on' },
    { at: 3, wanted: 'off' },
  ]);
});
