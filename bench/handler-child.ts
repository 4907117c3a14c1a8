// One event for one handler, in a process of its own, as the Lambda runtime would do it.
// Prints the answer, or all of the error: the runtime prints every property of it, causes included.

import { inspect } from 'node:util';

const [, , moduleUrl = '', event = '{}'] = process.argv;
const context = { awsRequestId: 'bench', functionName: 'bench', getRemainingTimeInMillis: () => 40_000 };

try {
  const { handler } = await import(moduleUrl);
  process.stdout.write(`${JSON.stringify((await handler(JSON.parse(event), context)) ?? null)}\n`);
} catch (error) {
  process.stderr.write(`${inspect(error, { depth: 12, showHidden: true, maxStringLength: null })}\n`);
  process.exitCode = 1;
}
