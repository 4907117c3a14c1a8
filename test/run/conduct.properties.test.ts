// What must hold whatever the cloud does: random fleets, random answers, random times, in virtual time.
// Each VM follows a script that only the fake knows; the run's report is held against what then is true.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actions, wantedPower } from '../../lib/core/action.ts';
import type { Answer } from '../../lib/core/failure.ts';
import { powerOf } from '../../lib/core/vm.ts';
import { status } from '../fakes/vm-cloud.ts';
import { scene } from '../fixtures/world.ts';

interface Script {
  readonly state: string;
  readonly env: 'dev' | 'prod';
  readonly mark: string;
  /** One entry per POST; the last one repeats. */
  readonly posts: readonly {
    readonly answer: Answer;
    readonly heldMs: number;
    readonly effect: 'none' | 'at once' | 'later';
    readonly laterMs: number;
  }[];
}

const answer = fc.oneof(
  fc.constantFrom(200, 200, 408, 500, 503, 409, 404, 429, 401, 302).map((code) => status(code)),
  fc.constant<Answer>({ kind: 'silence', detail: 'cut' }),
  fc.constant<Answer>({ kind: 'status', status: 200, body: 'unreadable', detail: '' }),
);

const script: fc.Arbitrary<Script> = fc.record({
  state: fc.constantFrom('running', 'running', 'running', 'shutoff', 'booting', 'in shutdown', 'paused', 'strange'),
  env: fc.constantFrom('dev', 'dev', 'prod'),
  mark: fc.constantFrom('', '', '', ' [protected]', ' [Protected]'),
  posts: fc.array(
    fc.record({
      answer,
      heldMs: fc.constantFrom(0, 500, 30_000, 200_000),
      effect: fc.constantFrom('none', 'at once', 'later'),
      laterMs: fc.constantFrom(100, 5_000, 60_000, 400_000, 900_000),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});

function stage(scripts: readonly Script[]) {
  const vms = scripts.map(({ state, env, mark }, index) => ({
    id: String(index),
    state,
    description: `[env=${env}]${mark}`,
  }));
  const stageScene = scene(vms);
  stageScene.cloud.onAct = async (vm, action, nth) => {
    const { posts } = scripts[Number(vm.id)] as Script;
    const post = posts[Math.min(nth, posts.length) - 1] as Script['posts'][number];
    const wanted = wantedPower[action];
    const become = () => wanted !== null && stageScene.cloud.setState(vm.id, wanted === 'on' ? 'running' : 'shutoff');
    if (post.effect === 'at once') become();
    if (post.effect === 'later') stageScene.cloud.after(post.laterMs, become);
    // A 429 that took no time at all would be asked again for ever in virtual time.
    await stageScene.clock.sleep(Math.max(post.heldMs, 100));
    return post.answer;
  };
  return stageScene;
}

describe('whatever the cloud does', () => {
  it('every selected VM has one outcome, nobody else is touched, and no success is a lie', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(script, { minLength: 1, maxLength: 12 }),
        fc.constantFrom(...actions),
        async (scripts, action) => {
          const { run, cloud } = stage(scripts);
          const report = await run({ action, select: 'env=dev', allowDataLoss: true });
          const selected = scripts.flatMap(({ env }, index) => (env === 'dev' ? [String(index)] : []));
          expect(report.outcomes.map(({ vm }) => vm).sort()).toEqual(selected.sort());
          for (const { id } of cloud.sent) {
            expect(scripts[Number(id)]).toMatchObject({ env: 'dev', mark: '' });
          }
          for (const outcome of report.outcomes) {
            const truth = powerOf(cloud.vm(outcome.vm).state);
            if (outcome.result === 'succeeded' || outcome.result === 'unchanged')
              expect(truth).toBe(wantedPower[action]);
            if (outcome.result === 'failed') expect(outcome.power).not.toBe(wantedPower[action]);
            expect(outcome.attempts).toBe(cloud.sent.filter(({ id }) => id === outcome.vm).length);
          }
        },
      ),
    );
  });

  it('an ambiguous answer is never followed by a second reboot or reset, nor by a send before resendAfter', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(script, { minLength: 1, maxLength: 8 }),
        fc.constantFrom(...actions),
        async (scripts, action) => {
          const { run, cloud } = stage(scripts);
          await run({ action, select: '*', allowDataLoss: true });
          for (const [id, sends] of Map.groupBy(cloud.sent, (send) => send.id)) {
            const posts = (scripts[Number(id)] as Script).posts;
            sends.slice(1).forEach((send, index) => {
              const before = posts[Math.min(index + 1, posts.length) - 1]?.answer;
              const wasThrottled = before?.kind === 'status' && before.status === 429;
              if (wasThrottled) return;
              expect(wantedPower[action]).not.toBeNull();
              expect(send.at - (sends[index]?.at ?? 0)).toBeGreaterThanOrEqual(action === 'start' ? 60_000 : 90_000);
            });
          }
        },
      ),
    );
  });

  it('no VM takes longer than its patience and the looks after it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(script, { minLength: 1, maxLength: 6 }), async (scripts) => {
        const { run } = stage(scripts);
        const report = await run({ action: 'shutdown', select: '*' });
        for (const { durationMs } of report.outcomes) expect(durationMs).toBeLessThanOrEqual(480_000 + 2 * 15_000);
      }),
    );
  });

  it('a wave that is stopped at any instant sends nothing after it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(script, { minLength: 1, maxLength: 8 }),
        fc.nat(600_000),
        fc.integer({ min: 1, max: 3 }),
        async (scripts, stopAfterMs, inFlight) => {
          const { run, cloud, clock } = stage(scripts);
          const stop = new AbortController();
          const stopAt = clock.now() + stopAfterMs;
          void clock.sleep(stopAfterMs).then(() => stop.abort());
          const report = await run({ action: 'shutdown', select: '*' }, { stop: stop.signal, inFlight });
          for (const { at } of cloud.sent) expect(at).toBeLessThanOrEqual(stopAt);
          for (const { result, attempts } of report.outcomes) {
            if (result === 'skipped') expect(attempts).toBe(0);
          }
        },
      ),
    );
  });
});
