import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alarmTable } from '../../deploy/alarm-table.ts';
import { grantsIn } from '../../deploy/grants.ts';
import { executionLifetimeMs } from '../../lib/aws/durable/limits.ts';
import { loadConfig, readEnvironment } from '../../lib/config.ts';
import { type Packaged, packageProject, resourcesOf } from '../fixtures/template.ts';
import { zipEntries } from '../fixtures/zip.ts';

const secretArn = 'arn:aws:secretsmanager:eu-west-3:111122223333:secret:power/globex-AbC123';

const config = {
  accounts: {
    acme: { secretId: 'power/acme', projects: ['default'] },
    globex: { secretId: secretArn, projects: ['default', 'ci'] },
  },
  crons: {
    'dev-down': { cron: '0 19 ? * SUN-THU *', timezone: 'Africa/Algiers', action: 'shutdown', select: 'env=dev' },
    'dev-Down': {
      cron: '30 7 ? * MON-FRI *',
      timezone: 'Europe/Paris',
      action: 'start',
      select: 'env=ci',
      maxEventAge: '10m',
      retries: 0,
    },
  },
  webhooks: {
    ci: {
      verify: 'standard',
      secretId: 'power/webhooks/ci',
      on: [{ when: { type: 'x' }, action: 'start', select: 'env=ci' }],
    },
  },
  timezone: 'Africa/Algiers',
  // A name that begins as a handler's does: the packager is particular about those.
  calendars: { dz: { ics: 'api-holidays.ics' } },
  schedules: { 'office-hours': { on: 'Sun-Thu 08:00-18:00', except: ['dz'] } },
  tick: { every: '10m', maxAge: '20m' },
  alarms: { email: 'ops@example.org' },
  reservedConcurrency: 3,
};

const holidays = [
  'BEGIN:VCALENDAR',
  'BEGIN:VEVENT',
  'UID:1',
  'DTSTART;VALUE=DATE:20261101',
  'END:VEVENT',
  'END:VCALENDAR',
  '',
].join('\r\n');

let packaged: Packaged;

beforeAll(async () => {
  packaged = await packageProject(config, {}, { 'api-holidays.ics': holidays });
}, 120_000);

afterAll(() => packaged?.remove());

const all = (type: string) => Object.entries(resourcesOf(packaged.template, type));
const properties = (id: string) => packaged.template.Resources[id]?.Properties ?? {};

const arnHere = (service: string, rest: string) =>
  `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${rest}`;
const acmeSecret = arnHere('secretsmanager', 'secret:power/acme-??????');
const runFunction = arnHere('lambda', 'function:openscaler-power-dev-durable-run');
const durableRun = `${runFunction}:durable`;
const webhookSecret = arnHere('secretsmanager', 'secret:power/webhooks/ci-??????');

