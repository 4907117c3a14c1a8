import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const demoFile = fileURLToPath(new URL('../../cli/demo.ts', import.meta.url));

it('the demo stops and starts a fleet, finds that every outcome told the truth, and ends by itself', async () => {
  // Settings of one's own must not lead the demo to a real fleet.
  const env = { OPENSCALER_TOKEN: 'mine', OPENSCALER_API_URL: 'https://real.example', AWS_PROFILE: 'mine' };
  const child = spawn(process.execPath, [demoFile], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const code = new Promise((resolve) => child.on('close', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(stdout.match(/told the truth 40\/40/g)).toHaveLength(2);
  expect(stdout.match(/0 of them were touched; 0 VMs were forced off/g)).toHaveLength(2);
  expect(stdout).toMatch(/^shutdown env=dev: 27 succeeded · 4 unchanged · 7 skipped · 2 failed, in /m);
  expect(stdout).toMatch(/^start env=dev: 31 succeeded · 2 unchanged · 7 skipped, in /m);
  expect(stdout).toMatch(/^✓ Outside these events, every VM was what its schedule wanted: .* 0 strays\.$/m);
  expect(stderr).toMatch(/HTTP 408.*\(unknown\)$/m);
  expect(stderr).toMatch(/HTTP 500.*\(unknown\)$/m);
  expect((stdout + stderr).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  expect(await code).toBe(0);
}, 60_000);
