import { describe, expect, it } from 'vitest';
import { loadConfig, readEnvironment } from '../../lib/config.ts';
import { tokenTrial } from '../../lib/wiring/token-trial.ts';
import { FakeClock } from '../fakes/clock.ts';
import { MemoryLog } from '../fakes/log.ts';
import { type Exchange, scriptedServer } from '../fakes/scripted-server.ts';

const arn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:power/main-AbCdEf';

async function tried(answer: Exchange['answer'], secretArn = arn): Promise<void> {
  const server = await scriptedServer([{ expect: 'GET /v1/vms?project_id=default', token: 'tok-2', answer }]);
  const environment = readEnvironment({ OPENSCALER_API_URL: server.url, OPENSCALER_SECRET_ID: 'power/main' });
  const config = loadConfig({}, environment, { where: 'lambda' });
  try {
    await tokenTrial(config, { clock: new FakeClock(), log: new MemoryLog() })(secretArn, 'tok-2');
    server.verify();
  } finally {
    await server.close();
  }
}

describe('a token on trial', () => {
  it.each([
    ['with a list', { vms: [] }],
    // What a list lacks says nothing of the token: no rotation may wait for that.
    ['with a list that is not whole', { vms: [], next: '/v1/vms?page=2' }],
  ])('passes when it is answered %s', async (_how, json) => {
    await expect(tried({ json })).resolves.toBeUndefined();
  });

  it.each([
    [401, 'token-rejected'],
    [403, 'list-failed'],
    [404, 'list-failed'],
  ])('does not pass when it is answered %i', async (status, code) => {
    await expect(tried({ status, json: {} })).rejects.toMatchObject({ code });
  });

  it('is of no use where no account has its secret', async () => {
    await expect(tried({ json: { vms: [] } }, arn.replace('main', 'other'))).rejects.toMatchObject({ code: 'config' });
  });
});
