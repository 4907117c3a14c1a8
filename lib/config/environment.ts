// What the environment says, and what of it cannot be.
// It takes the variables as an argument: only lib/config.ts reads process.env.

import { apiUrlAllowed, parseApiUrl } from './url.ts';

const publicApiUrl = 'https://api.alpha.openscaler.net';

/** How much a Lambda logs, as Powertools names it. */
const logLevels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'SILENT', 'CRITICAL'] as const;

/** The environment's part of the configuration. `token` is secret: this object is never logged (rule 8). */
export interface Environment {
  /** OPENSCALER_API_URL, or the public API. */
  readonly apiUrl: string;
  /** OPENSCALER_SECRET_ID: Secrets Manager name or ARN. */
  readonly secretId: string | null;
  /** OPENSCALER_TOKEN: for the terminal only, instead of the secret. */
  readonly token: string | null;
  /** POWER_TABLE: where runs are kept. */
  readonly tableName: string | null;
  /** POWER_RUN_FUNCTION: the Lambda that does runs. */
  readonly runFunctionName: string | null;
  /** POWER_EVENT_BUS: where runs are announced. */
  readonly eventBus: string | null;
  /** AWS_REGION. */
  readonly region: string | null;
  /** LOG_LEVEL, in capitals. */
  readonly logLevel: string | null;
  /** AWS_LAMBDA_FUNCTION_NAME: set means that this is a Lambda. */
  readonly functionName: string | null;
}

/** The variables as an Environment; a blank one counts as unset. Faults are found later, all at once, by loadConfig. */
export function parseEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const read = (name: string): string | null => {
    const value = variables[name]?.trim() ?? '';
    return value === '' ? null : value;
  };
  return Object.freeze({
    apiUrl: read('OPENSCALER_API_URL') ?? publicApiUrl,
    secretId: read('OPENSCALER_SECRET_ID'),
    token: read('OPENSCALER_TOKEN'),
    tableName: read('POWER_TABLE'),
    runFunctionName: read('POWER_RUN_FUNCTION'),
    eventBus: read('POWER_EVENT_BUS'),
    region: read('AWS_REGION'),
    logLevel: read('LOG_LEVEL')?.toUpperCase() ?? null,
    functionName: read('AWS_LAMBDA_FUNCTION_NAME'),
  });
}

/** What the environment is used for, as far as it decides what is a fault in it. */
interface EnvironmentUse {
  readonly where: 'lambda' | 'terminal';
  readonly credentials: 'required' | 'optional';
  /** How many `accounts` the config names; null when it has none and the environment's secret counts. */
  readonly namedAccounts: number | null;
}

export const secretIdPattern = /^[A-Za-z0-9/_+=.@:!-]{1,2048}$/;
export const secretIdAllowed = 'a Secrets Manager name or ARN: letters, digits and / _ + = . @ : ! -';

/** Every fault of the environment. No message holds the value of a variable that is, or may hold, a secret. */
export function environmentFaults(environment: Environment, use: EnvironmentUse): readonly string[] {
  const { apiUrl, secretId, logLevel } = environment;
  const faults: string[] = [];
  if (parseApiUrl(apiUrl) === null) faults.push(`OPENSCALER_API_URL: must be ${apiUrlAllowed}`);
  if (secretId !== null && !secretIdPattern.test(secretId))
    faults.push(`OPENSCALER_SECRET_ID: must be ${secretIdAllowed}`);
  if (logLevel !== null && !(logLevels as readonly string[]).includes(logLevel)) {
    faults.push(`LOG_LEVEL: must be one of ${logLevels.join(', ')}`);
  }
  return [...faults, ...credentialFaults(environment, use)];
}

function credentialFaults(
  { secretId, token }: Environment,
  { where, credentials, namedAccounts }: EnvironmentUse,
): readonly string[] {
  if (token === null) {
    if (secretId !== null || namedAccounts !== null || credentials === 'optional') return [];
    const orToken = where === 'lambda' ? '' : ', or OPENSCALER_TOKEN to the token itself';
    return [
      `OPENSCALER_SECRET_ID: is missing; set it to the Secrets Manager name or ARN of the secret with the API token${orToken}, or name a secretId for each of "accounts"`,
    ];
  }
  if (where === 'lambda') {
    return [
      'OPENSCALER_TOKEN: a Lambda refuses it; remove it, and put the token into Secrets Manager (OPENSCALER_SECRET_ID)',
    ];
  }
  const faults: string[] = [];
  if (!/^[\x21-\x7e]+$/.test(token))
    faults.push(
      'OPENSCALER_TOKEN: holds blanks or characters that no token has; set it again (its value is not shown)',
    );
  if ((namedAccounts ?? 1) > 1)
    faults.push(
      "OPENSCALER_TOKEN: one token cannot serve several accounts; remove it, so that each account's secretId is used",
    );
  return faults;
}
