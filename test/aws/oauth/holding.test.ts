import { describe, expect, it } from 'vitest';
import { holding } from '../../../lib/aws/oauth/holding.ts';
import { type HeldLock, lockMs } from '../../../lib/aws/oauth/renewal-lock.ts';
import { PowerError } from '../../../lib/core/errors.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { MemoryLog } from '../../fakes/log.ts';

/** Work of a minute under a lock, whose holder learns these things in turn. */
async function minuteUnder(...answers: readonly (() => Promise<boolean>)[]) {
  const clock = new FakeClock();
  const log = new MemoryLog();
  const calls: string[] = [];
  let extended = 0;
  const held: HeldLock = {
    note: async () => true,
    extend: () => {
      calls.push('extend');
      const answer = answers[extended];
      extended += 1;
      return answer?.() ?? Promise.resolve(true);
    },
    release: async () => {
      calls.push('release');
      return true;
    },
  };
  const result = await clock.run(holding(held, { clock, log }, () => clock.sleep(60_000).then(() => 'done')));
  return { result, calls, said: log.lines.map(({ message }) => message) };
}

describe('the lock under which somebody works', () => {
  it('is held on to well before it lapses, as long as that takes, and then given back', async () => {
    const { result, calls, said } = await minuteUnder();
    expect(result).toBe('done');
    expect(calls.length).toBeGreaterThan(60_000 / lockMs);
    expect([calls.indexOf('release'), said]).toEqual([calls.length - 1, []]);
  });

  it('is held on to also after the table did not answer once, which is said', async () => {
    const { calls, said } = await minuteUnder(() => Promise.reject(new PowerError('aws', 'the table is away')));
    expect(calls.filter((call) => call === 'extend').length).toBeGreaterThan(2);
    expect(said).toEqual(['the lock of a renewal could not be held on to; it is tried again']);
  });

  it('is left alone once somebody else has it', async () => {
    const { result, calls } = await minuteUnder(async () => false);
    expect([result, calls]).toEqual(['done', ['extend', 'release']]);
  });
});
