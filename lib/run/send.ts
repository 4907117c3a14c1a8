// Sends one wave of actions to an account, in chunks of which each is one step of the engine.
// A send never throws: one VM's trouble stays that VM's (rule 5).

import type PQueue from 'p-queue';
import { wantedPower } from '../core/action.ts';
import { kindOf } from '../core/describe-error.ts';
import { PowerError } from '../core/errors.ts';
import { type Answered, deadlineOf, type HandedBack, never, type Pursuit } from '../core/pursuit.ts';
import { vmKey } from '../core/vm.ts';
import { act } from './act.ts';
import type { LeasedWorld } from './world.ts';

/** What came of handing one VM to the sender. */
export interface JournalEntry {
  readonly key: string;
  readonly answered:
    | Answered
    | { readonly bug: string; readonly answeredAt: number }
    | HandedBack
    /** The process ended in the middle, and nobody knows what of this left. */
    | 'cut-off';
}

/** What a send waits for: a place, and that a resumed run has come to where it is new. */
export interface Turnstile {
  readonly gate: PQueue;
  readonly isLive: Promise<unknown>;
  /** Whoever has no place yet when this resolves gets none any more. */
  readonly stopped: Promise<unknown>;
}

/** The latest state of the pursuit with this key: a VM seen in the wanted power, or settled, meanwhile is not sent to any more. */
export type Present = (key: string) => Pursuit | undefined;

export type SendWorld = Pick<
  LeasedWorld,
  'accounts' | 'engine' | 'clock' | 'log' | 'policy' | 'leases' | 'holder' | 'onEvent' | 'stop' | 'until'
>;

/** A part of a wave, and what will have come of it. */
export interface Chunk {
  readonly id: string;
  readonly entries: Promise<readonly JournalEntry[]>;
}

/** A wave on its way: its chunks, and when all of them are back. */
export interface Wave {
  readonly chunks: readonly Chunk[];
  readonly back: Promise<unknown>;
}

/** How long before its process ends a send must be back, so that what came of it can still be remembered. */
const turnMarginMs = 30_000;

/** A turn that has this long left sends, however long an action may take: its time-out is cut to what is left. */
const longEnoughMs = 5 * 60_000;

// What may happen only once is better known in small parts: all of a part that was cut off is unknown.
const smallPart = 4;

/** Sends to each of the wave, one by one as the turnstile lets them through. */
export function sendWave(
  name: string,
  wave: readonly Pursuit[],
  present: Present,
  turnstile: Turnstile,
  world: SendWorld,
): Wave {
  const { engine } = world;
  const parts = partsOf(wave, engine.sends.perStep).map((part, index) => ({
    part,
    id: `${name}-${index}`,
    ...Promise.withResolvers<readonly JournalEntry[]>(),
  }));
  const send = async ({ id, part, resolve }: (typeof parts)[number], own: typeof engine) => {
    const entries = (await own.once(id, () => sendPart(part, present, turnstile, world))) ?? part.map(cutOffEntry);
    resolve(entries);
    return entries;
  };
  const { stepsAtOnce } = engine.sends;
  // Where nothing can be cut off all queue for their places at once, and so hear of a stop there.
  const atOnce = stepsAtOnce === never ? never : Math.min(stepsAtOnce, turnstile.gate.concurrency);
  const all = engine.map(name, parts, (part, _index, own) => send(part, own), atOnce);
  // A durable engine gives a wave that is back as a whole, without going through its parts again.
  const back = all.then((results) => {
    for (const [index, entries] of results.entries()) parts[index]?.resolve(entries);
  });
  return { chunks: parts.map(({ id, promise }) => ({ id, entries: promise })), back };
}

function partsOf(wave: readonly Pursuit[], perStep: number): Pursuit[][] {
  const isForgiving = wave.every(({ action }) => wantedPower[action] !== null);
  const size = isForgiving ? perStep : Math.ceil(perStep / smallPart);
  return Array.from({ length: Math.ceil(wave.length / size) }, (_, part) => wave.slice(part * size, (part + 1) * size));
}

async function sendPart(
  part: readonly Pursuit[],
  present: Present,
  turnstile: Turnstile,
  world: SendWorld,
): Promise<JournalEntry[]> {
  // A resumed run begins this before it has read again what was remembered: nothing leaves by what it does not know yet.
  await turnstile.isLive;
  return Promise.all(
    part.map(async (pursuit) => ({
      key: vmKey(pursuit.vm),
      answered: await sendInTurn(() => sendOne(pursuit, present, world), turnstile, world),
    })),
  );
}

/** Stopped before its turn, it does not wait for it: whoever stops a run wants to know who was spared. */
function sendInTurn(
  send: () => Promise<JournalEntry['answered']>,
  { gate, stopped }: Turnstile,
  { clock }: SendWorld,
): Promise<JournalEntry['answered']> {
  let hasBegun = false;
  const turn = gate.add(() => {
    hasBegun = true;
    return send();
  });
  const spared = stopped.then(() => (hasBegun ? turn : unsent('the run was stopped', clock.now())));
  return Promise.race([turn, spared]);
}

