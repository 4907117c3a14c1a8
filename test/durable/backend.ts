// A small durable-execution service on 127.0.0.1 that outlives the processes of its handlers.
// It speaks the REST protocol of the SDK's own client, invokes handlers in child processes, and kills them when told to.

import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { type Door, startDoor } from './door.ts';
import type { Environment, FunctionSetup, InvocationEnd } from './environment.ts';
import { DurableExecution, type Figures } from './execution.ts';
import { Refusal } from './limits.ts';
import { Pool, unknownFunction } from './pool.ts';
import { type CheckpointRequest, type ErrorObject, type Operation, outputSchema } from './wire.ts';

/** A checkpoint request that has just arrived. */
export interface Arrival {
  readonly execution: string;
  readonly functionName: string;
  /** Counted per execution, from 1, over all its invocations. */
  readonly number: number;
  readonly request: CheckpointRequest;
}

/**
 * What goes wrong with a checkpoint: its process is killed before it is stored, or after, and in both cases never answered;
 * or it is answered 500 and not stored.
 */
export type Mishap = 'before' | 'after' | 'refuse';

/** Which checkpoints something happens to. */
export type KillPlan = (arrival: Arrival) => Mishap | null;

export interface DurableBackendSetup {
  /** By name, as `ctx.invoke` and Lambda's Invoke call them; a qualifier is ignored. */
  readonly functions: Readonly<Record<string, FunctionSetup>>;
  /** Waits take so many times less than asked for. @default 1 */
  readonly speed?: number;
  readonly kill?: KillPlan;
  /** Whether a process that has answered serves the next invocation, as on Lambda. @default true */
  readonly keepsProcesses?: boolean;
  /** Operations in an invocation event; the SDK fetches what is more. @default 1000 */
  readonly pageSize?: number;
  /** Each execution ends by itself when it needs more. @default 100 invocations, 60000 real milliseconds */
  readonly bounds?: { readonly invocations?: number; readonly ms?: number };
}

export interface ExecutionEnd {
  /** `OUT_OF_BOUNDS`: it needed more invocations or time than it was given. */
  readonly status: 'SUCCEEDED' | 'FAILED' | 'OUT_OF_BOUNDS';
  /** What the handler returned, as JSON text. */
  readonly result: string | null;
  readonly error: ErrorObject | null;
  readonly invocations: number;
  /** Invocations whose process died. */
  readonly deaths: number;
  /** Real milliseconds that invocations took: what Lambda bills. */
  readonly busyMs: number;
  readonly operations: readonly Operation[];
  readonly figures: Figures;
}

export interface DurableBackend {
  /** For AWS_ENDPOINT_URL_LAMBDA; its own functions get it by themselves. */
  readonly url: string;
  /** Everything that the functions' processes printed so far. */
  readonly printed: readonly string[];
  /** The ends of all executions begun so far, by name. */
  readonly executions: ReadonlyMap<string, Promise<ExecutionEnd>>;
  /** Runs an execution to its end; a name that exists gives that one's end. Throws a `Refusal` if its input differs. */
  run(functionName: string, input: unknown, options?: RunOptions): Promise<ExecutionEnd>;
  /** Kills every process and cuts every connection. */
  close(): Promise<void>;
}

export interface RunOptions {
  /** @default a number */
  readonly name?: string;
  /** Instead of the backend's. */
  readonly kill?: KillPlan;
}

/** Starts the service; it listens until it is closed. */
export async function startDurableBackend(setup: DurableBackendSetup): Promise<DurableBackend> {
  const printed: string[] = [];
  const { functions, keepsProcesses = true } = setup;
  const pool = await Pool.open({ functions, keepsProcesses, say: (text) => void printed.push(text) });
  const backend = new Backend(setup, pool, printed);
  await backend.open();
  return backend;
}