// The whole of it: a right that is not in this table is a fault, and so is one that is missing.
const allowed: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  ScheduledRole: {
    'ScheduledLogGroup.Arn': ['logs:CreateLogStream', 'logs:PutLogEvents'],
    'RunTable.Arn': ['dynamodb:PutItem', 'dynamodb:GetItem'],
    [durableRun]: ['lambda:InvokeFunction'],
    'DeadLetterQueue.Arn': ['sqs:SendMessage'],
  },
  ReconcileRole: {
    'ReconcileLogGroup.Arn': ['logs:CreateLogStream', 'logs:PutLogEvents'],
    'RunTable.Arn': ['dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
    '${RunTable.Arn}/index/runs-by-time': ['dynamodb:Query'],
    [durableRun]: ['lambda:InvokeFunction'],
    [acmeSecret]: ['secretsmanager:GetSecretValue'],
    [secretArn]: ['secretsmanager:GetSecretValue'],
  },
  ApiRole: {
    'ApiLogGroup.Arn': ['logs:CreateLogStream', 'logs:PutLogEvents'],
    'RunTable.Arn': ['dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
    '${RunTable.Arn}/index/runs-by-time': ['dynamodb:Query'],
    [durableRun]: ['lambda:InvokeFunction'],
    [acmeSecret]: ['secretsmanager:GetSecretValue'],
    [secretArn]: ['secretsmanager:GetSecretValue'],
  },
  WebhookRole: {
    'WebhookLogGroup.Arn': ['logs:CreateLogStream', 'logs:PutLogEvents'],
    'RunTable.Arn': ['dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem'],
    [durableRun]: ['lambda:InvokeFunction'],
    [webhookSecret]: ['secretsmanager:GetSecretValue'],
  },
  RunRole: {
    'RunLogGroup.Arn': ['logs:CreateLogStream', 'logs:PutLogEvents'],
    'RunTable.Arn': ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem', 'dynamodb:BatchWriteItem'],
    [acmeSecret]: ['secretsmanager:GetSecretValue'],
    [secretArn]: ['secretsmanager:GetSecretValue'],
    [arnHere('events', 'event-bus/default')]: ['events:PutEvents'],
    [`${runFunction}:*`]: ['lambda:CheckpointDurableExecution', 'lambda:GetDurableExecutionState'],
    [durableRun]: ['lambda:InvokeFunction'],
  },
};

const retriedThenKept = (of: string) => ({
  FunctionName: { Ref: of },
  MaximumRetryAttempts: 2,
  DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['DeadLetterQueue', 'Arn'] } } },
});

const scheduleRights = (id: string) => ({
  [id === 'TickSchedule' ? 'ReconcileLambdaFunction.Arn' : 'ScheduledLambdaFunction.Arn']: ['lambda:InvokeFunction'],
  'DeadLetterQueue.Arn': ['sqs:SendMessage'],
});

// Figures are found under this name and no other by the alarms on them.
const namespace = 'openscaler-power-dev';

