// power explain: what is wanted of one VM and why, on a fake fleet.

import { describe, expect, it } from 'vitest';
import { PowerError } from '../../../lib/core/errors.ts';
import type { Mark } from '../../../lib/core/schedule/mark.ts';
import { explainVm, explanationJson } from '../../../lib/run/schedule/explain.ts';
import { at, hourMs, keptOverride, noon, planScene } from './planning.ts';

const office = { id: '8', description: 'web [schedule=office]', state: 'running' };

const mark: Mark = {
  kind: 'settled',
  boundary: at('23T08:00'),
  wanted: 'on',
  attempts: 2,
  lastAttempt: at('23T08:05'),
  schedule: '',
};

describe('the explanation of a VM', () => {
  it('is exactly the object that --json promises', async () => {
    const { world } = planScene([office]);
    await world.state.putMarks([{ key: 'main/8', from: null, to: mark }]);
    await world.state.putOverride(keptOverride());
    const explanation = await explainVm('8', noon + 60_000, world);
    expect(explanationJson(explanation)).toStrictEqual({
      vm: '8',
      wanted: 'on',
      boundary: '2026-11-23T12:00:00Z',
      next: { at: '2026-11-23T20:00:00Z', wanted: 'off' },
      schedule: explanation.schedule?.text,
      override: { keep: 'on', until: '2026-11-23T20:00:00Z', reason: 'demo', by: 'amel' },
      mark: {
        kind: 'settled',
        boundary: '2026-11-23T08:00:00Z',
        wanted: 'on',
        attempts: 2,
        lastAttempt: '2026-11-23T08:05:00Z',
      },
      decision: { action: null, reason: explanation.decision.reason },
    });
    expect(explanation.schedule?.text).toContain('office');
    expect(explanation.decision).toMatchObject({ code: 'settled', reason: expect.stringContaining('demo') });
  });

  it('has nulls for a VM that nothing is wanted of', async () => {
    const { world } = planScene([{ id: '8' }]);
    const explanation = await explainVm('8', noon, world);
    expect(explanationJson(explanation)).toStrictEqual({
      vm: '8',
      wanted: 'none',
      boundary: null,
      next: null,
      schedule: null,
      override: null,
      mark: null,
      decision: { action: null, reason: 'it has no schedule and no override' },
    });
    expect(explanation).toMatchObject({ scheduleTag: null, next: [] });
    expect(explanation).not.toHaveProperty('tagSource');
  });

  it('has a mark without a last attempt', async () => {
    const { world } = planScene([office]);
    await world.state.putMarks([{ key: 'main/8', from: null, to: { ...mark, attempts: 0, lastAttempt: null } }]);
    expect(explanationJson(await explainVm('8', noon, world)).mark).toMatchObject({ attempts: 0, lastAttempt: null });
  });

  it('shows the next ten transitions', async () => {
    const { next } = await explainVm('8', noon, planScene([office]).world);
    expect(next).toHaveLength(10);
    expect(next.slice(0, 2)).toEqual([
      { at: at('23T18:00'), wanted: 'off' },
      { at: at('24T08:00'), wanted: 'on' },
    ]);
  });

  it('is of the given instant, with the power and the marks of now', async () => {
    const { world } = planScene([office]);
    await world.state.putMarks([{ key: 'main/8', from: null, to: mark }]);
    expect(await explainVm('8', at('23T18:05'), world)).toMatchObject({
      wanted: 'off',
      boundary: at('23T18:00'),
      vm: { power: 'on' },
      decision: { action: 'shutdown', code: 'act' },
    });
    expect((await explainVm('8', at('24T08:05'), world)).decision).toMatchObject({ action: null, code: 'settled' });
  });

  it('shows an override only while it holds', async () => {
    const { world } = planScene([office]);
    await world.state.putOverride(keptOverride());
    expect((await explainVm('8', noon - 1, world)).override).toBeNull();
    expect((await explainVm('8', noon, world)).override).toMatchObject({ keep: 'on', by: 'amel' });
    expect((await explainVm('8', at('23T20:00') - 1, world)).override).not.toBeNull();
    expect(await explainVm('8', at('23T20:00'), world)).toMatchObject({ override: null, boundary: at('23T20:00') });
  });

  it('has in its JSON the next start or stop, and not that an override ends', async () => {
    const { world } = planScene([{ id: '8', description: '[schedule="08:00-; -19:00"]' }]);
    await world.state.putOverride(keptOverride({ ends: { 'main/8': noon + hourMs } }));
    const explanation = await explainVm('8', noon, world);
    expect(explanation.next[0]).toEqual({ at: noon + hourMs, wanted: 'none' });
    expect(explanationJson(explanation).next).toEqual({ at: '2026-11-23T19:00:00Z', wanted: 'off' });
  });

  it('counts an override by tag', async () => {
    const vm = { ...office, description: '[schedule=office keep-on-until=2026-11-23T22:00]' };
    expect(await explainVm('8', at('23T19:00'), planScene([vm]).world)).toMatchObject({
      wanted: 'on',
      override: { keep: 'on', endMs: at('23T22:00'), reason: 'tag keep-on-until' },
      next: expect.arrayContaining([{ at: at('23T22:00'), wanted: 'off' }]),
    });
  });

  it('says of an override by tag that nobody knows since when, until a newer one that hid it has ended', async () => {
    const vm = { ...office, state: 'shutoff', description: '[schedule=office keep-on-until=2026-11-23T22:00]' };
    const { world } = planScene([vm]);
    const tagged = await explainVm('8', noon, world);
    expect(tagged).toMatchObject({ boundary: null, override: { startMs: null } });
    expect(explanationJson(tagged)).toMatchObject({ wanted: 'on', boundary: null });
    await world.state.putOverride(keptOverride({ startMs: at('23T10:00'), ends: { 'main/8': at('23T11:00') } }));
    expect((await explainVm('8', noon, world)).boundary).toBe(at('23T11:00'));
  });

  it('shows what counts again since a newer override ended, and judges by that', async () => {
    const { world } = planScene([{ ...office, state: 'shutoff' }]);
    await world.state.putOverride(keptOverride());
    const ends = { 'main/8': at('23T14:00') };
    await world.state.putOverride(keptOverride({ id: 'o2', startMs: at('23T13:00'), ends, by: 'lina' }));
    const schedule = (await explainVm('8', noon, world)).schedule?.fingerprint ?? '';
    await world.state.putMarks([{ key: 'main/8', from: null, to: { ...mark, boundary: at('23T13:00'), schedule } }]);
    expect((await explainVm('8', at('23T13:30'), world)).decision.code).toBe('manual');
    expect(await explainVm('8', at('23T14:00'), world)).toMatchObject({
      boundary: at('23T14:00'),
      override: { by: 'amel' },
      decision: { action: 'start' },
    });
  });

  it.each([
    ['protected', '[schedule=office] [protected]', 'protected', 'its tag "protected" keeps every action away from it'],
    ['at fault', '[schedule=office] [tier=1 tier=2]', 'fault', 'it is left alone until this is put right: '],
  ])('of one that is %s says that nothing is done with it', async (_name, description, code, reason) => {
    const { world } = planScene([{ ...office, description }]);
    await world.state.putMarks([{ key: 'main/8', from: null, to: mark }]);
    expect(await explainVm('8', at('23T18:05'), world)).toMatchObject({
      wanted: 'off',
      mark: { attempts: 2 },
      decision: { action: null, code, reason: expect.stringContaining(reason) },
    });
  });

  it('of a schedule that cannot be read has no schedule and the fault', async () => {
    const { world } = planScene([{ ...office, description: '[schedule=ofice]' }]);
    const explanation = await explainVm('8', noon, world);
    expect(explanation).toMatchObject({ scheduleTag: 'ofice', schedule: null, wanted: 'none', next: [] });
    expect(explanation.decision.reason).toContain('did you mean office?');
  });
});

