// A simulator in a process of its own, told over IPC what to play, so that a benchmark measures only itself.
// Ends with its parent, whatever becomes of that.

import { type SimulatorOptions, startSimulator } from '../simulator/simulator.ts';
import type { SimulatorMessage } from './simulator-process.ts';

process.once('disconnect', () => process.exit(0));
process.once('message', async (options: SimulatorOptions) => {
  const simulator = await startSimulator(options);
  process.on('message', () => tell({ requests: simulator.requests }));
  tell({ url: simulator.url });
});

function tell(message: SimulatorMessage): void {
  process.send?.(message);
}
