import { describe, expect, it } from 'vitest';
import { awsFault } from '../../lib/aws/aws-fault.ts';
import { PowerError } from '../../lib/core/errors.ts';

const undertaking = { doing: 'read run r', ifMissing: 'deploy it' };

describe('what AWS threw', () => {
  it.each([
    [Object.assign(new Error('x'), { name: 'ResourceNotFoundException' }), 'deploy it'],
    [Object.assign(new Error('x'), { name: 'TimeoutError' }), 'AWS does not answer'],
    [Object.assign(new Error('x'), { code: 'ECONNRESET' }), 'AWS does not answer'],
    [Object.assign(new Error('x'), { name: 'CredentialsProviderError' }), 'AWS does not accept the credentials'],
    [new Error('Region is missing'), 'no AWS region is set: set AWS_REGION'],
    [
      Object.assign(new Error('x'), { name: 'InternalServerError', $fault: 'server' }),
      'AWS answers InternalServerError',
    ],
    [new TypeError('osl-secret'), 'something unexpected went wrong (TypeError)'],
    ['osl-secret', 'something unexpected went wrong (string thrown)'],
  ])('%s becomes an aws error that says what to do', (thrown, advice) => {
    const fault = awsFault(thrown, undertaking);
    expect(fault).toMatchObject({ name: 'PowerError', code: 'aws', cause: thrown });
    expect(fault.message).toContain(`could not read run r: ${advice}`);
    expect(fault.message).not.toContain('osl-secret');
  });

  it('stays as it is when it already is one of our own', () => {
    const own = new PowerError('aws', 'no');
    expect(awsFault(own, undertaking)).toBe(own);
  });
});
