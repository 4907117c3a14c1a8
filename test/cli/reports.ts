// Reports and VMs to render, with only what a test is about spelled out.

import { countResults, type Outcome } from '../../lib/core/outcome.ts';
import type { Vm, VmId } from '../../lib/core/vm.ts';
import type { RunReport } from '../../lib/run/report.ts';

export function outcome(parts: Partial<Outcome>): Outcome {
  return {
    vm: '8',
    name: 'web-1',
    account: 'main',
    project: 'default',
    action: 'shutdown',
    result: 'succeeded',
    reason: 'seen off',
    code: 'seen',
    power: 'off',
    attempts: 1,
    durationMs: 1234,
    ...parts,
  };
}

export function report(parts: Partial<RunReport>): RunReport {
  const outcomes = parts.outcomes ?? [outcome({})];
  return {
    run: {
      name: 'cli-1',
      action: 'shutdown',
      select: 'env=dev',
      dryRun: false,
      startedAt: '2026-01-01T00:00:00.000Z',
      endedAt: '2026-01-01T00:00:12.300Z',
    },
    counts: countResults(outcomes),
    outcomes,
    unlisted: [],
    matched: true,
    allowEmpty: false,
    interrupted: false,
    calls: { lists: 3, reads: 0, actions: 1 },
    ...parts,
  };
}

export function vm(parts: Partial<Vm>): Vm {
  return {
    id: '8' as VmId,
    name: 'web-1',
    account: 'main',
    project: 'default',
    region: 'alg1',
    size: 'b-2-4-100',
    state: 'running',
    power: 'on',
    tags: { env: 'dev', protected: '' },
    faults: [],
    ...parts,
  };
}
