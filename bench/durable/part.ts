// What a run costs as a durable execution: operations, checkpoint bytes and billed GB-seconds.

import type { Part } from '../part.ts';

export const durable: Part = {
  name: 'durable',
  what: 'operations, checkpoint bytes and billed GB-seconds of runs as durable executions',
  measure: async () => ({ figures: null, sheets: [], misses: [] }),
};
