// Which VMs count as changed between the plan and their turn.

import { expect, it } from 'vitest';
import { makePlan } from '../../../lib/core/plan.ts';
import { takeInventory } from '../../../lib/run/inventory.ts';
import { changedSince } from '../../../lib/run/order/changed.ts';
import { dev, scene } from '../../fixtures/world.ts';

it('those of the plan whose power, tags or faults are others, and nobody else', async () => {
  const stage = scene([dev('same'), dev('off'), dev('kept'), dev('faulty'), dev('gone'), dev('named'), dev('new')]);
  const { world, cloud } = stage;
  const inventory = await takeInventory({ accounts: null, projects: null }, world);
  const ids = ['same', 'off', 'kept', 'faulty', 'gone', 'named'];
  const leave = { dryRun: false, allowDataLoss: false, overrideGuard: true };
  const plan = makePlan({ action: 'shutdown', select: null, ids, ...leave }, inventory, world.policy, 0);
  cloud.setState('off', 'shutoff');
  cloud.setState('new', 'shutoff');
  cloud.remove('gone');
  cloud.add('default', dev('kept', { description: '[env=dev] [protected]' }));
  cloud.add('default', dev('faulty', { description: '[env=dev] [Protected]' }));
  cloud.add('default', dev('named', { name: 'another' }));
  const changed = await changedSince(plan.pursuits, world);
  expect(changed.map(({ id, power }) => [id, power])).toEqual([
    ['off', 'off'],
    ['kept', 'on'],
    ['faulty', 'on'],
  ]);
});
