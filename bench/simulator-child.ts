// A simulator in a process of its own, told over IPC what to play, so that a benchmark measures only itself.
// Ends with its parent, whatever becomes of that.

import { type Simulator, startSimulator } from '../simulator/simulator.ts';
import { type Before, checkTruth, remember } from '../simulator/truth.ts';
import type { Question, Told } from './simulator-process.ts';

let stage: { readonly simulator: Simulator; readonly before: Before } | null = null;

process.once('disconnect', () => process.exit(0));
process.on('message', async (question: Question) => {
  process.send?.(await answerTo(question));
});

async function answerTo(question: Question): Promise<Told> {
  if (question.ask === 'start') {
    const simulator = await startSimulator(question.options);
    stage = { simulator, before: remember(simulator) };
    return { url: simulator.url };
  }
  if (stage === null) return {};
  const { simulator, before } = stage;
  if (question.ask === 'requests') return { requests: simulator.requests };
  if (question.ask === 'truths') return { truths: simulator.ids.map((id) => simulator.truth(id)) };
  return { checked: checkTruth(question.claims, simulator, before) };
}
