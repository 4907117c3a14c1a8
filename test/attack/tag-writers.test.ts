// Whoever may write a VM's description or tags can have it hit or left out: what that reaches, and where it ends.
// docs/security.md says in words what a tag writer can do; these are its proofs.

import { describe, expect, it } from 'vitest';
import { countInputs } from './counting.ts';
import { runFleet } from './tag-bench.ts';

const others = Array.from({ length: 8 }, (_, nth) => ({ id: String(100 + nth), description: '[env=prod]' }));
const victim = (description: string) => ({ id: '8', description });

const leaveAlone: readonly [string, string][] = [
  ['a protection that is misspelled', '[env=dev] [Protected]'],
  ['a protection with prose', '[env=dev] [protected: do not stop]'],
  ['a protection that says no', '[env=dev protected=no]'],
  ['a protection in look-alike letters', '[env=dev] [рrotected!] [protected please]'],
  ['a protection behind a bracket that never closes', '[env=dev] [protected'],
  ['a protection swallowed by a quote', '[env=dev x="] [protected] ["]'],
  ['a key with two values', '[env=dev] [env=prod]'],
  ['a value in curly quotes', '[env=“dev”] [env=dev]'],
  ['an invisible character in a value', '[env=dev\u200b] [env=dev]'],
  ['a bidirectional override in a value', '[env=dev x="\u202eved"]'],
  ['a schedule of two words without quotes', '[env=dev] [schedule=office-hours Europe/Paris]'],
  ['a tier that is none', '[env=dev tier=first]'],
  ['an escalation that is misspelled', '[env=dev shutdown="escalate=poweroff"]'],
];

describe('a tag that is protected or at fault fails closed', () => {
  it.each(leaveAlone)('%s: nothing is sent to that VM, and the report says so', async (_what, description) => {
    countInputs('tags of an attacker');
    const { sent, outcomes } = await runFleet([victim(description), ...others], {
      action: 'shutdown',
      select: 'env=dev',
    });
    expect(sent).toEqual([]);
    expect(outcomes).toMatchObject([
      { vm: '8', result: 'skipped', code: expect.stringMatching(/^(?:protected|fault)$/) },
    ]);
  });
});

describe('whoever writes the tags of one VM', () => {
  it('can have it hit: a tag is the right to be acted on, and no more', async () => {
    const { sent } = await runFleet([victim('[env=dev]'), ...others], { action: 'shutdown', select: 'env=dev' });
    expect(sent).toEqual(['shutdown 8']);
  });

  it.each([
    '[a=b] env=dev',
    '["] [env=dev]"',
    '[env=dev,env in (prod)]',
    '[100=dev]',
    'env=dev',
    '[select=*]',
    '[id=100]',
    '[account=main/100]',
  ])('reaches no other VM by %s', async (description) => {
    countInputs('tags of an attacker');
    const { sent } = await runFleet([victim(description), ...others], { action: 'shutdown', select: 'env=dev' });
    expect(sent.filter((one) => one !== 'shutdown 8')).toEqual([]);
  });

  it.each(['constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
    'does not make every VM have the tag %s',
    async (key) => {
      countInputs('tags of an attacker');
      const { sent } = await runFleet([victim(`[${key}=x]`), ...others], { action: 'shutdown', select: key });
      expect(sent).toEqual(['shutdown 8']);
    },
  );

  it('cannot have it forced off where the configuration does not allow it, nor have any action but those asked for', async () => {
    const forced = await runFleet(
      [victim('[env=dev shutdown="patience=1s escalate=power_off"]'), ...others],
      { action: 'shutdown', select: 'env=dev' },
      { isDeaf: true },
    );
    expect(new Set(forced.sent)).toEqual(new Set(['shutdown 8']));
    expect(forced.outcomes).toMatchObject([{ result: 'failed', code: 'still' }]);
    const { sent } = await runFleet([victim('[env=dev action=power_off]'), ...others], {
      action: 'shutdown',
      select: 'env=dev',
    });
    expect(sent).toEqual(['shutdown 8']);
  });

  it('cannot undo what the configuration says of it: a rule beats a description', async () => {
    const tags = [{ match: { id: '8' }, tags: { protected: '' } }];
    const { sent, outcomes } = await runFleet(
      [victim('[env=dev]'), ...others],
      { action: 'shutdown', select: 'env=dev' },
      { tags },
    );
    expect(sent).toEqual([]);
    expect(outcomes).toMatchObject([{ code: 'protected' }]);
  });

  it('of a whole fleet meets the guard: the run is refused before the first POST', async () => {
    const fleet = others.map(({ id }) => ({ id, description: '[env=dev]' }));
    const { sent, outcomes } = await runFleet(fleet, { action: 'shutdown', select: 'env=dev' });
    expect(sent).toEqual([]);
    expect(new Set(outcomes.map(({ code }) => code))).toEqual(new Set(['guard']));
  });

  it("cannot pass for another VM by its name: rules by id look at the API's id", async () => {
    const tags = [{ match: { id: '100' }, tags: { env: 'dev' } }];
    const named = { id: '8', name: '100', description: '' };
    const { sent } = await runFleet([named, ...others], { action: 'shutdown', select: 'env=dev' }, { tags });
    expect(sent).toEqual(['shutdown 100']);
  });
});