describe('the roles of the packaged template', () => {
  it('allow exactly what the table says', () => {
    const rights: Record<string, Record<string, string[]>> = {};
    for (const { role, resource, action } of grantsIn(packaged.template.Resources)) {
      rights[role] ??= {};
      rights[role][resource] = [...(rights[role][resource] ?? []), action];
    }
    const scheduleRoles = all('AWS::Scheduler::Schedule').map(([id]) => [`${id}Role`, scheduleRights(id)]);
    expect(rights).toEqual({ ...allowed, ...Object.fromEntries(scheduleRoles) });
  });

  it('hold no star anywhere, but for the versions and executions of the run function, whose names nobody knows before', () => {
    expect(all('AWS::IAM::Role')).toHaveLength(8);
    const stars = grantsIn(packaged.template.Resources).filter(({ resource }) => resource.includes('*'));
    expect(stars.map(({ role, action, resource }) => [role, action, resource])).toEqual([
      ['RunRole', 'lambda:CheckpointDurableExecution', `${runFunction}:*`],
      ['RunRole', 'lambda:GetDurableExecutionState', `${runFunction}:*`],
    ]);
    expect(JSON.stringify(all('AWS::IAM::Role')).match(/\*/g)).toHaveLength(1);
  });

  it('are assumed by Lambda, or by the schedules of this stack alone', () => {
    const ofSchedules = all('AWS::Scheduler::Schedule').map(([id]) => `${id}Role`);
    for (const { role, assumedBy } of grantsIn(packaged.template.Resources)) {
      const service = ofSchedules.includes(role) ? 'scheduler.amazonaws.com' : 'lambda.amazonaws.com';
      expect([role, assumedBy]).toEqual([role, service]);
    }
    for (const [id] of all('AWS::Scheduler::Schedule')) {
      expect(properties(`${id}Role`)).toHaveProperty('AssumeRolePolicyDocument.Statement.0.Condition.StringEquals', {
        'aws:SourceAccount': { Ref: 'AWS::AccountId' },
        'aws:SourceArn': { 'Fn::Sub': arnHere('scheduler', 'schedule-group/openscaler-power-dev') },
      });
    }
  });

  it('are all the rights there are: beside them the HTTP API of this stack may call what answers it, and nobody else is let in', () => {
    // Resources of other types may have policies of their own: a new one has to be looked at.
    const harmless = [
      ...['ApiGatewayV2::Api', 'ApiGatewayV2::Integration', 'ApiGatewayV2::Route', 'ApiGatewayV2::Stage'],
      ...[
        'CloudWatch::Alarm',
        'CloudWatch::Dashboard',
        'DynamoDB::Table',
        'Logs::LogGroup',
        'S3::Bucket',
        'SQS::Queue',
      ],
      ...['Lambda::Alias', 'Lambda::EventInvokeConfig', 'Lambda::Function', 'Lambda::Version'],
      ...['SNS::Subscription', 'SNS::Topic', 'Scheduler::Schedule', 'Scheduler::ScheduleGroup'],
    ];
    const giving = ['IAM::Role', 'Lambda::Permission', 'S3::BucketPolicy'];
    const types = new Set(Object.values(packaged.template.Resources).map(({ Type }) => Type.replace('AWS::', '')));
    expect([...types].sort()).toEqual([...harmless, ...giving].sort());
    const name = (what: string) => [`${what}LambdaFunction`, 'Arn'];
    expect(all('AWS::Lambda::Permission').map(([, { Properties }]) => Properties)).toEqual(
      ['Api', 'Webhook'].map((what) => ({
        FunctionName: { 'Fn::GetAtt': name(what) },
        Action: 'lambda:InvokeFunction',
        Principal: 'apigateway.amazonaws.com',
        SourceArn: { 'Fn::Join': ['', expect.arrayContaining([{ Ref: 'AWS::AccountId' }, { Ref: 'HttpApi' }])] },
      })),
    );
    // The framework's, of its bucket: no call without TLS.
    const ofBucket = all('AWS::S3::BucketPolicy').map(([, { Properties }]) => Properties);
    expect(JSON.stringify(ofBucket).match(/"Effect":"\w+"/g)).toEqual(['"Effect":"Deny"']);
  });

  it('are one per function', () => {
    const roles = all('AWS::Lambda::Function').map(([id, { Properties }]) => [id, Properties.Role]);
    expect(Object.fromEntries(roles)).toEqual({
      ScheduledLambdaFunction: { 'Fn::GetAtt': ['ScheduledRole', 'Arn'] },
      ReconcileLambdaFunction: { 'Fn::GetAtt': ['ReconcileRole', 'Arn'] },
      ApiLambdaFunction: { 'Fn::GetAtt': ['ApiRole', 'Arn'] },
      WebhookLambdaFunction: { 'Fn::GetAtt': ['WebhookRole', 'Arn'] },
      RunLambdaFunction: { 'Fn::GetAtt': ['RunRole', 'Arn'] },
    });
  });
});

