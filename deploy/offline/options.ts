// The options of `npm run offline -- …`.
// Few, because what it serves is what is configured.

import { parseArgs } from 'node:util';
import { PowerError } from '../../lib/core/errors.ts';

export interface OfflineOptions {
  readonly httpPort: number;
  readonly lambdaPort: number;
  /** 0 is any free one. */
  readonly simulatorPort: number;
  readonly seed: number;
  /** Simulated milliseconds per real one. */
  readonly speed: number;
}

export const offlineUsage = `npm run offline -- [options]
  --http-port N       the HTTP API (3000)
  --lambda-port N     Lambda's Invoke (3002)
  --simulator-port N  the simulated OpenScaler (4000)
  --seed N            which demo fleet (1)
  --speed N           how much faster its time runs than yours (10)`;

const defaults = { 'http-port': '3000', 'lambda-port': '3002', 'simulator-port': '4000', seed: '1', speed: '10' };

/** Null when help was asked for. Throws `request` for what it does not know. */
export function parseOfflineOptions(args: readonly string[]): OfflineOptions | null {
  const values = read(args);
  if (values.help === true) return null;
  const number = (name: keyof typeof defaults, most: number): number => {
    const value = Number(values[name] ?? defaults[name]);
    if (Number.isInteger(value) && value >= 1 && value <= most) return value;
    throw new PowerError('request', `--${name}: must be a whole number from 1 to ${most}`);
  };
  return {
    httpPort: number('http-port', 65_535),
    lambdaPort: number('lambda-port', 65_535),
    simulatorPort: number('simulator-port', 65_535),
    seed: number('seed', 2 ** 31 - 1),
    speed: number('speed', 1_000),
  };
}

function read(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        'http-port': text,
        'lambda-port': text,
        'simulator-port': text,
        seed: text,
        speed: text,
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (cause) {
    throw new PowerError('request', `${cause instanceof Error ? cause.message : 'unknown option'}\n${offlineUsage}`, {
      cause,
    });
  }
}
