// Where a run stands, added up from its events, and how that looks: a live frame for a TTY, lines for everything else.
// It only counts what the run tells; it never decides anything.

import { type Outcome, outcomeKey, type Result } from '../../lib/core/outcome.ts';
import type { RunEvent } from '../../lib/ports.ts';
import type { Paint } from '../terminal.ts';
import { sayDuration } from './duration.ts';
import { plain } from './plain.ts';
import { paintResult, sayCounts, signOf } from './result-style.ts';

const mostNamed = 6;
const barWidth = 24;

type TierEvent = Extract<RunEvent, { kind: 'tier' }>;
type PlannedEvent = Extract<RunEvent, { kind: 'planned' }>;

/** What is known so far; `apply` takes the events in their order. */
export class Progress {
  readonly outcomes: Outcome[] = [];
  #counts: Partial<Record<Result, number>> = {};
  #listed: { readonly vms: number; readonly unlisted: number } | null = null;
  #planned: PlannedEvent | null = null;
  readonly #tiers = new Map<string, TierEvent>();
  /** POSTs whose answer has not come, by account/id. */
  readonly #sending = new Map<string, string>();
  /** VMs that were sent to and are not settled. */
  readonly #open = new Set<string>();

  apply(event: RunEvent): void {
    switch (event.kind) {
      case 'listed':
        this.#listed = { vms: event.vms, unlisted: event.unlisted.length };
        return;
      case 'tier':
        this.#tiers.set(`${event.direction} ${event.tier}`, event);
        return;
      case 'planned':
        this.#planned = event;
        return;
      case 'sent':
        this.#sending.set(outcomeKey(event), event.attempt > 1 ? `${event.vm} (again)` : event.vm);
        this.#open.add(outcomeKey(event));
        return;
      case 'answered':
        this.#sending.delete(outcomeKey(event));
        return;
      case 'settled':
        this.#settle(event.outcome);
        return;
      case 'looked':
        return;
    }
  }

  #settle(outcome: Outcome): void {
    const key = outcomeKey(outcome);
    this.#sending.delete(key);
    this.#open.delete(key);
    this.outcomes.push(outcome);
    this.#counts[outcome.result] = (this.#counts[outcome.result] ?? 0) + 1;
  }

  /** The live display, line by line. */
  frame(title: string, elapsedMs: number, paint: Paint): string[] {
    const lines = [
      `${paint('bold', plain(title))}  ${paint('dim', sayDuration(elapsedMs))}`,
      `  ${this.#sayPlan(paint)}`,
    ];
    if (this.#planned === null) return lines;
    if (this.#tiers.size > 0) lines.push(`  tiers    ${[...this.#tiers.values()].map(sayTier).join(' · ')}`);
    const named = [...this.#sending.values()].slice(0, mostNamed).map(plain).join(', ');
    const more = this.#sending.size > mostNamed ? ` and ${this.#sending.size - mostNamed} more` : '';
    const waiting = this.#open.size - this.#sending.size;
    lines.push(`  sending  ${this.#sending.size}${named ? paint('dim', `  VM ${named}${more}`) : ''}`);
    lines.push(`  waiting  ${waiting}${waiting > 0 ? paint('dim', '  for the list to show their power') : ''}`);
    lines.push(
      `  settled  ${this.#bar(paint)} ${this.outcomes.length}/${this.#planned.selected}  ${sayCounts(this.#counts, paint)}`,
    );
    return lines;
  }

  #sayPlan(paint: Paint): string {
    if (this.#listed === null) return 'listing …';
    const { vms, unlisted } = this.#listed;
    const notListed = unlisted === 0 ? '' : paint('red', ` · ${unlisted} projects not listed`);
    const plan = this.#planned === null ? '' : ` · ${this.#planned.selected} selected · ${sayToSend(this.#planned)}`;
    return `${vms} listed${notListed}${plan}`;
  }

  #bar(paint: Paint): string {
    const selected = this.#planned?.selected ?? 0;
    const full =
      selected === 0 ? barWidth : Math.min(barWidth, Math.floor((this.outcomes.length / selected) * barWidth));
    return paint('green', '━'.repeat(full)) + paint('dim', '━'.repeat(barWidth - full));
  }
}

function sayToSend({ toSend, rehearsed }: PlannedEvent): string {
  return rehearsed === undefined ? `${toSend} to send` : `${rehearsed} would be sent`;
}

function sayTier({ direction, tier, state }: TierEvent): string {
  return `${tier} ${direction === 'up' ? '↑' : '↓'} ${state}`;
}

/** The line that a pipe or a log file gets for an event, or null where it would only be noise. */
export function lineOf(event: RunEvent, paint: Paint): string | null {
  switch (event.kind) {
    case 'listed':
      return `listed ${event.vms} VMs${event.unlisted.map(({ account, project, reason }) => `; not listed: ${plain(`${account}/${project}`)} (${plain(reason)})`).join('')}`;
    case 'tier': {
      const why = event.why === undefined ? '' : ` (${plain(event.why)})`;
      return `tier ${event.tier} (${event.direction}), ${event.vms} to act on: ${event.state}${why}`;
    }
    case 'planned':
      return `${event.selected} selected, ${sayToSend(event)}`;
    case 'sent':
      return `VM ${plain(event.vm)}: ${event.action} sent${event.attempt > 1 ? ` (attempt ${event.attempt})` : ''}`;
    case 'answered':
      return event.meaning === 'done'
        ? null
        : `VM ${plain(event.vm)}: ${plain(event.detail)} (${plain(event.meaning)})`;
    case 'looked':
      return null;
    case 'settled': {
      const { vm, name, result, reason } = event.outcome;
      return `VM ${plain(vm)} ${plain(name)}: ${paintResult(result, `${signOf(result)} ${result}`, paint)}: ${plain(reason)}`;
    }
  }
}
