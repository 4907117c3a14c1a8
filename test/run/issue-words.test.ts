// However long what somebody sent is, the message about it is short.

import { describe, expect, it } from 'vitest';
import { PowerError } from '../../lib/core/errors.ts';
import { parseRunRequest } from '../../lib/run/request.ts';
import { launchScheduled } from '../../lib/run/scheduled.ts';
import { FakeClock } from '../fakes/clock.ts';
import { FakeLauncher } from '../fakes/launcher.ts';
import { MemoryLog } from '../fakes/log.ts';
import { MemoryRunStore } from '../fakes/run-store.ts';

const long = 'x'.repeat(100_000);

function messageOf(value: unknown): string {
  try {
    parseRunRequest(value);
  } catch (error) {
    if (error instanceof PowerError) return error.message;
    throw error;
  }
  return '';
}

describe('the words about a value that is not what it should be', () => {
  it.each([
    ['a text for a request', long],
    ['a text for a list', { action: 'start', select: '*', accounts: long }],
  ])('do not repeat %s', (_what, value) => {
    expect(messageOf(value)).toMatch(/ but received "x{100,300}…$/);
  });

  it('do not repeat a key that there is not', () => {
    const message = messageOf({ action: 'start', select: '*', [long]: 1 });
    expect(message).toMatch(/^the run request is not valid: x{80}…: \S.{0,300}…$/);
  });

  it('say of a short one where and what', () => {
    expect(messageOf({ action: 'start', select: '*', projects: [7] })).toBe(
      'the run request is not valid: projects.0: Invalid type: Expected string but received 7',
    );
  });

  it('do not repeat the event of a schedule', async () => {
    const clock = new FakeClock();
    const world = { store: new MemoryRunStore(), launcher: new FakeLauncher(), clock, log: new MemoryLog(), crons: [] };
    const refused: unknown = await launchScheduled(long, world).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(PowerError);
    expect(refused instanceof PowerError && refused.message).toMatch(
      /^this is not the event of a schedule: event: .{100,301}$/,
    );
  });
});
