// `power token`: whose tokens there are, when they end, and whether they work; never the tokens.
// Lists one project of each account and sends nothing. A refresh token that is due is renewed, as it is wherever it is used.

import type { Command } from 'commander';
import type { KnownTokenSource } from '../../lib/aws/token.ts';
import { describeError } from '../../lib/core/describe-error.ts';
import { PowerError } from '../../lib/core/errors.ts';
import type { FleetAccount } from '../../lib/run/world.ts';
import { tryToken } from '../../lib/wiring/token-trial.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { accountsOf, loadFleet } from '../fleet.ts';
import type { GlobalOptions } from '../program.ts';
import { renderTokens, type TokenState, tokensJson } from '../render/tokens.ts';
import type { Terminal } from '../terminal.ts';

export interface TokenOptions {
  readonly json?: true;
}

const examples = `
Examples:
  power token
  power token --json | jq -r '.accounts[] | select(.works | not) | "\\(.account): \\(.reason)"'

Exit codes: 0 all work, 1 one does not, or could not be tried.
`;

export function tokenCommand(
  program: Command,
  perform: (options: TokenOptions & GlobalOptions) => Promise<void>,
): void {
  program
    .command('token')
    .description('show whose tokens there are, when they end and whether they work, never the tokens')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', examples)
    .action((_options, command: Command) => perform(command.optsWithGlobals()));
}

export async function token(options: TokenOptions & GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  const { out, clock } = terminal;
  const loaded = await loadFleet(options, terminal, 'required');
  const sources = new Map<string, KnownTokenSource>();
  const accounts = accountsOf(loaded, options, terminal, (account, source) => sources.set(account, source));
  const { config } = loaded;
  const looks = accounts.map(async (account): Promise<TokenState> => {
    const { name, secretId } = config.accounts.find((one) => one.name === account.cloud.account) ?? lacking(account);
    const trial = await tryIt(account);
    return { account: name, secretId, facts: sources.get(name)?.facts() ?? null, ...trial };
  });
  const states = await Promise.all(looks);
  out.write(options.json ? tokensJson(states) : renderTokens(states, config.timezone ?? 'UTC', clock.now(), out));
  return states.every(({ works }) => works === true) ? exitCode.well : exitCode.trouble;
}

async function tryIt(account: FleetAccount): Promise<Pick<TokenState, 'works' | 'reason'>> {
  try {
    await tryToken(account);
    return { works: true, reason: null };
  } catch (error) {
    const { code, message } = describeError(error);
    // A list that failed for another reason says nothing of the token.
    return { works: code === 'secret' || code === 'token-rejected' ? false : null, reason: message };
  }
}

function lacking({ cloud }: FleetAccount): never {
  throw new PowerError('config', `there is no account "${cloud.account}"`);
}
