// Starts a recorded run in the run function, by an asynchronous Lambda invocation.
// Hands over the name and nothing else: what the run is to do stands in the store, checked.

import type { InvokeCommandInput, LambdaClient, LambdaClientConfig } from '@aws-sdk/client-lambda';
import { kindOf } from '../core/describe-error.ts';
import { PowerError } from '../core/errors.ts';
import type { Launcher } from '../ports.ts';
import { awsFault } from './aws-fault.ts';
import { clientDefaults } from './client-defaults.ts';

/** The alias by which a durable function is invoked: Lambda takes none by its bare name. The deployment framework names it so. */
export const durableAlias = 'durable';

export interface LambdaLauncherOptions {
  /** Name or ARN of the function that runs runs; with `:durable` behind it, each run is a durable execution of the run's name. */
  readonly functionName: string;
  /** On top of what the SDK reads from the environment. */
  readonly client?: LambdaClientConfig;
}

/**
 * A launcher whose `start` resolves once Lambda has queued the run, and throws `aws` otherwise. Loads the SDK on first use.
 * A durable run that was started before is not started again: Lambda answers for the execution that has its name.
 */
export function lambdaLauncher({ functionName, client: config }: LambdaLauncherOptions): Launcher {
  let client: LambdaClient | undefined;
  return {
    async start(name) {
      const doing = `start run ${name} in function ${functionName}`;
      try {
        const { LambdaClient, InvokeCommand } = await import('@aws-sdk/client-lambda');
        client ??= new LambdaClient({ ...clientDefaults, ...config });
        const answer = await client.send(new InvokeCommand(invocationOf(name, functionName)));
        if (answer.StatusCode === 202) return;
        throw new PowerError(
          'aws',
          `could not ${doing}: Lambda answers ${answer.StatusCode ?? 'without status'} instead of 202`,
        );
      } catch (error) {
        throw nameTaken(error, doing) ?? awsFault(error, { doing, ifMissing });
      }
    },
  };
}

const ifMissing = 'the function does not exist: deploy the stack, or check the name and AWS_REGION';

function invocationOf(name: string, functionName: string): InvokeCommandInput {
  // The same to the letter for the same name: with another payload the name would be refused.
  const invocation = { InvocationType: 'Event', Payload: JSON.stringify({ run: name }) } as const;
  const suffix = `:${durableAlias}`;
  if (!functionName.endsWith(suffix)) return { ...invocation, FunctionName: functionName };
  return {
    ...invocation,
    FunctionName: functionName.slice(0, -suffix.length),
    Qualifier: durableAlias,
    DurableExecutionName: name,
  };
}

/** Only another payload is refused so, and no launcher sends one: the run itself was not started. */
function nameTaken(error: unknown, doing: string): PowerError | null {
  if (kindOf(error) !== 'DurableExecutionAlreadyStartedException') return null;
  const why = 'somebody has started an execution of this name with another payload, by hand: launch a new run';
  return new PowerError('aws', `could not ${doing}: ${why}`, { cause: error });
}