describe('a VM whose keep tags alone are at fault', () => {
  it.each([
    ['both', '[keep-on-until=2026-11-23T22:00 keep-off-until=2026-11-23T22:00]', 'it has both'],
    ['an unreadable one', '[keep-on-until=tonight]', 'the tag keep-on-until'],
  ])('(%s) has a schedule that can be read, and is left alone', async (_name, tags, fault) => {
    const vm = { ...office, description: `[schedule=office] ${tags}` };
    const explanation = await explainVm('8', noon, planScene([vm]).world);
    expect(explanation).toMatchObject({
      schedule: { text: expect.stringContaining('office') },
      override: null,
      wanted: 'on',
      boundary: at('23T08:00'),
      decision: { action: null, code: 'fault', reason: expect.stringContaining(fault) },
    });
    expect(explanation.next).toHaveLength(10);
  });
});

describe('the source of the schedule tag', () => {
  const rule = { match: { id: '8' }, tags: { schedule: 'office' } };

  it.each([
    ['the description', {}, []],
    ['the tags of the API', { tags: [{ key: 'schedule', value: 'office' }] }, []],
    ['the tag rules of the configuration', { tags: [{ key: 'schedule', value: 'x' }] }, [rule]],
  ])('may be %s', async (source, more, tags) => {
    const { world } = planScene([{ id: '9' }, { ...office, ...more }], { tags });
    expect(await explainVm('8', noon, world)).toMatchObject({ scheduleTag: 'office', tagSource: source });
  });
});

