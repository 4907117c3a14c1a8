// What one invocation of the run function may use of a run: its only process, or one turn of many of a durable execution.
// The SDK of durable executions is loaded by the first one.

import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';
import { dynamoAttic } from '../lib/aws/durable/attic.ts';
import { runLifetimeMs } from '../lib/aws/durable/limits.ts';
import { inProcessEngine } from '../lib/run/engine.ts';
import type { WorkWorld } from '../lib/run/work.ts';
import { readPart, readPartEvent } from '../lib/run/work-event.ts';
import { workPart } from '../lib/run/work-part.ts';
import { announcedRuns } from './announced.ts';
import { failure } from './failure.ts';
import { once, wiring } from './wiring.ts';
import { sharedWorld } from './world.ts';

export type RunTurn = Pick<WorkWorld, 'engine' | 'claimant' | 'lifetimeMs'>;

type WorkRun = (nameOf: () => string, turn: RunTurn) => Promise<void>;

/**
 * The whole of a run that has to fit into this invocation. A claimant of its own: Lambda's retry has the same request id, and must not
 * find the claim of a process that is gone and whose sends nobody remembers.
 */
export function inlineTurn(context: Context): RunTurn {
  const engine = inProcessEngine(wiring.clock);
  return { engine, claimant: randomUUID(), lifetimeMs: context.getRemainingTimeInMillis() };
}

const attic = once(() => dynamoAttic({ table: wiring.table(), clock: wiring.clock }));

/** The handler of a durable execution's turns. */
export async function durableRun(workRun: WorkRun) {
  const { durableHandler } = await import('../lib/aws/durable/handler.ts');
  const { clock } = wiring;
  return durableHandler({
    clock,
    attic,
    child: () => ({ functionName: wiring.runFunction(), mostVmsHere: wiring.config().parts.maxVms }),
    readEvent: readPartEvent,
    work: (name, { engine, execution }) =>
      workRun(() => name, { engine, claimant: execution, lifetimeMs: runLifetimeMs.durable }),
    workPart: async (name, part, { engine }) => {
      try {
        const world = { engine, store: announcedRuns(), clock, log: wiring.log(), fleet: sharedWorld };
        return await workPart(name, readPart(part), world);
      } catch (error) {
        throw failure('a part of a run ends in an error; the run looks after its VMs', error);
      }
    },
  });
}
