// What a configuration means for the order in which a run acts, in plain words: for `power check`.
// Said also where everything is a default, since one tag on one VM is enough to make it matter.

import type { Config } from '../config.ts';
import { actions } from '../core/action.ts';
import { printDuration } from '../core/duration.ts';
import type { ReadyCheck } from '../core/policy.ts';

/** The sentences about tiers, delays, readiness and staggering. */
export function explainTiers({ tiers, staggerMs }: Config): readonly string[] {
  const { gate, patienceMs, delayMs, ready } = tiers;
  const then =
    gate === 'verified'
      ? 'one that does not get there stops the rest'
      : 'the rest goes on even if one does not get there, with a warning';
  const pause = delayMs === 0 ? '' : ` ${printDuration(delayMs)} pass between two tiers.`;
  const patience = patienceMs === null ? '' : ` A tier may take ${printDuration(patienceMs)} in all.`;
  return [
    `VMs start in the order of their tag tier and stop in the reverse order, those without it in tier 0; ${then}.${pause}${patience}`,
    ...Object.entries(ready).map(explainReady),
    ...explainStagger(staggerMs),
  ];
}

function explainReady([tier, check]: [string, ReadyCheck]): string {
  const what =
    'http' in check
      ? `${check.http} must answer with a 2xx`
      : `${check.tcp.host}:${check.tcp.port} must take a connection`;
  return `After a start of tier ${tier}, ${what} within ${printDuration(check.withinMs)} before the next tier is started.`;
}

function explainStagger(staggerMs: Config['staggerMs']): readonly string[] {
  const spread = actions.filter((action) => staggerMs[action] > 0);
  const byTime = Map.groupBy(spread, (action) => staggerMs[action]);
  return [...byTime].map(([ms, own]) => `The sends of a tier are spread over ${printDuration(ms)}: ${own.join(', ')}.`);
}
