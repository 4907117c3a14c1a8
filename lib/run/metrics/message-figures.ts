// The figure of a message that nobody got: a channel that takes nothing any more is otherwise as silent as a quiet night.
// Told wherever people were to be told and were not, whatever was in the way.

import { type Figure, figure } from '../../core/metric.ts';

/** That one message reached nobody. */
export function unsentFigures(): Figure[] {
  return [figure('MessagesUnsent', 1, {})];
}
