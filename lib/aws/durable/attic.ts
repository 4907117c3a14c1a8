// The attic in DynamoDB: results of steps that are too long for a checkpoint, in parts, for as long as an execution is kept.
// Key scheme: `step#<run>#<step>#<nonce>` / `part#<n>`; nobody but the run itself reads them.

import { PowerError } from '../../core/errors.ts';
import { DynamoTable, type DynamoTableOptions } from '../dynamo.ts';
import type { Attic } from './payloads.ts';

// An item may have 400 KB.
const partBytes = 350_000;
const ttlDays = 3;

export function dynamoAttic(options: DynamoTableOptions): Attic {
  const table = new DynamoTable(options);
  return {
    async put(key, bytes) {
      const expiresAt = { N: String(Math.ceil(options.clock.now() / 1000) + ttlDays * 86_400) };
      const count = Math.ceil(bytes.length / partBytes);
      const parts = Array.from({ length: count }, (_, index) => ({
        pk: { S: `step#${key}` },
        sk: { S: `part#${String(index).padStart(4, '0')}` },
        count: { N: String(count) },
        bytes: { B: bytes.subarray(index * partBytes, (index + 1) * partBytes) },
        expiresAt,
      }));
      // One by one: a batch of 25 would have more than its 16 MB in the worst case, and there are two or three.
      for (const part of parts) await table.putAll([part], `keep what step ${key} found`);
    },
    async get(key) {
      const doing = `read what step ${key} found`;
      const parts = await table.all(`step#${key}`, 'part#', doing);
      const bytes = parts.map((part) => part.bytes?.B);
      if (bytes.length === 0 || String(bytes.length) !== parts[0]?.count?.N)
        throw new PowerError('aws', `could not ${doing}: it is not in the table any more`);
      return Buffer.concat(bytes.filter((part) => part !== undefined));
    },
  };
}
