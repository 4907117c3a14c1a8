// Every way in which an API's answer can be wrong, as a front before the simulator tells it: one table.
// `usable` is the judge's word on whether a client may believe what such an answer shows.

import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

/** The simulator's own answer, which a lie replaces or bends. */
export interface TrueAnswer {
  readonly status: number;
  readonly body: string;
}

export interface Asked {
  readonly place: string;
  /** Which of these calls it is, from 1. */
  readonly nth: number;
  readonly token: string;
  readonly elsewhere: string;
}

export interface Lie {
  /** Whether the call reaches the cloud at all. */
  readonly reaches: boolean;
  /** Whether a client that believes it is right to: it shows what is so, however oddly. */
  readonly usable: boolean;
  /** Only lists can lie so. */
  readonly listOnly?: boolean;
  readonly tell: (response: ServerResponse, truth: TrueAnswer, asked: Asked) => void;
}

const json = 'application/json';

function write(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { 'content-type': json, 'content-length': String(bytes.length), ...headers }).end(bytes);
}

/** Answered at the door: nothing happens to any VM. */
const door = (status: number, body: string, headers: Record<string, string> = {}): Lie => ({
  reaches: false,
  usable: false,
  tell: (response) => write(response, status, body, headers),
});

/** What the cloud said, in another dress. */
const dressed = (usable: boolean, tell: Lie['tell']): Lie => ({ reaches: true, usable, tell });

type Entry = Record<string, unknown>;

/** A list bent: what became of its entries, and what stands beside them. */
const list = (usable: boolean, bend: (vms: Entry[]) => unknown): Lie => ({
  reaches: true,
  usable,
  listOnly: true,
  tell: (response, { status, body }) =>
    write(response, status, status === 200 ? JSON.stringify(bend(vmsOf(body))) : body),
});

function vmsOf(body: string): Entry[] {
  return (JSON.parse(body) as { vms: Entry[] }).vms;
}

const drip = (response: ServerResponse, text: string): void => {
  response.writeHead(200, { 'content-type': json }).write(text);
  const timer = setInterval(() => response.write(' '), 40);
  response.once('close', () => clearInterval(timer));
};

