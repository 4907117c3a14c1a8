// Two calls in a hundred go wrong, in every way in which a call can: refused, lost on the way there, lost on the way back, slow.
// By proxies around the ports, on the week's own chance and clock.

import type { Action } from '../../lib/core/action.ts';
import { PowerError } from '../../lib/core/errors.ts';
import type { ListedVm, VmId } from '../../lib/core/vm.ts';
import type { Clock, SendLimits, Sent, VmCloud } from '../../lib/ports.ts';
import { status } from '../fakes/vm-cloud.ts';
import type { Chance } from './chance.ts';
import type { Tally } from './tally.ts';

export interface Weather {
  readonly chance: Chance;
  readonly clock: Clock;
  readonly tally: Tally;
  /** Of each call; set to 0 when the week is over. */
  share: number;
}

const portFaults = ['throttled', 'denied', 'answer lost', 'slow'] as const;

/** The port, each of whose calls may go wrong; it throws `aws` as the real one would. */
export function unreliable<T extends object>(port: T, place: string, weather: Weather): T {
  return new Proxy(port, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return async (...given: unknown[]) => {
        const fault = faultOf(weather, portFaults, `${place}.${String(key)}`);
        if (fault === 'throttled' || fault === 'denied') throw new PowerError('aws', `${place} is ${fault}`);
        if (fault === 'slow') await weather.clock.sleep(weather.chance.integer(1_000, 20_000));
        const result: unknown = await Reflect.apply(value, target, given);
        if (fault === 'answer lost') throw new PowerError('aws', `the answer of ${place} was lost`);
        return result;
      };
    },
  });
}

function faultOf<T extends string>({ chance, share, tally }: Weather, kinds: readonly T[], place: string): T | null {
  if (!chance.is(share)) return null;
  const kind = chance.pick(kinds);
  tally.inject(kind, place);
  return kind;
}

const readFaults = ['list failed', 'secret denied', 'list not whole', 'slow'] as const;
const actFaults = [
  '500',
  '500, done later',
  '408, done later',
  'cut',
  'cut, done',
  '409',
  '401',
  '429',
  '503',
  'no secret',
] as const;

/** Where what a fault does to a VM is done. */
export interface Doing {
  list(project: string): Promise<readonly ListedVm[]>;
  read(id: VmId): Promise<ListedVm | 'gone'>;
  act(id: VmId, action: Action, limits: SendLimits): Promise<Sent>;
  readonly account: string;
  readonly calls: VmCloud['calls'];
}

/** The cloud, whose calls may go wrong. */
export function unreliableCloud(cloud: Doing, weather: Weather): VmCloud {
  const { clock } = weather;
  const reading = async <T>(read: () => Promise<T>, place: string, code: 'list-failed' | 'read-failed') => {
    const fault = faultOf(weather, readFaults, place);
    if (fault === 'slow') await clock.sleep(8_000);
    if (fault === 'secret denied') throw new PowerError('secret', 'the secret could not be read');
    if (fault === 'list not whole' && code === 'list-failed') throw new PowerError('list-not-whole', 'an id twice');
    if (fault !== null && fault !== 'slow') throw new PowerError(code, 'HTTP 500');
    return read();
  };
  return {
    account: cloud.account,
    calls: cloud.calls,
    list: (project) => reading(() => cloud.list(project), 'cloud.list', 'list-failed'),
    read: (id) => reading(() => cloud.read(id), 'cloud.read', 'read-failed'),
    act: async (id, action, limits) => {
      const fault = faultOf(weather, actFaults, `cloud.act ${action}`);
      return fault === null
        ? cloud.act(id, action, limits)
        : wrongAct(fault, () => cloud.act(id, action, limits), clock);
    },
  };
}

async function wrongAct(fault: (typeof actFaults)[number], act: () => Promise<Sent>, clock: Clock): Promise<Sent> {
  if (fault === 'no secret') throw new PowerError('secret', 'the secret could not be read');
  const sentAt = clock.now();
  if (fault.endsWith('done') || fault.endsWith('done later')) {
    const sent = await act();
    // What never left was never done.
    if (sent.posts === 0) return sent;
    if (fault.endsWith('later')) await clock.sleep(60_000);
  } else await clock.sleep(500);
  const code = Number.parseInt(fault, 10);
  const answer = Number.isNaN(code) ? ({ kind: 'silence', detail: 'cut' } as const) : status(code);
  return { answer, posts: 1, sentAt };
}
