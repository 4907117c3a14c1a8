// Announces to an EventBridge bus. PutEvents takes few entries at a time and may take some of them only; those are sent again.
// Bounded in all, because a run waits for it: an outage of EventBridge costs it seconds, and some events.

import type { EventBridgeClient, EventBridgeClientConfig, PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import PQueue from 'p-queue';
import { PowerError } from '../core/errors.ts';
import type { Announcer, Clock, PowerEvent } from '../ports.ts';
import { awsFault } from './aws-fault.ts';
import { clientDefaults } from './client-defaults.ts';

export interface EventBusOptions {
  /** The name of the bus. */
  readonly bus: string;
  readonly clock: Clock;
  /** How long one announcement may take in all. @default 5000 */
  readonly withinMs?: number;
  /** On top of what the SDK reads from the environment. */
  readonly client?: EventBridgeClientConfig;
}

/** As whom events are announced: a rule's `source`. */
export const eventSource = 'openscaler-power';

// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
const mostEntries = 10;
const mostBytes = 256 * 1024;
/** What an entry weighs besides its texts: its time. */
const timeBytes = 14;

const mostTries = 4;
const firstPauseMs = 100;
const callsAtOnce = 4;

/** An announcer to this bus. Throws `aws`, having tried them all, when some events were not taken. Loads the SDK on first use. */
export function eventBus({ bus, clock, withinMs = 5_000, client: config }: EventBusOptions): Announcer {
  let client: EventBridgeClient | undefined;
  return {
    async announce(events) {
      const undertaking = { doing: `announce ${plural(events.length)} to the event bus ${bus}`, ifMissing };
      const over = new AbortController();
      const enough = new AbortController();
      clock.sleep(withinMs, enough.signal).then(() => over.abort());
      try {
        const { EventBridgeClient } = await import('@aws-sdk/client-eventbridge');
        client ??= new EventBridgeClient({ ...clientDefaults, ...config });
        const refused = await putAll(batchesOf(events, bus), { client, clock, over });
        if (refused.length > 0) throw notTaken(refused, undertaking.doing);
      } catch (error) {
        throw awsFault(error, undertaking);
      } finally {
        enough.abort();
      }
    },
  };
}

const ifMissing = 'the bus does not exist: deploy the stack, or check AWS_REGION';

interface Calling {
  readonly client: EventBridgeClient;
  readonly clock: Clock;
  /** Aborted: no more is sent. */
  readonly over: AbortController;
}

/** The codes of the entries that were not taken. Throws what the SDK throws, and then lets no further call begin. */
async function putAll(batches: readonly (readonly PutEventsRequestEntry[])[], calling: Calling): Promise<string[]> {
  const queue = new PQueue({ concurrency: callsAtOnce });
  const put = async (batch: readonly PutEventsRequestEntry[]) => {
    try {
      return await putBatch(batch, calling);
    } catch (error) {
      // The others would meet the same: denied, or nobody there.
      calling.over.abort();
      throw error;
    }
  };
  const results = await Promise.allSettled(batches.map((batch) => queue.add(() => put(batch))));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
}

async function putBatch(batch: readonly PutEventsRequestEntry[], { client, clock, over }: Calling): Promise<string[]> {
  const { PutEventsCommand } = await import('@aws-sdk/client-eventbridge');
  let left = batch;
  for (let tries = 1; ; tries += 1) {
    const command = new PutEventsCommand({ Entries: [...left] });
    const { Entries = [] } = await client.send(command, { abortSignal: over.signal });
    const refused = left.flatMap((entry, place) => {
      const { EventId, ErrorCode } = Entries[place] ?? {};
      return EventId === undefined ? [{ entry, code: ErrorCode ?? 'without a code' }] : [];
    });
    if (refused.length === 0) return [];
    if (tries === mostTries) return refused.map(({ code }) => code);
    left = refused.map(({ entry }) => entry);
    await clock.sleep(firstPauseMs * 2 ** (tries - 1), over.signal);
  }
}

function batchesOf(events: readonly PowerEvent[], bus: string): PutEventsRequestEntry[][] {
  const batches: PutEventsRequestEntry[][] = [];
  let bytes = 0;
  for (const event of events) {
    const entry = entryOf(event, bus);
    const own = bytesOf(entry);
    const last = batches.at(-1);
    if (last !== undefined && last.length < mostEntries && bytes + own <= mostBytes) {
      last.push(entry);
      bytes += own;
    } else {
      batches.push([entry]);
      bytes = own;
    }
  }
  return batches;
}

function entryOf({ type, at, detail }: PowerEvent, bus: string): PutEventsRequestEntry {
  const time = at === null ? {} : { Time: new Date(at) };
  return { EventBusName: bus, Source: eventSource, DetailType: type, Detail: JSON.stringify(detail), ...time };
}

function bytesOf({ Source = '', DetailType = '', Detail = '' }: PutEventsRequestEntry): number {
  return timeBytes + Buffer.byteLength(Source + DetailType + Detail);
}

// Codes are AWS's words; its messages may quote what was sent.
function notTaken(codes: readonly string[], doing: string): PowerError {
  const words = [...new Set(codes.map((code) => (/^\w{1,60}$/.test(code) ? code : 'unknown')))].join(', ');
  const advice = 'if it lasts, look at the quotas of EventBridge';
  return new PowerError(
    'aws',
    `could not ${doing}: ${codes.length} were not taken (${words}), also when sent again; ${advice}`,
  );
}

function plural(count: number): string {
  return count === 1 ? '1 event' : `${count} events`;
}
