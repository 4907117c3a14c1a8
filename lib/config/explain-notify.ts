// Who is told what, in plain words: for `power check`.
// Apart from explain.ts, because a link that anybody may use who holds it should be understood before it is sent.

import type { Config, NotifyConfig } from '../config.ts';
import { printDuration } from '../core/duration.ts';

const channels: Readonly<Record<NotifyConfig['kind'], string>> = {
  slack: 'Slack',
  teams: 'Teams',
  webhook: 'A webhook',
};

/** The sentences; none where nobody is told. */
export function explainNotify({ notify, crons }: Config): readonly string[] {
  if (notify === null) return [];
  const { kind, when, warning, secretId } = notify;
  const runs = when === 'always' ? 'of every run' : 'of runs that did not end well';
  const told = `${channels[kind]} is told ${runs}, at the address in the secret ${secretId}.`;
  if (warning === null) return [told];
  const { beforeMs, keepMs, quota } = warning;
  const uses = quota === 1 ? 'once' : `up to ${quota} times`;
  return [
    told,
    `It is warned of scheduled stops ${printDuration(beforeMs)} ahead; whoever holds the link in a warning can put that stop off by ${printDuration(keepMs)}, ${uses}.`,
    ...explainUnwarned(crons),
  ];
}

// Said here, for whoever reads "scheduled stops" may think of crons first.
function explainUnwarned(crons: Config['crons']): readonly string[] {
  const names = crons.filter(({ action }) => action !== 'start').map(({ name }) => name);
  if (names.length === 0) return [];
  return [
    `Nobody is warned of what a cron does (${names.join(', ')}), and no link holds it back: give those VMs a schedule instead.`,
  ];
}