describe('the functions of the packaged template', () => {
  it.each([
    { id: 'ScheduledLambdaFunction', Timeout: 30, MemorySize: 256, reserved: undefined },
    { id: 'ReconcileLambdaFunction', Timeout: 60, MemorySize: 512, reserved: undefined },
    { id: 'ApiLambdaFunction', Timeout: 29, MemorySize: 512, reserved: undefined },
    { id: 'WebhookLambdaFunction', Timeout: 10, MemorySize: 256, reserved: undefined },
    { id: 'RunLambdaFunction', Timeout: 900, MemorySize: 512, reserved: 3 },
  ])('$id: $Timeout s, $MemorySize MB, Node 24 on ARM, logs in JSON', ({ id, reserved, ...sizes }) => {
    expect(properties(id)).toMatchObject({
      ...sizes,
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'INFO' },
    });
    expect(properties(id).ReservedConcurrentExecutions).toBe(reserved);
  });

  it('are told where the table, the run function, the API, the secret and the figures are, and nothing else', () => {
    const environments = all('AWS::Lambda::Function').map(([, { Properties }]) => Properties.Environment);
    const Variables = {
      POWERTOOLS_METRICS_NAMESPACE: namespace,
      POWER_TABLE: 'openscaler-power-dev',
      POWER_RUN_FUNCTION: 'openscaler-power-dev-durable-run:durable',
      POWER_EVENT_BUS: 'default',
      OPENSCALER_API_URL: 'https://api.alpha.openscaler.net',
      OPENSCALER_SECRET_ID: 'openscaler/token',
      LOG_LEVEL: 'INFO',
    };
    expect(environments).toEqual(Array(5).fill({ Variables }));
    expect(properties('RunTable').TableName).toBe(Variables.POWER_TABLE);
    const { FunctionName } = properties('RunLambdaFunction');
    expect(`${FunctionName}:${properties('RunDurableLambdaAlias').Name}`).toBe(Variables.POWER_RUN_FUNCTION);
  });

  it('keep their logs for thirty days', () => {
    const days = all('AWS::Logs::LogGroup').map(([, { Properties }]) => Properties.RetentionInDays);
    expect(days).toEqual([30, 30, 30, 30, 30]);
  });

  it('scheduled is retried twice, then its event goes to the dead-letter queue', () => {
    expect(properties('ScheduledLambdaEvConf')).toMatchObject(retriedThenKept('ScheduledLambdaFunction'));
    expect(properties('ScheduledLambdaEvConf')).not.toHaveProperty('MaximumEventAgeInSeconds');
  });

  it('run lasts as long as its code counts on, in executions that begin at the newest version or not at all', () => {
    const durable = all('AWS::Lambda::Function').filter(([, { Properties }]) => 'DurableConfig' in Properties);
    expect(durable.map(([id, { Properties }]) => [id, Properties.DurableConfig])).toEqual([
      ['RunLambdaFunction', { ExecutionTimeout: executionLifetimeMs / 1000, RetentionPeriodInDays: 14 }],
    ]);
    const [version, ...others] = all('AWS::Lambda::Version').map(([id]) => id);
    expect(others).toEqual([]);
    expect(properties('RunDurableLambdaAlias')).toEqual({
      FunctionName: { Ref: 'RunLambdaFunction' },
      FunctionVersion: { 'Fn::GetAtt': [version, 'Version'] },
      Name: 'durable',
    });
    // Lambda retries no execution, and takes no destination for one.
    expect(properties('RunLambdaEvConf')).toEqual({
      FunctionName: { Ref: 'RunLambdaFunction' },
      Qualifier: 'durable',
      MaximumEventAgeInSeconds: 900,
      DestinationConfig: {},
    });
    expect(properties('RunLambdaFunction')).not.toHaveProperty('DeadLetterConfig');
  });

  it('reconcile is retried once, and its event is no dead letter: the next tick catches up', () => {
    expect(properties('ReconcileLambdaEvConf')).toMatchObject({
      FunctionName: { Ref: 'ReconcileLambdaFunction' },
      MaximumRetryAttempts: 1,
    });
    expect(properties('ReconcileLambdaEvConf').DestinationConfig).toEqual({});
  });

  it('are one small zip each, with one bundle, its own chunks and the calendars, that loads without any environment', async () => {
    const zips = (await readdir(packaged.directory)).filter((name) => name.endsWith('.zip'));
    expect(zips.toSorted()).toEqual(['api.zip', 'reconcile.zip', 'run.zip', 'scheduled.zip', 'webhook.zip']);
    const directory = await mkdtemp(join(tmpdir(), 'power-bundles-'));
    for (const zip of zips) {
      const bytes = await readFile(join(packaged.directory, zip));
      expect(bytes.length).toBeLessThan(1_000_000);
      const entries = zipEntries(bytes);
      const name = zip.replace('.zip', '.mjs');
      const names = entries.map((entry) => entry.name);
      expect(names).toContain(`handlers/${name}`);
      const own = `handlers/${zip.replace('zip', '')}`;
      expect(names.filter((entry) => !entry.startsWith(own))).toEqual(['api-holidays.ics']);
      for (const entry of entries) {
        await writeFile(join(directory, basename(entry.name)), entry.content);
        // As an ES module it would bring undici into every cold start.
        expect(entry.content.toString()).not.toMatch(/(\bfrom|\bimport|\brequire)\s*\(?\s*["'](node:)?https?["']/);
      }
      const script = 'import(process.argv[1]).then(({ handler }) => console.log(typeof handler))';
      const { stdout } = await promisify(execFile)(process.execPath, ['-e', script, join(directory, name)], {
        env: {},
      });
      expect([zip, stdout.trim()]).toEqual([zip, 'function']);
    }
    await rm(directory, { recursive: true });
  }, 60_000);
});

describe('the HTTP API of the packaged template', () => {
  it('asks IAM for every route but the webhooks', () => {
    const routes = all('AWS::ApiGatewayV2::Route').map(([, { Properties }]) => [
      Properties.RouteKey,
      Properties.AuthorizationType ?? 'NONE',
    ]);
    expect(Object.fromEntries(routes)).toEqual({
      'POST /v1/runs': 'AWS_IAM',
      'GET /v1/runs': 'AWS_IAM',
      'GET /v1/runs/{name}': 'AWS_IAM',
      'DELETE /v1/runs/{name}': 'AWS_IAM',
      'GET /v1/vms': 'AWS_IAM',
      'POST /v1/vms/{vm_id}/actions': 'AWS_IAM',
      'GET /v1/vms/{vm_id}/explain': 'AWS_IAM',
      'GET /v1/plan': 'AWS_IAM',
      'POST /v1/overrides': 'AWS_IAM',
      'GET /v1/overrides': 'AWS_IAM',
      'DELETE /v1/overrides/{id}': 'AWS_IAM',
      'GET /openapi.json': 'AWS_IAM',
      $default: 'AWS_IAM',
      'POST /v1/webhooks/{name}': 'NONE',
    });
  });

  it('is throttled', () => {
    expect(properties('HttpApiStage')).toMatchObject({
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40 },
    });
  });
});

describe('the schedules of the packaged template', () => {
  it.each([
    { name: 'dev-down', expression: 'cron(0 19 ? * SUN-THU *)', zone: 'Africa/Algiers', retries: 3, ageSeconds: 3600 },
    { name: 'dev-Down', expression: 'cron(30 7 ? * MON-FRI *)', zone: 'Europe/Paris', retries: 0, ageSeconds: 600 },
  ])('fire $name in its zone, with its retries, a dead-letter queue and a role of its own', (cron) => {
    const found = all('AWS::Scheduler::Schedule').filter(([, { Properties }]) => Properties.Name === cron.name);
    expect(found).toHaveLength(1);
    const [id] = found[0] ?? [''];
    expect(properties(id)).toMatchObject({
      GroupName: { Ref: 'ScheduleGroup' },
      ScheduleExpression: cron.expression,
      ScheduleExpressionTimezone: cron.zone,
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
      Target: {
        Arn: { 'Fn::GetAtt': ['ScheduledLambdaFunction', 'Arn'] },
        RoleArn: { 'Fn::GetAtt': [`${id}Role`, 'Arn'] },
        Input: `{"cron":"${cron.name}","scheduledTime":"<aws.scheduler.scheduled-time>"}`,
        RetryPolicy: { MaximumRetryAttempts: cron.retries, MaximumEventAgeInSeconds: cron.ageSeconds },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['DeadLetterQueue', 'Arn'] } },
      },
    });
  });

  it('fire the tick as often as configured, on the full hour too, with a role of its own', () => {
    expect(properties('TickSchedule')).toMatchObject({
      Name: 'power.tick',
      GroupName: { Ref: 'ScheduleGroup' },
      ScheduleExpression: 'cron(0/10 * * * ? *)',
      ScheduleExpressionTimezone: 'UTC',
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
      Target: {
        Arn: { 'Fn::GetAtt': ['ReconcileLambdaFunction', 'Arn'] },
        RoleArn: { 'Fn::GetAtt': ['TickScheduleRole', 'Arn'] },
        Input: '{"tick":"<aws.scheduler.scheduled-time>"}',
        RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 1200 },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['DeadLetterQueue', 'Arn'] } },
      },
    });
  });

  it('are one for each cron and one for the tick', () => {
    expect(all('AWS::Scheduler::Schedule')).toHaveLength(Object.keys(config.crons).length + 1);
  });
});

