// The rules of docs/design.md as checks of one run: what it says, against what the API was asked and what it let the run see.
// Each broken rule is one sentence; none is the only good answer.

import { disguisesIn } from '../../bench/secret-search.ts';
import { type Action, losesData, wantedPower } from '../../lib/core/action.ts';
import { powerOf } from '../../lib/core/vm.ts';
import { type RunReport, verdictOf } from '../../lib/run/report.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { type Before, checkTruth } from '../../simulator/truth.ts';
import type { Seen } from './front.ts';
import { lies } from './lies.ts';

export interface Played {
  readonly action: Action;
  readonly report: RunReport;
  readonly seen: readonly Seen[];
  readonly strayed: readonly string[];
  readonly simulator: Simulator;
  readonly before: Before;
  /** The ids that the run was to act on, of which none is protected. */
  readonly selected: ReadonlySet<string>;
  /** Also selected, and protected. */
  readonly spared: ReadonlySet<string>;
  /** Those that may be forced off after a shutdown in vain. */
  readonly forceable: ReadonlySet<string>;
  /** Whether the guard has to refuse it. */
  readonly isGuarded: boolean;
  readonly token: string;
  /** Everything that came out of the run: its lines, its events, its report. */
  readonly output: string;
}

/** Every rule that was broken. */
export function judge(played: Played): readonly string[] {
  return [
    ...touches(played),
    ...successes(played),
    ...acceptances(played),
    ...repeats(played),
    ...coverage(played),
    ...doubtfulInventories(played),
    ...verdicts(played),
    ...truth(played),
    ...leaks(played),
  ];
}

const postsIn = ({ seen }: Played) => seen.filter(({ place }) => place === 'action');

// Rules 1, 2 and 10.
function touches(played: Played): string[] {
  const { action, selected, forceable, isGuarded } = played;
  return postsIn(played).flatMap(({ vm, action: sent }) => {
    const id = vm ?? '';
    if (isGuarded) return [`rule 10: ${sent} to VM ${id} although the guard had to refuse the run`];
    if (!selected.has(id)) return [`rule 1: ${sent} to VM ${id}, which is not selected or is protected`];
    if (sent === action) return [];
    return sent === 'power_off' && action === 'shutdown' && forceable.has(id)
      ? []
      : [`rule 2: ${sent} to VM ${id} in a run of ${action}`];
  });
}

// Rule 3: a look that was asked for after the last answer, and showed the wanted power.
function successes(played: Played): string[] {
  const { action, report, seen } = played;
  const wanted = wantedPower[action];
  return report.outcomes.flatMap(({ vm, result, attempts }) => {
    if (result !== 'succeeded' && result !== 'unchanged') return [];
    const posts = seen.filter((each) => each.place === 'action' && each.vm === vm);
    const after = Math.max(0, ...posts.map(({ endedAt, arrivedAt }) => endedAt ?? arrivedAt)) - clockSlackMs;
    const isSeen = seen.some((each) => each.arrivedAt >= after && stateShown(each, vm) === wanted);
    if (isSeen) return [];
    return [
      `rule 3: VM ${vm} is said to have ${result} after ${attempts} sends, and no later look showed it ${wanted}`,
    ];
  });
}

// What no look can prove was taken only by an answer that says so, and nothing else.
function acceptances(played: Played): string[] {
  const posts = postsIn(played);
  return played.report.outcomes.flatMap(({ vm, result }) => {
    if (result !== 'accepted') return [];
    const last = posts.findLast((post) => post.vm === vm);
    const isHonest = last !== undefined && (last.lie === null || lies[last.lie].usable);
    const status = last?.truth?.status ?? 0;
    if (isHonest && status >= 200 && status < 300) return [];
    return [`rule 4: VM ${vm} is said to be accepted after ${last?.lie ?? `an answer of ${status}`}`];
  });
}

// The answer leaves this process and comes to it within one turn of its loop, or two.
const clockSlackMs = 5;

const shown = new WeakMap<object, ReadonlyMap<string, string>>();

function stateShown(each: Seen, vm: string): string | null {
  const isUsable = each.lie === null || lies[each.lie].usable;
  if (each.place === 'action' || !each.isTold || !isUsable || each.truth?.status !== 200) return null;
  const states = shown.get(each.truth) ?? statesIn(each.truth.body);
  shown.set(each.truth, states);
  const state = states.get(vm);
  return state === undefined ? null : powerOf(state, {});
}

// The border: what our own simulator said.
function statesIn(body: string): ReadonlyMap<string, string> {
  type Entry = { readonly id: string | number; readonly state: string };
  const answer = JSON.parse(body) as { readonly vms: readonly Entry[] } | Entry;
  const entries = 'vms' in answer ? answer.vms : [answer];
  return new Map(entries.map(({ id, state }) => [String(id), state]));
}

