// The API over HTTP: who may enter, which call it is, and what it is answered.
// What an action means to a VM is decided in actions.ts; here it is only found and handed over.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { perform } from './actions.ts';
import { type Answer, elsewhere, write } from './answers.ts';
import { type KnownAction, knownActions } from './behaviours.ts';
import type { Listing } from './listing.ts';
import type { Quirks } from './quirks.ts';
import type { RateLimiter } from './rate-limiter.ts';
import type { OpenEntry, RequestLog } from './request-log.ts';
import type { SimulatedTime } from './simulated-time.ts';
import type { AcceptedTokens, OauthClient } from './tokens.ts';
import type { SimulatedVm } from './vm.ts';
import type { VmDocument } from './vm-document.ts';

/** Everything the API speaks for. */
export interface Cloud {
  readonly vms: ReadonlyMap<string, { readonly vm: SimulatedVm; readonly document: VmDocument }>;
  readonly listing: Listing;
  readonly quirks: Quirks;
  readonly time: SimulatedTime;
  readonly tokens: AcceptedTokens;
  readonly oauth: OauthClient;
  readonly rateLimiter: RateLimiter | null;
  readonly log: RequestLog;
  /** Real milliseconds that every call takes on its way. */
  readonly latencyMs: number;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly entry: OpenEntry;
  readonly query: URLSearchParams;
}

const notFound: Answer = { status: 404, reason: 'no such thing' };
const maxBodyBytes = 65_536;

/** An HTTP server that plays this cloud; the caller lets it listen. */
export function createCloudServer(cloud: Cloud): Server {
  const server = createServer((request, response) => {
    void exchange(cloud, request, response, server);
  });
  // Longer than a client keeps a connection, so that none is closed under a request by accident.
  server.keepAliveTimeout = 120_000;
  return server;
}

async function exchange(
  cloud: Cloud,
  request: IncomingMessage,
  response: ServerResponse,
  server: Server,
): Promise<void> {
  // A target that is no path (`*`, a proxy's whole URL) is as good as one that does not exist.
  const { pathname, searchParams } = URL.parse(`http://simulator${request.url}`) ?? new URL('http://simulator/');
  const entry = cloud.log.open({
    at: Date.now(),
    method: request.method ?? '',
    host: request.headers.host ?? '',
    path: pathname,
    query: searchParams.toString(),
    vm: /^\/v1\/vms\/([^/]+)/.exec(pathname)?.[1] ?? null,
    action: null,
    status: null,
    endedAt: null,
    authorised: cloud.tokens.admits(request.headers.authorization),
  });
  response.once('close', () => {
    entry.endedAt = Date.now();
  });
  const answer = await answerTo(cloud, { request, response, entry, query: searchParams });
  if (response.destroyed) return;
  const address = server.address();
  write(response, answer, {
    time: cloud.time,
    quirks: cloud.quirks,
    path: pathname,
    port: address !== null && typeof address === 'object' ? address.port : 0,
    takesGzip: /\bgzip\b/.test(request.headers['accept-encoding'] ?? ''),
  });
  if (response.headersSent) entry.status = response.statusCode;
}

async function answerTo(cloud: Cloud, exchange: Exchange): Promise<Answer> {
  const { entry, request } = exchange;
  const body = await readBody(request);
  if (cloud.latencyMs > 0) await cloud.time.passReal(cloud.latencyMs);
  if (body === null) return { status: 413, reason: 'the body is too large, or was cut' };
  if (entry.path.startsWith(elsewhere)) return { status: 200, body: '{}' };
  if (entry.path === '/oauth/token' && entry.method === 'POST') {
    const issued = cloud.tokens.issue(cloud.oauth, request.headers.authorization, body);
    entry.authorised = issued.isIssued;
    return issued;
  }
  if (!entry.authorised) {
    return { status: 401, reason: 'the token is not accepted', headers: { 'www-authenticate': 'Bearer' } };
  }
  return cloud.rateLimiter?.refusal(performance.now()) ?? route(cloud, exchange, body);
}

function route(cloud: Cloud, { entry, query, response }: Exchange, body: string): Answer | Promise<Answer> {
  const { method, path } = entry;
  if (method === 'GET' && path === '/v1/vms') return cloud.listing.answer(query);
  const [, id = '', suffix = ''] = /^\/v1\/vms\/([^/]+)(\/actions)?$/.exec(path) ?? [];
  if (method === 'POST' && suffix === '/actions') return act(cloud, id, body, entry, response);
  const found = cloud.vms.get(id);
  if (method !== 'GET' || suffix !== '' || found === undefined || found.vm.state === 'gone') return notFound;
  return { status: 200, body: found.document.single(sectionsOf(query)) };
}

function act(
  cloud: Cloud,
  id: string,
  body: string,
  entry: OpenEntry,
  response: ServerResponse,
): Answer | Promise<Answer> {
  const type = typeOf(body);
  if (type === null) return { status: 400, reason: 'the body must be JSON: {"type": "<action>"}' };
  entry.action = type;
  const vm = cloud.vms.get(id)?.vm;
  if (vm === undefined || vm.state === 'gone') return notFound;
  if (!isKnownAction(type)) return { status: 400, reason: 'no such action' };
  const onHangUp = (listener: () => void) => {
    // It may have hung up already, while the call was on its way.
    if (response.destroyed) listener();
    response.once('close', () => {
      if (!response.writableEnded) listener();
    });
  };
  return perform(vm, type, { quirks: cloud.quirks, time: cloud.time, onHangUp });
}

function isKnownAction(type: string): type is KnownAction {
  return (knownActions as readonly string[]).includes(type);
}

/** The `type` of an action's body, or null when the body is not what it should be. */
function typeOf(body: string): string | null {
  const value = parsed(body);
  const isObject = typeof value === 'object' && value !== null && 'type' in value;
  return isObject && typeof value.type === 'string' ? value.type : null;
}

/** The JSON value, or undefined where there is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The parameter `only`, whether repeated, `only[]` or with commas; null when left out. */
function sectionsOf(query: URLSearchParams): ReadonlySet<string> | null {
  const only = [...query.getAll('only'), ...query.getAll('only[]')];
  return only.length === 0 ? null : new Set(only.flatMap((text) => text.split(',')));
}

/** The body as text, or null when it is too large or its connection was cut. */
function readBody(request: IncomingMessage): Promise<string | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBodyBytes) chunks.push(chunk);
    });
    request.once('end', () => resolve(bytes > maxBodyBytes ? null : Buffer.concat(chunks).toString()));
    request.once('close', () => resolve(null));
    request.once('error', () => resolve(null));
  });
}