describe('a schedule tag with two values', () => {
  it('is none, from nowhere, and the fault says so', async () => {
    const { world } = planScene([{ ...office, description: '[schedule=office] [schedule=late]' }]);
    const explanation = await explainVm('8', noon, world);
    expect(explanation).toMatchObject({ scheduleTag: null, schedule: null, decision: { code: 'fault' } });
    expect(explanation).not.toHaveProperty('tagSource');
  });
});

describe('the id', () => {
  const thrownBy = async (id: string, scene: ReturnType<typeof planScene>) => {
    const error: unknown = await explainVm(id, noon, scene.world).catch((thrown: unknown) => thrown);
    return error instanceof PowerError ? `${error.code}: ${error.message}` : error;
  };

  it('is not found where it is in no list', async () => {
    expect(await thrownBy('404', planScene([office]))).toBe(
      'not-found: there is no VM "404": check the id, and that the configuration lists its project',
    );
    expect(await thrownBy('beta/8', planScene([office]))).toBe(
      'not-found: there is no VM "beta/8": check the id, and that the configuration lists its project',
    );
  });

  it('is not said to be not found while a list could not be read', async () => {
    const { cloud, ...rest } = planScene([office]);
    cloud.failList('default', new PowerError('list-failed', 'HTTP 500'));
    const error = await thrownBy('8', { cloud, ...rest });
    expect(error).toMatch(
      /^list-failed: there is no VM "8": check the id, and that the configuration lists its project; but 1 project/,
    );
    expect(error).toContain('main/default: HTTP 500');
  });

  it('comes with each list that could not be read, among the faults', async () => {
    const { world } = planScene([], { others: [] });
    const broken = { ...world, accounts: world.accounts.map((each) => ({ ...each, projects: ['a', 'b'] })) };
    const faults = ['main/a', 'main/b', 'beta/a', 'beta/b'].map(
      (where) => `${where}: the fake has no project ${where.slice(-1)}`,
    );
    await expect(explainVm('8', noon, broken)).rejects.toMatchObject({
      code: 'list-failed',
      faults,
      message: expect.stringContaining(faults.join('; ')),
    });
  });

  it('needs its account where two have it', async () => {
    const scene = planScene([office], { others: [{ id: '8', description: '[schedule="always off"]' }] });
    expect(await thrownBy('8', scene)).toMatch(/^request: .*main\/8 or beta\/8/);
    expect(await explainVm('beta/8', noon, scene.world)).toMatchObject({
      vm: { account: 'beta' },
      scheduleTag: 'always off',
      wanted: 'off',
    });
    expect(await explainVm('main/8', noon, scene.world)).toMatchObject({ vm: { account: 'main' }, wanted: 'on' });
  });
});
