// What a week must not have come to: VMs wrong and nobody told, effects twice, runs lost, claims that nothing was seen for.

import { wantedPower } from '../../lib/core/action.ts';
import { scheduleSettings } from '../fixtures/world.ts';
import { deaf, office } from './week-fleet.ts';
import { lastBoundary, type Story } from './week-story.ts';
import { type Deployment, weekStart } from './week-world.ts';

/** When a VM is to be on: hours of each day, UTC. */
export interface Wish {
  readonly id: string;
  readonly from: number;
  readonly to: number;
}

export interface Judgement {
  readonly violations: readonly string[];
  readonly facts: Readonly<Record<string, number>>;
}

/** Judges the week when all is over. */
export async function judgeWeek(deployment: Deployment, story: Story, wishes: readonly Wish[]): Promise<Judgement> {
  const { watch, ended } = deployment;
  const { struck } = deployment.crashes;
  const runs = await runsOf(deployment);
  const unreported = story.wrong.filter((wrong) => !isReported(wrong, deployment, story));
  const late = deployment.clock.now() - 60 * 60_000;
  const stillWrong = story.wrong.filter(({ at }) => at > late);
  const lost = runs.filter(({ status }) => status !== 'ended');
  const vanished = story.accepted.filter((accepted) => !runs.some(({ name }) => name === accepted));
  const silent = lost.filter(({ name }) => !alarmed(deployment, name));
  const lies = ended.flatMap(({ name, report }) =>
    (report?.outcomes ?? []).flatMap(({ vm, action, result, attempts }) => {
      if (result !== 'succeeded' || action === null) return [];
      return watch.showed(name, vm, wantedPower[action])
        ? []
        : [`${name} says ${vm} ${result} after ${attempts}, unseen`];
    }),
  );
  return {
    violations: [
      ...unique(
        unreported.map(
          ({ vm, boundary, want }) => `VM ${vm} is not ${want}, wanted since ${iso(boundary)}; nobody was told`,
        ),
      ),
      ...unique(stillWrong.map(({ vm, want }) => `VM ${vm} is not ${want} though all has been well for an hour`)),
      ...watch.wrongs.map((words) => `twice: ${words}`),
      ...silent.map(({ name, status }) => `lost without a word: ${name} is ${status}`),
      ...lies.map((words) => `rule 3: ${words}`),
      ...undone(deployment, story, wishes),
      ...stubborn(deployment, story),
      ...vanished.map((name) => `${name} was accepted, and there is no such run`),
      ...(deployment.crashes.struck.length < 3
        ? ['the crashes found nobody at work: the week proves nothing of them']
        : []),
      ...story.errors,
      ...unlike(deployment),
    ],
    facts: {
      'events delivered': story.events,
      'webhooks accepted': story.accepted.filter((name) => name.startsWith('webhook-')).length,
      'API runs accepted': story.accepted.filter((name) => name.startsWith('api-')).length,
      'runs recorded': runs.length,
      'runs ended': runs.length - lost.length,
      'runs lost with an alarm': lost.length - silent.length,
      POSTs: watch.posts.length,
      'tries in vain': watch.posts.filter(({ vm }) => vm === deaf).length,
      crashes: struck.length,
      'runs killed at work': struck.reduce((sum, { run }) => sum + run, 0),
      'handlers killed at work': struck.reduce((sum, { handler }) => sum + handler, 0),
      'VM-boundaries held': wishes.length * 2 * Math.round((late - weekStart) / 86_400_000),
      'late VMs, reported': unique(story.wrong.map(({ vm, boundary }) => `${vm} ${boundary}`)).length,
    },
  };
}

async function runsOf({ store, clock }: Deployment) {
  const { runs } = await store.list(new Date(clock.now()).toISOString(), 100_000, null);
  return runs;
}

/** Somebody was told of the VM, or of everything, since its boundary. */
function isReported({ vm, boundary, at }: Story['wrong'][number], { ended }: Deployment, { told }: Story): boolean {
  const isDue = (when: number) => boundary - 60_000 <= when && when <= at;
  const isTold = told.some((each) => isDue(each.at) && (each.vm === vm || each.vm === '*'));
  const isTrouble = ended.some(
    ({ at: when, report }) =>
      isDue(when) &&
      report?.outcomes.some((one) => one.vm === vm && ['failed', 'unknown', 'refused'].includes(one.result)),
  );
  return isTold || isTrouble;
}

function alarmed({ log }: Deployment, run: string): boolean {
  return log.lines.some(({ level, fields }) => level === 'error' && fields.run === run);
}

/** The mark of what a run has seen settled is written by then, some writes having failed. */
const markedAfterMs = 15 * 60_000;

// What somebody does after a boundary is settled is theirs until the next one: no tick undoes it (rule 9).
function undone({ watch, ended }: Deployment, { touched }: Story, wishes: readonly Wish[]): string[] {
  return watch.posts.flatMap(({ run, vm, action, at }) => {
    const wish = wishes.find(({ id }) => id === vm);
    if (wish === undefined || !run.startsWith('tick-')) return [];
    const boundary = lastBoundary(at, wish.from, wish.to);
    const settled = ended.find(
      ({ at: when, trigger, report }) =>
        boundary <= when &&
        trigger === 'tick' &&
        report?.outcomes.some((outcome) => outcome.vm === vm && outcome.result === 'succeeded'),
    );
    if (settled === undefined) return [];
    const isTheirs = touched.get(vm)?.some((when) => settled.at + markedAfterMs <= when && when < at);
    return isTheirs ? [`${run} sent ${action} to VM ${vm} at ${iso(at)}, after somebody had changed it`] : [];
  });
}

const { retryPausesMs } = scheduleSettings;

/** How often a tick may have tried by then: the pauses grow, and the last one is kept. */
function mostTries(sinceMs: number): number {
  return 1 + retryPausesMs.length + sinceMs / Math.max(...retryPausesMs);
}

// What does not obey is tried ever less often, and somebody is told (rules 7 and 9).
function stubborn({ watch }: Deployment, { told }: Story): string[] {
  const own = watch.posts.filter(({ run, vm }) => vm === deaf && run.startsWith('tick-'));
  const byBoundary = Map.groupBy(own, ({ at }) => lastBoundary(at, ...office));
  return [...byBoundary].flatMap(([boundary, posts]) => {
    const runs = new Set(posts.map(({ run }) => run)).size;
    const isTold = told.some(({ at, vm }) => vm === deaf && boundary <= at);
    const sinceMs = Math.max(...posts.map(({ at }) => at - boundary));
    return [
      ...(runs > mostTries(sinceMs) ? [`${runs} runs of ticks have tried VM ${deaf} since ${iso(boundary)}`] : []),
      ...(runs > retryPausesMs.length && !isTold ? [`VM ${deaf} is tried in vain; nobody was told`] : []),
    ];
  });
}

// Protected, or of nobody's selector.
function unlike({ watch }: Deployment): string[] {
  const untouchable = new Set(['20', '21']);
  return watch.posts.filter(({ vm }) => untouchable.has(vm)).map(({ vm, action }) => `rule 1: ${action} to VM ${vm}`);
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)];
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
