#!/usr/bin/env node
// The front door of the `power` command: makes sure that Node 24 runs it, whatever Node the machine has.
// Plain JavaScript, because an older Node cannot read the TypeScript behind it.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const oldestMajor = 24;

if (Number.parseInt(process.versions.node, 10) >= oldestMajor) await import('./main.ts');
else runAgain(fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url)));

/** @param {string} node */
function runAgain(node) {
  if (!existsSync(node)) {
    process.stderr.write(
      `power needs Node ${oldestMajor}; this is ${process.version}. Run "npm ci" first: it brings its own.\n`,
    );
    process.exit(2);
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // The terminal sends Ctrl-C to both of us: the child takes signals that come close together as one.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`power could not start ${node}: ${error.message}\n`);
    process.exit(2);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal ?? 'SIGTERM']));
}
