// One try of a readiness check over the network: a connection that opens, or an HTTP status 2xx.
// It carries no token and no body, follows no redirect, and reads nothing but the status.

import type { ClientRequest } from 'node:http';
import type { ReadyCheck } from '../core/policy.ts';

/** Null when the target answers as it should, within the time; else what is wrong, in words. Never throws. */
export type Probe = (check: ReadyCheck, timeoutMs: number) => Promise<string | null>;

export const networkProbe: Probe = (check, timeoutMs) =>
  'http' in check ? probeHttp(check.http, timeoutMs) : probeTcp(check.tcp, timeoutMs);

function probeTcp({ host, port }: { host: string; port: number }, timeoutMs: number): Promise<string | null> {
  const net = process.getBuiltinModule('node:net');
  return within(timeoutMs, (signal, end) => {
    const socket = net.connect({ host, port, signal });
    socket.once('connect', () => end(null));
    socket.on('error', (error) => end(faultOf(error)));
    return () => socket.destroy();
  });
}

function probeHttp(address: string, timeoutMs: number): Promise<string | null> {
  return within(timeoutMs, (signal, end) => {
    const request = open(new URL(address), signal);
    request.once('response', ({ statusCode = 0 }) =>
      end(statusCode >= 200 && statusCode < 300 ? null : `HTTP ${statusCode}`),
    );
    request.on('error', (error) => end(faultOf(error)));
    return () => request.destroy();
  });
}

// Loaded when first needed, so that no handler's import pays for it; a connection of its own, which is gone afterwards.
function open(url: URL, signal: AbortSignal): ClientRequest {
  const headers = { 'User-Agent': 'openscaler-power' };
  return url.protocol === 'https:'
    ? process.getBuiltinModule('node:https').get(url, { agent: false, signal, headers, rejectUnauthorized: true })
    : process.getBuiltinModule('node:http').get(url, { agent: false, signal, headers });
}

type Attempt = (signal: AbortSignal, end: (fault: string | null) => void) => () => void;

function within(timeoutMs: number, attempt: Attempt): Promise<string | null> {
  const signal = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve) => {
    const close = attempt(signal, (fault) => {
      resolve(signal.aborted ? `no answer within ${timeoutMs} ms` : fault);
      close();
    });
  });
}

function faultOf(error: Error): string {
  const code = 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : error.name;
}
