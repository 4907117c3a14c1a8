// What a tick's run remembers: that it tries, before it does; that it saw, afterwards; and what happens when it can't.

import { describe, expect, it } from 'vitest';
import { PowerError } from '../../../lib/core/errors.ts';
import { makeSchedules } from '../../../lib/core/schedule/schedules.ts';
import { conduct } from '../../../lib/run/conduct.ts';
import { parseRunRequest } from '../../../lib/run/request.ts';
import { status } from '../../fakes/vm-cloud.ts';
import { scheduleSettings } from '../../fixtures/world.ts';
import { type TickScene, tickScene } from './ticking.ts';

const noon = Date.UTC(2026, 10, 24, 12);
const six = Date.UTC(2026, 10, 24, 18);

async function atSix(count = 1): Promise<TickScene> {
  const vms = Array.from({ length: count }, (_, index) => ({
    id: String(index),
    description: '[schedule="08:00-18:00"]',
  }));
  const stage = await tickScene(vms, noon);
  await stage.tick();
  await stage.until(six);
  return stage;
}

async function markOf({ state }: TickScene, id = '0') {
  return (await state.load()).marks.get(`main/${id}`);
}

describe('a mark', () => {
  it('counts the attempt before anything is sent, and is settled once the power was seen', async () => {
    const stage = await atSix();
    const seen: unknown[] = [];
    const { onAct } = stage.cloud;
    stage.cloud.onAct = async (vm, action, nth) => {
      seen.push(await markOf(stage));
      return onAct(vm, action, nth);
    };
    await stage.tick();
    expect(seen).toMatchObject([{ wanted: 'on', attempts: 1, lastAttempt: six }]);
    expect(await markOf(stage)).toMatchObject({
      kind: 'settled',
      boundary: six,
      wanted: 'off',
      attempts: 0,
      lastAttempt: null,
    });
  });

  it('keeps its attempts where the power was not seen', async () => {
    const stage = await atSix();
    stage.cloud.onAct = () => status(500);
    await stage.tick();
    expect(await markOf(stage)).toMatchObject({ wanted: 'on', attempts: 1, lastAttempt: six });
  });

  it("that another run changed first makes the VM that one's business", async () => {
    const stage = await atSix(2);
    const { putMarks } = stage.state;
    stage.state.putMarks = async (changes) => {
      const lost = changes.filter(({ key }) => key === 'main/0').map(({ key }) => key);
      await putMarks.call(
        stage.state,
        changes.filter(({ key }) => key !== 'main/0'),
      );
      return lost;
    };
    await stage.tick();
    expect(stage.cloud.sent.map(({ id }) => id)).toEqual(['1']);
    expect(stage.reports[0]?.outcomes).toMatchObject([
      { vm: '0', result: 'skipped', code: 'superseded', attempts: 0 },
      { vm: '1', result: 'succeeded' },
    ]);
  });

  it('is settled where a newer request took the VM over: what a person asks for lives until the next boundary', async () => {
    const stage = await atSix();
    stage.cloud.onAct = () => status(500);
    await stage.tickBeside();
    await stage.until(six + 20_000);
    const start = {
      name: 'webhook',
      request: parseRunRequest({ action: 'start', ids: ['0'] }),
      requestedAt: six + 20_000,
    };
    const schedules = makeSchedules({ names: new Map(), calendars: new Map(), zone: 'UTC' }, scheduleSettings);
    await stage.clock.run(conduct(start, { ...stage.world, schedules }));
    await stage.idle();
    expect(stage.reports[0]?.outcomes).toMatchObject([{ code: 'superseded', attempts: 1 }]);
    for (const minutes of [5, 30, 120]) {
      await stage.until(six + minutes * 60_000);
      expect((await stage.tick()).acting).toEqual([]);
    }
    expect(stage.cloud.sent).toHaveLength(1);
    expect(stage.cloud.vm('0').state).toBe('running');
  });

  it('that cannot be written before the act keeps the run from acting', async () => {
    const stage = await atSix();
    stage.state.putMarks = async (changes) => {
      if (changes.length > 0) throw new PowerError('aws', 'the table is down');
      return [];
    };
    await stage.tick();
    expect(stage.cloud.sent).toEqual([]);
    expect(stage.log.lines.some(({ message }) => message === 'a run ended in an error')).toBe(true);
  });

  it('that cannot be settled is settled by the next tick, and the run is no failure for that', async () => {
    const stage = await atSix();
    const { putMarks } = stage.state;
    let writes = 0;
    stage.state.putMarks = async (changes) => {
      writes += changes.length;
      if (writes === 2) throw new PowerError('aws', 'the table is down');
      return putMarks.call(stage.state, changes);
    };
    await stage.tick();
    expect(stage.reports[0]?.outcomes).toMatchObject([{ result: 'succeeded' }]);
    expect(stage.log.lines).toContainEqual({
      level: 'warn',
      message: 'what was settled could not be marked; the next tick does it',
      fields: { error: expect.objectContaining({ code: 'aws' }) },
    });
    await stage.until(six + 300_000);
    await stage.tick();
    expect(await markOf(stage)).toMatchObject({ kind: 'settled', wanted: 'off' });
    expect(stage.cloud.sent).toHaveLength(1);
  });
});

describe('what a tick says', () => {
  it('is one line of figures, with the run it launched', async () => {
    const stage = await atSix();
    const report = await stage.tick();
    const tick = new Date(six).toISOString();
    expect(stage.log.lines).toContainEqual({
      level: 'info',
      message: 'tick: a run is launched',
      fields: { tick, listed: 1, scheduled: 1, acting: 1, run: report.launched?.run.name },
    });
    await stage.until(six + 300_000);
    await stage.tick();
    expect(stage.log.lines).toContainEqual({
      level: 'info',
      message: 'tick: nothing to do',
      fields: { tick: new Date(six + 300_000).toISOString(), listed: 1, scheduled: 1, acting: 0, run: undefined },
    });
  });

  it('names the first twenty VMs at fault and counts them all', async () => {
    const vms = Array.from({ length: 23 }, (_, index) => ({ id: String(index), description: '[schedule=never]' }));
    const stage = await tickScene(vms, noon);
    await stage.tick();
    const [line] = stage.log.lines.filter(({ fields }) => fields.alarm === 'tags');
    expect(line).toMatchObject({
      level: 'error',
      message: 'VMs are left alone because of faults in their tags',
      fields: { count: 23 },
    });
    expect(line?.fields.vms).toHaveLength(20);
    expect(line?.fields.vms).toContainEqual(expect.stringMatching(/^main\/0: the tag schedule="never"/));
  });

  it('names the projects that could not be listed', async () => {
    const stage = await atSix();
    stage.cloud.failList('default', new PowerError('list-failed', 'HTTP 500'));
    await stage.tick();
    expect(stage.log.lines).toContainEqual({
      level: 'error',
      message: 'projects are left alone because they could not be listed',
      fields: { alarm: 'unlisted', unlisted: [{ account: 'main', project: 'default', reason: 'HTTP 500' }] },
    });
  });

  it('of a tick that is too old says how old it is and what happens now', async () => {
    const stage = await atSix();
    await stage.until(six + 601_000);
    await expect(stage.tick(six)).rejects.toThrow(
      'the tick of 2026-11-24T18:00:00.000Z came too late: it is 601 s old, and at most 600 s are allowed; the next one catches up',
    );
    await expect(stage.tick(six + 1_000)).resolves.toMatchObject({ at: six + 1_000 });
  });
});
