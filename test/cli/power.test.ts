import { open as openFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startSecretsManager } from '../../simulator/secrets-manager.ts';
import type { SimulatedVmSpec } from '../../simulator/vm.ts';
import { expectClean, token, useRig } from './power-process.ts';

const fleet: readonly SimulatedVmSpec[] = [
  { id: 1, name: 'web-1', description: '[env=dev]' },
  { id: 2, name: 'web-2', description: '[env=dev]', behaviour: 'timeout-500-then-off' },
  { id: 3, name: 'old', description: '[env=dev]', behaviour: 'off' },
  { id: 4, name: 'demo', description: '[env=dev protected]' },
  { id: 5, name: 'typo', description: '[env=dev env=prod]' },
  { id: 6, name: 'prod\u001b[2J', description: '[env=prod]' },
];

describe('power list', () => {
  it('prints the contract, and nothing else, with --json', async () => {
    const { power } = await useRig(fleet);
    const ended = await power(['list', '--json']);
    const { vms, unlisted } = JSON.parse(ended.stdout);
    expect(Object.keys(vms[0])).toEqual(['id', 'name', 'account', 'project', 'power', 'state', 'tags', 'faults']);
    expect(vms[3]).toEqual({
      id: '4',
      name: 'demo',
      account: 'main',
      project: 'default',
      power: 'on',
      state: 'running',
      tags: { env: 'dev', protected: '' },
      faults: [],
    });
    expect(vms.map(({ id }: { id: string }) => id)).toEqual(['1', '2', '3', '4', '5', '6']);
    expect(unlisted).toEqual([]);
    expect(ended.stderr).toBe('');
    expect(ended.code).toBe(0);
    expectClean(ended);
  });

  it('is a plain table in a pipe, in which a hostile name is harmless', async () => {
    const { power } = await useRig(fleet);
    const ended = await power(['list', '-l', 'env in (dev,prod)'], { FORCE_COLOR: '0' });
    expect(ended.stdout).toMatch(/^6 {3}prod {2,}default {2}on {5}running {2}env=prod$/m);
    expect(ended.stdout).not.toContain('│');
    expect(ended.code).toBe(0);
    expectClean(ended);
  });

  it('shows VMs that match or could match', async () => {
    const { power } = await useRig(fleet);
    const { stdout } = await power(['list', '-l', 'env=prod', '--json']);
    expect(JSON.parse(stdout).vms.map(({ name }: { name: string }) => name)).toEqual(['typo', 'prod\u001b[2J']);
  });

  it('ends with 1 when a project could not be listed, and says which', async () => {
    const { power } = await useRig(fleet, {
      config: { projects: ['default', 'p2'] },
      quirks: { list: { failProjects: { p2: { answer: 403 } } } },
    });
    const ended = await power(['list', '--json']);
    const { vms, unlisted } = JSON.parse(ended.stdout);
    expect(vms).toHaveLength(6);
    expect(unlisted).toMatchObject([{ account: 'main', project: 'p2' }]);
    expect(ended.code).toBe(1);
    expectClean(ended);
  });

  it('gets the token from Secrets Manager where there is none in the environment', async () => {
    const { power } = await useRig(fleet);
    const secrets = await startSecretsManager({ secrets: { 'power/token': JSON.stringify({ access_token: token }) } });
    const environment = {
      OPENSCALER_TOKEN: '',
      OPENSCALER_SECRET_ID: 'power/token',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    };
    const ended = await power(['list', '--json', '-v'], environment);
    await secrets.close();
    expect(JSON.parse(ended.stdout).vms).toHaveLength(6);
    expect(secrets.requests).toHaveLength(1);
    expectClean(ended);
  });
});

