// An execution environment of Lambda: one process that imports a handler once and serves one invocation after the other.
// The parent speaks to it by messages and may kill it at any moment.

import { flushCompileCache } from 'node:module';
import { inspect } from 'node:util';

interface Invocation {
  readonly event: unknown;
  readonly requestId: string;
  readonly endsAt: number;
}

const [, , moduleUrl = '', functionName = '', handlerName = 'handler'] = process.argv;
const loaded = import(moduleUrl);
// What a killed process compiled would be lost. A failure to load is told by the first invocation, as Lambda tells it.
loaded.then(
  () => flushCompileCache(),
  () => undefined,
);

process.on('message', (invocation: Invocation) => {
  answer(invocation).then(
    (output) => process.send?.({ output }),
    (error: unknown) => process.send?.({ error: inspect(error, { depth: 8 }) }),
  );
});
// The parent is gone, or wants no more of it.
process.on('disconnect', () => process.exit());

async function answer({ event, requestId, endsAt }: Invocation): Promise<unknown> {
  const { [handlerName]: handler } = await loaded;
  const context = {
    awsRequestId: requestId,
    functionName,
    functionVersion: '1',
    invokedFunctionArn: `arn:aws:lambda:eu-central-1:000000000000:function:${functionName}:1`,
    getRemainingTimeInMillis: () => Math.max(0, endsAt - Date.now()),
  };
  return (await handler(event, context)) ?? null;
}
