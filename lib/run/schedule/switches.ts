// The transitions that programs are shown: to on or to off, never to nothing.
// Where nothing is wanted any more nothing is done either, and who reads `on` and `off` meets no third word.

import type { Wanted } from '../../core/schedule/item.ts';
import type { Transition } from '../../core/schedule/timeline.ts';

export interface Switch {
  readonly at: number;
  readonly wanted: Wanted;
}

/** The transitions without those to `none`, with which a schedule's dates or an override end. */
export function switchesOf(transitions: readonly Transition[]): readonly Switch[] {
  return transitions.flatMap(({ at, wanted }) => (wanted === 'none' ? [] : [{ at, wanted }]));
}
