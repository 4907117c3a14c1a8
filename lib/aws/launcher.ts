// Starts a recorded run in the run function, by an asynchronous Lambda invocation.
// Hands over the name and nothing else: what the run is to do stands in the store, checked.

import type { LambdaClient, LambdaClientConfig } from '@aws-sdk/client-lambda';
import { PowerError } from '../core/errors.ts';
import type { Launcher } from '../ports.ts';
import { awsFault } from './aws-fault.ts';
import { clientDefaults } from './client-defaults.ts';

export interface LambdaLauncherOptions {
  /** Name or ARN of the function that runs runs. */
  readonly functionName: string;
  /** On top of what the SDK reads from the environment. */
  readonly client?: LambdaClientConfig;
}

/** A launcher whose `start` resolves once Lambda has queued the run, and throws `aws` otherwise. Loads the SDK on first use. */
export function lambdaLauncher({ functionName, client: config }: LambdaLauncherOptions): Launcher {
  let client: LambdaClient | undefined;
  return {
    async start(name) {
      const doing = `start run ${name} in function ${functionName}`;
      try {
        const { LambdaClient, InvokeCommand } = await import('@aws-sdk/client-lambda');
        client ??= new LambdaClient({ ...clientDefaults, ...config });
        const Payload = JSON.stringify({ run: name });
        const answer = await client.send(
          new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload }),
        );
        if (answer.StatusCode === 202) return;
        throw new PowerError(
          'aws',
          `could not ${doing}: Lambda answers ${answer.StatusCode ?? 'without status'} instead of 202`,
        );
      } catch (error) {
        throw awsFault(error, {
          doing,
          ifMissing: 'the function does not exist: deploy the stack, or check the name and AWS_REGION',
        });
      }
    },
  };
}
