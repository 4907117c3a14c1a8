import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { startLambdaEndpoint } from '../../deploy/offline/lambda-endpoint.ts';
import { listenOn } from '../../deploy/offline/ports.ts';
import { lambdaLauncher } from '../../lib/aws/launcher.ts';
import { localClient } from '../fixtures/local-aws.ts';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Behind {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** An endpoint in front of something that answers so, with what it was asked and the errors it told. */
async function endpoint({ status = 200, headers = {}, body = '{"ok":true}' }: Behind) {
  const received: string[] = [];
  const behind = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push(`${request.url} ${request.headers['x-amz-invocation-type'] ?? 'waits'} ${Buffer.concat(chunks)}`);
    response.writeHead(status, headers).end(body);
  });
  const behindPort = await listenOn(behind, 0);
  closing.push(async () => behind.close());
  const told = Promise.withResolvers<string>();
  const onError = (name: string, message: string) => told.resolve(`${name}: ${message}`);
  const { url, close } = await startLambdaEndpoint({ port: 0, behindPort, onError });
  closing.push(close);
  const invoke = (type: string, path = '/2015-03-31/functions/power-run/invocations') =>
    fetch(`${url}${path}`, { method: 'POST', headers: { 'x-amz-invocation-type': type }, body: '{"run":"a"}' });
  return { url, invoke, received, told: told.promise };
}

const failure = {
  headers: { 'x-amz-function-error': 'Unhandled' },
  body: '{"errorMessage":"2 VMs are \\"still\\" on","errorType":"Error"}',
};

describe("Lambda's Invoke on localhost", () => {
  it('answers an asynchronous invocation at once, and tells of its error afterwards', async () => {
    const { invoke, received, told } = await endpoint(failure);
    const answer = await invoke('Event');
    expect([answer.status, await answer.text()]).toEqual([202, '']);
    expect(await told).toBe('power-run: 2 VMs are "still" on');
    // Synchronously: an asynchronous one that throws ends serverless-offline.
    expect(received).toEqual(['/2015-03-31/functions/power-run/invocations waits {"run":"a"}']);
  });

  it('makes a durable execution a plain invocation, which the run function answers inline', async () => {
    const { url, received, told } = await endpoint(failure);
    const launcher = lambdaLauncher({ functionName: 'power-run:durable', client: localClient(url) });
    await launcher.start('a');
    expect(await told).toBe('power-run: 2 VMs are "still" on');
    expect(received).toEqual(['/2015-03-31/functions/power-run/invocations waits {"run":"a"}']);
  });

  it('tells of an asynchronous invocation of a function that does not exist', async () => {
    const { invoke, told } = await endpoint({ status: 404, body: '{"Message":"Function not found"}' });
    expect((await invoke('Event')).status).toBe(202);
    expect(await told).toBe('power-run: {"Message":"Function not found"}');
  });

  it('hands a synchronous answer through, also when it is an error', async () => {
    const { invoke } = await endpoint(failure);
    const answer = await invoke('RequestResponse');
    expect([answer.status, answer.headers.get('x-amz-function-error'), await answer.text()]).toEqual([
      200,
      'Unhandled',
      failure.body,
    ]);
  });

  it('takes nothing but invocations', async () => {
    const { invoke, received } = await endpoint({});
    expect((await invoke('Event', '/2015-03-31/functions')).status).toBe(404);
    expect(received).toEqual([]);
  });
});
