// DynamoDB's stand-in in a process of its own, so that a benchmark's CPU is the project's and not the database's.
// Tells its address over IPC and ends with its parent, whatever becomes of that.

import { startDynalite } from '../test/fixtures/dynalite.ts';

process.once('disconnect', () => process.exit(0));
const { table, client } = await startDynalite('power-bench');
process.send?.({ table, endpoint: String(client.endpoint) });
