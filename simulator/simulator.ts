// A faithful, on demand hostile, OpenScaler on 127.0.0.1: for tests, benchmarks, the demo and rehearsals.
// It knows the truth about every VM and what it really received, so that claims can be held against both.

import type { Server } from 'node:http';
import { PowerError } from '../lib/core/errors.ts';
import type { BehaviourName, KnownAction } from './behaviours.ts';
import { Listing } from './listing.ts';
import { fillQuirks, type QuirkChoice, stateName, type VmState } from './quirks.ts';
import { RateLimiter } from './rate-limiter.ts';
import { type LoggedRequest, RequestLog } from './request-log.ts';
import { type Cloud, createCloudServer } from './server.ts';
import { SimulatedTime } from './simulated-time.ts';
import { AcceptedTokens, type OauthClient } from './tokens.ts';
import { type Change, SimulatedVm, type SimulatedVmSpec, type TruePower } from './vm.ts';
import { VmDocument } from './vm-document.ts';

/** What to simulate; only the fleet is required. */
export interface SimulatorOptions {
  readonly fleet: readonly SimulatedVmSpec[];
  /** @default 0: a free one */
  readonly port?: number;
  /** The bearer tokens accepted at first. @default `defaultToken` */
  readonly token?: string | readonly string[];
  /** Who may fetch new tokens from POST /oauth/token. @default simulator / simulator-secret */
  readonly oauth?: OauthClient;
  /** Simulated milliseconds per real one. @default 1 */
  readonly speed?: number;
  /** @default 1 */
  readonly seed?: number;
  readonly quirks?: QuirkChoice;
  /** Real milliseconds that every call takes on its way, whatever the speed. @default 0 */
  readonly latencyMs?: number;
}

/** What is really the case with a VM at this moment. */
export interface VmTruth {
  readonly id: string;
  readonly name: string;
  readonly project: string;
  readonly behaviour: BehaviourName;
  /** The API's name for the true state, which a lagging list may not show yet; empty when the VM is gone. */
  readonly state: string;
  readonly power: TruePower;
  readonly exists: boolean;
  /** Whether it is still to change without anybody's doing. */
  readonly isOnItsWay: boolean;
  /** When it came to be in this state, in epoch milliseconds. */
  readonly since: number;
  readonly reboots: number;
  readonly resets: number;
}

/** A running simulator, as its owner sees it. */
export interface Simulator {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Every request so far, in order of arrival; entries complete themselves as they are answered. */
  readonly requests: readonly LoggedRequest[];
  /** All VM ids, in the fleet's order, also of those that are gone. */
  readonly ids: readonly string[];
  /** The bearer tokens accepted at this moment. */
  readonly acceptedTokens: readonly string[];
  /** The refresh tokens that are good at this moment, once one was used. */
  readonly refreshTokens: readonly string[];
  /** Throws `not-found` for an id that was never in the fleet; so do the other methods. */
  truth(id: string): VmTruth;
  /** The power it really had at an instant (epoch ms); before its beginning, the one it began with. */
  powerAt(id: string, atMs: number): TruePower;
  /** The actions that reached the VM's door, in order: past authentication and rate limit, and well formed. */
  actionsOf(id: string): readonly string[];
  /** From now on only this token is accepted. */
  rotateToken(token: string): void;
  /** A person's hand: the VM is in this state now, and goes on from there. */
  set(id: string, state: VmState): void;
  /** Cuts every connection, clears every timer, and resolves when nothing is left running. */
  close(): Promise<void>;
}

/** The token accepted when none is given. */
export const defaultToken = 'simulator-token';

const defaultOauthClient: OauthClient = { clientId: 'simulator', clientSecret: 'simulator-secret' };

/** Starts a simulator on 127.0.0.1. Throws `config` for a fleet that has an id twice. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const cloud = buildCloud(options);
  const server = createCloudServer(cloud);
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject);
  // A benchmark's first wave may knock all at once.
  server.listen({ host: '127.0.0.1', port: options.port ?? 0, backlog: 4_096 }, listening.resolve);
  await listening.promise;
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return viewOf(cloud, port, () => closed(cloud, server));
}

function closed(cloud: Cloud, server: Server): Promise<void> {
  return new Promise((resolve) => {
    cloud.time.stop();
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function buildCloud(options: SimulatorOptions): Cloud {
  const quirks = fillQuirks(options.quirks ?? {});
  const time = new SimulatedTime(options.speed ?? 1);
  const world = { time, seed: options.seed ?? 1, listLagMs: quirks.list.lagMs };
  const vms = new Map<string, { vm: SimulatedVm; document: VmDocument }>();
  for (const spec of options.fleet) {
    const vm = new SimulatedVm(spec, world);
    if (vms.has(vm.id)) throw new PowerError('config', `the fleet has two VMs with the id ${vm.id}: give each its own`);
    vms.set(vm.id, { vm, document: new VmDocument(vm, quirks) });
  }
  return {
    vms,
    quirks,
    time,
    listing: new Listing(vms.values(), quirks),
    tokens: new AcceptedTokens([options.token ?? defaultToken].flat(), quirks.tokenLifetimeMs, time),
    oauth: options.oauth ?? defaultOauthClient,
    rateLimiter: quirks.rateLimit === null ? null : new RateLimiter(quirks.rateLimit),
    log: new RequestLog(),
    latencyMs: options.latencyMs ?? 0,
  };
}

function viewOf(cloud: Cloud, port: number, close: () => Promise<void>): Simulator {
  const vmOf = (id: string): SimulatedVm => {
    const found = cloud.vms.get(id);
    if (found === undefined) throw new PowerError('not-found', `the simulated fleet never had a VM ${id}`);
    return found.vm;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close,
    requests: cloud.log.entries,
    ids: [...cloud.vms.keys()],
    get acceptedTokens() {
      return cloud.tokens.current;
    },
    get refreshTokens() {
      return cloud.tokens.refreshTokens;
    },
    truth: (id) => truthOf(vmOf(id), cloud),
    powerAt: (id, atMs) => powerAt(vmOf(id).history, atMs),
    actionsOf: (id) => vmOf(id).received,
    rotateToken: (token) => cloud.tokens.rotate(token),
    set: (id, state) => vmOf(id).enter(state),
  };
}

function truthOf(vm: SimulatedVm, cloud: Cloud): VmTruth {
  const effects = (action: KnownAction) => vm.effectsOf(action);
  return {
    id: vm.id,
    name: vm.spec.name,
    project: vm.project,
    behaviour: vm.behaviourName,
    state: stateName(cloud.quirks.stateNames, vm.state),
    power: vm.power,
    exists: vm.state !== 'gone',
    isOnItsWay: vm.destination !== vm.state,
    since: vm.since,
    reboots: effects('reboot'),
    resets: effects('reset'),
  };
}

function powerAt(history: readonly Change[], atMs: number): TruePower {
  return (history.findLast(({ at }) => at <= atMs) ?? history[0])?.power ?? 'other';
}
