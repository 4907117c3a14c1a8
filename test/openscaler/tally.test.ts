// What the client tells of its calls: each that leaves, each that is made again, each answer that asks for a slower pace.

import { expect, it } from 'vitest';
import type { CallFact } from '../../lib/core/metric.ts';
import { vmId } from '../../lib/openscaler/vm-id.ts';
import { setUp, thrown, vm } from './set-up.ts';

const list = 'GET /v1/vms?project_id=default';
const whole = { status: 200, json: { vms: [vm(1)] } };
const id = vmId('1');

async function told(script: Parameters<typeof setUp>[0]) {
  const facts: CallFact[] = [];
  const { cloud } = await setUp(script, { tally: (fact) => void facts.push(fact) });
  return { cloud, facts };
}

it('a call that leaves is told by its kind', async () => {
  const { cloud, facts } = await told([
    { expect: list, answer: whole },
    { expect: 'GET /v1/vms/1', answer: { status: 200, json: vm(1) } },
    { expect: 'POST /v1/vms/1/actions', answer: { status: 202 } },
  ]);
  await cloud.list('default');
  await cloud.read(id);
  await cloud.act(id, 'shutdown', { timeoutMs: 2_000 });
  expect(facts).toEqual(['list', 'read', 'action']);
});

it('a GET that is made again is told as a repeat too, as often as it is', async () => {
  const broken = { expect: list, answer: { status: 500 } };
  const { cloud, facts } = await told([broken, broken, { expect: list, answer: whole }]);
  await cloud.list('default');
  expect(facts).toEqual(['list', 'list', 'retry', 'list', 'retry']);
});

it.each([429, 503])('an answer %i is told, of a GET and of a POST, and no other answer', async (status) => {
  const { cloud, facts } = await told([
    { expect: list, answer: { status } },
    { expect: list, answer: whole },
    { expect: 'POST /v1/vms/1/actions', answer: { status } },
    { expect: list, answer: { status: 403 } },
  ]);
  await cloud.list('default');
  await cloud.act(id, 'shutdown', { timeoutMs: 20_000 });
  await thrown(cloud.list('default'));
  expect(facts).toEqual(['list', 'throttle', 'list', 'retry', 'action', 'throttle', 'list']);
});
