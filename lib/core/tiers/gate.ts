// Whether the tier after one may begin: what became of a VM, and whether that endangers those whose turn is next.
// Why each of them does or does not: docs/decisions/0026-a-closed-gate-is-what-could-hurt-the-next-tier.md.

import type { Outcome, Unlisted } from '../outcome.ts';
import type { Direction, Tier } from '../tiers.ts';

const mostNamed = 3;

/** Whether the VM, as it ended or was left, endangers the tiers after its own. */
export function endangers(outcome: Outcome, direction: Direction): boolean {
  const { result, power } = outcome;
  if (result === 'succeeded' || result === 'unchanged' || result === 'accepted' || result === 'gone') return false;
  // Whatever is not off may stand on what would be taken away next, for whatever reason it is not.
  return direction === 'down' ? power !== 'off' : endangersWhatComesUp(outcome);
}

function endangersWhatComesUp({ action, code, power }: Outcome): boolean {
  if (action === 'start' && power === 'on') return false;
  switch (code) {
    // Nobody means it to come up: what comes after it has been without it, and would wait for ever.
    case 'protected':
    case 'schedule':
      return false;
    // A reboot that was never tried has changed nothing.
    case 'fault':
    case 'power':
      return action === 'start';
    default:
      return true;
  }
}

/** Why the gate after the tier is closed, for the reports of those behind it; null when it is open. */
export function whyClosed(tier: Tier, ended: readonly Outcome[], direction: Direction): string | null {
  const bad = [...tier.bystanders, ...ended].filter((outcome) => endangers(outcome, direction));
  if (bad.length === 0) return null;
  const named = bad.slice(0, mostNamed).map(nameOf).join(', ');
  const more = bad.length > mostNamed ? ` and ${bad.length - mostNamed} more` : '';
  return `tier ${tier.tier} is not ${direction}: ${named}${more}`;
}

/** Why every gate is closed when VMs may be missing from the plan; null when none is. */
export function whyUnsure(unlisted: readonly Unlisted[]): string | null {
  if (unlisted.length === 0) return null;
  const named = unlisted.slice(0, mostNamed).map(({ account, project }) => `${account}/${project}`);
  const more = unlisted.length > mostNamed ? ` and ${unlisted.length - mostNamed} more` : '';
  return `VMs of the tiers before it may be in projects that could not be listed: ${named.join(', ')}${more}`;
}

function nameOf({ vm, name, power, result, code }: Outcome): string {
  const who = name === '' ? `VM ${vm}` : `VM ${vm} "${name}"`;
  return `${who} is ${power} (${result}: ${code})`;
}
