import { describe, expect, it } from 'vitest';
import { describeError, kindOf } from '../../lib/core/describe-error.ts';
import { PowerError } from '../../lib/core/errors.ts';

describe('what may be said of an error', () => {
  it('is the code and message of our own, with its faults if it has any', () => {
    expect(describeError(new PowerError('guard', 'too many VMs'))).toEqual({ code: 'guard', message: 'too many VMs' });
    expect(describeError(new PowerError('config', 'fix', { faults: ['a'] }))).toEqual({
      code: 'config',
      message: 'fix',
      faults: ['a'],
    });
  });

  it('is never anything of its cause', () => {
    const error = new PowerError('aws', 'no', { cause: new Error('token') });
    expect(Object.keys(describeError(error))).toEqual(['code', 'message']);
  });

  it('is only the kind of anything else', () => {
    const error = Object.assign(new RangeError('token'), { code: 'ECONNRESET', faults: ['token'] });
    expect(describeError(error)).toEqual({ code: 'internal', message: 'something unexpected went wrong (RangeError)' });
    expect(describeError('token')).toEqual({
      code: 'internal',
      message: 'something unexpected went wrong (string thrown)',
    });
  });

  it.each([
    ['AxiosError', 'AxiosError'],
    ['E', 'E'],
    ['a'.repeat(64), 'a'.repeat(64)],
    ['a'.repeat(65), 'Error'],
    ['', 'Error'],
    ['1Error', 'Error'],
    ['Bearer token', 'Error'],
    [' Error', 'Error'],
    ['Error\n', 'Error'],
    [7, 'Error'],
    [undefined, 'Error'],
  ])('takes %j as an error name only if it looks like one', (name, kind) => {
    expect(kindOf(Object.assign(new Error('x'), { name }))).toBe(kind);
  });

  it.each([
    [null, 'null thrown'],
    [undefined, 'undefined thrown'],
    [{ name: 'token' }, 'object thrown'],
    [7, 'number thrown'],
  ])('is the type of %j', (thrown, kind) => {
    expect(kindOf(thrown)).toBe(kind);
  });
});
