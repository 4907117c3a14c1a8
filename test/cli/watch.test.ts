import { describe, expect, it } from 'vitest';
import { exitCode } from '../../cli/exit-code.ts';
import { watchToEnd } from '../../cli/watch.ts';
import { PowerError } from '../../lib/core/errors.ts';
import { neverStarted } from '../../lib/core/not-begun.ts';
import type { Outcome } from '../../lib/core/outcome.ts';
import type { Clock } from '../../lib/ports.ts';
import { newRun, outcomeOf } from '../contracts/run-store.ts';
import { MemoryRunStore } from '../fakes/run-store.ts';
import { fakeTerminal } from './fake-terminal.ts';
import { outcome, report } from './reports.ts';

const start = Date.parse('2026-01-05T18:00:00.000Z');
const deadline = '2026-01-05T18:15:00.000Z';
const endedAt = '2026-01-05T18:05:00.000Z';

type Events = readonly ((store: MemoryRunStore) => Promise<unknown>)[];

/** A watcher of `cron-1`; each time it waits, the next event has happened. */
async function watching(events: Events, json = false) {
  const store = new MemoryRunStore();
  await store.record(newRun('cron-1'));
  const left = [...events];
  const pauses: number[] = [];
  const stop = new AbortController();
  const clock: Clock = {
    now: () => start + pauses.reduce((sum, ms) => sum + ms, 0),
    sleep: async (ms) => {
      pauses.push(ms);
      const next = left.shift();
      if (next === undefined) stop.abort();
      await next?.(store);
    },
  };
  const terminal = { ...fakeTerminal(), clock, interrupt: { stop: stop.signal, endNow: new Promise<void>(() => {}) } };
  const watch = () => watchToEnd('cron-1', store, json ? { json: true } : {}, terminal);
  return { store, terminal, pauses, watch };
}

const claim = (store: MemoryRunStore) => store.claim('cron-1', new Date(start).toISOString(), deadline, 'worker-1');
const progress = (store: MemoryRunStore) =>
  store.progress('cron-1', { selected: 2, sent: 2, settled: 1, tiers: [] }, [outcome({})]);

function end(outcomes: readonly Outcome[], more: object = {}) {
  const { outcomes: _outcomes, ...rest } = report({ outcomes });
  return (store: MemoryRunStore) => store.end('cron-1', endedAt, { ...rest, verdict: 'well', ...more }, outcomes);
}

