// One run over a fleet whose descriptions an attacker wrote: what was sent, and what the report says.
// The real run, in virtual time, over a fake cloud, under the guard that a configuration has by default.

import type { TagRule } from '../../lib/core/tags.ts';
import { type FakeVm, status } from '../fakes/vm-cloud.ts';
import { scene } from '../fixtures/world.ts';

export interface Attacked {
  readonly tags?: readonly TagRule[];
  /** The guests ignore what they are asked for. */
  readonly isDeaf?: boolean;
}

export async function runFleet(
  fleet: readonly FakeVm[],
  request: unknown,
  { tags = [], isDeaf = false }: Attacked = {},
) {
  const { run, cloud } = scene(fleet, { guard: { maxVms: 500, maxShare: 0.8 } });
  if (isDeaf) cloud.onAct = () => status(200);
  const { outcomes } = await run(request, { tags });
  return { outcomes, sent: cloud.sent.map(({ action, id }) => `${action} ${id}`) };
}
