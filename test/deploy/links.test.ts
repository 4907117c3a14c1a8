// What the configuration's `notify` makes of the packaged template: links, a function behind them, a key, and exactly its grants.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { functionKeysOf } from '../../deploy/functions.ts';
import { grantsIn } from '../../deploy/grants.ts';
import { keepFunction, linkEnvironment, links } from '../../deploy/links.ts';
import { roles } from '../../deploy/roles.ts';
import { loadConfig, readEnvironment } from '../../lib/config.ts';
import { type Packaged, packageProject, resourcesOf } from '../fixtures/template.ts';

const notify = { kind: 'slack', secret: 'power/notify', before: '30m' };
const deployment = { service: 'service', stage: 'stage' };
const here = (name: string) =>
  `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${name}-??????`;
const loaded = (more: object) =>
  loadConfig(more, readEnvironment({ OPENSCALER_SECRET_ID: 'power/main' }), { where: 'lambda' });

describe('links in the packaged template', () => {
  let packaged: Packaged;

  beforeAll(async () => {
    packaged = await packageProject({ notify });
  }, 120_000);

  afterAll(() => packaged?.remove());

  const rightsOf = (wanted: string) =>
    grantsIn(packaged.template.Resources)
      .filter(({ role }) => role === wanted)
      .map(({ action, resource }) => `${action} ${resource}`);

  it('are behind a function that may read and make overrides and warnings, read the key, and nothing else', () => {
    expect(packaged.template.Resources.KeepLambdaFunction?.Properties).toMatchObject({
      Handler: 'handlers/keep.handler',
      Timeout: 20,
      Role: { 'Fn::GetAtt': ['KeepRole', 'Arn'] },
    });
    expect(rightsOf('KeepRole')).toEqual([
      'logs:CreateLogStream KeepLogGroup.Arn',
      'logs:PutLogEvents KeepLogGroup.Arn',
      'dynamodb:GetItem RunTable.Arn',
      'dynamodb:PutItem RunTable.Arn',
      'dynamodb:UpdateItem RunTable.Arn',
      'dynamodb:Query RunTable.Arn',
      `secretsmanager:GetSecretValue ${here('openscaler-power-dev/link-key')}`,
    ]);
    expect(packaged.template.Resources.KeepRole?.Properties).toHaveProperty(
      'Policies.0.PolicyDocument.Statement.1.Condition',
      { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['fleet', 'warning'] } },
    );
    expect(JSON.stringify(packaged.template.Resources.KeepRole)).not.toContain('*');
  });

  it('are reached without IAM, by GET and POST alone', () => {
    const routes = Object.values(resourcesOf(packaged.template, 'AWS::ApiGatewayV2::Route'));
    const open = routes.filter(({ Properties }) => (Properties.AuthorizationType ?? 'NONE') === 'NONE');
    expect(open.map(({ Properties }) => Properties.RouteKey).sort()).toEqual([
      'GET /v1/keep/{token}',
      'POST /v1/keep/{token}',
      'POST /v1/webhooks/{name}',
    ]);
  });

  it('are signed with a key that the stack makes, and that who warns and who is asked are told of', () => {
    expect(packaged.template.Resources.LinkKey).toMatchObject({
      Type: 'AWS::SecretsManager::Secret',
      Properties: {
        Name: 'openscaler-power-dev/link-key',
        GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
      },
    });
    const told = Object.entries(resourcesOf(packaged.template, 'AWS::Lambda::Function')).flatMap(
      ([id, { Properties }]) => {
        const variables = Object.entries((Properties.Environment as { Variables: object }).Variables);
        return variables.filter(([name]) => name.startsWith('POWER_LINK')).map(([name, value]) => [id, name, value]);
      },
    );
    const base = `https://\${HttpApi}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}/v1/keep`;
    expect(told).toEqual([
      ['ReconcileLambdaFunction', 'POWER_LINK_KEY', 'openscaler-power-dev/link-key'],
      ['ReconcileLambdaFunction', 'POWER_LINK_URL', { 'Fn::Sub': base }],
      ['KeepLambdaFunction', 'POWER_LINK_KEY', 'openscaler-power-dev/link-key'],
    ]);
  });

  it('begin with another address where there is one', () => {
    const config = loaded({ notify });
    expect(linkEnvironment(config, deployment, 'http://127.0.0.1:3000/v1/keep')).toEqual({
      POWER_LINK_KEY: 'service-stage/link-key',
      POWER_LINK_URL: 'http://127.0.0.1:3000/v1/keep',
    });
  });

  it('give the secret of the channel to those who tell, and to nobody else', () => {
    const readers = grantsIn(packaged.template.Resources).filter(({ resource }) => resource === here('power/notify'));
    expect(readers.map(({ role, action }) => `${role} ${action}`)).toEqual([
      'ReconcileRole secretsmanager:GetSecretValue',
      'RunRole secretsmanager:GetSecretValue',
    ]);
  });

  it('ring when they fail', () => {
    expect(packaged.template.Resources.KeepErrorsAlarm).toBeDefined();
    expect(packaged.template.Resources.KeepThrottlesAlarm).toBeDefined();
  });
});

describe('without warnings', () => {
  it.each([{}, { notify: { kind: 'slack', secret: 'power/notify' } }])('%j makes no link', (more) => {
    const config = loaded(more);
    expect(links(config, deployment)).toEqual({});
    expect(linkEnvironment(config, deployment)).toEqual({});
    expect(keepFunction(config, deployment)).toBeNull();
    expect(functionKeysOf(config)).not.toContain('keep');
  });

  it('only runs, and the tick that finds lost ones, read the secret of the channel', () => {
    const made = roles(loaded({ notify: { kind: 'slack', secret: 'power/notify' } }), deployment);
    expect(Object.keys(made).filter((role) => JSON.stringify(made[role]).includes('power/notify'))).toEqual([
      'ReconcileRole',
      'RunRole',
    ]);
  });
});
