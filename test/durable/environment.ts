// The parent's side of an execution environment: a child process that serves invocations until it is killed.
// Everything that it prints is kept, so that a test can look for secrets in it.

import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as v from 'valibot';

export interface FunctionSetup {
  /** The file that exports the handler. */
  readonly file: string;
  /** @default handler */
  readonly handler?: string;
  /** Added to what the backend gives every function: region, credentials and its own address. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Real milliseconds of one invocation, after which it is killed, as Lambda does. @default 60000 */
  readonly timeoutMs?: number;
}

export type InvocationEnd =
  | { readonly kind: 'answered'; readonly output: unknown }
  | { readonly kind: 'threw'; readonly error: string }
  | { readonly kind: 'died' };

const messageSchema = v.union([v.object({ output: v.unknown() }), v.object({ error: v.string() })]);
const childFile = fileURLToPath(new URL('handler-child.ts', import.meta.url));

export class Environment {
  readonly functionName: string;
  readonly #setup: FunctionSetup;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #say: (text: string) => void;

  /** Starts the process; `say` is given whatever it prints. */
  constructor(functionName: string, setup: FunctionSetup, environment: NodeJS.ProcessEnv, say: (text: string) => void) {
    this.functionName = functionName;
    this.#setup = setup;
    this.#say = say;
    this.#child = fork(childFile, [pathToFileURL(setup.file).href, functionName, setup.handler ?? 'handler'], {
      env: { ...environment, ...setup.environment, AWS_LAMBDA_FUNCTION_NAME: functionName },
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#exited = once(this.#child, 'close');
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => this.#say(text));
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && this.#child.connected;
  }

  /** One invocation, at most as long as the function may take. */
  async invoke(event: unknown): Promise<InvocationEnd> {
    const timeoutMs = this.#setup.timeoutMs ?? 60_000;
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), timeoutMs);
    const over = new AbortController();
    try {
      const answered = once(this.#child, 'message', { signal: over.signal });
      answered.catch(() => undefined);
      // Refused when it has died a moment ago: then it has exited, too.
      this.#child.send({ event, requestId: randomUUID(), endsAt: Date.now() + timeoutMs }, () => undefined);
      const message = await Promise.race([answered, this.#exited.then(() => null)]);
      if (message === null) return { kind: 'died' };
      const said = v.parse(messageSchema, message[0]);
      return 'error' in said ? { kind: 'threw', error: said.error } : { kind: 'answered', output: said.output };
    } finally {
      over.abort();
      clearTimeout(timer);
    }
  }

  /** SIGKILL: resolves when the process is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
