// How a run somewhere else looks while it goes: a live frame for a TTY, a line per change for everything else.
// Made from what is kept of it, tier by tier; it only shows, and decides nothing.

import { lineOf } from '../../lib/run/run-line.ts';
import type { RunRecord, TierProgress, TierState } from '../../lib/stores.ts';
import type { Paint, Style, Terminal } from '../terminal.ts';
import { sayDuration } from './duration.ts';
import { plain } from './plain.ts';
import { sayWhat } from './runs.ts';

const barWidth = 24;

export interface WatchView {
  /** Shows the run as it stands. */
  show(run: RunRecord): void;
  /** Takes the live area away. */
  end(): void;
}

export function watchView(name: string, { notes, clock }: Pick<Terminal, 'notes' | 'clock'>): WatchView {
  if (notes.isLive) {
    return { show: (run) => notes.show(frameOf(run, clock.now(), notes.paint)), end: () => notes.clear() };
  }
  const said = new Map<string, string>();
  return {
    show(run) {
      for (const [about, line] of linesOf(run)) {
        if (said.get(about) !== line) notes.line(`${name}: ${line}`);
        said.set(about, line);
      }
    },
    end: () => {},
  };
}

/** The live display, line by line. */
export function frameOf(run: RunRecord, nowMs: number, paint: Paint): string[] {
  const { progress, startedAt, recordedAt } = run;
  const elapsed = sayDuration(Math.max(0, nowMs - Date.parse(startedAt ?? recordedAt)));
  const title = `${paint('bold', sayWhat(lineOf(run)))}  ${run.status}  ${paint('dim', elapsed)}`;
  const lines = [title, ...cancellationOf(run).map((line) => `  ${paint('yellow', line)}`)];
  if (run.status === 'recorded') return [...lines, '  waiting to be started'];
  if (progress === null) return [...lines, '  listing …'];
  const { selected, sent, settled, tiers } = progress;
  lines.push(`  ${selected} selected · ${sent} sent · ${settled} settled`);
  const widest = Math.max(0, ...tiers.map((tier) => titleOf(tier).length));
  return [...lines, ...tiers.map((tier) => `  ${titleOf(tier).padEnd(widest)}  ${sayTier(tier, paint)}`)];
}

function titleOf({ direction, tier }: TierProgress): string {
  return `tier ${tier} ${direction === 'up' ? '↑' : '↓'}`;
}

const styles: Readonly<Record<TierState, Style>> = {
  waiting: 'dim',
  sending: 'cyan',
  settling: 'cyan',
  settled: 'green',
  skipped: 'red',
};
const widestState = Math.max(...Object.keys(styles).map((state) => state.length));

function sayTier({ state, planned, sent, settled, open, waitingFor }: TierProgress, paint: Paint): string {
  const full = planned === 0 ? barWidth : Math.min(barWidth, Math.floor((settled / planned) * barWidth));
  const bar = paint('green', '━'.repeat(full)) + paint('dim', '━'.repeat(barWidth - full));
  // A newer version may know more states.
  const word = paint(styles[state] ?? 'dim', plain(state).padEnd(widestState));
  const waiting = waitingFor === null ? '' : paint('dim', `  waiting for ${plain(waitingFor)}`);
  return `${word} ${bar} ${settled}/${planned} settled · ${sent} sent · ${open} open${waiting}`;
}

/** What is to be said of the run, each with what it is about. */
export function linesOf(run: RunRecord): readonly (readonly [about: string, line: string])[] {
  const { progress, status } = run;
  const what = sayWhat(lineOf(run));
  const state = status === 'recorded' ? `${what}: recorded, waiting to be started` : `${what}: ${status}`;
  const cancelled = cancellationOf(run).map((line) => ['cancel', line] as const);
  if (progress === null) return [['status', state], ...cancelled];
  const { selected, sent, settled, tiers } = progress;
  return [
    ['status', state],
    ...cancelled,
    ['figures', `${selected} selected, ${sent} sent, ${settled} settled`],
    ...tiers.map((tier) => [`${tier.direction} ${tier.tier}`, lineOfTier(tier)] as const),
  ];
}

function lineOfTier({ direction, tier, state, planned, sent, settled, open, waitingFor }: TierProgress): string {
  const waiting = waitingFor === null ? '' : `; waiting for ${plain(waitingFor)}`;
  const figures = `${planned} planned, ${sent} sent, ${settled} settled, ${open} open`;
  return `tier ${tier} (${direction}): ${plain(state)}: ${figures}${waiting}`;
}

function cancellationOf({ status, cancelRequestedAt, cancelRequestedBy }: RunRecord): string[] {
  if (cancelRequestedAt === null || status !== 'running') return [];
  return [`cancelled by ${plain(cancelRequestedBy ?? 'somebody')}: it sends nothing more, and reports soon`];
}
