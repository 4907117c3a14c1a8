import { describe, expect, it } from 'vitest';
import { exitCodeOfError, exitCodeOfReport } from '../../cli/exit-code.ts';
import { type ErrorCode, PowerError } from '../../lib/core/errors.ts';
import type { RunReport } from '../../lib/run/report.ts';
import { outcome, report } from './reports.ts';

const failed = outcome({ result: 'failed', code: 'still' });
const unlisted = [{ account: 'main', project: 'p2', reason: 'HTTP 500' }];

describe('the exit code of a report', () => {
  it.each<[string, Partial<RunReport>, number]>([
    ['all succeeded', {}, 0],
    ['some were left alone on purpose', { outcomes: [outcome({ result: 'skipped', code: 'protected' })] }, 0],
    ['one is gone', { outcomes: [outcome({ result: 'gone', code: 'gone' })] }, 0],
    ['one failed', { outcomes: [outcome({}), failed] }, 1],
    ['one is unknown', { outcomes: [outcome({ result: 'unknown', code: 'no-sight' })] }, 1],
    ['one was refused by the API', { outcomes: [outcome({ result: 'refused', code: 'api-refused' })] }, 1],
    ['a project was not listed', { unlisted }, 1],
    ['nothing matched', { outcomes: [], matched: false }, 1],
    ['nothing matched, and that is fine', { outcomes: [], matched: false, allowEmpty: true }, 0],
    ['the guard refused', { outcomes: [outcome({ result: 'refused', code: 'guard' })] }, 3],
    ['the data-loss rule refused', { outcomes: [outcome({ result: 'refused', code: 'data-loss' })] }, 3],
    ['it was interrupted', { interrupted: true }, 130],
    ['it was interrupted, and one failed', { interrupted: true, outcomes: [failed] }, 130],
  ])('%s', (_name, parts, code) => {
    expect(exitCodeOfReport(report(parts))).toBe(code);
  });

  it('is 130 when Ctrl-C came, even if the run was through by then', () => {
    expect(exitCodeOfReport(report({}), true)).toBe(130);
  });
});

describe('the exit code of an error', () => {
  const codes = {
    config: 2,
    request: 2,
    selector: 2,
    'not-found': 2,
    conflict: 2,
    guard: 3,
    'data-loss': 3,
    secret: 1,
    'token-rejected': 1,
    'list-failed': 1,
    'list-not-whole': 1,
    'read-failed': 1,
    signature: 1,
    aws: 1,
    'stale-event': 1,
    'run-trouble': 1,
  } as const satisfies Record<ErrorCode, number>;

  it.each(Object.entries(codes))('%s → %i', (code, exit) => {
    expect(exitCodeOfError(new PowerError(code as ErrorCode, 'said'))).toBe(exit);
  });

  it('is trouble for anything else', () => {
    expect(exitCodeOfError(new TypeError('bug'))).toBe(1);
  });
});
