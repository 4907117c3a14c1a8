// A Launcher that remembers what it was told to start, and fails on demand.
// For tests of launching and of the handlers that launch.

import type { Launcher } from '../../lib/ports.ts';

export class FakeLauncher implements Launcher {
  /** The names it was told to start, those that failed included. */
  readonly started: string[] = [];
  /** Thrown by `start` as long as it is set. */
  failure: Error | null = null;

  async start(name: string): Promise<void> {
    this.started.push(name);
    if (this.failure !== null) throw this.failure;
  }
}
