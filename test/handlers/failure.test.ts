// What a handler may throw: nothing that could carry a secret.

import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { failure } from '../../handlers/failure.ts';
import { PowerError } from '../../lib/core/errors.ts';

describe('failure', () => {
  const foreign = Object.assign(new TypeError('Bearer abc-secret'), {
    config: { headers: { Authorization: 'abc-secret' } },
  });

  it('keeps code, message and faults of our own errors, and drops the cause', () => {
    const ours = new PowerError('aws', 'the table is down', { cause: foreign, faults: ['one'] });
    const thrown = failure('it failed', ours);
    expect(thrown).toMatchObject({ code: 'aws', message: 'the table is down', faults: ['one'] });
    expect(thrown.cause).toBeUndefined();
    expect(inspect(thrown, { depth: null, showHidden: true })).not.toContain('abc-secret');
  });

  it.each([foreign, 'abc-secret', { token: 'abc-secret' }, null])('says nothing of what %j holds', (error) => {
    const thrown = failure('it failed', error);
    expect(thrown).toBeInstanceOf(Error);
    expect(inspect(thrown, { depth: null, showHidden: true })).not.toContain('abc-secret');
  });
});
