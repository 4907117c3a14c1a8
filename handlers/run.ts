// Invoked asynchronously by launch, with the name of a recorded run: does the run.
// Ends in an error when the run ended in trouble; the retry that Lambda makes then finds it over and does nothing.

import { work } from '../lib/run/work.ts';
import { readRunEvent } from '../lib/run/work-event.ts';
import { failure } from './failure.ts';
import { wiring } from './wiring.ts';
import { conductRun } from './world.ts';

/** `{ run: "<name>" }` → nothing; the report stands in the store. */
export async function handler(event: unknown, context: { getRemainingTimeInMillis(): number }): Promise<void> {
  const log = wiring.log();
  try {
    const remainingMs = context.getRemainingTimeInMillis();
    const { clock } = wiring;
    await work(readRunEvent(event), { store: wiring.store(), clock, log, remainingMs, conduct: conductRun });
  } catch (error) {
    throw failure('the run function ends in an error', error);
  }
}