describe('power run', () => {
  it('ends every selected VM in one outcome, prints only the contract on stdout, and the rest on stderr', async () => {
    const { power, simulator } = await useRig(fleet);
    const ended = await power(['run', 'shutdown', '-l', 'env=dev', '--json', '-v']);
    expectClean(ended);
    const report = JSON.parse(ended.stdout);
    expect(Object.keys(report)).toEqual(['run', 'counts', 'outcomes', 'unlisted', 'calls']);
    expect(report.run).toMatchObject({ action: 'shutdown', select: 'env=dev', dryRun: false });
    expect(report.counts).toEqual({ succeeded: 2, unchanged: 1, skipped: 2 });
    const results = report.outcomes.map(({ vm, result }: { vm: string; result: string }) => [vm, result]);
    expect(results).toEqual([
      ['1', 'succeeded'],
      ['2', 'succeeded'],
      ['3', 'unchanged'],
      ['4', 'skipped'],
      ['5', 'skipped'],
    ]);
    expect(simulator.truth('1').power).toBe('off');
    expect(simulator.truth('2').power).toBe('off');
    expect(simulator.actionsOf('4').concat(simulator.actionsOf('5'), simulator.actionsOf('6'))).toEqual([]);
    expect(ended.stderr).toMatch(/^5 selected, 2 to send$/m);
    expect(ended.stderr).toMatch(/^VM 1 web-1: ✓ succeeded: seen off$/m);
    expect(ended.code).toBe(0);
  });

  it('prints a table with every reason in a pipe', async () => {
    const { power } = await useRig(fleet.slice(0, 1));
    const ended = await power(['run', 'shutdown', '--id', '1']);
    expect(ended.stdout).toMatch(/^1 {3}web-1 {2}default {2}✓ succeeded {2}off {4}1 {5}.+ {2}seen off$/m);
    expect(ended.stdout).toMatch(/^shutdown by id: 1 succeeded, in /m);
    expect(ended.code).toBe(0);
    expectClean(ended);
  });

  it('ends with 1 when a VM ignores the signal', async () => {
    const { power } = await useRig([{ id: 1, name: 'deaf', description: '[env=dev]', behaviour: 'ignores-signal' }], {
      config: { shutdown: { patience: '1500ms', resendAfter: '500ms', resends: 1 } },
    });
    const ended = await power(['run', 'shutdown', '-l', 'env=dev', '--json']);
    expect(JSON.parse(ended.stdout).counts).toEqual({ failed: 1 });
    expect(ended.code).toBe(1);
  });

  it('sends nothing in a dry run, and says what it would', async () => {
    const { power, posts } = await useRig(fleet);
    const ended = await power(['run', 'shutdown', '-l', 'env=dev', '--dry-run', '--json']);
    const report = JSON.parse(ended.stdout);
    expect(report.counts).toEqual({ planned: 2, unchanged: 1, skipped: 2 });
    expect(report.run.dryRun).toBe(true);
    expect(posts()).toBe(0);
    expect(ended.code).toBe(0);
    expectClean(ended);
  });

  it('acts on the VMs that both --id and -l name', async () => {
    const { power, simulator } = await useRig(fleet);
    const { stdout } = await power(['run', 'shutdown', '-l', 'env=dev', '--id', '1', '--json']);
    expect(JSON.parse(stdout).outcomes).toMatchObject([{ vm: '1', result: 'succeeded' }]);
    expect(simulator.actionsOf('2')).toEqual([]);
  });

  it('ends with 1 when nothing matched, and lists the tags there are; with 0 if that is fine', async () => {
    const { power, posts } = await useRig([...fleet.slice(0, 4), ...fleet.slice(5)]);
    const ended = await power(['run', 'shutdown', '-l', 'env=deb', '--json']);
    expect(JSON.parse(ended.stdout).outcomes).toEqual([]);
    expect(ended.stderr).toContain(
      'nothing matched. The tags there are:\nenv: dev (4), prod (1)\nprotected: (no value) (1)\n',
    );
    expect(ended.code).toBe(1);
    expect((await power(['run', 'shutdown', '-l', 'env=deb', '--allow-empty'])).code).toBe(0);
    expect(posts()).toBe(0);
    expectClean(ended);
  });

  it('says nothing of tags, nor a fault twice, when no project could be listed', async () => {
    const { power } = await useRig(fleet);
    const ended = await power(['run', 'shutdown', '-l', 'env=dev'], { OPENSCALER_TOKEN: 'refused' });
    expect(ended.stderr).toMatch(/^nothing matched in the projects that could be listed$/m);
    expect(ended.stderr).not.toContain('The tags there are');
    expect(ended.stderr.match(/^warn a project could not be listed/gm)).toHaveLength(1);
    expect(ended.code).toBe(1);
    expectClean(ended);
  });

  it('is refused whole by the guard with 3, unless that is overridden', async () => {
    const { power, posts } = await useRig(fleet, { config: { guard: { maxVms: 1 } } });
    const ended = await power(['run', 'shutdown', '-l', 'env=dev']);
    expect(ended.stderr).toContain('refused, nothing was sent: ');
    expect(ended.code).toBe(3);
    expect(posts()).toBe(0);
    expect((await power(['run', 'shutdown', '-l', 'env=dev', '--override-guard'])).code).toBe(0);
    expectClean(ended);
  });

  it.each(['power_off', 'reset'])('refuses %s with 3, unless data loss is allowed', async (action) => {
    const { power, posts, simulator } = await useRig(fleet);
    const ended = await power(['run', action, '--id', '1', '--json']);
    expect(JSON.parse(ended.stdout).outcomes).toMatchObject([{ vm: '1', result: 'refused', code: 'data-loss' }]);
    expect(ended.code).toBe(3);
    expect(posts()).toBe(0);
    expect((await power(['run', action, '--id', '1', '--allow-data-loss'])).code).toBe(0);
    expect(simulator.actionsOf('1')).toEqual([action]);
    expectClean(ended);
  });

  it.each<[string, string[], string]>([
    ['an unknown option', ['run', 'shutdown', '--force'], '--force'],
    ['no VMs named', ['run', 'shutdown'], 'say which: -l, --id or --all'],
    ['an unknown account', ['run', 'shutdown', '--all', '--account', 'acme'], '"acme"'],
    ['a malformed selector', ['list', '-l', 'env in dev'], 'position 8'],
    ['a configuration that is not there', ['list', '--config', 'nope.ts'], 'nope.ts'],
  ])('ends with 2 and a message for %s', async (_name, args, message) => {
    const { power, simulator } = await useRig(fleet);
    const ended = await power(args);
    expect(ended.stderr).toContain(message);
    expect(ended.stdout).toBe('');
    expect(ended.code).toBe(2);
    expect(simulator.requests).toEqual([]);
    expectClean(ended);
  });

  it('ends with 1, and no token anywhere, when the token is refused', async () => {
    const { power, simulator } = await useRig(fleet);
    simulator.rotateToken('another');
    const ended = await power(['run', 'shutdown', '-l', 'env=dev', '-v', '--json']);
    expect(JSON.parse(ended.stdout).unlisted).toHaveLength(1);
    expect(ended.code).toBe(1);
    expectClean(ended);
  });
});

