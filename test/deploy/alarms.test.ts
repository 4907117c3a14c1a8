// The alarms on what ticks log, against the lines that the deployed log really prints.

import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { alarms } from '../../deploy/alarms.ts';
import { loadConfig, readEnvironment } from '../../lib/config.ts';

const config = loadConfig({}, readEnvironment({}), { where: 'lambda', credentials: 'optional' });
const made = alarms(config, { service: 'openscaler-power', stage: 'dev' });
const patterns = Object.values(made).flatMap(({ Properties }) =>
  typeof Properties.FilterPattern === 'string' ? [Properties.FilterPattern] : [],
);
const words = patterns.flatMap((pattern) => /^\{ \$\.alarm = "([a-z-]+)" \}$/.exec(pattern)?.[1] ?? []);

describe('the alarms on what ticks log', () => {
  it('wait for the words that a tick says, all of them and no other', async () => {
    const source = await readFile('lib/run/schedule/tick.ts', 'utf8');
    const said = [...source.matchAll(/\balarm: '([^']+)'/g)].map(([, word]) => word);
    expect(words).toHaveLength(patterns.length);
    expect(words.toSorted()).toEqual([...new Set(said)].toSorted());
  });

  it('look where the deployed log puts the word, at every level that can be configured', () => {
    for (const level of ['debug', 'info', 'warn', 'error']) {
      const script = `import('./lib/aws/log.ts').then(({ lambdaLog }) =>
        lambdaLog({ level: '${level}', service: 'openscaler-power' }).error('in trouble', { alarm: 'tags', count: 1 }))`;
      const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
      expect(JSON.parse(`${stdout}${stderr}`)).toMatchObject({ level: 'ERROR', alarm: 'tags' });
    }
  });
});
