// What people are told of a run that ended: how, how many VMs became what, which of them need attention, and what was never listed.
// Made from the record and the outcomes that are kept, so that it says what GET /v1/runs/{name} says.

import { type Notice, noticed } from '../../core/notice.ts';
import { type Counts, type Outcome, outcomeKey } from '../../core/outcome.ts';
import type { RunRecord } from '../../stores.ts';
import { type EndingWord, endingOf } from '../ending.ts';

/** Of which runs people are told. */
export type RunsTold = 'trouble' | 'always';

/** The notice of a run whose end is kept; null for one that nobody is to be told of. `outcomesOf` is asked only where there is one. */
export async function runNotice(
  run: RunRecord,
  when: RunsTold,
  outcomesOf: () => Promise<readonly Outcome[]>,
): Promise<Notice | null> {
  const ending = run.status === 'lost' ? lostEnding : endingOf(run);
  if (ending === null || ending.report?.run.dryRun === true) return null;
  if (when === 'trouble' && ending.word === 'well') return null;
  const { report } = ending;
  const trouble = (await outcomesOf()).filter(needsAttention);
  const action = report?.run.action ?? null;
  const unlisted = report?.unlisted ?? [];
  const lines = [
    report === null ? 'It has no report: see the log, and list its VMs.' : `${countsText(report.counts)}.`,
    ...(unlisted.length > 0 ? [`${unlisted.length} project(s) could not be listed.`] : []),
    `Details: npx power runs, or GET /v1/runs/${run.name}`,
  ];
  return {
    // A run that is lost may end all the same, late: whoever knows repeats by their ids must not take that for one.
    id: `${run.status === 'lost' ? 'run-lost' : 'run-ended'}/${run.name}`,
    type: 'run.ended',
    at: Date.parse(run.endedAt ?? run.deadline ?? run.recordedAt),
    title: `Run ${run.name}${action === null ? '' : ` (${action})`} ${words[ending.word]}`,
    text: lines.join(' '),
    ...noticed(
      trouble.map((outcome) => ({
        key: outcomeKey(outcome),
        name: outcome.name,
        note: `${outcome.result}: ${outcome.reason}`,
      })),
      unlisted.map(({ account, project, reason }) => ({ key: `${account}/${project}`, reason })),
    ),
    link: null,
    facts: {
      run: run.name,
      trigger: run.trigger,
      action,
      ending: ending.word,
      counts: report?.counts ?? null,
    },
  };
}

/** Of a run that nobody will end any more: as its record says, from its deadline on. */
const lostEnding = { word: 'lost', report: null } as const;

const words: Readonly<Record<EndingWord | 'lost', string>> = {
  well: 'ended well',
  trouble: 'ended in trouble',
  refused: 'was refused: nothing was sent',
  interrupted: 'was stopped before it was done',
  cancelled: 'was cancelled before it began',
  'never-started': 'was never started',
  'broke-off': 'broke off',
  unreadable: 'ended, and its end cannot be read',
  lost: 'is lost: nobody knows how it ended',
};

function needsAttention({ result }: Outcome): boolean {
  return result === 'failed' || result === 'unknown' || result === 'refused';
}

function countsText(counts: Counts): string {
  const parts = Object.entries(counts).map(([result, count]) => `${count} ${result}`);
  return parts.length === 0 ? 'No VM was selected' : parts.join(', ');
}
