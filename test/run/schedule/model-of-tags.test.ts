// Days in which people write and remove keep tags, nest overrides, and edit moments, between real ticks that may be missed.
// Held against models that know nothing of marks: who asks for what, since when, and whether a tick has seen it done.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { powerOf } from '../../../lib/core/vm.ts';
import { scheduleSettings } from '../../fixtures/world.ts';
import { type TickScene, tickScene } from './ticking.ts';

const hour = 3_600_000;
const start = Date.UTC(2026, 10, 23);
const every = hour / 2;
const slots = (5 * 24 * hour) / every;
const settings = { ...scheduleSettings, tickEveryMs: every };

/** Stories are the same in every run; another seed tells others. */
const runs = { seed: 20_261_125, numRuns: process.env.STRYKER_MUTATOR_WORKER === undefined ? 60 : 2 };

const keep = fc.constantFrom('on' as const, 'off' as const);
const power = fc.constantFrom('running', 'shutoff');
// The first tick is never disturbed: it settles the VM.
const slot = fc.integer({ min: 1, max: slots - 1 });

/** Lets the ticks of a story come, and what happens before each. A missed one is told of nobody. */
async function through<What extends { readonly kind: string }>(
  stage: TickScene,
  story: readonly (readonly [number, What])[],
  happen: (what: What, now: number) => Promise<void> | void,
  look: (now: number, sent: readonly string[]) => void,
): Promise<void> {
  const bySlot = Map.groupBy(story, ([at]) => at);
  for (let at = 0; at < slots; at += 1) {
    const now = start + at * every;
    await stage.until(now);
    const here = (bySlot.get(at) ?? []).map(([, what]) => what);
    for (const what of here) await happen(what, now);
    if (here.some(({ kind }) => kind === 'missed')) continue;
    const before = stage.cloud.sent.length;
    await stage.tick(now);
    const sent = stage.cloud.sent.slice(before).map(({ action }) => action);
    look(now, sent);
  }
}

const said = (ms: number) => new Date(ms).toISOString();

interface Wish {
  readonly keep: 'on' | 'off';
  readonly from: number;
  readonly to: number;
}

/** On from 08:00 to 18:00, beneath a keep tag, beneath overrides. */
class Askers {
  readonly holds: Wish[] = [];
  tag: Wish | null = null;

  /** Who asks at the instant: the newest override that holds, else the tag, else the schedule for one of its two wishes. */
  at(at: number): Wish | 'on' | 'off' {
    const holds = ({ from, to }: Wish) => from <= at && at < to;
    const hold = this.holds.findLast(holds);
    if (hold !== undefined) return hold;
    if (this.tag !== null && holds(this.tag)) return this.tag;
    const inDay = at % (24 * hour);
    return inDay >= 8 * hour && inDay < 18 * hour ? 'on' : 'off';
  }

  wanted(at: number): 'on' | 'off' {
    const asker = this.at(at);
    return typeof asker === 'string' ? asker : asker.keep;
  }

  /** The last tick's instant at which another began to ask. */
  since(now: number): number {
    let at = now;
    while (at > start && this.at(at - every) === this.at(at)) at -= every;
    return at;
  }
}

