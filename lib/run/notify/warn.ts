// Warns people of scheduled stops: once for each instant at which VMs are stopped, with a link that keeps them on for a while.
// Claimed in the table before it is sent, so that of ticks that overlap one warns; what could not be sent, the next tick tries again.

import { printDuration } from '../../core/duration.ts';
import { type Notice, noticed } from '../../core/notice.ts';
import { type Vm, vmKey } from '../../core/vm.ts';
import type { Messenger, StopWarnings } from '../../notify-ports.ts';
import type { Clock, Log } from '../../ports.ts';
import { keepToken } from './keep-link.ts';
import { sayTime } from './local-time.ts';
import type { StopAhead } from './stops-ahead.ts';

export interface WarningPolicy {
  /** How long ahead of a stop people are warned. */
  readonly beforeMs: number;
  /** By how much one use of the link puts the stop off. */
  readonly keepMs: number;
  /** How often each link can be used. */
  readonly quota: number;
}

export interface WarnWorld {
  readonly clock: Clock;
  readonly log: Log;
  readonly warnings: StopWarnings;
  readonly messenger: Messenger;
  readonly policy: WarningPolicy;
  /** In which times are told. */
  readonly zone: string;
  /** What links begin with, without a slash at the end; null where this deployment has none. */
  readonly linkBase: string | null;
  /** What signs links. Throws `secret`. */
  readonly keys: () => Promise<readonly string[]>;
}

/** So many stops are warned of at once; the others by the next tick. */
const mostAtOnce = 5;
/** The names that the page behind the link shows. */
export const mostShown = 100;
// An item of the table may have 400 KB.
const mostKeyBytes = 300_000;

/** Warns of the stops that nobody was warned of yet; how many that were. Never rejects: a tick has more to do. */
export async function warnOfStops(stops: readonly StopAhead[], world: WarnWorld): Promise<number> {
  const sending: Promise<boolean>[] = [];
  for (const stop of stops) {
    if (sending.length === mostAtOnce) break;
    if (await claim(stop, world)) sending.push(warnOf(stop, world));
  }
  return (await Promise.all(sending)).filter((isWarned) => isWarned).length;
}

async function claim(stop: StopAhead, { log, warnings }: WarnWorld): Promise<boolean> {
  try {
    return await warnings.claim(warningOf(stop));
  } catch (error) {
    log.error('a warning could not be noted and is not sent; the next tick tries again', { ...fieldsOf(stop), error });
    return false;
  }
}

async function warnOf(stop: StopAhead, world: WarnWorld): Promise<boolean> {
  const { log, warnings } = world;
  const fields = fieldsOf(stop);
  const why = await send(stop, world);
  if (why === null) {
    log.info('people were warned of a scheduled stop', fields);
    return true;
  }
  log.error('nobody could be warned of a scheduled stop; the next tick tries again', { ...fields, why });
  try {
    await warnings.unsent(stop.stopMs);
  } catch (error) {
    log.error('no tick will try again to warn of a scheduled stop', { ...fields, error });
  }
  return false;
}

function fieldsOf({ stopMs, vms }: StopAhead) {
  return { stop: new Date(stopMs).toISOString(), vms: vms.length };
}

/** Null once sent, or why not. A secret that is wrong may be right at the next tick. */
async function send(stop: StopAhead, world: WarnWorld): Promise<string | null> {
  try {
    const delivered = await world.messenger.send(await noticeOf(stop, world));
    return delivered.isSent ? null : delivered.why;
  } catch (error) {
    world.log.error('the secret of notifications, or of their links, cannot be used', { error });
    return 'its secret cannot be used';
  }
}

function warningOf({ stopMs, vms }: StopAhead) {
  const shown = vms.slice(0, mostShown).map((vm) => ({ key: vmKey(vm), name: vm.name.slice(0, 256).toWellFormed() }));
  // Too many for an item: without keys there is nothing that a link could keep, and none is given.
  return { stopMs, keys: isKeepable(vms) ? vms.map(vmKey) : [], shown };
}

function isKeepable(vms: readonly Vm[]): boolean {
  return vms.reduce((sum, vm) => sum + vmKey(vm).length + 3, 0) <= mostKeyBytes;
}

async function noticeOf({ stopMs, vms }: StopAhead, world: WarnWorld): Promise<Notice> {
  const { clock, policy, zone, linkBase } = world;
  const now = clock.now();
  const count = vms.length === 1 ? '1 VM' : `${vms.length} VMs`;
  const minutes = Math.max(1, Math.round((stopMs - now) / 60_000));
  const url = linkBase === null || !isKeepable(vms) ? null : `${linkBase}/${keepToken(stopMs, await world.keys())}`;
  const keptUntil = stopMs + policy.keepMs;
  const until = `until ${sayTime(keptUntil, zone, now)}`;
  return {
    id: `stop-ahead/${stopMs}`,
    type: 'stop.ahead',
    at: now,
    title: `${count} will be stopped in ${minutes} min, at ${sayTime(stopMs, zone, now)}`,
    text:
      url === null
        ? 'To keep some on, use: npx power keep on --for 2h'
        : `The link below shows what it will do and asks first. It works until the stop, and keeps all of them on ${until}.`,
    ...noticed(vms.map((vm) => ({ key: vmKey(vm), name: vm.name, note: '' }))),
    link: url === null ? null : { label: `Keep on for ${printDuration(policy.keepMs)} longer`, url },
    facts: {
      stop: new Date(stopMs).toISOString(),
      keptUntil: url === null ? null : new Date(keptUntil).toISOString(),
      count: vms.length,
    },
  };
}
