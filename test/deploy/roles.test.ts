import { describe, expect, it } from 'vitest';
import { secretArn } from '../../deploy/roles.ts';
import { scheduleId } from '../../deploy/schedules.ts';

const here = (name: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${name}-??????`,
});
const arn = 'arn:aws:secretsmanager:eu-west-3:111122223333:secret:power/acme';

describe('the ARN of a secret', () => {
  it.each([
    { id: 'openscaler/token', expected: here('openscaler/token'), because: 'a name lacks the six characters' },
    { id: 'token-AbC123', expected: here('token-AbC123'), because: 'a name may end like an ARN' },
    { id: `${arn}-AbC123`, expected: `${arn}-AbC123`, because: 'a whole ARN is one' },
    { id: arn, expected: `${arn}-??????`, because: 'an ARN may be given without them' },
  ])('of $id: $because', ({ id, expected }) => {
    expect(secretArn(id)).toEqual(expected);
  });
});

describe("a schedule's logical id", () => {
  it('is letters and digits, and different for names that look alike', () => {
    const ids = ['dev-down', 'dev_down', 'devDown', 'DevDown', 'dev.down'].map(scheduleId);
    expect(new Set(ids).size).toBe(5);
    for (const id of ids) expect(id).toMatch(/^Schedule[Dd]ev[Dd]own[0-9a-f]{8}$/);
  });
});
