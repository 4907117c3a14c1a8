// A front before the simulator that lies about answers, call by call, and remembers what it let anybody see.
// Stands on 127.0.0.1 as the API; what it remembers is what a client can have known, which the rules are held against.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from '../fixtures/local-aws.ts';
import { type LieName, lies, type TrueAnswer } from './lies.ts';

export type Place = 'list' | 'read' | 'action';

/** Which call it is, before it is answered. */
export interface FrontCall {
  readonly place: Place;
  readonly vm: string | null;
  readonly action: string | null;
  /** From 1: of the lists; or of this VM's reads; or of its actions. */
  readonly nth: number;
}

export interface Seen extends FrontCall {
  readonly arrivedAt: number;
  /** When the answer was given, or the client had hung up; null while neither. */
  endedAt: number | null;
  readonly lie: LieName | null;
  /** The status the client was shown, and what the cloud said; null while it has said nothing. */
  truth: TrueAnswer | null;
  /** Whether its answer was really begun before the client hung up. */
  isTold: boolean;
}

export interface Front {
  readonly url: string;
  readonly seen: readonly Seen[];
  /** Requests that came to where redirects lead. */
  readonly strayed: readonly string[];
  close(): Promise<void>;
}

export interface FrontOptions {
  readonly upstream: string;
  readonly choose: (call: FrontCall) => LieName | null;
  /** Every true list on its way to the client, for what is wrong with one VM alone. */
  readonly bend?: (list: string) => string;
}

/** Starts the front. */
export async function startFront({ upstream, choose, bend }: FrontOptions): Promise<Front> {
  const seen: Seen[] = [];
  const strayed: string[] = [];
  const counts = new Map<string, number>();
  const away = await listen(
    createServer((request, response) => {
      strayed.push(`${request.method} ${request.url}`);
      response.end('{}');
    }),
  );
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const arrivedAt = Date.now();
    const body = await bodyOf(request);
    const call = numbered(callOf(request, body), counts);
    const lie = choose(call);
    const entry: Seen = { ...call, arrivedAt, endedAt: null, lie, truth: null, isTold: false };
    seen.push(entry);
    response.once('close', () => {
      entry.endedAt ??= Date.now();
    });
    const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const truth = lie === null || lies[lie].reaches ? await forward(upstream, request, body, response) : null;
    entry.truth = truth;
    if (response.destroyed) return;
    const told = truth ?? { status: 500, body: '' };
    entry.isTold = true;
    if (lie !== null && !(lies[lie].listOnly && told.status !== 200)) {
      lies[lie].tell(response, told, { token, elsewhere: away.endpoint, place: call.place, nth: call.nth });
      if (response.writableEnded) entry.endedAt = Date.now();
      return;
    }
    const text = call.place === 'list' && told.status === 200 && bend ? bend(told.body) : told.body;
    response.writeHead(told.status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
    response.end(text);
    entry.endedAt = Date.now();
  };
  const { endpoint, close } = await listen(
    createServer((request, response) => {
      answer(request, response).catch(() => response.destroy());
    }),
  );
  return { url: endpoint, seen, strayed, close: async () => void (await Promise.all([close(), away.close()])) };
}

function callOf(request: IncomingMessage, body: string): Omit<FrontCall, 'nth'> {
  const [, vm = null, suffix] = /^\/v1\/vms\/([^/?]+)(\/actions)?/.exec(request.url ?? '') ?? [];
  if (suffix !== undefined) return { place: 'action', vm, action: /"type":"(\w+)"/.exec(body)?.[1] ?? null };
  return { place: vm === null ? 'list' : 'read', vm, action: null };
}

function numbered(call: Omit<FrontCall, 'nth'>, counts: Map<string, number>): FrontCall {
  const key = `${call.place} ${call.vm}`;
  const nth = (counts.get(key) ?? 0) + 1;
  counts.set(key, nth);
  return { ...call, nth };
}

// A client that hangs up hangs up on the cloud too; a cloud that hangs up is passed on as the status 0.
async function forward(
  upstream: string,
  request: IncomingMessage,
  body: string,
  response: ServerResponse,
): Promise<TrueAnswer> {
  const abort = new AbortController();
  response.once('close', () => abort.abort());
  try {
    const answer = await fetch(`${upstream}${request.url}`, {
      method: request.method ?? 'GET',
      headers: { authorization: request.headers.authorization ?? '', 'content-type': 'application/json' },
      redirect: 'manual',
      signal: abort.signal,
      ...(request.method === 'POST' ? { body } : {}),
    });
    return { status: answer.status, body: await answer.text() };
  } catch {
    response.destroy();
    return { status: 0, body: '' };
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}
