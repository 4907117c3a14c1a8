// Whether a run is to stop: what says so, in which order it is asked, and what an unreadable answer means.

import { describe, expect, it } from 'vitest';
import { PowerError } from '../../lib/core/errors.ts';
import { isStopped } from '../../lib/run/stopping.ts';
import { MemoryLog } from '../fakes/log.ts';

const holder = { run: 'run-1', requestedAt: 0 };
const yes = async () => true;
const no = async () => false;

describe('a run is to stop', () => {
  it.each([
    ['nothing says so', {}, false],
    ['its signal does', { stop: AbortSignal.abort() }, true],
    ['its signal does not', { stop: new AbortController().signal }, false],
    ['its record does', { isCancelled: yes }, true],
    ['its record does not', { isCancelled: no }, false],
    ['its record does, and its signal does not', { stop: new AbortController().signal, isCancelled: yes }, true],
    ['its signal does, and its record does not', { stop: AbortSignal.abort(), isCancelled: no }, true],
  ])('or not: %s', async (_what, says, is) => {
    const log = new MemoryLog();
    expect(await isStopped({ ...says, log, holder })).toBe(is);
    expect(log.lines).toEqual([]);
  });

  it('without asking its record when its signal says so', async () => {
    const log = new MemoryLog();
    const isCancelled = () => Promise.reject(new Error('asked'));
    expect(await isStopped({ stop: AbortSignal.abort(), isCancelled, log, holder })).toBe(true);
    expect(log.lines).toEqual([]);
  });

  it('is no answer when the record cannot be read: that is warned of', async () => {
    const log = new MemoryLog();
    const error = new PowerError('aws', 'the table is slow');
    expect(await isStopped({ isCancelled: () => Promise.reject(error), log, holder })).toBe(false);
    expect(log.lines).toEqual([
      {
        level: 'warn',
        message: 'it could not be seen whether the run was cancelled; the next look asks again',
        fields: { run: 'run-1', error },
      },
    ]);
  });
});