// Rule 4: only "too fast" and "token refused" leave no doubt that nothing happened.
function repeats(played: Played): string[] {
  const restarts = postsIn(played).filter(({ action }) => action === 'reboot' || action === 'reset');
  const strays = played.strayed.map((request) => `rule 4: a redirect was followed: ${request}`);
  const again = [...Map.groupBy(restarts, ({ vm }) => vm).values()].flatMap((posts) =>
    posts.slice(0, -1).filter((post) => !post.isTold || ![401, 429].includes(statusTold(post))),
  );
  const words = again.map(
    ({ vm, action, lie, truth: told }) =>
      `rule 4: VM ${vm} got another ${action} after ${lie ?? told?.status ?? 'silence'}`,
  );
  return [...strays, ...words];
}

function statusTold({ lie, truth }: Seen): number {
  const named = /^status-(\d+)/.exec(lie ?? '')?.[1];
  return named === undefined ? (truth?.status ?? 0) : Number(named);
}

// Rule 5: everybody who was selected has one outcome, and nobody else has any.
function coverage({ report, selected, spared, seen, isGuarded }: Played): string[] {
  const times = Map.groupBy(report.outcomes, ({ vm }): string => vm);
  // Who cannot be read could be selected, and is named (rule 6).
  const isUnread = (id: string) => times.get(id)?.every(({ result, code }) => result === 'skipped' && code === 'fault');
  const strange = [...times.keys()].filter((id) => !selected.has(id) && !spared.has(id) && !isUnread(id));
  const twice = [...times].filter(([, all]) => all.length > 1).map(([id]) => id);
  const first = seen.find(({ place }) => place === 'list');
  // One that came too late for the client, as on a busy machine, was not what it planned by.
  const isPlain = first?.lie === null && first.isTold && report.unlisted.length === 0;
  const missing = isPlain ? [...selected, ...spared].filter((id) => !times.has(id)) : [];
  const acted = report.outcomes.filter(({ vm, attempts }) => attempts > 0 && (spared.has(vm) || isGuarded));
  return [
    ...strange.map((id) => `rule 1: VM ${id} has an outcome and was not selected`),
    ...twice.map((id) => `rule 5: VM ${id} has several outcomes`),
    ...missing.map((id) => `rule 5: VM ${id} was selected and has no outcome`),
    ...acted.map(({ vm }) => `rule 1: VM ${vm} is protected or guarded, and was acted on`),
  ];
}

// Rules 5 and 6: a first list that is not whole, or cannot be understood, means that nothing is sent.
function doubtfulInventories(played: Played): string[] {
  const first = played.seen.find(({ place }) => place === 'list');
  const lie = first?.lie ?? null;
  const isDoubtful =
    lie !== null && lies[lie].listOnly === true && (!lies[lie].usable || lie === 'list-descriptions-as-objects');
  const isShown = first?.isTold === true && first.truth?.status === 200;
  // Answers of 200 that are no list at all, however empty it looks.
  const isBelieved = isShown && /-200$/.test(lie ?? '') && played.report.unlisted.length === 0;
  if (isBelieved) return [`rule 5: a first list with ${lie} was believed`];
  if (!isDoubtful || !isShown) return [];
  return postsIn(played).map(({ vm, action }) => `rule 6: ${action} to VM ${vm} after a first list with ${lie}`);
}

// Rule 7.
function verdicts({ report, isGuarded }: Played): string[] {
  const isTrouble = report.outcomes.some(({ result }) => result === 'failed' || result === 'unknown');
  const verdict = verdictOf(report);
  if (isGuarded && report.outcomes.some(({ code }) => code === 'guard') && verdict !== 'refused')
    return [`rule 10: the guard refused the run, and its verdict is ${verdict}`];
  return isTrouble && verdict === 'well' ? ['rule 7: VMs failed or are unknown, and the verdict is well'] : [];
}

// An outcome is dated by when the look that decided it was asked for.
const lookMs = 60;

// A list that lags shows what is over: who says "failed" by the last that it was shown says what anybody could know.
function truth({ action, report, simulator, before, forceable, seen }: Played): string[] {
  const isExcused = ({ vm, result, durationMs, power }: (typeof report.outcomes)[number]) => {
    const by = Date.parse(report.run.startedAt) + durationMs + lookMs;
    const last = seen.findLast((one) => one.arrivedAt <= by && stateShown(one, vm) !== null);
    // A state of a name that nobody has heard of is told as it is: "other".
    const isOdd = power === 'other' || (last !== undefined && stateShown(last, vm) !== wantedPower[action]);
    return (result === 'failed' || result === 'refused') && isOdd;
  };
  const outcomes = report.outcomes.filter((outcome) => !isExcused(outcome));
  const claims = { outcomes, run: { ...report.run, action } };
  const { contradictions } = checkTruth(claims, simulator, before, (id) => losesData(action) || forceable.has(id));
  return contradictions.map((words) => `rule 3: ${words}`);
}

// Rule 8.
function leaks({ output, token }: Played): string[] {
  return disguisesIn(output, token).map((disguise) => `rule 8: the token is in the output (${disguise})`);
}
