// Runs as they are kept, with only what a test is about spelled out.

import type { RunRecord } from '../../lib/stores.ts';

export function recordOf(parts: Partial<RunRecord>): RunRecord {
  return {
    name: 'cron-1',
    trigger: 'cron',
    request: { action: 'shutdown', select: 'env=dev' },
    requestHash: 'h',
    status: 'running',
    recordedAt: '2026-01-05T18:00:00.000Z',
    startedAt: parts.status === 'recorded' ? null : '2026-01-05T18:00:01.000Z',
    endedAt: null,
    deadline: '2026-01-05T18:15:01.000Z',
    progress: null,
    cancelRequestedAt: null,
    cancelRequestedBy: null,
    summary: null,
    ...parts,
  };
}
