// Why VMs of one schedule are drawn in rows of their own: the overrides that they are under, as a part of the row's title.
// Apart from outlook.ts, which only knows that they differ.

import type { Kept } from '../../lib/run/schedule/kept.ts';
import { sayLocal } from './local-time.ts';

interface Seen {
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
  readonly zone: string;
}

const mostSaid = 3;

/**
 * What overrides keep the VMs of a row, as the end of its title. Empty where one of them is under none: then whatever the others
 * are under makes no difference that is drawn.
 */
export function keptLabel(row: readonly (readonly Kept[])[], seen: Seen): string {
  const [first = []] = row;
  if (row.some((kept) => kept.length === 0)) return '';
  const isAlike = row.every((kept) => JSON.stringify(kept) === JSON.stringify(first));
  if (!isAlike) return ', under overrides';
  const said = first.slice(0, mostSaid).map((kept) => sayKept(kept, seen));
  const more = first.length > mostSaid ? [`${first.length - mostSaid} more`] : [];
  return `, by override ${[...said, ...more].join('; ')}`;
}

function sayKept({ fromMs, toMs, keep }: Kept, seen: Seen): string {
  const from = fromMs > seen.fromMs ? ` from ${sayLocal(seen.zone, fromMs)}` : '';
  const until = toMs < seen.toMs ? ` until ${sayLocal(seen.zone, toMs)}` : ' beyond these days';
  return `kept ${keep}${from}${until}`;
}
