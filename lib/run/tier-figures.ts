// How far each tier of a run is, from what the run tells: for its record, and for whoever watches it.
// A run that has no tiers tells of none, and has no such figures.

import type { Action } from '../core/action.ts';
import { type Direction, directionOf } from '../core/tiers.ts';
import type { RunEvent } from '../ports.ts';
import type { TierProgress, TierState } from '../stores.ts';

type TierEvent = Extract<RunEvent, { kind: 'tier' }>;

interface Figures {
  readonly direction: Direction;
  readonly tier: number;
  state: TierEvent['state'];
  planned: number;
  waitingFor: string | null;
  readonly sent: Set<string>;
  readonly settled: Set<string>;
}

export class TierFigures {
  readonly #tiers = new Map<string, Figures>();
  readonly #open = new Map<Direction, Figures>();

  tell({ direction, tier, state, vms, why }: TierEvent): void {
    const key = `${direction}-${tier}`;
    const known = this.#tiers.get(key);
    const figures: Figures = known ?? {
      direction,
      tier,
      state,
      planned: vms,
      waitingFor: why ?? null,
      sent: new Set(),
      settled: new Set(),
    };
    figures.state = state;
    figures.planned = vms;
    figures.waitingFor = why ?? null;
    this.#tiers.set(key, figures);
    if (state === 'open') this.#open.set(direction, figures);
    else if (this.#open.get(direction) === figures) this.#open.delete(direction);
  }

  sent(vm: string, action: Action): void {
    this.#open.get(directionOf(action))?.sent.add(vm);
  }

  settled(vm: string, action: Action | null): void {
    if (action !== null) this.#open.get(directionOf(action))?.settled.add(vm);
  }

  get progress(): readonly TierProgress[] {
    return [...this.#tiers.values()].sort(inTheirOrder).map((figures) => {
      const { direction, tier, planned, sent, settled, waitingFor } = figures;
      const open = [...sent].filter((vm) => !settled.has(vm)).length;
      const state = stateOf(figures, open);
      return { direction, tier, state, planned, sent: sent.size, settled: settled.size, open, waitingFor };
    });
  }
}

function stateOf({ state, planned, sent, settled }: Figures, open: number): TierState {
  if (state === 'stopped') return 'skipped';
  if (state !== 'open') return state;
  return open > 0 && sent.size + settled.size >= planned ? 'settling' : 'sending';
}

function inTheirOrder(a: Figures, b: Figures): number {
  if (a.direction !== b.direction) return a.direction === 'up' ? -1 : 1;
  return a.direction === 'up' ? a.tier - b.tier : b.tier - a.tier;
}
