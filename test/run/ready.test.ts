// How long and how often a target is tried before it counts as not ready.

import { describe, expect, it } from 'vitest';
import type { ReadyCheck } from '../../lib/core/policy.ts';
import { CallCount } from '../../lib/run/calls.ts';
import { inProcessEngine } from '../../lib/run/engine.ts';
import type { Probe } from '../../lib/run/probe.ts';
import { targetOf, untilReady } from '../../lib/run/ready.ts';
import { scene } from '../fixtures/world.ts';

const begun = Date.UTC(2026, 0, 1);
const check: ReadyCheck = { tcp: { host: 'db.internal', port: 5432 }, withinMs: 30_000 };

function trying(probe: Probe, changes: { readonly stop?: AbortSignal; readonly until?: number; tryMs?: number } = {}) {
  const { world, clock } = scene([]);
  const names: string[] = [];
  const engine = inProcessEngine(clock);
  const told = { run: 'x', requestedAt: 0 };
  const { tryMs = 0, ...more } = changes;
  const naming: typeof engine = {
    ...engine,
    step: (name, fn) => {
      names.push(`${(clock.now() - begun) / 1000} ${name}`);
      return engine.step(name, fn);
    },
    wait: (name, ...rest) => {
      names.push(name);
      return engine.wait(name, ...rest);
    },
  };
  const slow: Probe = async (...given) => {
    if (tryMs > 0) await clock.sleep(tryMs);
    return probe(...given);
  };
  const leased = { ...world, ...more, engine: naming, holder: told, calls: new CallCount([]) };
  return clock.run(untilReady('up-0', check, leased, slow)).then((readiness) => ({ readiness, names }));
}

describe('what is waited for', () => {
  it('is ready with the first good answer', async () => {
    expect(await trying(async () => null)).toEqual({ readiness: 'ready', names: ['0 ready-up-0-1'] });
  });

  it('is tried ever more slowly, and a last time when its time is over', async () => {
    let tries = 0;
    const { readiness, names } = await trying(async () => `HTTP ${500 + ++tries}`);
    expect(readiness).toEqual({ notReady: 'HTTP 506' });
    expect(names).toEqual([
      '0 ready-up-0-1',
      'ready-pause-up-0-1',
      '3 ready-up-0-2',
      'ready-pause-up-0-2',
      '7.5 ready-up-0-3',
      'ready-pause-up-0-3',
      '14.25 ready-up-0-4',
      'ready-pause-up-0-4',
      '24.375 ready-up-0-5',
      'ready-pause-up-0-5',
      '30 ready-up-0-6',
    ]);
  });

  it('has its time from the first try on, however long that took', async () => {
    const { names } = await trying(async () => 'HTTP 500', { tryMs: 5_000 });
    expect(names.at(-1)).toMatch(/^35 /);
  });

  it('is not tried past the time of the run', async () => {
    const { names, readiness } = await trying(async () => 'HTTP 500', { until: begun + 4_000 });
    expect([names.at(-1), readiness]).toEqual(['4 ready-up-0-3', { notReady: 'HTTP 500' }]);
  });

  it('does not matter any more in a run that was stopped, whatever it answers', async () => {
    expect(await trying(async () => null, { stop: AbortSignal.abort() })).toMatchObject({ readiness: 'stopped' });
  });

  it('has a name', () => {
    expect(targetOf(check)).toBe('db.internal:5432');
    expect(targetOf({ http: 'http://db/health', withinMs: 1 })).toBe('http://db/health');
  });
});
