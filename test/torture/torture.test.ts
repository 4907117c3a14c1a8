// A fast, seeded sample of `npm run torture`: the same attacks, fewer of them; and judges that are shown to notice.

import { describe, expect, it } from 'vitest';
import { trials, troubleAws } from './aws.ts';
import { deliverRubbish } from './events.ts';
import { mix, pairings, poisonOne, tellEveryLie } from './openscaler.ts';
import { troubleSecrets } from './secrets.ts';
import { Tally } from './tally.ts';
import { endProcesses, jumpClocks, runOutOfTime } from './time.ts';
import { liveThrough } from './week.ts';
import type { Deployment } from './week-world.ts';

async function tallyOf(torture: (tally: Tally) => Promise<void>): Promise<Tally> {
  const tally = new Tally('sample');
  await torture(tally);
  return tally;
}

describe('under fire, by a sample', () => {
  it('no rule is broken, whichever lie is told at whichever call', async () => {
    const tally = await tallyOf((its) => tellEveryLie(its, 3, 1, 12));
    expect(tally.violations).toEqual([]);
    expect(tally.facts.get('plays')).toBe(pairings.filter((_, index) => index % 12 === 3).length);
    expect(tally.faults).toBeGreaterThan(20);
  });

  it('no rule is broken by every behaviour at once, amid lies', async () => {
    const tally = await tallyOf((its) => mix(its, 7, 0.1));
    expect(tally.violations).toEqual([]);
    expect(tally.places).toEqual(expect.arrayContaining(['action', 'list', 'reboot', 'reset', 'shutdown', 'start']));
  });

  it('one poisoned VM of three hundred stays the only one that is left alone', async () => {
    const tally = await tallyOf((its) => poisonOne(its, 1, 300));
    expect(tally.violations).toEqual([]);
    expect(tally.facts.get('outcomes judged')).toBe(900);
  });

  it('no run is lost in silence when DynamoDB or Lambda fail', async () => {
    const tally = await tallyOf((its) => troubleAws(its, 1, 60));
    expect(tally.violations).toEqual([]);
    expect(tally.facts.get('trials')).toBe(trials.filter((_, index) => index % 60 === 1).length);
    expect(tally.pairs).toBeGreaterThan(2);
  });

  it('no event that is malformed, late or from the future launches anything', async () => {
    const tally = await tallyOf((its) => deliverRubbish(its, 1, 400));
    expect(tally.violations).toEqual([]);
    expect(tally.facts.get('events')).toBe(400);
    expect(tally.facts.get('refused')).toBeGreaterThan(150);
    expect(tally.facts.get('taken')).toBeGreaterThan(0);
  });

  it('every trouble with the secret ends in a true report that says so', async () => {
    const tally = await tallyOf((its) => troubleSecrets(its, 1, 8));
    expect(tally.violations).toEqual([]);
    expect(tally.facts.get('runs')).toBeGreaterThan(4);
  });

  it('a run whose time is over, whose processes end, or whose clock jumps, claims nothing that is not so', async () => {
    const tally = await tallyOf(async (its) => {
      await runOutOfTime(its, 1, 0.08);
      await endProcesses(its, 1, 3);
      await jumpClocks(its, 1, 3);
    });
    expect(tally.violations).toEqual([]);
    expect(tally.kinds).toEqual([
      'clock put back',
      'clock put forward',
      'invocation over',
      'process ended',
      'time is over',
    ]);
  });

  it('in two days of faults and three crashes no VM ends wrong unreported, nothing is done twice, no run is lost', async () => {
    const tally = await tallyOf((its) => liveThrough(its, { seed: 11, days: 2 }));
    expect(tally.violations).toEqual([]);
    expect(tally.facts.get('runs recorded')).toBeGreaterThan(20);
    expect(tally.facts.get('runs ended')).toBe(tally.facts.get('runs recorded'));
    expect(tally.faults).toBeGreaterThan(50);
    expect(tally.facts.get('crashes')).toBe(3);
    expect(tally.facts.get('runs killed at work')).toBeGreaterThan(2);
    expect(tally.facts.get('webhooks accepted')).toBeGreaterThan(5);
    expect(tally.facts.get('API runs accepted')).toBeGreaterThan(5);
  });
});

describe('the judge of a week', () => {
  const wordsOf = async (sabotage: (deployment: Deployment) => void, seed = 2) => {
    const tally = await tallyOf((its) => liveThrough(its, { seed, days: 2, sabotage }));
    return tally.violations.map(({ words }) => words).join('\n');
  };

  it('notices VMs that are wrong and of which nobody was told', async () => {
    const words = await wordsOf((deployment) => {
      // Ticks that see nothing to do: no error, no report, and nothing done.
      deployment.tick = async () => ({ inVain: [], unlisted: [] });
    });
    expect(words).toMatch(/VM \d+ is not on, wanted since .*; nobody was told/);
  });

  it('notices a run that never ends and rang nothing', async () => {
    const words = await wordsOf((deployment) => {
      deployment.store.end = async () => undefined;
      // The tick would tell of it.
      deployment.store.takeLost = async () => false;
    });
    expect(words).toMatch(/lost without a word: \S+ is lost/);
  });

  it('notices a run that sends after a newer one has taken the VM over', async () => {
    const words = await wordsOf((deployment) => {
      deployment.leases.lost = async () => [];
    });
    expect(words).toMatch(/\S+ sent \w+ to VM \d+, which \S+ had taken over/);
  });

  it('notices ticks without memory, which undo what somebody did and try in vain without a pause', async () => {
    const words = await wordsOf((deployment) => {
      const { putMarks } = deployment.state;
      // Nothing that comes after the first mark is kept: as if each boundary were still ahead of its tick.
      deployment.state.putMarks = (changes) =>
        putMarks.call(
          deployment.state,
          changes.filter(({ from }) => from === null),
        );
    });
    expect(words).toMatch(/tick-\S+ sent \w+ to VM \d+ at \S+, after somebody had changed it/);
    expect(words).toMatch(/\d+ runs of ticks have tried VM 22 since/);
  });

  it('notices a run that was accepted and does not exist', async () => {
    const words = await wordsOf((deployment) => {
      const { list } = deployment.store;
      deployment.store.list = async (...given) => {
        const page = await list.apply(deployment.store, given);
        return { ...page, runs: page.runs.filter(({ trigger }) => trigger !== 'webhook') };
      };
    });
    expect(words).toMatch(/webhook-\S+ was accepted, and there is no such run/);
  });

  it('notices what two workers of one run do twice', async () => {
    const sabotage = (deployment: Deployment) => {
      deployment.weather.share = 0.4;
      const { claim } = deployment.store;
      deployment.store.claim = async (name, at, deadline, claimant) => {
        const own = await claim.call(deployment.store, name, at, deadline, claimant);
        const run = await deployment.store.read(name, at);
        return own ?? (run?.status === 'running' ? run : null);
      };
    };
    // The two meet at a reboot in most stories; in which ones, each call more or less to the store decides anew.
    const words = await Promise.all([4, 5, 6, 7].map((seed) => wordsOf(sabotage, seed)));
    expect(words.join('\n')).toMatch(/twice: \S+ sent another reboot to VM/);
  });
});
