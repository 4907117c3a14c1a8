// What the configuration's `rotation` and `oauth` make of the packaged template: a function, its schedules, and exactly its grants.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grantsIn } from '../../deploy/grants.ts';
import { rotation } from '../../deploy/rotation.ts';
import { loadConfig, readEnvironment } from '../../lib/config.ts';
import { type Packaged, packageProject, resourcesOf } from '../fixtures/template.ts';

const labsArn = 'arn:aws:secretsmanager:eu-west-3:111122223333:secret:power/labs-AbC123';
const config = {
  accounts: {
    acme: { secretId: 'power/acme', projects: ['default'] },
    twin: { secretId: 'power/acme', projects: ['ci'] },
    labs: { secretId: labsArn },
    alone: { secretId: 'power/alone' },
  },
  oauth: { grant: 'refresh_token' },
  rotation: { every: '12h', accounts: ['acme', 'twin', 'labs'] },
  tick: false,
};

let packaged: Packaged;

beforeAll(async () => {
  packaged = await packageProject(config);
}, 120_000);

afterAll(() => packaged?.remove());

const here = (name: string) =>
  `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${name}-??????`;

describe('a rotation in the packaged template', () => {
  it('is a function with a role of its own, that may do this and nothing else', () => {
    expect(packaged.template.Resources.RotateLambdaFunction?.Properties).toMatchObject({
      Handler: 'handlers/rotate.handler',
      Timeout: 120,
      Role: { 'Fn::GetAtt': ['RotateRole', 'Arn'] },
    });
    const rights = grantsIn(packaged.template.Resources).filter(({ role }) => role === 'RotateRole');
    const onSecrets = ['DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'];
    expect(rights.map(({ action, resource }) => `${action} ${resource}`).sort()).toEqual(
      [
        'logs:CreateLogStream RotateLogGroup.Arn',
        'logs:PutLogEvents RotateLogGroup.Arn',
        'dynamodb:GetItem RunTable.Arn',
        'dynamodb:UpdateItem RunTable.Arn',
        ...onSecrets.flatMap((action) => [here('power/acme'), labsArn].map((on) => `secretsmanager:${action} ${on}`)),
      ].sort(),
    );
  });

  it('is invoked by Secrets Manager of this account, and by nobody else', () => {
    const permissions = Object.values(resourcesOf(packaged.template, 'AWS::Lambda::Permission'));
    const rotating = permissions.filter(({ Properties }) =>
      JSON.stringify(Properties).includes('RotateLambdaFunction'),
    );
    expect(rotating.map(({ Properties }) => Properties)).toEqual([
      {
        Action: 'lambda:InvokeFunction',
        FunctionName: { 'Fn::GetAtt': ['RotateLambdaFunction', 'Arn'] },
        Principal: 'secretsmanager.amazonaws.com',
        SourceAccount: { Ref: 'AWS::AccountId' },
      },
    ]);
  });

  it('has a schedule for each secret that is named, once', () => {
    const schedules = Object.values(resourcesOf(packaged.template, 'AWS::SecretsManager::RotationSchedule'));
    expect(schedules.map(({ Properties }) => Properties)).toEqual(
      ['power/acme', labsArn].map((SecretId) => ({
        SecretId,
        RotationLambdaARN: { 'Fn::GetAtt': ['RotateLambdaFunction', 'Arn'] },
        RotationRules: { ScheduleExpression: 'rate(12 hours)' },
        RotateImmediatelyOnUpdate: true,
      })),
    );
  });

  it('rings when it fails', () => {
    expect(packaged.template.Resources.RotateErrorsAlarm).toBeDefined();
  });

  it('lets those who renew tokens on use store them, in the secrets of accounts alone', () => {
    const storing = grantsIn(packaged.template.Resources).filter(
      ({ action }) => action === 'secretsmanager:PutSecretValue',
    );
    const secrets = [here('power/acme'), labsArn, here('power/alone')];
    const expected = ['ReconcileRole', 'ApiRole', 'RunRole'].flatMap((role) => secrets.map((on) => `${role} ${on}`));
    expect(
      storing.filter(({ role }) => role !== 'RotateRole').map(({ role, resource }) => `${role} ${resource}`),
    ).toEqual(expected);
  });
});

describe('the rate of a rotation', () => {
  it.each([
    ['4h', 'rate(4 hours)'],
    ['23h', 'rate(23 hours)'],
    ['24h', 'rate(1 day)'],
    ['30d', 'rate(30 days)'],
  ])('every %s is %s', (every, rate) => {
    const environment = readEnvironment({ OPENSCALER_SECRET_ID: 'power/main' });
    const made = rotation(loadConfig({ rotation: { every } }, environment, { where: 'lambda' }));
    expect(made.Rotation1?.Properties).toMatchObject({ RotationRules: { ScheduleExpression: rate } });
  });

  it('is none where none is configured, and neither is a function or a leave to store', () => {
    const environment = readEnvironment({ OPENSCALER_SECRET_ID: 'power/main' });
    expect(rotation(loadConfig({}, environment, { where: 'lambda' }))).toEqual({});
  });
});
