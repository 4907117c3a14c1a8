// One durable execution as the service keeps it: operations, checkpoint tokens, timers and what was counted.
// It outlives every process that works on it.

import { randomUUID } from 'node:crypto';
import { maxOperations, maxStoredBytes, Refusal } from './limits.ts';
import { applied, bytesOf } from './transition.ts';
import { type CheckpointRequest, type ErrorObject, epochSeconds, isoInstant, type Operation, written } from './wire.ts';

export interface Figures {
  /** Distinct operations, the execution itself among them. */
  readonly operations: number;
  /** Checkpoint requests that arrived, those that were never answered among them. */
  readonly checkpoints: number;
  /** Bytes of payloads and errors ever written, the input among them. */
  readonly bytes: number;
}

export interface ExecutionSetup {
  readonly arn: string;
  readonly name: string;
  readonly functionName: string;
  readonly input: string;
  readonly speed: number;
  /** Operations in an invocation event, and in each page after it. */
  readonly pageSize: number;
}

type Answer = Readonly<Record<string, unknown>>;

export class DurableExecution {
  readonly setup: ExecutionSetup;
  /** Called for each function that the execution invokes, and whenever an operation changed by itself. */
  onInvoke: (operation: Operation) => void = () => undefined;
  readonly #operations = new Map<string, Operation>();
  /** Changed since the handler was last told. */
  readonly #news = new Set<string>();
  readonly #pages = new Map<string, readonly Operation[]>();
  #token = '';
  #last: { readonly token: string; readonly clientToken: string; readonly answer: Answer } | null = null;
  #checkpoints = 0;
  #bytes: number;

  constructor(setup: ExecutionSetup, now: number) {
    this.setup = setup;
    this.#bytes = Buffer.byteLength(setup.input);
    const id = randomUUID();
    const began = { type: 'EXECUTION', status: 'STARTED', startedAt: now, attempts: 0, name: setup.name } as const;
    this.#operations.set(id, { id, ...began, input: setup.input });
  }

