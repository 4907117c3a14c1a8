import { describe, expect, it } from 'vitest';
import { PowerError } from '../../lib/core/errors.ts';
import { type Launch, launch } from '../../lib/run/launch.ts';
import { FakeClock } from '../fakes/clock.ts';
import { FakeLauncher } from '../fakes/launcher.ts';
import { MemoryLog } from '../fakes/log.ts';
import { MemoryRunStore } from '../fakes/run-store.ts';

const now = Date.parse('2026-01-05T18:00:00.000Z');
const later = '2026-01-05T19:00:00.000Z';

const intent: Launch = {
  name: 'cron-1',
  trigger: 'cron',
  request: {
    action: 'shutdown',
    select: 'env=dev',
    ids: null,
    accounts: null,
    projects: null,
    dryRun: false,
    allowDataLoss: false,
    overrideGuard: false,
    allowEmpty: false,
  },
  requestHash: 'h1',
};

function world() {
  return { store: new MemoryRunStore(), launcher: new FakeLauncher(), clock: new FakeClock(now), log: new MemoryLog() };
}

describe('launching a run', () => {
  it('records it under its name and starts it', async () => {
    const at = world();
    const { run, isNew } = await launch(intent, at);
    expect(isNew).toBe(true);
    expect(run).toMatchObject({ ...intent, status: 'recorded', recordedAt: '2026-01-05T18:00:00.000Z' });
    expect(await at.store.read('cron-1', later)).toEqual(run);
    expect(at.launcher.started).toEqual(['cron-1']);
    expect(at.log.lines).toEqual([
      { level: 'info', message: 'run launched', fields: { run: 'cron-1', trigger: 'cron', status: 'recorded' } },
    ]);
  });

  it.each(['running', 'ended'])(
    'a second time gives the first run and starts nothing once it is %s',
    async (status) => {
      const at = world();
      await launch(intent, at);
      await at.store.claim('cron-1', later, later, 'worker-1');
      if (status === 'ended') await at.store.end('cron-1', later, {}, []);
      const { run, isNew } = await launch(intent, at);
      expect(isNew).toBe(false);
      expect(run).toMatchObject({ name: 'cron-1', status, recordedAt: '2026-01-05T18:00:00.000Z' });
      expect(at.launcher.started).toEqual(['cron-1']);
      expect(at.log.lines[1]).toEqual({
        level: 'info',
        message: 'run was launched before: nothing new was recorded',
        fields: { run: 'cron-1', trigger: 'cron', status },
      });
    },
  );

  it('a second time starts a run that was recorded but never claimed', async () => {
    const at = world();
    await launch(intent, at);
    const { run, isNew } = await launch(intent, at);
    expect(isNew).toBe(false);
    expect(run.status).toBe('recorded');
    expect(at.launcher.started).toEqual(['cron-1', 'cron-1']);
  });

  it('refuses another request under the same name, and starts nothing for it', async () => {
    const at = world();
    await launch(intent, at);
    const other = launch({ ...intent, requestHash: 'h2' }, at);
    await expect(other).rejects.toMatchObject({
      name: 'PowerError',
      code: 'conflict',
      message: expect.stringContaining('new key'),
    });
    await expect(other).rejects.toMatchObject({ message: expect.stringContaining('cron-1') });
    expect(at.launcher.started).toEqual(['cron-1']);
    expect(at.log.lines).toHaveLength(1);
  });

  it('leaves it recorded when it cannot be started, and says that a repeat will start it', async () => {
    const at = world();
    const failure = new PowerError('aws', 'AWS throttles');
    at.launcher.failure = failure;
    await expect(launch(intent, at)).rejects.toMatchObject({
      name: 'PowerError',
      code: 'aws',
      message: 'run cron-1 is recorded but was not started: AWS throttles. A repeat of the same trigger starts it',
      cause: failure,
    });
    expect((await at.store.read('cron-1', later))?.status).toBe('recorded');
    expect(at.log.lines).toEqual([]);
    at.launcher.failure = null;
    expect((await launch(intent, at)).isNew).toBe(false);
    expect(at.launcher.started).toEqual(['cron-1', 'cron-1']);
  });

  it('passes on nothing of what a foreign error says', async () => {
    const at = world();
    at.launcher.failure = new Error('Bearer osl-secret');
    await expect(launch(intent, at)).rejects.toMatchObject({
      message: expect.stringContaining('something unexpected went wrong (Error)'),
    });
  });

  it('does not start what could not be recorded', async () => {
    const at = world();
    at.store.record = async () => {
      throw new PowerError('aws', 'the table does not exist');
    };
    await expect(launch(intent, at)).rejects.toMatchObject({ code: 'aws', message: 'the table does not exist' });
    expect(at.launcher.started).toEqual([]);
  });
});
