// What a durable execution remembers of a step: its result as compressed JSON, or where in the table it lies if that is long.
// A checkpoint may have 256 KB; the list of ten thousand VMs has more.

import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Serdes } from '@aws/durable-execution-sdk-js';
import * as v from 'valibot';
import { PowerError } from '../../core/errors.ts';

/** Keeps long texts; DynamoDB in AWS, memory in tests. Throws `aws`. */
export interface Attic {
  put(key: string, bytes: Uint8Array): Promise<void>;
  get(key: string): Promise<Uint8Array>;
}

const zip = promisify(gzip);
const unzip = promisify(gunzip);

/** Shorter than this, JSON is as small as its gzip. */
const plainBytes = 1_000;
/** Of what is compressed; base64 adds a third. */
const inlineBytes = 96_000;
/** A turn reads again what it wrote: so many long results stay at hand. */
const mostAtHand = 8;

const remembered = v.union([
  v.object({ json: v.string() }),
  v.object({ gzip: v.string() }),
  v.object({ attic: v.string() }),
]);

/** The serdes of a run's steps. */
export function payloads(run: string, attic: Attic): Serdes<unknown> {
  const atHand = new Map<string, string>();
  const remember = (key: string, json: string) => {
    atHand.set(key, json);
    const [oldest] = atHand.keys();
    if (atHand.size > mostAtHand && oldest !== undefined) atHand.delete(oldest);
  };
  const fetched = async (key: string) => {
    const json = atHand.get(key) ?? String(await unzip(await attic.get(key)));
    remember(key, json);
    return json;
  };
  return {
    async serialize(value, { entityId }) {
      const json = JSON.stringify(value) ?? 'null';
      if (json.length < plainBytes) return JSON.stringify({ json });
      const bytes = await zip(json);
      if (bytes.length < inlineBytes) return JSON.stringify({ gzip: bytes.toString('base64') });
      // A name of its own: an attempt that was cut off may have left parts under the step's.
      const key = `${run}#${entityId}#${randomBytes(6).toString('hex')}`;
      await attic.put(key, bytes);
      remember(key, json);
      return JSON.stringify({ attic: key });
    },
    async deserialize(data) {
      if (data === undefined) return undefined;
      const parsed = v.safeParse(remembered, JSON.parse(data));
      if (!parsed.success) throw new PowerError('aws', `run ${run} was begun by another version and cannot go on`);
      const { output } = parsed;
      if ('json' in output) return JSON.parse(output.json);
      if ('gzip' in output) return JSON.parse(String(await unzip(Buffer.from(output.gzip, 'base64'))));
      return JSON.parse(await fetched(output.attic));
    },
  };
}
