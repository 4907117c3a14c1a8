// What an error of ours carries.

import { describe, expect, it } from 'vitest';
import { PowerError } from '../../lib/core/errors.ts';

describe('an error of ours', () => {
  it('has a code, a message, its faults, and the cause that it was given', () => {
    const cause = new TypeError('x');
    const error = new PowerError('config', 'fix these', { cause, faults: ['a', 'b'] });
    expect(error).toMatchObject({
      name: 'PowerError',
      code: 'config',
      message: 'fix these',
      faults: ['a', 'b'],
      cause,
    });
  });

  it('has no cause when it was given none, and no faults', () => {
    const error = new PowerError('aws', 'no');
    expect([Object.hasOwn(error, 'cause'), error.faults]).toEqual([false, []]);
  });
});
