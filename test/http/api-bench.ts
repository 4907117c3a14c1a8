// An API over fakes, for the tests of its routes: events in, answers out.
// The handler is the real one, router and problem documents included.

import { memoryStateStore } from '../../cli/state/memory.ts';
import { makeSchedules } from '../../lib/core/schedule/schedules.ts';
import { apiRoutes } from '../../lib/http/api-routes.ts';
import type { ApiWorld } from '../../lib/http/api-world.ts';
import { httpHandler } from '../../lib/http/http-handler.ts';
import { scheduleUses } from '../../lib/http/schedule-uses.ts';
import { makeReport } from '../../lib/run/report.ts';
import { FakeClock } from '../fakes/clock.ts';
import { FakeLauncher } from '../fakes/launcher.ts';
import { MemoryLog } from '../fakes/log.ts';
import { MemoryRunStore } from '../fakes/run-store.ts';
import { FakeCloud, type FakeVm } from '../fakes/vm-cloud.ts';
import { scheduleSettings, silent } from '../fixtures/world.ts';

export interface EventParts {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is sent as it is, anything else as JSON. */
  readonly body?: unknown;
  readonly isBase64Encoded?: boolean;
  readonly caller?: string;
}

/** An event as the HTTP API sends it (payload format 2.0). */
export function httpEvent({ method = 'POST', path = '/v1/runs', query = '', headers = {}, ...rest }: EventParts) {
  const body = rest.body === undefined || typeof rest.body === 'string' ? rest.body : JSON.stringify(rest.body);
  const iam = rest.caller === undefined ? {} : { authorizer: { iam: { userArn: rest.caller } } };
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    headers,
    requestContext: { requestId: 'gateway-id', http: { method, path }, ...iam },
    ...(body === undefined ? {} : { body }),
    isBase64Encoded: rest.isBase64Encoded ?? false,
  };
}

export function apiBench(overrides: Partial<ApiWorld> = {}, fleet: readonly FakeVm[] = []) {
  const clock = new FakeClock();
  const cloud = new FakeCloud({ account: 'acme', clock, projects: { default: fleet } });
  const state = memoryStateStore();
  const names = new Map([['office-hours', { timezone: 'Europe/Paris', on: 'Mon-Fri 08:00-18:00' }]]);
  const schedules = scheduleUses({
    accounts: [{ cloud, projects: ['default'] }],
    tags: [],
    states: {},
    schedules: makeSchedules({ names, calendars: new Map(), zone: 'UTC' }, scheduleSettings),
    clock,
    log: silent,
    state,
    maxDurationMs: 7 * 86_400_000,
  });
  const log = new MemoryLog();
  const store = new MemoryRunStore();
  const launcher = new FakeLauncher();
  const planned: { name: string; until: number }[] = [];
  const world: ApiWorld = {
    accounts: [
      { name: 'acme', projects: ['default'] },
      { name: 'beta', projects: ['web', 'default'] },
    ],
    store,
    launcher,
    admit: async () => {},
    clock,
    log,
    plan: async ({ name, request }, until) => {
      planned.push({ name, until });
      const at = { startedAt: clock.now(), endedAt: clock.now() };
      const calls = { lists: 1, reads: 0, actions: 0 };
      const rest = { outcomes: [], unlisted: [], matched: true, interrupted: false, calls };
      return { report: makeReport(name, request, { ...rest, ...at }), listed: 3 };
    },
    inventory: async () => ({ vms: [], unlisted: [] }),
    schedules: async () => schedules,
    ...overrides,
  };
  const handler = httpHandler({ routes: apiRoutes, world: () => world, log: () => log });
  const context = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 29_000 };
  const send = async (parts: EventParts) => readAnswer(await handler(httpEvent(parts), context));
  return { send, handler, context, clock, cloud, state, log, store, launcher, planned };
}

export interface ReadAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a JSON answer of any shape, for a test to look into
  readonly json: any;
}

export function readAnswer(answer: {
  statusCode: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}): ReadAnswer {
  return { status: answer.statusCode, headers: answer.headers, text: answer.body, json: JSON.parse(answer.body) };
}
