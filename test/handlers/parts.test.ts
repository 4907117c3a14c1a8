// What the run function does with a part of a large run: a world that shares its pace, and a log line where it breaks off.
// How parts are settled is in test/aws/durable/parts.test.ts.

import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { durableRun } from '../../handlers/turn.ts';
import { runWorld, sharedWorld } from '../../handlers/world.ts';
import { setUpDurable, tearDownDurable } from '../fixtures/durable.ts';
import { printedBy } from '../fixtures/printed.ts';

beforeAll(async () => {
  Object.assign(process.env, {
    POWER_TABLE: 'power-parts',
    POWER_RUN_FUNCTION: 'power-run:durable',
    OPENSCALER_SECRET_ID: 'openscaler/token',
    LOG_LEVEL: 'ERROR',
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  await setUpDurable();
}, 60_000);
afterAll(tearDownDurable);

describe('the world of a part', () => {
  it('has its share of the pace, and else all that a run has', () => {
    const whole = runWorld();
    const { accounts, inFlight, ...rest } = sharedWorld({ main: 3 });
    expect(inFlight).toBe(Math.floor(whole.inFlight / 3));
    expect(accounts.map(({ cloud, projects }) => [cloud.account, projects])).toEqual(
      whole.accounts.map(({ cloud, projects }) => [cloud.account, projects]),
    );
    expect({ ...whole, ...rest }).toEqual(whole);
  });

  it('has clouds of its own: those of the container go at the whole pace, and count the calls of other runs', () => {
    const [whole, one, other] = [runWorld(), sharedWorld({ main: 2 }), sharedWorld({ main: 2 })];
    expect(new Set([whole, one, other].map(({ accounts }) => accounts[0]?.cloud)).size).toBe(3);
  });
});

describe('a part that cannot be settled', () => {
  it('fails, and its log says why', async () => {
    const runner = new LocalDurableTestRunner({ handlerFunction: await durableRun(async () => undefined) });
    const part = { json: JSON.stringify({ label: 'all-0', vms: ['8'] }) };
    const { result, lines } = await printedBy(() => runner.run({ payload: { run: 'cron-1', part } }));
    expect(result.getStatus()).toBe('FAILED');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      {
        level: 'ERROR',
        message: 'a part of a run ends in an error; the run looks after its VMs',
        error: { code: 'request', message: expect.stringContaining('another version') },
      },
    ]);
  });
});
