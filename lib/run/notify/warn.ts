// Warns people of scheduled stops: each VM once for each instant at which it is stopped, with a link that keeps them on for a while.
// Claimed in the table before it is sent, so that of ticks that overlap one warns; what was not sent, a later tick tries again. VMs that
// come to a stop after its warning (switched on, made, or of a project that could not be listed before) get one of their own.

import { printDuration } from '../../core/duration.ts';
import type { EmitFigures } from '../../core/metric.ts';
import { type Notice, noticed, printable } from '../../core/notice.ts';
import { type Vm, vmKey } from '../../core/vm.ts';
import type { Clock, Log, Messenger } from '../../ports.ts';
import type { ClaimedWarning, StopWarnings } from '../../stores.ts';
import { isoTime } from '../iso-time.ts';
import { unsentFigures } from '../metrics/message-figures.ts';
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
  /** Told of what nobody got. */
  readonly emit: EmitFigures;
}

/** So many stops are warned of at once; the others by the next tick. */
const mostAtOnce = 5;
/** The names that the page behind the link shows. */
export const mostShown = 100;
const longestShown = 120;
// An item of the table may have 400 KB, of which the names take less than 100.
const mostKeyBytes = 300_000;

/** A stop, or what of it nobody was warned of before. */
interface Warning extends StopAhead {
  readonly nth: number;
}

/** Warns of the stops that nobody was warned of yet; how many that were. Never rejects: a tick has more to do. */
export async function warnOfStops(stops: readonly StopAhead[], world: WarnWorld): Promise<number> {
  const sending: Promise<boolean>[] = [];
  for (const stop of stops) {
    if (sending.length === mostAtOnce) break;
    const warning = await claim(stop, world);
    if (warning !== null) sending.push(warnOf(warning, world));
  }
  return (await Promise.all(sending)).filter((isWarned) => isWarned).length;
}

async function claim(stop: StopAhead, { log, warnings, emit }: WarnWorld): Promise<Warning | null> {
  try {
    const warning = unwarned(stop, await warnings.claimed(stop.stopMs));
    if (warning.vms.length === 0) return null;
    return (await warnings.claim(recordOf(warning))) ? warning : null;
  } catch (error) {
    log.error('a warning could not be noted and is not sent; the next tick tries again', { ...fieldsOf(stop), error });
    await emit(unsentFigures());
    return null;
  }
}

function unwarned({ stopMs, vms }: StopAhead, claimed: readonly ClaimedWarning[]): Warning {
  const sent = claimed.filter(({ isUnsent }) => !isUnsent);
  const nth = claimed.find(({ isUnsent }) => isUnsent)?.nth ?? claimed.length;
  // One without keys was of more VMs than can be noted: of all that there were.
  if (sent.some(({ keys }) => keys.length === 0)) return { stopMs, nth, vms: [] };
  const keys = new Set(sent.flatMap((warning) => warning.keys));
  return { stopMs, nth, vms: vms.filter((vm) => !keys.has(vmKey(vm))) };
}

async function warnOf(warning: Warning, world: WarnWorld): Promise<boolean> {
  const { log, warnings, emit } = world;
  const fields = fieldsOf(warning);
  const why = await send(warning, world);
  if (why === null) log.info('people were warned of a scheduled stop', fields);
  else {
    log.error('nobody could be warned of a scheduled stop; the next tick tries again', { ...fields, why });
    await emit(unsentFigures());
  }
  try {
    await warnings.note(warning, why === null);
  } catch (error) {
    log.error('how the warning of a scheduled stop went could not be noted; a later tick sends it, perhaps again', {
      ...fields,
      error,
    });
  }
  return why === null;
}

function fieldsOf({ stopMs, vms }: StopAhead) {
  return { stop: isoTime(stopMs), vms: vms.length };
}

/** Null once sent, or why not. A secret that is wrong may be right at the next tick. */
async function send(warning: Warning, world: WarnWorld): Promise<string | null> {
  try {
    const delivered = await world.messenger.send(await noticeOf(warning, world));
    return delivered.isSent ? null : delivered.why;
  } catch (error) {
    world.log.error('the secret of notifications, or of their links, cannot be used', { error });
    return 'its secret cannot be used';
  }
}

function recordOf({ stopMs, nth, vms }: Warning) {
  const shown = vms
    .slice(0, mostShown)
    .map((vm) => ({ key: printable(vmKey(vm), longestShown), name: printable(vm.name, longestShown) }));
  // Too many for an item: without keys there is nothing that a link could keep, and none is given.
  return { stopMs, nth, keys: isKeepable(vms) ? vms.map(vmKey) : [], shown };
}

function isKeepable(vms: readonly Vm[]): boolean {
  return vms.reduce((sum, vm) => sum + Buffer.byteLength(JSON.stringify(vmKey(vm))) + 1, 0) <= mostKeyBytes;
}

async function noticeOf(warning: Warning, world: WarnWorld): Promise<Notice> {
  const { stopMs, nth, vms } = warning;
  const { clock, policy, zone, linkBase } = world;
  const now = clock.now();
  const count = `${vms.length}${nth === 0 ? '' : ' more'} ${vms.length === 1 ? 'VM' : 'VMs'}`;
  const minutes = Math.max(1, Math.round((stopMs - now) / 60_000));
  const url = linkBase === null || !isKeepable(vms) ? null : `${linkBase}/${keepToken(warning, await world.keys())}`;
  const keptUntil = stopMs + policy.keepMs;
  const until = `until ${sayTime(keptUntil, zone, now)}`;
  return {
    id: `stop-ahead/${stopMs}${nth === 0 ? '' : `/${nth}`}`,
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
      stop: isoTime(stopMs),
      keptUntil: url === null ? null : isoTime(keptUntil),
      count: vms.length,
    },
  };
}
