// One cold start, in a process of its own: how long the bundle takes to import, and until its first event is answered.
// Tells it over IPC, for standard output is the handler's log.

const [, , bundleUrl = '', event] = process.argv;
const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 60_000 };

const begun = performance.now();
const { handler } = await import(bundleUrl);
const imported = performance.now();
const answer = event === undefined ? null : await handler(JSON.parse(event), context);
const answered = performance.now();
process.send?.({ importMs: imported - begun, wholeMs: answered - begun, status: answer?.statusCode ?? null }, () =>
  // Kept-alive connections are the Lambda runtime's to freeze, not ours to wait for.
  process.exit(0),
);
