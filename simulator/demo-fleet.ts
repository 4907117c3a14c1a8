// The fleet of the demo: about sixty VMs of a small team, with the kinds of trouble that a real evening brings.
// A bit under half of it is dev and on, so that stopping dev stays well within the guard.

import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { BehaviourName } from './behaviours.ts';
import type { SimulatedVmSpec } from './vm.ts';

interface Group {
  readonly count: number;
  readonly name: string;
  readonly description: string;
  /** @default 'prompt' */
  readonly behaviour?: BehaviourName;
  /** @default 'default' */
  readonly project?: string;
}

/** What the demo's configuration adds by rules: `ci-*` has no tags of its own, `vault-*` must never be touched. */
export const demoTags = [
  { match: { name: 'ci-*' }, tags: { env: 'dev' } },
  { match: { name: 'vault-*' }, tags: { protected: '' } },
] as const;

const groups: readonly Group[] = [
  // Dev, and on: what `-l env=dev` is to stop.
  { count: 8, name: 'dev-web', description: 'web tier [env=dev tier=2]' },
  { count: 4, name: 'dev-api', description: 'API [env=dev tier=1]', project: 'staging' },
  { count: 3, name: 'ci', description: 'CI runner' },
  { count: 3, name: 'dev-db', description: 'database, flushes first [env=dev tier=0]', behaviour: 'slow' },
  { count: 3, name: 'dev-search', description: 'search [env=dev]', behaviour: 'timeout-408-then-off' },
  {
    count: 3,
    name: 'dev-queue',
    description: 'queue [env=dev]',
    behaviour: 'timeout-500-then-off',
    project: 'staging',
  },
  { count: 2, name: 'dev-legacy', description: 'old image, no ACPI [env=dev]', behaviour: 'ignores-signal' },
  {
    count: 1,
    name: 'dev-desktop',
    description: 'asks "are you sure?" once [env=dev]',
    behaviour: 'ignores-first-signal',
  },
  { count: 2, name: 'dev-new', description: 'fresh from the template [env=dev]', behaviour: 'booting' },
  // Dev, and nothing to stop.
  { count: 4, name: 'dev-old', description: '[env=dev] kept for reference', behaviour: 'off' },
  { count: 1, name: 'dev-frozen', description: 'under the debugger [env=dev]', behaviour: 'paused' },
  { count: 2, name: 'dev-demo', description: 'the customer is looking [env=dev protected]' },
  { count: 1, name: 'vault', description: 'secrets [env=dev]' },
  // Tags at fault: left alone, and told so.
  { count: 1, name: 'dev-typo', description: '[env=dev env=staging]' },
  { count: 1, name: 'dev-shout', description: '[env=dev] [Protected]' },
  {
    count: 1,
    name: 'dev-nine-to-five',
    description: '[env=dev schedule=office-hours Europe/Paris]',
    project: 'staging',
  },
  // Not dev at all.
  { count: 4, name: 'scratch', description: 'somebody was here [do not ask]' },
  { count: 10, name: 'staging-app', description: 'staging [env=staging tier=1]', project: 'staging' },
  { count: 6, name: 'prod-app', description: 'production [env=prod tier=1]' },
];

/** Sixty VMs over the projects `default` and `staging`; the seed decides their ids and the order in which they are listed. */
export function demoFleet(seed = 1): readonly SimulatedVmSpec[] {
  const random = xoroshiro128plus(seed);
  const anonymous = groups.flatMap(({ count, name, ...rest }) =>
    Array.from({ length: count }, (_, index) => ({ name: `${name}-${index + 1}`, ...rest })),
  );
  const order = anonymous.map((spec) => ({ spec, place: uniformInt(random, 0, 0x7fffffff) }));
  order.sort((left, right) => left.place - right.place);
  let id = 7;
  return order.map(({ spec }) => {
    id += uniformInt(random, 1, 9);
    return { id, ...spec };
  });
}
