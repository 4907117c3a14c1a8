// What a handler may throw: nothing that could carry a secret.

import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { failure } from '../../handlers/failure.ts';
import { PowerError } from '../../lib/core/errors.ts';
import { printedBy } from '../fixtures/printed.ts';

describe('failure', () => {
  const foreign = Object.assign(new TypeError('Bearer abc-secret'), {
    config: { headers: { Authorization: 'abc-secret' } },
  });

  it('keeps code, message and faults of our own errors, and drops the cause', async () => {
    const ours = new PowerError('aws', 'the table is down', { cause: foreign, faults: ['one'] });
    const { result: thrown, lines } = await printedBy(() => failure('it failed', ours));
    expect(thrown).toMatchObject({ code: 'aws', message: 'the table is down', faults: ['one'] });
    expect(thrown.cause).toBeUndefined();
    expect(inspect([thrown, lines], { depth: null, showHidden: true })).not.toContain('abc-secret');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'ERROR', message: 'it failed', error: { code: 'aws', message: 'the table is down', faults: ['one'] } },
    ]);
  });

  it.each([foreign, 'abc-secret', { token: 'abc-secret' }, null])(
    'says and logs nothing of what %j holds',
    async (error) => {
      const { result: thrown, lines } = await printedBy(() => failure('it failed', error));
      expect(lines).toHaveLength(1);
      expect(thrown).toBeInstanceOf(Error);
      expect(inspect([thrown, lines], { depth: null, showHidden: true })).not.toContain('abc-secret');
    },
  );
});