function cutOffEntry({ vm }: Pursuit): JournalEntry {
  return { key: vmKey(vm), answered: 'cut-off' };
}

async function sendOne(pursuit: Pursuit, present: Present, world: SendWorld): Promise<JournalEntry['answered']> {
  const { vm, action } = pursuit;
  const cloud = world.accounts.find((account) => account.cloud.account === vm.account)?.cloud;
  try {
    if (cloud === undefined) throw new PowerError('config', `account "${vm.account}" has no cloud`);
    const before = await whyNot(pursuit, present, world);
    if (before !== null) return before;
    world.onEvent?.({ kind: 'sent', vm: vm.id, account: vm.account, action, attempt: pursuit.attempts + 1 });
    const meanwhile: { why: NotSent | null } = { why: null };
    const mayRepeat = async () => {
      meanwhile.why = await whyNot(pursuit, present, world).catch((error) => afterThrow(pursuit, error, world));
      return meanwhile.why === null;
    };
    const limits = { ...limitsOf(pursuit, world), isMoot: () => isMoot(present(vmKey(vm))) };
    const answered = await act(cloud, vm.id, action, limits, world.clock, mayRepeat);
    if (meanwhile.why !== null) return { ...meanwhile.why, posts: answered.posts };
    tell(pursuit, answered, world);
    return isUnheard(answered) && isTurnOver(world)
      ? { later: 'next turn', why: turnOver, posts: answered.posts }
      : answered;
  } catch (error) {
    return afterThrow(pursuit, error, world);
  }
}

// Reading the lease may take long: what was seen meanwhile has the last word.
async function whyNot(pursuit: Pursuit, present: Present, world: SendWorld): Promise<NotSent | null> {
  const { leases, holder, clock } = world;
  const key = vmKey(pursuit.vm);
  const why = whyNotNow(key, present, world);
  if (why !== null) return why;
  const isLost = (await leases.lost(holder, [key])).length > 0;
  return isLost ? unsent('a newer request has taken it over', clock.now()) : whyNotNow(key, present, world);
}

function whyNotNow(key: string, present: Present, world: SendWorld): NotSent | null {
  const { clock, stop } = world;
  if (isMoot(present(key))) return unsent('it was seen in the wanted power meanwhile', clock.now());
  if (stop?.aborted) return unsent('the run was stopped', clock.now());
  return isTurnOver(world) ? { later: 'next turn', why: turnOver, posts: 0 } : null;
}

/** Seen in the wanted power, or settled without it: superseded, or out of time. */
function isMoot(now: Pursuit | undefined): boolean {
  return now === undefined || now.wasSeenWanted;
}

const turnOver = 'the process was about to end';

// Cut short by the end of the process, and not by what the API thinks of it.
function isUnheard({ meaning }: Answered): boolean {
  return meaning === 'unsent' || meaning === 'slow-down';
}

function tell({ vm, action }: Pursuit, { meaning, detail }: Answered, world: SendWorld): void {
  world.onEvent?.({ kind: 'answered', vm: vm.id, account: vm.account, meaning, detail });
  world.log.debug('an action was answered', { vm: vm.id, account: vm.account, action, meaning, detail });
}

function limitsOf(pursuit: Pursuit, world: SendWorld) {
  const { engine, policy, stop, until } = world;
  const { patienceMs } = pursuit.policy;
  const leaveBy = Math.min(deadlineOf(pursuit), until ?? never, engine.turn.endsAt - turnMarginMs);
  return {
    timeoutMs: Math.min(policy.timeouts.actionMs, patienceMs),
    patienceMs,
    ...(leaveBy === never ? {} : { until: leaveBy }),
    ...(stop === undefined ? {} : { stop }),
  };
}

/** Whether what would be sent now might not be back before the process ends. */
function isTurnOver({ clock, engine, policy }: SendWorld): boolean {
  const holdMs = Math.min(policy.timeouts.actionMs, longEnoughMs);
  return clock.now() >= engine.turn.endsAt - holdMs - turnMarginMs;
}

// A secret that can't be read means that nothing was sent: it is this account's token trouble, like a 401.
// A lease that can't be read means that it is not ours to send, until it can.
function afterThrow({ vm, action }: Pursuit, error: unknown, { clock, log }: SendWorld): NotSent {
  log.error('an action could not be sent', { vm: vm.id, account: vm.account, action, error });
  const answeredAt = clock.now();
  if (error instanceof PowerError && error.code === 'aws') return { later: 'next look', why: error.message, posts: 0 };
  if (error instanceof PowerError)
    return { meaning: 'token', detail: error.message, posts: 0, sentAt: null, answeredAt };
  return { bug: kindOf(error), answeredAt };
}

type NotSent = Exclude<JournalEntry['answered'], 'cut-off'>;

function unsent(detail: string, answeredAt: number): Answered {
  return { meaning: 'unsent', detail, posts: 0, sentAt: null, answeredAt };
}
