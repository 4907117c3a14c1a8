import { createServer } from 'node:http';

import { PowerError } from '../../lib/core/errors.ts';
import { openscalerCloud } from '../../lib/openscaler/client.ts';
import { defaultToken, startSimulator } from '../../simulator/simulator.ts';
import { type CloudUnderTest, vmCloudContract } from '../contracts/vm-cloud.ts';
import { FakeClock } from '../fakes/clock.ts';
import { MemoryLog } from '../fakes/log.ts';
import { FakeCloud } from '../fakes/vm-cloud.ts';
import { CountingTokens, SkippingClock } from './set-up.ts';

const description = 'web [env=dev]';

vmCloudContract('the fake', async () => {
  const clock = new FakeClock();
  const vms = [
    { id: '8', name: 'web-8', description, state: 'running' },
    { id: '9', name: 'web-9', description, state: 'shutoff' },
  ];
  const cloud = new FakeCloud({ clock, projects: { default: vms } });
  const breakList = () =>
    cloud.failList('default', new PowerError('list-failed', 'the API answers 500: try again later'));
  return { cloud, now: () => clock.now(), breakList, close: async () => undefined };
});

vmCloudContract('the client', () => clientOfSmallCloud());

vmCloudContract('the client, of the simulator', async () => {
  const simulator = await startSimulator({
    speed: 10_000,
    quirks: { shutdownOnStopped: 200 },
    fleet: [
      { id: 8, name: 'web-8', description },
      { id: 9, name: 'web-9', description, state: 'off' },
    ],
  });
  const clock = new SkippingClock();
  return {
    cloud: clientOf(simulator.url, defaultToken, clock),
    now: () => clock.now(),
    breakList: () => void simulator.close(),
    close: () => simulator.close(),
  };
});

function clientOf(apiUrl: string, token: string, clock: SkippingClock) {
  return openscalerCloud({
    account: 'main',
    apiUrl,
    tokens: new CountingTokens(token),
    pace: { inFlight: 10, perSecond: 1000 },
    timeouts: { readMs: 2000, actionMs: 2000 },
    clock,
    log: new MemoryLog(),
  });
}

/** The smallest cloud there can be: two VMs, prompt actions. */
async function clientOfSmallCloud(): Promise<CloudUnderTest> {
  const states = new Map([
    ['8', 'running'],
    ['9', 'shutoff'],
  ]);
  const document = (id: string) => ({
    id: Number(id),
    name: `web-${id}`,
    project_id: 'default',
    region: 'alg1',
    size: 'b-4-8-160',
    description,
    state: states.get(id),
  });
  let isBroken = false;
  const server = createServer((request, response) => {
    const answer = (status: number, json?: unknown) =>
      response.writeHead(status).end(json === undefined ? '' : JSON.stringify(json));
    const [, id = '', action = ''] = /^\/v1\/vms\/(\d+)(\/actions)?$/.exec(request.url ?? '') ?? [];
    if (id === '') return isBroken ? answer(500) : answer(200, { vms: [...states.keys()].map(document) });
    if (!states.has(id)) return answer(404, { error: 'not found' });
    if (action === '') return answer(200, document(id));
    return request.setEncoding('utf8').on('data', (body: string) => {
      states.set(id, body === '{"type":"start"}' ? 'running' : 'shutoff');
      answer(200);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const clock = new SkippingClock();
  const cloud = clientOf(`http://127.0.0.1:${port}`, 'token', clock);
  return {
    cloud,
    now: () => clock.now(),
    breakList: () => {
      isBroken = true;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
