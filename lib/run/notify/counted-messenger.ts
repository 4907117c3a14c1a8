// A messenger that counts what nobody got: a channel that takes nothing any more is otherwise as silent as a quiet night.
// Around the messenger itself, so that whoever sends through it is counted.

import { type EmitFigures, figure } from '../../core/metric.ts';
import type { Messenger } from '../../ports.ts';

/** The messenger, of whose failures, thrown ones too, each is told. */
export function countedMessenger(messenger: Messenger, emit: EmitFigures): Messenger {
  const unsent = () => emit([figure('MessagesUnsent', 1, {})]);
  return {
    async send(notice) {
      try {
        const delivered = await messenger.send(notice);
        if (!delivered.isSent) await unsent();
        return delivered;
      } catch (error) {
        await unsent();
        throw error;
      }
    },
  };
}