describe('two terminals that share a --state file', () => {
  it('know of each other: a newer start ends what an older shutdown still means to do', async () => {
    const deaf: SimulatedVmSpec = { id: 1, name: 'deaf', description: '[env=dev]', behaviour: 'ignores-signal' };
    // So far away that the newer one comes before it on any machine; without its lease the older would wait all that time.
    const shutdown = { patience: '10m', resendAfter: '8m', resends: 1 };
    const { power, start, posts, simulator } = await useRig([deaf], { config: { guard: { maxShare: 1 }, shutdown } });
    const shared = ['-l', 'env=dev', '--state', 'state.json', '--json'];
    const older = start(['run', 'shutdown', ...shared]);
    onTestFinished(() => void older.child.kill('SIGKILL'));
    await vi.waitFor(() => expect(posts()).toBe(1), { timeout: 50_000, interval: 20 });
    const newer = await power(['run', 'start', ...shared]);
    const { stdout } = await older.ended;
    expect(JSON.parse(newer.stdout).outcomes).toMatchObject([{ vm: '1', result: 'unchanged', power: 'on' }]);
    expect(JSON.parse(stdout).outcomes).toMatchObject([{ vm: '1', result: 'skipped', code: 'superseded' }]);
    expect(simulator.actionsOf('1')).toHaveLength(1);
  }, 120_000);
});

