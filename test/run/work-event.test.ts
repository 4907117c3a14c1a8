// What a worker takes for an event, and what for a part of a run: our own, and nothing else.

import { describe, expect, it } from 'vitest';
import { readPart, readPartEvent } from '../../lib/run/work-event.ts';

describe('the event of a worker', () => {
  it.each([
    ['of a run', { run: 'cron-1' }, { run: 'cron-1' }],
    ['of a part', { run: 'cron-1', part: { gzip: 'AAAA' } }, { run: 'cron-1', part: { gzip: 'AAAA' } }],
    ['with more than we know', { run: 'cron-1', later: 1 }, { run: 'cron-1' }],
  ])('%s is read', (_what, event, expected) => {
    expect(readPartEvent(event)).toEqual(expected);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'cron-1'],
    ['no run', { part: { json: '{}' } }],
    ['a run that is no name', { run: 'cron 1' }],
    ['a part that is none', { run: 'cron-1', part: 'all of them' }],
    ['a part that we never wrote', { run: 'cron-1', part: { vms: ['8'] } }],
    ['a part of a run that is no name', { run: '', part: { json: '{}' } }],
  ])('%s is refused', (_what, event) => {
    expect(() => readPartEvent(event)).toThrow(
      expect.objectContaining({ code: 'request', message: expect.stringContaining('"run"') }),
    );
  });
});

const part = { label: 'all-0', pursuits: [], shares: { main: 2 }, requestedAt: 5, until: 9 };

describe('a part', () => {
  it.each([part, { ...part, until: null }, { ...part, shares: {} }])('is read as it was written: %j', (written) => {
    expect(readPart(written)).toEqual(written);
  });

  it.each([
    ['nothing', undefined],
    ['no label', { ...part, label: undefined }],
    ['no pursuits', { ...part, pursuits: undefined }],
    ['pursuits that are no list', { ...part, pursuits: { 0: 'all' } }],
    ['shares that are none', { ...part, shares: { main: 0 } }],
    ['shares that are no numbers', { ...part, shares: { main: '2' } }],
    ['no instant of the request', { ...part, requestedAt: null }],
    ['no word of an end', { ...part, until: undefined }],
  ])('with %s is of another version', (_what, value) => {
    expect(() => readPart(value)).toThrow(
      expect.objectContaining({ code: 'request', message: expect.stringContaining('another version') }),
    );
  });
});