interface Entry {
  readonly execution: DurableExecution;
  readonly kill: KillPlan | undefined;
  readonly end: Promise<ExecutionEnd>;
  process: Environment | null;
}

class Backend implements DurableBackend {
  readonly printed: string[];
  readonly executions = new Map<string, Promise<ExecutionEnd>>();
  readonly #setup: DurableBackendSetup;
  readonly #entries = new Map<string, Entry>();
  readonly #pool: Pool;
  readonly #closing = new AbortController();
  #door: Door | null = null;

  constructor(setup: DurableBackendSetup, pool: Pool, printed: string[]) {
    this.#setup = setup;
    this.#pool = pool;
    this.printed = printed;
  }

  get url(): string {
    return this.#door?.url ?? '';
  }

  async open(): Promise<void> {
    this.#door = await startDoor({
      checkpoint: (arn, request) => this.#checkpoint(arn, request),
      state: (arn, token, marker) => this.#entryOf(arn).execution.page(token, marker),
      invoke: (functionName, name, input) => this.#begin(functionName, input, name === null ? {} : { name }).arn,
    });
  }

  run(functionName: string, input: unknown, options: RunOptions = {}): Promise<ExecutionEnd> {
    return this.#begin(functionName, JSON.stringify(input), options).end;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#pool.drain();
    await Promise.all(this.executions.values());
    await this.#door?.close();
    await this.#pool.close();
  }

  #begin(
    functionWithQualifier: string,
    input: string,
    options: RunOptions,
  ): { arn: string; end: Promise<ExecutionEnd> } {
    const functionName = functionWithQualifier.replace(/^arn:.*?:function:/, '').replace(/:.*$/, '');
    if (!(functionName in this.#setup.functions)) throw unknownFunction(functionName);
    const name = options.name ?? `execution-${this.#entries.size + 1}`;
    const arn = `arn:aws:lambda:eu-central-1:000000000000:function:${functionName}:1/durable-execution/${name}/1`;
    const before = this.#entries.get(arn);
    if (before !== undefined) {
      if (before.execution.setup.input === input) return { arn, end: before.end };
      const message = 'A durable execution with this name and another payload exists.';
      throw new Refusal(message, 'DurableExecutionAlreadyStartedException', 409);
    }
    const { speed = 1, pageSize = 1_000 } = this.#setup;
    const execution = new DurableExecution({ arn, name, functionName, input, speed, pageSize }, Date.now());
    execution.onInvoke = (operation) => this.#chain(execution, operation);
    const begun = Promise.withResolvers<ExecutionEnd>();
    const entry: Entry = { execution, kill: options.kill ?? this.#setup.kill, end: begun.promise, process: null };
    this.#entries.set(arn, entry);
    this.executions.set(name, entry.end);
    this.#drive(entry).then(begun.resolve, begun.reject);
    return { arn, end: entry.end };
  }

  async #checkpoint(arn: string, request: CheckpointRequest): Promise<Readonly<Record<string, unknown>> | 'cut'> {
    const { execution, kill, process } = this.#entryOf(arn);
    const { name, functionName } = execution.setup;
    const number = execution.arrived();
    const mishap = kill?.({ execution: name, functionName, number, request }) ?? null;
    if (mishap === 'refuse') throw new Refusal('An error occurred on the server side.', 'ServiceException', 500);
    if (mishap === null) return execution.checkpoint(request, Date.now());
    const killed = process?.kill();
    if (mishap === 'after') execution.checkpoint(request, Date.now());
    // Nothing that it still sends while it dies counts.
    execution.revoke();
    await killed;
    return 'cut';
  }

  #entryOf(arn: string): Entry {
    const entry = this.#entries.get(arn);
    if (entry === undefined) throw new Refusal('No such execution.', 'ResourceNotFoundException', 404);
    return entry;
  }

  async #drive(entry: Entry): Promise<ExecutionEnd> {
    const { execution } = entry;
    const { invocations: most = 100, ms = 60_000 } = this.#setup.bounds ?? {};
    const bound = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(ms)]);
    const cut = () => void entry.process?.kill();
    bound.addEventListener('abort', cut);
    const counted = { invocations: 0, deaths: 0, busyMs: 0 };
    const ended = (end: Pick<ExecutionEnd, 'status'> & Partial<ExecutionEnd>): ExecutionEnd => {
      bound.removeEventListener('abort', cut);
      const { operations, figures } = execution;
      return { result: null, error: null, ...counted, operations, figures, ...end };
    };
    while (!bound.aborted && counted.invocations < most) {
      counted.invocations += 1;
      const began = Date.now();
      const end = await this.#invoke(entry);
      counted.busyMs += Date.now() - began;
      execution.revoke();
      if (end.kind === 'died') counted.deaths += 1;
      if (end.kind !== 'answered') continue;
      const parsed = v.safeParse(outputSchema, end.output);
      if (!parsed.success)
        return ended({ status: 'FAILED', error: { ErrorMessage: 'Invalid Status in invocation output.' } });
      const { output } = parsed;
      if (output.Status === 'SUCCEEDED')
        return ended({ status: 'SUCCEEDED', result: resultOf(output.Result, execution) });
      if (output.Status === 'FAILED') return ended({ status: 'FAILED', error: output.Error ?? {} });
      if (!(await this.#untilNext(execution, bound))) {
        const ErrorMessage = 'Cannot return PENDING status with no pending operations.';
        return ended({ status: 'FAILED', error: { ErrorType: 'InvalidParameterValueException', ErrorMessage } });
      }
    }
    return ended({ status: 'OUT_OF_BOUNDS' });
  }

  async #invoke(entry: Entry): Promise<InvocationEnd> {
    const process = this.#pool.take(entry.execution.setup.functionName, this.url);
    entry.process = process;
    const end = await process.invoke(entry.execution.begin(Date.now()));
    entry.process = null;
    if (end.kind === 'threw') this.printed.push(end.error);
    // Lambda keeps it after an error, too, with everything that is still going on in it.
    await this.#pool.giveBack(process);
    return end;
  }

  /** Whether there is anything to wait for, once it has come. */
  async #untilNext(execution: DurableExecution, bound: AbortSignal): Promise<boolean> {
    for (;;) {
      const next = execution.next(Date.now());
      if (next === 'never') return false;
      // What is invoked runs beside it, and is looked at every few milliseconds.
      const ms = next === 'invoked' ? 5 : Math.min(next - Date.now(), 2 ** 31 - 1);
      if (ms <= 0 || bound.aborted) return true;
      await sleep(ms, undefined, { signal: bound }).catch(() => undefined);
    }
  }

  /** Runs what an execution invokes, and tells it the end. */
  #chain(execution: DurableExecution, { id, functionName = '', input = 'null' }: Operation): void {
    const tell = (end: Pick<ExecutionEnd, 'result' | 'error'>) => {
      const { result, error } = end;
      execution.invoked(id, { ...(result !== null && { result }), ...(error !== null && { error }) }, Date.now());
    };
    try {
      const kill = this.#entryOf(execution.setup.arn).kill;
      const { end } = this.#begin(functionName, input, {
        name: `${execution.setup.name}-${id}`,
        ...(kill !== undefined && { kill }),
      });
      const failed = (status: string) => ({ ErrorType: status, ErrorMessage: `the invoked execution is ${status}` });
      void end.then((its) =>
        tell(its.status === 'SUCCEEDED' ? its : { result: null, error: its.error ?? failed(its.status) }),
      );
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      tell({ result: null, error: { ErrorType: error.type, ErrorMessage: error.message } });
    }
  }
}

// A result beyond what an invocation may answer was checkpointed as the execution's.
function resultOf(result: string | undefined, { operations }: DurableExecution): string | null {
  return operations[0]?.result ?? result ?? null;
}
