import { afterEach, describe, expect, it } from 'vitest';
import { lambdaLauncher } from '../../lib/aws/launcher.ts';
import type { Launcher } from '../../lib/ports.ts';
import { awsError, type LocalAws, type LocalAwsAnswer, startLocalAws } from '../fixtures/local-aws.ts';

let aws: LocalAws | undefined;

afterEach(async () => {
  await aws?.close();
  aws = undefined;
});

async function launcherAnswered(...answers: LocalAwsAnswer[]): Promise<Launcher> {
  return launcherOf('power-run', ...answers);
}

async function launcherOf(functionName: string, ...answers: LocalAwsAnswer[]): Promise<Launcher> {
  aws = await startLocalAws(answers);
  return lambdaLauncher({ functionName, client: aws.client });
}

const functionArn = 'arn:aws:lambda:eu-central-1:111122223333:function:power-run';

describe('the Lambda launcher', () => {
  it('invokes the function asynchronously with the name of the run and nothing else', async () => {
    const launcher = await launcherAnswered({ status: 202 });
    await launcher.start('cron-0123');
    await launcher.start('cron-4567');
    expect(aws?.requests).toEqual([
      expect.objectContaining({
        path: '/2015-03-31/functions/power-run/invocations',
        invocationType: 'Event',
        executionName: '',
        body: '{"run":"cron-0123"}',
      }),
      expect.objectContaining({ invocationType: 'Event', body: '{"run":"cron-4567"}' }),
    ]);
  });

  it.each(['power-run', functionArn])(
    'starts a durable execution of the run’s name through the alias of %s',
    async (of) => {
      const launcher = await launcherOf(`${of}:durable`, { status: 202 });
      await launcher.start('cron-0123');
      await launcher.start('cron-0123');
      const { path, ...request } = { path: '', ...aws?.requests[0] };
      expect(decodeURIComponent(path)).toBe(`/2015-03-31/functions/${of}/invocations?Qualifier=durable`);
      expect(request).toMatchObject({
        invocationType: 'Event',
        executionName: 'cron-0123',
        body: '{"run":"cron-0123"}',
      });
      // Else Lambda would not answer for the execution that is there, but refuse.
      expect(aws?.requests[1]).toEqual(aws?.requests[0]);
    },
  );

  it('says so when the name of the run is taken by an execution that no launcher started', async () => {
    const taken = awsError('DurableExecutionAlreadyStartedException', 'Execution already started', 409);
    const launcher = await launcherOf('power-run:durable', taken);
    await expect(launcher.start('cron-1')).rejects.toMatchObject({
      name: 'PowerError',
      code: 'aws',
      message:
        'could not start run cron-1 in function power-run:durable: somebody has started an execution of this name ' +
        'with another payload, by hand: launch a new run',
    });
  });

  it.each([
    [
      'ResourceNotFoundException',
      404,
      'Function not found: arn:aws:lambda:…',
      'the function does not exist: deploy the stack',
    ],
    [
      'AccessDeniedException',
      403,
      'not authorized to perform: lambda:InvokeFunction on',
      'AWS denies lambda:InvokeFunction',
    ],
    ['TooManyRequestsException', 429, 'Rate Exceeded.', 'AWS throttles'],
    ['ServiceException', 500, 'broken', 'AWS answers ServiceException'],
  ])('says what to do about a %s', async (name, status, awsMessage, advice) => {
    const launcher = await launcherAnswered(awsError(name, awsMessage, status));
    await expect(launcher.start('cron-1')).rejects.toMatchObject({
      name: 'PowerError',
      code: 'aws',
      message: expect.stringContaining(`could not start run cron-1 in function power-run: ${advice}`),
    });
  });

  it('does not take an answer other than 202 for a start', async () => {
    const launcher = await launcherAnswered({ status: 200 });
    await expect(launcher.start('cron-1')).rejects.toMatchObject({
      code: 'aws',
      message: expect.stringContaining('200 instead of 202'),
    });
  });
});
