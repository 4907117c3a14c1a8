// The three fleets that a run is measured against, and how their VMs behave.
// Weights of the simulator's own behaviours; which VM is which is dealt out by the seed.

import type { BehaviourName } from '../../simulator/behaviours.ts';

/** A kind of fleet. */
export interface Mix {
  readonly name: 'fast' | 'slow' | 'mixed';
  readonly what: string;
  readonly weights: Readonly<Partial<Record<BehaviourName, number>>>;
  /** Calls per acted VM that a run may need. */
  readonly callsPerVm: number;
  /** How far its time is compressed over real sockets: the faster its VMs, the less, for this machine's own time is not. */
  readonly speed: number;
}

export const mixes: readonly Mix[] = [
  {
    name: 'fast',
    what: 'every VM answers when it is off, after 1 to 4 s',
    weights: { prompt: 1 },
    callsPerVm: 1.05,
    speed: 20,
  },
  {
    name: 'slow',
    what: 'every VM answers when it is off, after 15 to 40 s',
    weights: { slow: 1 },
    callsPerVm: 1.05,
    speed: 50,
  },
  {
    name: 'mixed',
    what: 'half and half, and 5 % ambiguous: 408 or 500 after a minute, off after 70 to 110 s',
    weights: { prompt: 19, slow: 19, 'timeout-408-then-off': 1, 'timeout-500-then-off': 1 },
    callsPerVm: 1.3,
    speed: 50,
  },
];
