import { afterEach, describe, expect, it, vi } from 'vitest';
import { type SimOptions, sim } from '../../cli/commands/sim.ts';
import { systemClock } from '../../lib/clock.ts';
import { fakeTerminal } from './fake-terminal.ts';

const demo: SimOptions = { port: 0, seed: 1, scenario: 'demo', speed: 1 };
let stop = new AbortController();

afterEach(() => stop.abort());

function begin(options: SimOptions) {
  stop = new AbortController();
  const fake = fakeTerminal();
  const interrupt = { stop: stop.signal, endNow: new Promise<void>(() => {}) };
  return { ...fake, ended: sim(options, { ...fake, clock: systemClock, interrupt, directory: process.cwd() }) };
}

describe('power sim', () => {
  it('says how to reach it, logs each request as a line, and ends well at Ctrl-C', async () => {
    const { stdout, stderr, ended } = begin(demo);
    await vi.waitFor(() => expect(stdout.text).toContain('npx power run shutdown -l env=dev'));
    const [, url = '', token = ''] =
      /OPENSCALER_API_URL=(\S+) OPENSCALER_TOKEN=(\S+) npx power list/.exec(stdout.text) ?? [];
    const answer = await fetch(`${url}/v1/vms?project_id=default`, { headers: { Authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
    await answer.text();
    await fetch(`${url}/v1/vms?project_id=%1b[2J`);
    await vi.waitFor(() =>
      expect(stderr.text).toMatch(/Z GET \/v1\/vms\?project_id=default → 200 in .*\n.* → 401 in /),
    );
    expect(stderr.text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(stderr.text).not.toContain(token);
    stop.abort();
    expect(await ended).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });

  it.each(['no-such', 'toString'])('lists the scenarios when asked for %s', async (scenario) => {
    const { ended } = begin({ ...demo, scenario });
    await expect(ended).rejects.toMatchObject({ code: 'request', message: expect.stringContaining('demo (') });
  });

  it('says so when its port is taken', async () => {
    const { stdout } = begin(demo);
    await vi.waitFor(() => expect(stdout.text).toContain('http://'));
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(stdout.text)?.[1]);
    const first = stop;
    const { ended } = begin({ ...demo, port });
    await expect(ended).rejects.toMatchObject({ code: 'request', message: expect.stringContaining(`port ${port}`) });
    first.abort();
  });
});