describe('watching a run', () => {
  it('looks every two seconds until it has ended, and prints its report', async () => {
    const { watch, terminal, pauses } = await watching([claim, progress, end([outcome({})])]);
    expect(await watch()).toBe(exitCode.well);
    expect(pauses).toEqual([2_000, 2_000, 2_000]);
    expect(terminal.stderr.text).toBe(
      [
        'cron-1: shutdown env=dev: recorded, waiting to be started',
        'cron-1: shutdown env=dev: running',
        'cron-1: 2 selected, 2 sent, 1 settled',
        'cron-1: shutdown env=dev: ended',
        '',
      ].join('\n'),
    );
    expect(terminal.stdout.text).toMatch(/^8 +web-1 .*seen off$/m);
    expect(terminal.stdout.text).toContain('shutdown env=dev: 1 succeeded, in 12.3 s');
  });

  it('prints the contract of power run with --json', async () => {
    const { watch, terminal } = await watching([claim, end([outcome({})])], true);
    expect(await watch()).toBe(exitCode.well);
    const document = JSON.parse(terminal.stdout.text);
    expect(Object.keys(document)).toEqual(['run', 'counts', 'outcomes', 'unlisted', 'calls']);
    expect(document.outcomes).toEqual([outcome({})]);
  });

  it.each([
    ['a VM failed', [outcome({ result: 'failed' })], { verdict: 'trouble' }, exitCode.trouble],
    ['it was refused', [outcome({ result: 'refused', code: 'guard' })], { verdict: 'refused' }, exitCode.refused],
    ['it was stopped', [outcome({})], { interrupted: true }, exitCode.interrupted],
    ['nothing matched', [], { matched: false }, exitCode.trouble],
  ] as const)('ends with the exit code of power run where %s', async (_what, outcomes, more, code) => {
    const { watch, terminal } = await watching([claim, end(outcomes, more)]);
    expect(await watch()).toBe(code);
    expect(terminal.stderr.text.includes('refused, nothing was sent: ')).toBe(code === exitCode.refused);
    expect(terminal.stderr.text.includes('nothing matched: ')).toBe('matched' in more);
  });

  it.each([
    [
      'broke off',
      [
        claim,
        progress,
        (store: MemoryRunStore) => store.end('cron-1', endedAt, { error: { code: 'aws', message: 'no table' } }, []),
      ],
      'no table',
      exitCode.trouble,
    ],
    [
      'was cancelled before it began',
      [(store: MemoryRunStore) => store.cancel('cron-1', endedAt, 'ann')],
      'cancelled by ann',
      exitCode.interrupted,
    ],
    [
      'was never started',
      [(store: MemoryRunStore) => store.abandon('cron-1', endedAt, neverStarted(15))],
      'never started',
      exitCode.trouble,
    ],
    [
      'has an end that cannot be read',
      [claim, (store: MemoryRunStore) => store.end('cron-1', endedAt, {}, [])],
      'another version',
      exitCode.trouble,
    ],
  ] as const)('says why there is no report where it %s', async (what, events, reason, code) => {
    const told = await watching(events);
    expect(await told.watch()).toBe(code);
    expect(told.terminal.stderr.text).toContain('run cron-1 has no report: ');
    expect(told.terminal.stderr.text).toContain(reason);
    expect(told.terminal.stdout.text.includes('web-1')).toBe(what === 'broke off');
    const json = await watching(events, true);
    expect(await json.watch()).toBe(code);
    expect(JSON.parse(json.terminal.stdout.text).error).toContain(reason);
  });

  it('ends when the run is lost, with what is known of it', async () => {
    const past = async (store: MemoryRunStore) => {
      await store.claim('cron-1', new Date(start).toISOString(), new Date(start + 1).toISOString(), 'worker-1');
      await store.progress('cron-1', { selected: 1, sent: 1, settled: 1, tiers: [] }, [outcomeOf('7')]);
    };
    const { watch, terminal } = await watching([past]);
    expect(await watch()).toBe(exitCode.trouble);
    expect(terminal.stderr.text).toContain('it is lost');
    expect(terminal.stdout.text).toContain('web-7');
  });

  it('ends at Ctrl-C, and leaves the run to itself', async () => {
    const { watch, terminal, store } = await watching([claim]);
    expect(await watch()).toBe(exitCode.interrupted);
    expect(terminal.stderr.text).toContain('the run goes on. power cancel cron-1 stops it');
    expect(terminal.stdout.text).toBe('');
    expect(await store.isCancelled('cron-1')).toBe(false);
  });

  it('outlasts a table that does not answer for a while, but not for long', async () => {
    const { watch, store } = await watching([claim, progress, progress, progress, end([outcome({})])]);
    const read = store.read.bind(store);
    let calls = 0;
    store.read = async (name, now) => {
      calls += 1;
      if (calls >= 2 && calls <= 5) throw new PowerError('aws', 'no answer');
      return read(name, now);
    };
    expect(await watch()).toBe(exitCode.well);
    const other = await watching(Array.from({ length: 9 }, () => async () => {}));
    other.store.read = () => Promise.reject(new PowerError('aws', 'no answer'));
    await expect(other.watch()).rejects.toMatchObject({ code: 'aws' });
    expect(other.pauses).toHaveLength(4);
  });

  it('has nothing to watch where there is no such run', async () => {
    const { store, terminal, pauses } = await watching([]);
    await expect(watchToEnd('nobody', store, {}, terminal)).rejects.toMatchObject({ code: 'not-found' });
    expect(pauses).toEqual([]);
  });
});
