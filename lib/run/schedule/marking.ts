// The marks that a tick's run writes: before it acts, that it does; afterwards, that the wanted power was seen.
// Both by conditional write: of two runs that decide about one VM at once, only one acts.

import { type Outcome, outcomeKey } from '../../core/outcome.ts';
import { decideSchedule } from '../../core/schedule/decide-schedule.ts';
import { isSameMark } from '../../core/schedule/mark.ts';
import { vmKey } from '../../core/vm.ts';
import type { MarkChange } from '../../stores.ts';
import { withoutKeys } from '../leasing.ts';
import type { RunWorld } from '../world.ts';
import type { Judgement } from './judge.ts';
import type { TickPlan } from './tick-plan.ts';

type MarkWorld = Pick<RunWorld, 'state' | 'engine' | 'clock' | 'log' | 'schedules'>;

/** The plan of those whose attempt could be marked; the others are another run's. Throws `aws`. */
export async function markAttempts(plan: TickPlan, world: MarkWorld): Promise<TickPlan> {
  const changes = plan.pursuits.flatMap(({ vm }) => changeOf(plan.judgements.get(vmKey(vm))));
  if (changes.length === 0) return plan;
  const { lost, at } = await world.engine.step('mark', async () => ({
    lost: await lostTo(changes, world),
    at: world.clock.now(),
  }));
  return { ...plan, ...withoutKeys(plan, lost, at) };
}

// A turn that ended before its writes were remembered leaves the very marks that the next one comes to write.
async function lostTo(changes: readonly MarkChange[], { state }: MarkWorld): Promise<readonly string[]> {
  const missed = await state.putMarks(changes);
  if (missed.length === 0) return [];
  const { marks } = await state.load();
  const own = new Map(changes.map(({ key, to }) => [key, to]));
  return missed.filter((key) => !isSameMark(marks.get(key) ?? null, own.get(key) ?? null));
}

function changeOf(judgement: Judgement | undefined): MarkChange[] {
  if (judgement === undefined || judgement.decision.newMark === null) return [];
  return [{ key: vmKey(judgement.vm), from: judgement.mark, to: judgement.decision.newMark }];
}

/**
 * Settles the marks of those that were seen in the wanted power, and of those that a newer request took over: what somebody asks
 * for after the boundary is theirs until the next one. One that can't be written now is written by a later tick.
 */
export async function markSettled(
  { judgements }: TickPlan,
  outcomes: readonly Outcome[],
  at: number,
  { state, engine, log, schedules }: MarkWorld,
): Promise<void> {
  const changes = outcomes.flatMap((outcome) => {
    const judgement = judgements.get(outcomeKey(outcome));
    const isDealtWith =
      outcome.result === 'succeeded' || outcome.result === 'unchanged' || outcome.code === 'superseded';
    return judgement !== undefined && isDealtWith ? settledChange(judgement, at, schedules.settings) : [];
  });
  if (changes.length === 0) return;
  await engine.step('settle-marks', async () => {
    try {
      await state.putMarks(changes);
    } catch (error) {
      log.warn('what was settled could not be marked; the next tick does it', { error });
    }
    return null;
  });
}

// Where another tick has taken the VM over, its own mark stands there by now, and this write is lost: rightly.
function settledChange(judgement: Judgement, now: number, settings: MarkWorld['schedules']['settings']): MarkChange[] {
  const from = judgement.decision.newMark ?? judgement.mark;
  const { schedule, override, keepTag, vm, decision } = judgement;
  const power = decision.wanted;
  if (power === 'none') return [];
  const { newMark } = decideSchedule({ power, schedule, override, keepTag, mark: from, now, settings });
  return newMark === null ? [] : [{ key: vmKey(vm), from, to: newMark }];
}