  get operations(): readonly Operation[] {
    return [...this.#operations.values()];
  }

  get figures(): Figures {
    return { operations: this.#operations.size, checkpoints: this.#checkpoints, bytes: this.#bytes };
  }

  /** How many checkpoint requests have arrived, this one included. */
  arrived(): number {
    this.#checkpoints += 1;
    return this.#checkpoints;
  }

  /** The event of a new invocation: older tokens are worth nothing from here on. */
  begin(now: number): Answer {
    this.settleDue(now);
    this.#token = randomUUID();
    const updated = [...this.#news];
    this.#news.clear();
    const { page, marker } = this.#firstPage(this.#remembered());
    return {
      DurableExecutionArn: this.setup.arn,
      CheckpointToken: this.#token,
      UpdatedOperationIds: updated,
      InitialExecutionState: {
        Operations: page.map((operation) => written(operation, isoInstant)),
        NextMarker: marker,
      },
    };
  }

  /** No checkpoint of the current invocation counts any more. */
  revoke(): void {
    this.#token = '';
  }

  /** A further page of the state. Throws a `Refusal`. */
  page(token: string, marker: string): Answer {
    if (token !== this.#token) throw invalidToken();
    const rest = this.#pages.get(marker);
    if (rest === undefined) throw new Refusal('Invalid marker.');
    const { page, marker: next } = this.#firstPage(rest);
    return { Operations: page.map((operation) => written(operation, epochSeconds)), NextMarker: next };
  }

  /** Stores a checkpoint, all of it or nothing. Throws a `Refusal`. */
  checkpoint(request: CheckpointRequest, now: number): Answer {
    const { CheckpointToken, ClientToken = '', Updates } = request;
    // The SDK's client repeats a request whose answer got lost.
    if (this.#last?.token === CheckpointToken && this.#last.clientToken === ClientToken) return this.#last.answer;
    if (CheckpointToken !== this.#token) throw invalidToken();
    const changed = this.#tryOut(request, now);
    for (const operation of changed.values()) this.#change(operation);
    this.#bytes += Updates.reduce((sum, update) => sum + bytesOf(update), 0);
    this.settleDue(now);
    this.#token = randomUUID();
    const news = [...this.#news].flatMap((id) => this.#operations.get(id) ?? []);
    this.#news.clear();
    const Operations = news.map((operation) => written(operation, epochSeconds));
    const answer = { CheckpointToken: this.#token, NewExecutionState: { Operations } };
    this.#last = { token: CheckpointToken, clientToken: ClientToken, answer };
    for (const { Id, Type, Action } of Updates) {
      const operation = this.#operations.get(Id);
      if (Type === 'CHAINED_INVOKE' && Action === 'START' && operation) this.onInvoke(operation);
    }
    return answer;
  }

  /** An invoked function has ended. */
  invoked(id: string, end: { readonly result?: string; readonly error?: ErrorObject }, now: number): void {
    const operation = this.#operations.get(id);
    if (operation === undefined) return;
    this.#change({ ...operation, ...end, status: end.error ? 'FAILED' : 'SUCCEEDED', endedAt: now });
  }

  /** Waits that are over are over; steps whose pause is over may be tried again. */
  settleDue(now: number): void {
    for (const operation of this.#operations.values()) {
      if (operation.dueAt === undefined || operation.dueAt > now) continue;
      if (operation.type === 'WAIT' && operation.status === 'STARTED')
        this.#change({ ...operation, status: 'SUCCEEDED', endedAt: now });
      if (operation.type === 'STEP' && operation.status === 'PENDING') this.#change({ ...operation, status: 'READY' });
    }
  }

  /** When a suspended execution goes on: now, at an instant, when an invoked function ends, or never. */
  next(now: number): number | 'invoked' | 'never' {
    this.settleDue(now);
    if (this.#news.size > 0) return now;
    const open = this.operations.filter(({ status }) => status === 'STARTED' || status === 'PENDING');
    const dues = open.flatMap(({ dueAt }) => dueAt ?? []);
    if (dues.length > 0) return Math.min(...dues);
    return open.some(({ type }) => type === 'CHAINED_INVOKE') ? 'invoked' : 'never';
  }

  #change(operation: Operation): void {
    this.#operations.set(operation.id, operation);
    this.#news.add(operation.id);
  }

  #tryOut({ Updates }: CheckpointRequest, now: number): ReadonlyMap<string, Operation> {
    const changed = new Map<string, Operation>();
    const find = (id: string) => changed.get(id) ?? this.#operations.get(id);
    let bytes = this.#bytes;
    for (const update of Updates) {
      // The SDK gives the result of a whole execution an id of its own; the service files it under the execution's.
      const id = update.Type === 'EXECUTION' ? (this.operations[0]?.id ?? '') : update.Id;
      if (update.ParentId !== undefined && find(update.ParentId)?.type !== 'CONTEXT')
        throw new Refusal('Invalid parent operation id.');
      changed.set(id, applied({ ...update, Id: id }, find(id), now, this.setup.speed));
      bytes += bytesOf(update);
    }
    const added = [...changed.keys()].filter((id) => !this.#operations.has(id)).length;
    if (this.#operations.size + added > maxOperations)
      throw new Refusal(`The execution has more than ${maxOperations} operations.`);
    if (bytes > maxStoredBytes) throw new Refusal(`The execution has written more than ${maxStoredBytes} bytes.`);
    return changed;
  }

  /** What is below a finished context is forgotten, unless that asked for it to be kept. */
  #remembered(): readonly Operation[] {
    const isForgotten = ({ parentId }: Operation): boolean => {
      const parent = parentId === undefined ? undefined : this.#operations.get(parentId);
      if (parent === undefined) return false;
      return (parent.status !== 'STARTED' && !parent.replayChildren) || isForgotten(parent);
    };
    return this.operations.filter((operation) => !isForgotten(operation));
  }

  #firstPage(all: readonly Operation[]): { page: readonly Operation[]; marker: string | undefined } {
    const { pageSize } = this.setup;
    if (all.length <= pageSize) return { page: all, marker: undefined };
    const marker = randomUUID();
    this.#pages.set(marker, all.slice(pageSize));
    return { page: all.slice(0, pageSize), marker };
  }
}

const invalidToken = () => new Refusal('Invalid Checkpoint Token: it is not the current one.');