describe('Ctrl-C', () => {
  const deaf = (id: number): SimulatedVmSpec => ({
    id,
    name: `deaf-${id}`,
    description: '[env=dev]',
    behaviour: 'ignores-signal',
  });

  /** One call under way at a time, and held: the second VM's turn is far away. */
  const slow = { pace: { inFlight: 1, perSecond: 25 }, guard: { maxShare: 1 } };

  async function interruptedRun(patience: string, signal: NodeJS.Signals) {
    const it = await useRig([1, 2, 3, 4, 5, 6].map(deaf), {
      config: { ...slow, shutdown: { patience, resendAfter: '500ms', resends: 1 } },
    });
    const { child, ended } = it.start(['run', 'shutdown', '-l', 'env=dev', '--json']);
    await vi.waitFor(() => expect(it.posts()).toBe(1), { timeout: 10_000, interval: 20 });
    child.kill(signal);
    return { ...it, child, ended };
  }

  it.each(['SIGINT', 'SIGTERM'] as const)(
    '(%s) stops sending, settles what is in flight, prints the report, ends with 130',
    async (signal) => {
      const { ended, posts } = await interruptedRun('2s', signal);
      const end = await ended;
      const { counts, outcomes } = JSON.parse(end.stdout);
      expect(outcomes).toHaveLength(6);
      expect(counts.skipped).toBeGreaterThanOrEqual(4);
      expect(counts.succeeded).toBeUndefined();
      expect(posts()).toBeLessThanOrEqual(2);
      expect(end.stderr).toContain('stopping: nothing more is sent');
      expect(end.code).toBe(130);
      expectClean(end);
    },
  );

  it('pressed again ends at once, with what is known on stderr and no half a report on stdout', async () => {
    const { child, ended } = await interruptedRun('10m', 'SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 600));
    child.kill('SIGINT');
    const end = await ended;
    expect(end.stdout).toBe('');
    expect(end.stderr).toContain('ended before the report was out');
    expect(end.code).toBe(130);
    expectClean(end);
  });
});

describe('a stream without a reader', () => {
  it('on stderr does not end a run half way: what was sent is settled and reported', async () => {
    const { start, posts } = await useRig(fleet, { config: { guard: { maxShare: 1 } } });
    const { child, ended } = start(['run', 'shutdown', '-l', 'env=dev', '-v', '--json']);
    child.stderr?.once('data', () => child.stderr?.destroy());
    const end = await ended;
    expect(JSON.parse(end.stdout).counts).toMatchObject({ succeeded: 2, unchanged: 1 });
    expect(posts()).toBe(2);
    expect(end.code).toBe(0);
  });

  it('on stdout is no fault: the exit code is that of the run', async () => {
    const { start } = await useRig(fleet);
    const { child, ended } = start(['list']);
    child.stdout?.destroy();
    const end = await ended;
    expect(end.stderr).toBe('');
    expect(end.code).toBe(0);
  });

  it('nor room on stdout ends in words and 1, after everything is done', async () => {
    const { start, directory } = await useRig(fleet);
    const file = await openFile(join(directory, 'power.config.ts'), 'r');
    const { ended } = start(['run', 'start', '-l', 'env=prod', '--json'], {}, file.fd);
    const end = await ended;
    await file.close();
    expect(end.stderr).toContain('power: the result could not be written (EBADF)');
    expect(end.code).toBe(1);
    expectClean(end);
  });
});

describe('power check', () => {
  it('says what the configuration means and which live tags are at fault, and ends with 1', async () => {
    const { power } = await useRig(fleet);
    const ended = await power(['check']);
    expect(ended.stdout).toContain('what the configuration means');
    expect(ended.stdout).toContain('the fleet: 6 VMs, 1 with a fault');
    expect(ended.stdout).toMatch(/main\/default VM 5 typo: .*env/);
    expect(ended.code).toBe(1);
    expectClean(ended);
  });

  it('ends with 0 when all is well, and says when the fleet was not checked', async () => {
    const { power } = await useRig(fleet.slice(0, 1));
    expect((await power(['check'])).code).toBe(0);
    const blind = await power(['check', '--json'], { OPENSCALER_TOKEN: '' });
    expect(JSON.parse(blind.stdout)).toMatchObject({ config: { faults: [] }, fleet: null });
    expect(blind.code).toBe(0);
  });

  // Without `import` or `export` Node reads CommonJS, of which everything has a default: nothing at all, which no one meant.
  it.each(['', 'const config = { guard: { maxVms: 1 } };'])(
    'is not content with a file that exports nothing: %j',
    async (text) => {
      const { power, directory } = await useRig(fleet);
      await writeFile(join(directory, 'cut.ts'), text);
      const ended = await power(['list', '--config', 'cut.ts']);
      expect(ended.stderr).toContain('cut.ts: has no default export; write "export default defineConfig({ … })"');
      expect(ended.code).toBe(2);
    },
  );

  it('lists every fault of the configuration and ends with 2', async () => {
    const { power, directory } = await useRig(fleet);
    await writeFile(join(directory, 'bad.json'), JSON.stringify({ projcts: ['x'], guard: { maxVms: 'many' } }));
    const ended = await power(['check', '--config', 'bad.json']);
    expect(ended.stdout).toMatch(/2 faults/);
    expect(ended.stdout).toContain('projcts');
    expect(ended.stdout).toContain('guard.maxVms');
    expect(ended.code).toBe(2);
    expectClean(ended);
  });
});
