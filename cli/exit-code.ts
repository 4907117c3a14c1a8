// What the terminal's exit code says about a run, a fault or an interruption.
// Scripts and CI jobs branch on it, so the five numbers are a contract.

import { assertNever, PowerError } from '../lib/core/errors.ts';
import { type RunReport, type Verdict, verdictOf } from '../lib/run/report.ts';

export const exitCode = {
  well: 0,
  /** A VM failed, is unknown or was refused by the API; a project was not listed; a tag can't be read; nothing matched; or something broke. */
  trouble: 1,
  /** The arguments or the configuration are at fault. */
  usage: 2,
  /** A guard or a data-loss rule said no; nothing was sent. */
  refused: 3,
  /** Ctrl-C or SIGTERM, after the report. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

const codeOfVerdict: Readonly<Record<Verdict, ExitCode>> = {
  well: exitCode.well,
  trouble: exitCode.trouble,
  refused: exitCode.refused,
};

/** The exit code of a run whose report is out. */
export function exitCodeOfReport(report: RunReport, wasInterrupted = false): ExitCode {
  return wasInterrupted || report.interrupted ? exitCode.interrupted : codeOfVerdict[verdictOf(report)];
}

/** The exit code of something thrown; whatever is not one of our own errors is trouble. */
export function exitCodeOfError(error: unknown): ExitCode {
  if (!(error instanceof PowerError)) return exitCode.trouble;
  switch (error.code) {
    case 'config':
    case 'request':
    case 'selector':
    case 'not-found':
    case 'conflict':
      return exitCode.usage;
    case 'guard':
    case 'data-loss':
      return exitCode.refused;
    case 'secret':
    case 'token-rejected':
    case 'list-failed':
    case 'list-not-whole':
    case 'read-failed':
    case 'signature':
    case 'aws':
    case 'stale-event':
    case 'run-trouble':
      return exitCode.trouble;
    default:
      return assertNever(error.code);
  }
}
