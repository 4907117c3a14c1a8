// The execution environments of a durable backend: started when needed, kept while they can serve, all gone in the end.
// What one of them compiled serves the next: a sweep starts hundreds.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Environment, type FunctionSetup } from './environment.ts';
import { Refusal } from './limits.ts';

export interface PoolSetup {
  readonly functions: Readonly<Record<string, FunctionSetup>>;
  /** Whether a process that has answered serves the next invocation. */
  readonly keepsProcesses: boolean;
  /** Given whatever the processes print. */
  readonly say: (text: string) => void;
}

export class Pool {
  readonly #setup: PoolSetup;
  readonly #cache: string;
  readonly #idle: Environment[] = [];
  readonly #all = new Set<Environment>();

  private constructor(setup: PoolSetup, cache: string) {
    this.#setup = setup;
    this.#cache = cache;
  }

  /** A pool without processes. */
  static async open(setup: PoolSetup): Promise<Pool> {
    return new Pool(setup, await mkdtemp(join(tmpdir(), 'power-compiled-')));
  }

  /** A process for one invocation of the function, which finds Lambda at `url`. Throws a `Refusal`. */
  take(functionName: string, url: string): Environment {
    const index = this.#idle.findIndex((process) => process.functionName === functionName && process.isAlive);
    const [idle] = index === -1 ? [] : this.#idle.splice(index, 1);
    return idle ?? this.#start(functionName, url);
  }

  /** The invocation is over. */
  async giveBack(process: Environment): Promise<void> {
    if (process.isAlive && this.#setup.keepsProcesses) {
      this.#idle.push(process);
      return;
    }
    await process.kill();
    this.#all.delete(process);
  }

  /** Kills every process. */
  async drain(): Promise<void> {
    await Promise.all([...this.#all].map((process) => process.kill()));
  }

  /** Removes what is left of it. */
  async close(): Promise<void> {
    await this.drain();
    await rm(this.#cache, { recursive: true, force: true });
  }

  #start(functionName: string, url: string): Environment {
    const setup = this.#setup.functions[functionName];
    if (setup === undefined) throw unknownFunction(functionName);
    const environment = {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: this.#cache,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_LAMBDA: url,
    };
    const started = new Environment(functionName, setup, environment, this.#setup.say);
    this.#all.add(started);
    return started;
  }
}

/** Lambda's answer to a name that it does not know. */
export const unknownFunction = (name: string) =>
  new Refusal(`Function not found: ${name}`, 'ResourceNotFoundException', 404);
