// A webhook's secrets: how they are written, and for how long they count.

import { describe, expect, it } from 'vitest';
import { PowerError } from '../../lib/core/errors.ts';
import { splitSecrets, webhookSecrets } from '../../lib/http/webhook-secrets.ts';
import { FakeClock } from '../fakes/clock.ts';

const long = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const other = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

describe('splitSecrets', () => {
  it.each([
    ['one', [long], long],
    ['one short one', ['hunter2'], ' hunter2\n'],
    ['two on two lines', [long, other], `${long}\n${other}\n`],
    ['two parted by blanks', [long, other], `  ${long} \t ${other}`],
    ['two of 16 characters', ['a'.repeat(16), 'b'.repeat(16)], `${'a'.repeat(16)} ${'b'.repeat(16)}`],
    ['a JSON array with blanks around it', [long], ` ["${long}"]\n`],
    ['a JSON array', [long, 'It is a Secret to Everybody'], JSON.stringify([long, 'It is a Secret to Everybody'])],
    ['the one field of the console', ['It-is-a-Secret'], '{"github":"It-is-a-Secret"}'],
    ['several in it', [long, other], JSON.stringify({ hub: `${long} ${other}` })],
    ['a passphrase that only looks like JSON', ['{curly}'], '{curly}'],
  ])('reads %s', (_what, secrets, text) => {
    expect(splitSecrets('s', text)).toEqual(secrets);
  });

  it.each([
    ['nothing', ''],
    ['blanks', ' \n '],
    ['a passphrase, whose words would each be a secret', 'correct horse battery staple'],
    ['a secret with a torn-off end', `${long} abc`],
    ['an empty array', '[]'],
    ['an array with an empty secret', '["a",""]'],
    ['an array of numbers', '[1]'],
    ['a broken array', '["a"'],
    ['fields of which nobody knows which it is', `{"old":"${long}","new":"${other}"}`],
    ['a field that is no text', '{"n":1}'],
    ['a field that is empty', '{"whsec_a":""}'],
    ['no field', '{}'],
  ])('refuses %s, without telling it', (_what, text) => {
    const read = () => splitSecrets('power/ci', text);
    expect(read).toThrowError(
      expect.objectContaining({ code: 'secret', message: expect.stringContaining('power/ci') }),
    );
    expect(read).not.toThrowError(/horse|whsec/);
  });
});

describe('webhookSecrets', () => {
  function bench() {
    const clock = new FakeClock();
    const calls: string[] = [];
    const answer = { text: long, error: null as Error | null };
    const read = async (id: string) => {
      calls.push(id);
      if (answer.error) throw answer.error;
      return answer.text;
    };
    return { clock, calls, answer, secrets: webhookSecrets({ read }, clock) };
  }

  it('reads each secret once in five minutes, and then again', async () => {
    const { clock, calls, answer, secrets } = bench();
    await secrets('a');
    await secrets('b');
    answer.text = other;
    await clock.run(clock.sleep(5 * 60_000 - 1));
    expect(await secrets('a')).toEqual([long]);
    expect(calls).toEqual(['a', 'b']);
    await clock.run(clock.sleep(1));
    expect(await secrets('a')).toEqual([other]);
    expect(calls).toEqual(['a', 'b', 'a']);
  });

  it('keeps no failure', async () => {
    const { answer, secrets } = bench();
    answer.error = new PowerError('secret', 'no');
    await expect(secrets('a')).rejects.toThrow('no');
    answer.error = null;
    expect(await secrets('a')).toEqual([long]);
  });
});
