// `npm run offline`: the deployed shape on localhost, against a simulated cloud, until Ctrl-C.
// What is started, and why in that way, stands in offline/start.ts.

import { resolve } from 'node:path';
import { PowerError } from '../lib/core/errors.ts';
import { readConfig } from './config.ts';
import { examples } from './offline/examples.ts';
import { fire, nextTimeOf } from './offline/firing.ts';
import { offlineUsage, parseOfflineOptions } from './offline/options.ts';
import { type Offline, startOffline } from './offline/start.ts';

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function introduce({ apiUrl, simulatorUrl, firing, webhooks }: Offline): void {
  say('');
  say(`HTTP API       ${apiUrl} (no authorisation here; deployed, it takes IAM)`);
  say(`Lambda Invoke  ${firing.lambdaUrl}`);
  say(`OpenScaler     ${simulatorUrl} (simulated)`);
  say('Runs           inline, whatever "engine" says: there are no durable functions here');
  say('');
  for (const line of examples({ apiUrl, webhooks })) say(`  ${line}`);
  say('');
  for (const schedule of firing.schedules) {
    const next = nextTimeOf(schedule, new Date());
    say(`  [${schedule.key}] fires ${schedule.name}${next === null ? '' : `, due ${next.toISOString()}`}`);
  }
  say('  [q] or Ctrl-C ends everything');
  say('');
}

/** Resolves on a signal; asked for before anything is started, so that one that comes early leaves nothing behind either. */
function endingSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
}

/** Fires schedules by their keys, and resolves on the key that ends everything. */
function endingKey({ firing }: Offline): Promise<void> {
  return new Promise((resolve) => {
    const { stdin } = process;
    // Raw, so that a key counts without Enter; Ctrl-C then arrives as a key.
    if (stdin.isTTY) stdin.setRawMode(true);
    stdin.on('data', (keys) => {
      for (const key of keys.toString()) {
        if (key === 'q' || key === '\u0003') resolve();
        const schedule = firing.schedules.find((one) => one.key === key);
        if (schedule) fire(schedule, new Date(), firing).catch((error: unknown) => say(String(error)));
      }
    });
  });
}

async function serve(): Promise<number> {
  const options = parseOfflineOptions(process.argv.slice(2));
  if (options === null) {
    say(offlineUsage);
    return 0;
  }
  const configFor = (apiUrl: string) =>
    readConfig({ OPENSCALER_API_URL: apiUrl, OPENSCALER_SECRET_ID: 'openscaler/token' });
  const directory = resolve(import.meta.dirname, '..');
  const signal = endingSignal();
  const offline = await startOffline({ options, directory, configFor, say });
  introduce(offline);
  const wish = Promise.race([signal, endingKey(offline)]).then(() => 0);
  const code = await Promise.race([offline.ended.then((exit) => exit ?? 1), wish]);
  say('ending');
  await offline.close();
  return code;
}

try {
  process.exitCode = await serve();
} catch (error) {
  if (!(error instanceof PowerError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
} finally {
  // An open terminal would keep the process alive.
  if (process.stdin.isTTY) process.stdin.setRawMode(false);
  process.stdin.destroy();
}