describe('a VM whose keep tags come and go beneath nested overrides', () => {
  const kind = fc.constantFrom('missed', 'by hand', 'by hand', 'override', 'override', 'tag', 'tag', 'no tag');
  const what = fc.record({ kind, keep, power, length: fc.integer({ min: 1, max: 40 }) });
  const story = fc.array(fc.tuple(slot, what), { minLength: 10, maxLength: 60 });

  it('is as wanted after each tick, or was changed by hand since a tick saw it so', async () => {
    let respected = 0;
    await fc.assert(
      fc.asyncProperty(story, async (haps) => {
        const own = '[schedule="08:00-18:00 UTC"]';
        const stage = await tickScene([{ id: '1', description: own, state: 'shutoff' }], start, {}, settings);
        const askers = new Askers();
        let seenSo = start;
        let looked = start;
        let taggedAt = start;
        let texts = 0;
        const tag = (wish: Wish | null, now: number) => {
          const more = wish === null ? '' : ` [keep-${wish.keep}-until=${said(wish.to)}]`;
          stage.cloud.add('default', { id: '1', description: `${own}${more}`, state: stage.cloud.vm('1').state });
          askers.tag = wish;
          taggedAt = now;
        };
        const happen = async (
          { kind, keep, length, power }: typeof what extends fc.Arbitrary<infer W> ? W : never,
          now: number,
        ) => {
          const wish = { keep, from: now, to: now + length * every };
          if (kind === 'by hand') stage.cloud.setState('1', power);
          if (kind === 'no tag') tag(null, now);
          // No two tags have one text: writing the same again is nothing new.
          texts += 1000;
          if (kind === 'tag') tag({ ...wish, to: wish.to - every + texts }, now);
          if (kind !== 'override') return;
          const id = `o${askers.holds.push(wish)}`;
          const ends = { 'main/1': wish.to };
          await stage.state.putOverride({ id, keep, startMs: now, reason: 'r', by: 'b', ends, cancelledMs: null });
        };
        await through(stage, haps, happen, (now, sent) => {
          const wanted = askers.wanted(now);
          const isSo = powerOf(stage.cloud.vm('1').state) === wanted;
          // A tag that went, or was over before a tick saw it, is an edit: what is wanted now may be as it was.
          const isEdited = taggedAt > looked && typeof askers.at(now) === 'string';
          const isTheirs = seenSo >= askers.since(now) || isEdited;
          expect(
            isSo || (isTheirs && sent.length === 0),
            `${said(now)}: ${wanted} since ${said(askers.since(now))}`,
          ).toBe(true);
          if (!isSo) respected += 1;
          if (isSo || isEdited) seenSo = now;
          looked = now;
        });
      }),
      runs,
    );
    expect(respected).toBeGreaterThan(0);
  }, 120_000);
});

describe('a VM whose schedule only stops, and is edited', () => {
  const kind = fc.constantFrom('missed', 'by hand', 'by hand', 'edit');
  // Mostly to the hour of the edit itself: a stop that falls between the edit and its tick is what might be lost.
  const hoursAhead = fc.oneof(fc.constant(0), fc.integer({ min: -12, max: 11 }));
  const what = fc.record({ kind, hoursAhead });
  const story = fc.array(fc.tuple(slot, what), { minLength: 10, maxLength: 80 });

  it('loses no stop that an edit came before, and is stopped by none that an edit made up', async () => {
    const seen = { stops: 0, afterEdit: 0 };
    await fc.assert(
      fc.asyncProperty(story, async (haps) => {
        const own = { id: '1', description: '[schedule=closing]', state: 'running' };
        const stage = await tickScene([own], start, {}, settings);
        const define = (closing: number) =>
          stage.define({ closing: { timezone: 'UTC', on: `-${String(closing).padStart(2, '0')}:00` } });
        let closing = 19;
        let editedAt = start - 1;
        let looked = start;
        let doneUpTo = start;
        define(closing);
        const happen = ({ kind, hoursAhead }: { kind: string; hoursAhead: number }, now: number) => {
          if (kind === 'by hand') stage.cloud.setState('1', 'running');
          const edited = new Date(now + hoursAhead * hour).getUTCHours();
          if (kind !== 'edit' || edited === closing) return;
          closing = edited;
          editedAt = now;
          define(closing);
        };
        await through(stage, haps, happen, (now, sent) => {
          const moment = now - ((((now - closing * hour) % (24 * hour)) + 24 * hour) % (24 * hour));
          const isEdited = editedAt > looked;
          const isDue = moment > doneUpTo && now - moment <= (isEdited ? 2 * every : settings.catchUpMs);
          const why = `${said(now)}, ${closing}:00, edited ${said(editedAt)}, done up to ${said(doneUpTo)}`;
          if (isDue) expect(powerOf(stage.cloud.vm('1').state), why).toBe('off');
          else expect(sent, why).toEqual([]);
          seen.stops += sent.length;
          if (isEdited && isDue) seen.afterEdit += sent.length;
          // Every tick deals with the moments up to it: done, lapsed, or from before an edit.
          doneUpTo = Math.max(doneUpTo, moment);
          looked = now;
        });
      }),
      runs,
    );
    expect(seen.stops).toBeGreaterThan(seen.afterEdit);
    expect(seen.afterEdit).toBeGreaterThan(0);
  }, 120_000);
});