const table = {
  'status-400': door(400, '{"error":{"code":400}}'),
  'status-401': door(401, '{}', { 'www-authenticate': 'Bearer' }),
  'status-403': door(403, ''),
  'status-408': door(408, ''),
  'status-418': door(418, 'I am a teapot', { 'content-type': 'text/plain' }),
  'status-429': door(429, '', { 'retry-after': '0' }),
  'status-429-dated': door(429, '', {
    'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT',
    date: 'Thu, 01 Jan 2099 00:00:00 GMT',
  }),
  'status-500': door(500, '{"error":{"code":500,"message":"internal"}}'),
  'status-502-html': door(502, '<html><title>502</title></html>', { 'content-type': 'text/html' }),
  'status-503': door(503, '', { 'retry-after': '0' }),
  'status-504-after': dressed(false, (response) => write(response, 504, '')),
  'redirect-301': {
    ...door(301, ''),
    tell: (response, _truth, { elsewhere }) => response.writeHead(301, { location: `${elsewhere}/v1/vms` }).end(),
  },
  'redirect-307': {
    ...door(307, ''),
    tell: (response, _truth, { elsewhere }) => response.writeHead(307, { location: `${elsewhere}/v1/vms` }).end(),
  },
  'redirect-after': dressed(false, (response, _truth, { elsewhere }) => {
    response.writeHead(302, { location: `${elsewhere}/login`, refresh: `0; url=${elsewhere}` }).end('{}');
  }),
  'echo-token': {
    ...door(500, ''),
    tell: (response, _truth, { token }) =>
      write(response, 500, JSON.stringify({ error: { message: `bad header: Authorization: Bearer ${token}`, token } })),
  },
  'echo-token-in-header': dressed(true, (response, { status, body }, { token }) =>
    write(response, status, body, { 'x-request': token, warning: `199 - "${token}"` }),
  ),
  'cut-before': { ...door(500, ''), tell: (response) => response.socket?.destroy() },
  'cut-after': dressed(false, (response) => response.socket?.destroy()),
  'cut-in-the-middle': dressed(false, (response, { body }) => {
    response.writeHead(200, { 'content-type': json, 'content-length': String(body.length + 64) });
    response.write(body.slice(0, Math.ceil(body.length / 2)) || '{', () => response.socket?.destroy());
  }),
  never: { ...door(500, ''), tell: () => {} },
  'never-after': dressed(false, () => {}),
  'slow-loris-head': dressed(false, (response) => {
    const socket = response.socket;
    socket?.write('HTTP/1.1 200 OK\r\nX-Slow: ');
    const timer = setInterval(() => socket?.write('a'), 40);
    response.once('close', () => clearInterval(timer));
  }),
  'slow-loris-body': dressed(false, (response) => drip(response, '{')),
  'slow-loris-list': dressed(false, (response, { body }) => drip(response, body.slice(0, -1))),
  'wrong-content-type': dressed(true, (response, { status, body }) =>
    write(response, status, body, { 'content-type': 'text/html; charset=utf-7' }),
  ),
  'no-content-type': dressed(true, (response, { status, body }) => {
    response.writeHead(status, { 'content-length': String(Buffer.byteLength(body)) }).end(body);
  }),
  'login-page-200': dressed(false, (response) =>
    write(response, 200, '<!doctype html><form action="/login">', { 'content-type': 'text/html' }),
  ),
  'not-gzip-at-all': dressed(false, (response, { body }) =>
    write(response, 200, body || 'plain', { 'content-encoding': 'gzip' }),
  ),
  'gzip-cut-short': dressed(false, (response, { body }) => {
    const packed = gzipSync(body || '{}').subarray(0, 8);
    response.writeHead(200, { 'content-type': json, 'content-encoding': 'gzip', 'content-length': '8' }).end(packed);
  }),
  'json-cut-short': dressed(false, (response, { body }) => write(response, 200, body.slice(0, -2) || '{"a":')),
  'json-twice': dressed(false, (response, { body }) => write(response, 200, `${body || '{}'}${body || '{}'}`)),
  'error-inside-200': dressed(false, (response) =>
    write(response, 200, '{"error":{"code":500,"message":"the hypervisor did not answer"}}'),
  ),
  'errors-inside-200': dressed(false, (response) => write(response, 200, '{"errors":["locked"],"vms":[]}')),
  'success-false-200': dressed(false, (response) => write(response, 200, '{"success":false,"vms":[]}')),
  'huge-200': dressed(false, (response, _truth, { place }) =>
    write(response, 200, `{"a":"${' '.repeat(place === 'list' ? 70_000_000 : 100_000)}"}`),
  ),
  'date-in-the-past': dressed(true, (response, { status, body }) =>
    write(response, status, body, { date: 'Thu, 01 Jan 1970 00:00:00 GMT', expires: '0', age: '99999999' }),
  ),
  'date-in-the-future': dressed(true, (response, { status, body }) =>
    write(response, status, body, { date: 'Fri, 01 Jan 2099 00:00:00 GMT' }),
  ),
  'date-nonsense': dressed(true, (response, { status, body }) => write(response, status, body, { date: 'yesterday' })),
  'list-shrinks': list(true, (vms) => ({ vms: vms.slice(1) })),
  'list-is-empty': list(true, () => ({ vms: [] })),
  'list-doubles': list(false, (vms) => ({ vms: [...vms, ...vms] })),
  'list-repeats-an-id': list(false, (vms) => ({ vms: [...vms, ...vms.slice(0, 1)] })),
  'list-repeats-an-id-otherwise': list(false, (vms) => ({
    vms: [...vms, ...vms.slice(0, 1).map((vm) => ({ ...vm, id: String(vm.id) }))],
  })),
  'list-turned-round': list(true, (vms) => ({ vms: vms.toReversed() })),
  'list-renames-vms': list(true, (vms) => ({ vms: vms.map((vm) => ({ ...vm, name: `renamed-${vm.id}` })) })),
  'list-swaps-names': list(true, (vms) => ({
    vms: vms.map((vm, index) => ({ ...vm, name: vms.at(index - 1)?.name })),
  })),
  'list-renames-its-key': list(false, (vms) => ({ items: vms })),
  'list-is-bare': list(false, (vms) => vms),
  'list-is-an-object': list(false, (vms) => ({ vms: Object.fromEntries(vms.map((vm) => [String(vm.id), vm])) })),
  'list-has-a-null': list(false, (vms) => ({ vms: [...vms, null] })),
  'list-ids-as-text': list(true, (vms) => ({ vms: vms.map((vm) => ({ ...vm, id: String(vm.id) })) })),
  'list-ids-of-another-type-each-time': {
    ...list(true, (vms) => ({ vms })),
    tell: (response, { status, body }, { nth }) => {
      const vms =
        status === 200 ? vmsOf(body).map((vm) => ({ ...vm, id: nth % 2 === 0 ? String(vm.id) : Number(vm.id) })) : [];
      write(response, status, status === 200 ? JSON.stringify({ vms }) : body);
    },
  },
  'list-ids-as-fractions': list(false, (vms) => ({ vms: vms.map((vm) => ({ ...vm, id: Number(vm.id) + 0.5 })) })),
  'list-states-as-numbers': list(false, (vms) => ({ vms: vms.map((vm) => ({ ...vm, state: 5 })) })),
  'list-states-unheard-of': list(false, (vms) => ({ vms: vms.map((vm) => ({ ...vm, state: `in ${vm.state}` })) })),
  'list-without-states': list(false, (vms) => ({ vms: vms.map(({ state: _, ...vm }) => vm) })),
  'list-descriptions-as-objects': list(true, (vms) => ({ vms: vms.map((vm) => ({ ...vm, description: {} })) })),
  'list-of-another-project': list(false, (vms) => ({ vms: vms.map((vm) => ({ ...vm, project_id: 'other' })) })),
  'list-has-a-next': list(false, (vms) => ({ vms, next: '/v1/vms?page=2' })),
  'list-has-another-total': list(false, (vms) => ({ vms, total: vms.length + 1 })),
  'list-with-an-error': list(false, (vms) => ({ vms, error: 'a zone did not answer' })),
  'list-of-prototypes': list(false, (vms) => ({ vms: vms.map((vm) => ({ ...vm, state: { toString: 'running' } })) })),
} as const satisfies Record<string, Lie>;

export type LieName = keyof typeof table;

export const lies: Readonly<Record<LieName, Lie>> = table;

export const lieNames: readonly LieName[] = Object.keys(table).filter((name): name is LieName =>
  Object.hasOwn(table, name),
);
