// The spans of time for which overrides keep a VM on or off, cut where a newer one takes over.
// For drawing: a schedule of moments has no levels in whose transitions an override would show.

import type { Course } from '../../core/schedule/course.ts';
import type { Wanted } from '../../core/schedule/item.ts';
import { overrideAt } from '../../core/schedule/override.ts';

export interface Kept {
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
  readonly keep: Wanted;
}

/** What the overrides of a course keep within `[fromMs, toMs)`, in order. */
export function keptBetween({ overrides }: Course, fromMs: number, toMs: number): readonly Kept[] {
  const edges = overrides.flatMap(({ startMs, endMs }) => [startMs ?? fromMs, endMs]);
  const inside = edges.filter((edge) => fromMs < edge && edge < toMs);
  const starts = [...new Set([fromMs, ...inside])].toSorted((a, b) => a - b);
  return starts.flatMap((start, index) => {
    const override = overrideAt(overrides, start);
    if (override === null || override.endMs <= start) return [];
    return [{ fromMs: start, toMs: starts[index + 1] ?? toMs, keep: override.keep }];
  });
}
