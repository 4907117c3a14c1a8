// Whom this deployment tells, if anybody: the channel of the configuration, with its address from Secrets Manager.
// Apart from wiring.ts, because most handlers tell nobody anything.

import { webhookSecrets } from '../lib/http/webhook-secrets.ts';
import { messenger } from '../lib/messages/messenger.ts';
import type { Notifying } from '../lib/run/notify/notified-store.ts';
import { once, wiring } from './wiring.ts';

/** Null where the configuration has no `notify`. */
export const notifying = once((): Notifying | null => {
  const { notify } = wiring.config();
  if (notify === null) return null;
  const { kind, secretId, when } = notify;
  return { messenger: messenger({ kind, secretId, secrets: wiring.secrets(), clock: wiring.clock }), when };
});

const readKeys = once(() => webhookSecrets(wiring.secrets(), wiring.clock));

/** What links are signed with. Throws `secret`, `config`. */
export async function linkKeys(): Promise<readonly string[]> {
  return readKeys()(wiring.linkKey());
}
