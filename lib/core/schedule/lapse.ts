// How long an override is remembered after it has ended.
// Its end is a boundary: a VM that no tick could reach since then has still to be brought back to its schedule.

const rememberedMs = 30 * 86_400_000;

export interface Ending {
  readonly startMs: number;
  /** By VM key. */
  readonly ends: Readonly<Record<string, number>>;
  readonly cancelledMs: number | null;
}

/** When an override may be forgotten, in epoch milliseconds: 30 days after it ended for the last of its VMs. */
export function lapseOf({ startMs, ends, cancelledMs }: Ending): number {
  const last = Object.values(ends).reduce((latest, end) => Math.max(latest, end), startMs);
  return Math.min(last, cancelledMs ?? last) + rememberedMs;
}