describe('what watches, and what keeps, in the packaged template', () => {
  it('is an alarm for each row of the table, on what there is in this stack, all to one topic', () => {
    const loaded = loadConfig(config, readEnvironment({}), { where: 'lambda', credentials: 'optional' });
    const alarms = all('AWS::CloudWatch::Alarm');
    expect(alarms.map(([, { Properties }]) => Properties.AlarmName)).toEqual(
      alarmTable(loaded).map(({ name }) => `openscaler-power-dev-${name}`),
    );
    for (const [id, { Properties }] of alarms) {
      expect(Properties.AlarmActions).toEqual([{ Ref: 'AlarmTopic' }]);
      const references = JSON.stringify(Properties.Dimensions ?? Properties.Metrics).matchAll(
        /"(?:Ref":|Fn::GetAtt":\[)"(\w+)"/g,
      );
      for (const [, one = ''] of references)
        expect([id, packaged.template.Resources[one]?.Type]).not.toContain(undefined);
    }
    expect(packaged.template.Resources.HttpApi?.Type).toBe('AWS::ApiGatewayV2::Api');
  });

  it('is figures that all functions tell where the alarms look for them', () => {
    for (const [, { Properties }] of all('AWS::Lambda::Function'))
      expect(Properties).toHaveProperty('Environment.Variables.POWERTOOLS_METRICS_NAMESPACE', namespace);
    const onFigures = all('AWS::CloudWatch::Alarm').filter(([, { Properties }]) => Properties.Namespace === namespace);
    expect(onFigures.length).toBeGreaterThan(5);
    for (const [, { Properties }] of onFigures)
      expect(Properties.Dimensions).toEqual([{ Name: 'service', Value: 'openscaler-power' }]);
  });

  it('is a dashboard of this stack', () => {
    expect(properties('Dashboard').DashboardName).toBe('openscaler-power-dev');
    const references = JSON.stringify(properties('Dashboard').DashboardBody).matchAll(/\$\{(\w+)(?:\.Arn)?\}/g);
    for (const [, one = ''] of references)
      expect([one, packaged.template.Resources[one]?.Type]).not.toContain(undefined);
  });

  it('tells the address of the configuration', () => {
    expect(all('AWS::SNS::Subscription').map(([, { Properties }]) => Properties)).toEqual([
      { TopicArn: { Ref: 'AlarmTopic' }, Protocol: 'email', Endpoint: 'ops@example.org' },
    ]);
  });

  it('is an encrypted table that forgets by itself, can be set back, and goes with the stack', () => {
    expect(packaged.template.Resources.RunTable).toMatchObject({
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'runs-by-time',
            KeySchema: [
              { AttributeName: 'sk', KeyType: 'HASH' },
              { AttributeName: 'recordedAt', KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['status'] },
          },
        ],
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true },
      },
    });
  });
});

