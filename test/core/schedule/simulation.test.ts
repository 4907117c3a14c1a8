// One VM through weeks of ticks that are missed, doubled or late, people, failures, overrides and edits.
// The model keeps its own account of what is wanted and of who did what; the decisions have to explain themselves to it.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideSchedule } from '../../../lib/core/schedule/decide-schedule.ts';
import type { Mark } from '../../../lib/core/schedule/mark.ts';
import { type Override, overrideAt } from '../../../lib/core/schedule/override.ts';
import { wantedAt } from '../../../lib/core/schedule/timeline.ts';
import { at, cases, hourMs, inline } from './schedules.ts';

const tickMs = 300_000;
const begin = at('2026-03-23T00:00Z');
const settings = {
  catchUpMs: 2 * hourMs,
  adopt: 'next-boundary',
  retryPausesMs: [tickMs, 2 * tickMs],
  alarmAfter: 3,
  tickEveryMs: tickMs,
} as const;
const texts = [
  'Mon-Fri 08:00-18:00 Europe/Berlin',
  'Sun-Thu 20:00-06:00 Africa/Algiers',
  '01:00-02:30, 12:00-14:00 Europe/Berlin',
  'Mon-Fri 08:00-19:00 Europe/Berlin',
  '00:00-24:00 UTC',
];

type Hap = 'tick' | 'missed' | 'doubled' | 'late' | 'by hand' | 'fails' | 'keep on' | 'keep off' | 'cancel' | 'edit';
const hap: fc.Arbitrary<Hap> = fc.oneof(
  { weight: 120, arbitrary: fc.constant<Hap>('tick') },
  { weight: 12, arbitrary: fc.constantFrom<Hap>('missed', 'doubled', 'late', 'fails') },
  { weight: 3, arbitrary: fc.constantFrom<Hap>('by hand', 'keep on', 'keep off', 'cancel', 'edit') },
);
/** Each happening with how many ticks it lasts, so that outages can be long. */
const story = fc.array(fc.tuple(hap, fc.integer({ min: 1, max: 40 })), { minLength: 20, maxLength: 120 });

class Model {
  power: 'on' | 'off';
  schedule = inline(texts[0] ?? '');
  overrides: Override[] = [];
  mark: Mark | null = null;
  wanted = '';
  /** When what is wanted last changed, and when somebody last did something by hand. */
  changedAt = 0;
  handAt = -1;
  actionsSinceChange = 0;
  failuresSinceChange = 0;
  edits = 0;

  constructor(power: 'on' | 'off') {
    this.power = power;
  }

  watch(now: number): void {
    const override = overrideAt(this.overrides, now);
    const isKept = override !== null && now < override.endMs;
    const wanted = isKept ? `kept ${override.keep} since ${override.startMs}` : wantedAt(this.schedule, now, 0).wanted;
    if (wanted !== this.wanted) {
      this.changedAt = now;
      this.actionsSinceChange = 0;
      this.failuresSinceChange = 0;
    }
    this.wanted = wanted;
  }

  happen(hap: Hap, now: number, lasting: number): void {
    if (hap === 'by hand') {
      this.power = this.power === 'on' ? 'off' : 'on';
      this.handAt = now;
      // Before the power was seen, a change by hand cannot be told from an action that silently failed.
      if ((this.mark?.attempts ?? 0) > 0) this.failuresSinceChange += 1;
    }
    if (hap === 'keep on' || hap === 'keep off')
      this.overrides.push({
        keep: hap === 'keep on' ? 'on' : 'off',
        startMs: now,
        endMs: now + lasting * tickMs,
        reason: '',
        by: '',
      });
    if (hap === 'cancel') this.overrides = [];
    if (hap === 'edit') {
      this.edits += 1;
      this.schedule = inline(texts[this.edits % texts.length] ?? '');
    }
  }

  tick(now: number, isFailing: boolean): void {
    const facts = {
      power: this.power,
      schedule: this.schedule,
      override: overrideAt(this.overrides, now),
      keepTag: '',
      mark: this.mark,
      now,
      settings,
    };
    const decision = decideSchedule(facts);
    if (decision.newMark !== null) this.mark = decision.newMark;
    if (decision.action === null) {
      if (decision.wanted !== this.power) this.mustExplain(decision.code, now);
      return;
    }
    expect(decision).toMatchObject({
      action: this.power === 'on' ? 'shutdown' : 'start',
      wanted: this.power === 'on' ? 'off' : 'on',
    });
    this.actionsSinceChange += 1;
    if (isFailing) this.failuresSinceChange += 1;
    else this.power = this.power === 'on' ? 'off' : 'on';
    // Acting again needs a failure before it or a change of what is wanted: else it would be a ping-pong.
    expect(this.actionsSinceChange).toBeLessThanOrEqual(1 + this.failuresSinceChange);
  }

  /** A VM that is not as wanted, and is left alone, must be so for a reason that the model knows of. */
  mustExplain(code: string, now: number): void {
    const isExplained =
      (code === 'manual' && this.handAt >= this.changedAt) ||
      (code === 'waiting' && this.failuresSinceChange > 0) ||
      (code === 'adopted' && this.mark?.kind === 'adopted') ||
      (code === 'edited' && this.edits > 0) ||
      // Once an edit was noted, what it left alone is as if somebody had done it by hand.
      (code === 'manual' && this.edits > 0);
    expect([new Date(now).toISOString(), code, isExplained]).toEqual([new Date(now).toISOString(), code, true]);
  }
}

describe('a VM through weeks of trouble', () => {
  it('is as wanted at every tick, or was changed by hand since, or is being tried, or was adopted; never a ping-pong', () => {
    fc.assert(
      fc.property(story, fc.constantFrom('on', 'off'), (haps, power) => {
        const model = new Model(power);
        let now = begin;
        for (const [hap, lasting] of haps) {
          model.watch(now);
          model.happen(hap, now, lasting);
          for (let turn = 0; turn < lasting; turn += 1, now += tickMs) {
            model.watch(now);
            if (hap === 'missed') continue;
            model.tick(now, hap === 'fails');
            if (hap === 'doubled') model.tick(now, false);
            if (hap === 'late') lateTickDoesNoHarm(model, now);
          }
        }
      }),
      { numRuns: cases(300) },
    );
  });
});

/** A tick that was handed an older instant may act only as its own instant wanted, and never once the mark is newer. */
function lateTickDoesNoHarm(model: Model, now: number): void {
  const then = now - 3 * tickMs;
  const { power, schedule, overrides, mark } = model;
  const decision = decideSchedule({
    power,
    schedule,
    override: overrideAt(overrides, then),
    keepTag: '',
    mark,
    now: then,
    settings,
  });
  if (mark !== null && mark.boundary > then)
    expect(decision).toMatchObject({ action: null, code: 'stale', newMark: null });
}
