// The accounts' tokens for a person and as a JSON contract: whose, of which kind, until when, and whether they work.
// Nothing here is ever given a token.

import type { TokenFacts } from '../../lib/aws/token.ts';
import { warnBeforeMs } from '../../lib/aws/token.ts';
import { printInstant } from '../../lib/core/schedule/civil.ts';
import type { Paint, Style, Width } from '../terminal.ts';
import { documentOf } from './json.ts';
import { sayLocal } from './local-time.ts';
import { plain } from './plain.ts';
import { renderTable } from './table.ts';

export interface TokenState {
  readonly account: string;
  /** Null where the token comes from OPENSCALER_TOKEN. */
  readonly secretId: string | null;
  /** Null when no token could be had. */
  readonly facts: TokenFacts | null;
  /** Null when it could not be tried. */
  readonly works: boolean | null;
  /** Why it does not work, or was not tried. */
  readonly reason: string | null;
}

/** What `power token --json` prints. */
export function tokensJson(states: readonly TokenState[]): string {
  return documentOf({ accounts: states.map(documented) });
}

function documented({ account, secretId, facts, works, reason }: TokenState) {
  const endsAt = facts?.expiresAt ? printInstant(facts.expiresAt) : null;
  const renewsItself = facts?.renewsItself ?? null;
  return { account, secretId, grant: facts?.kind ?? null, endsAt, renewsItself, works, reason };
}

const worksStyle = (works: boolean | null): Style => (works === true ? 'green' : works === false ? 'red' : 'yellow');

/** One row per account, then why one does not work. */
export function renderTokens(
  states: readonly TokenState[],
  zone: string,
  now: number,
  screen: { readonly paint: Paint; readonly width: Width },
): string {
  const { paint } = screen;
  const rows = states.map((state) => [
    plain(state.account),
    plain(state.secretId ?? 'OPENSCALER_TOKEN'),
    sayKind(state.facts),
    sayEnd(state.facts, zone, now),
    sayWorks(state.works),
  ]);
  const table = renderTable(['ACCOUNT', 'SECRET', 'GRANT', 'ENDS', 'WORKS'], rows, screen, (cell, column, row) =>
    column === 4 ? paint(worksStyle(states[row]?.works ?? null), cell) : cell,
  );
  const reasons = states.flatMap(({ account, reason, works }) =>
    reason === null ? [] : [`${paint(worksStyle(works), '✗')} ${plain(account)}: ${plain(reason)}\n`],
  );
  return `${table}${reasons.join('')}`;
}

function sayKind(facts: TokenFacts | null): string {
  switch (facts?.kind) {
    case undefined:
      return '?';
    case 'token':
      return 'none: stored by hand';
    case 'fixed':
      return 'none: given here';
    default:
      return facts?.kind ?? '?';
  }
}

function sayEnd(facts: TokenFacts | null, zone: string, now: number): string {
  if (facts === null) return '?';
  const { expiresAt, renewsItself } = facts;
  if (expiresAt === null) return renewsItself ? 'renews itself' : 'it does not say';
  const end = sayLocal(zone, expiresAt);
  if (renewsItself) return `${end}, renews itself`;
  if (expiresAt <= now) return `${end}: over`;
  return expiresAt - now <= warnBeforeMs ? `${end}: soon` : end;
}

function sayWorks(works: boolean | null): string {
  if (works === null) return 'not known';
  return works ? 'yes' : 'no';
}