describe('packaging', () => {
  // Packaged once for two tests.
  let still: Packaged;

  beforeAll(async () => {
    still = await packageProject({ projects: ['default'], tick: false, engine: 'inline', events: false });
  }, 120_000);

  afterAll(() => still?.remove());

  it('of the plainest configuration makes no cron, no subscription, no reservation, and a tick every five minutes', async () => {
    const plain = await packageProject(
      { projects: ['default'] },
      { OPENSCALER_SECRET_ID: 'mine/token', OPENSCALER_API_URL: 'https://api.example.org', LOG_LEVEL: 'DEBUG' },
    );
    await plain.remove();
    const types = Object.values(plain.template.Resources).map(({ Type }) => Type);
    expect(types.filter((type) => /Scheduler::Schedule$|Subscription/.test(type))).toEqual([
      'AWS::Scheduler::Schedule',
    ]);
    expect(plain.template.Resources.TickSchedule?.Properties).toMatchObject({
      ScheduleExpression: 'cron(0/5 * * * ? *)',
      Target: { RetryPolicy: { MaximumEventAgeInSeconds: 600 } },
    });
    const run = plain.template.Resources.RunLambdaFunction?.Properties;
    expect(run).toMatchObject({
      Environment: {
        Variables: {
          OPENSCALER_SECRET_ID: 'mine/token',
          OPENSCALER_API_URL: 'https://api.example.org',
          LOG_LEVEL: 'DEBUG',
        },
      },
      LoggingConfig: { ApplicationLogLevel: 'DEBUG' },
    });
    expect(run).not.toHaveProperty('ReservedConcurrentExecutions');
    const secrets = grantsIn(plain.template.Resources).filter(
      ({ action }) => action === 'secretsmanager:GetSecretValue',
    );
    expect(secrets.map(({ role, resource }) => [role, resource.replace(/^.*:secret:/, '')])).toEqual([
      ['ReconcileRole', 'mine/token-??????'],
      ['ApiRole', 'mine/token-??????'],
      ['RunRole', 'mine/token-??????'],
    ]);
  }, 120_000);

  it('of a configuration without a tick makes no schedule for it, and no alarm on what it would say', () => {
    const { Resources } = still.template;
    const types = Object.values(Resources).map(({ Type }) => Type);
    expect(types.filter((type) => /Scheduler|MetricFilter/.test(type))).toEqual([]);
    expect(Resources.ReconcileErrorsAlarm?.Properties).toMatchObject({ Period: 60 });
  });

  it('for a region without durable functions makes a run function of another name, retried, with dead letters', () => {
    const { Resources } = still.template;
    const of = (id: string) => Resources[id]?.Properties ?? {};
    expect(of('RunLambdaFunction')).toMatchObject({ FunctionName: 'openscaler-power-dev-run', Timeout: 900 });
    expect(of('RunLambdaFunction')).not.toHaveProperty('DurableConfig');
    expect(Object.keys(Resources).filter((id) => /Version|Alias/.test(id))).toEqual([]);
    for (const { Type, Properties } of Object.values(Resources)) {
      if (Type === 'AWS::Lambda::Function')
        expect(Properties).toHaveProperty('Environment.Variables.POWER_RUN_FUNCTION', 'openscaler-power-dev-run');
    }
    expect(of('RunLambdaEvConf')).toEqual({
      ...retriedThenKept('RunLambdaFunction'),
      MaximumEventAgeInSeconds: 900,
      Qualifier: '$LATEST',
    });
    const grants = grantsIn(Resources);
    expect(JSON.stringify(grants)).not.toMatch(/\*|Durable|durable/);
    // It announces nothing.
    expect(grants.filter(({ action }) => action.startsWith('events:'))).toEqual([]);
    const invoking = grants.filter(({ action }) => action === 'lambda:InvokeFunction');
    expect(invoking.map(({ role, resource }) => [role, resource])).toEqual(
      ['ScheduledRole', 'ReconcileRole', 'ApiRole', 'WebhookRole'].map((role) => [role, 'RunLambdaFunction.Arn']),
    );
    expect(grants).toContainEqual(
      expect.objectContaining({ role: 'RunRole', action: 'sqs:SendMessage', resource: 'DeadLetterQueue.Arn' }),
    );
    const alarms = Object.keys(resourcesOf(still.template, 'AWS::CloudWatch::Alarm'));
    expect(alarms.filter((id) => id.startsWith('Run'))).toEqual(['RunErrorsAlarm', 'RunThrottlesAlarm']);
  });

  it('of a faulty configuration ends with every fault, and makes nothing', async () => {
    const schedules = { late: 'Mon-Fri 08:00-25:00' };
    const faulty = packageProject({ projects: [], crons: { x: { cron: 'noon' } }, timezone: 'UTC', schedules });
    await expect(faulty).rejects.toThrow(/projects.*crons.*schedules\.late/s);
  }, 120_000);
});
