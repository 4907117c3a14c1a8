import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDescription } from '../../../lib/core/tags/description.ts';
import { specialKeys } from '../../../lib/core/tags/special.ts';

function pairs(description: string): string[] {
  return readDescription(description).entries.map(({ key, value }) => `${key}=${value}`);
}

const general = '[key=value], with quotes around a value that has blanks or signs in it, [key="a b"]';
const examples = {
  schedule: '[schedule="Sun-Thu 08:00-18:00"]',
  protected: '[protected]',
  tier: '[tier=1]',
  shutdown: '[shutdown="patience=10m escalate=power_off"]',
  'keep-on-until': '[keep-on-until="2030-01-31T18:00:00Z"]',
  'keep-off-until': '[keep-off-until="2030-01-31T18:00:00Z"]',
};

describe('a group that counts', () => {
  it.each([
    [
      'Staging DB [env=staging tier=1 schedule="Sun-Thu 08:00-18:00"]',
      ['env=staging', 'tier=1', 'schedule=Sun-Thu 08:00-18:00'],
    ],
    ['[env=dev]', ['env=dev']],
    ['[ env=dev ]', ['env=dev']],
    ['[env=dev,tier=1;legacy]', ['env=dev', 'tier=1', 'legacy=']],
    ['[,env=dev,; \t\n tier=1,]', ['env=dev', 'tier=1']],
    ['[env=dev\u00a0tier=1]', ['env=dev', 'tier=1']],
    ['[legacy env=dev]', ['legacy=', 'env=dev']],
    ['[env=""]', ['env=']],
    ['[a.b/c:d_e-F9=Z]', ['a.b/c:d_e-F9=Z']],
    ['[9=-1.5/x+y@z:80%!?*(){}#]', ['9=-1.5/x+y@z:80%!?*(){}#']],
    ['[ville=Béjaïa owner="日本 😀"]', ['ville=Béjaïa', 'owner=日本 😀']],
    ['[note="a=b, c; \'d\' \\"]', ["note=a=b, c; 'd' \\"]],
    ['[note="a]b" env=dev]', ['note=a]b', 'env=dev']],
    ['[note="[protected]"] [env=dev]', ['note=[protected]', 'env=dev']],
    ['[note="]"]', ['note=]']],
    ['[protected]', ['protected=']],
    ['[protected=yes]', ['protected=yes']],
    ['[protected, schedule; tier]', ['protected=', 'schedule=', 'tier=']],
    ['[env=dev protected legacy]', ['env=dev', 'protected=', 'legacy=']],
    [
      '[protected-by=ops tier1=x schedules=2 shutdown-window=night]',
      ['protected-by=ops', 'tier1=x', 'schedules=2', 'shutdown-window=night'],
    ],
    ['[env=dev tier=1 legacy]', ['env=dev', 'tier=1', 'legacy=']],
    ['[schedule=office-hours env=dev legacy]', ['schedule=office-hours', 'env=dev', 'legacy=']],
    ['[schedule=office-hours protected]', ['schedule=office-hours', 'protected=']],
    ['[schedule="office-hours Europe/Paris" legacy]', ['schedule=office-hours Europe/Paris', 'legacy=']],
    ['[legacy schedule=office-hours]', ['legacy=', 'schedule=office-hours']],
    ['[env=dev] and [tier=1] [1] [protected]', ['env=dev', 'tier=1', 'protected=']],
    ['[env=dev][tier=1]', ['env=dev', 'tier=1']],
    ['[[env=dev]]', ['env=dev']],
    ['[see [env=dev]', ['env=dev']],
    ['[env=dev env=dev]', ['env=dev', 'env=dev']],
    ['[constructor=x]', ['constructor=x']],
  ])('%s', (description, tags) => {
    expect(pairs(description)).toStrictEqual(tags);
    expect(readDescription(description)).toMatchObject({ faults: [], unclear: [] });
  });
});

describe('prose', () => {
  it.each([
    '',
    'My example computer (generated from API)',
    'env=dev protected tier=1',
    'env=dev]',
    'protected]',
    '(protected) {env=dev}',
    '[]',
    '[ ]',
    '[,]',
    '[1]',
    '[see wiki]',
    '[legacy]',
    '[a b, c]',
    '[do not schedule]',
    '[unprotected]',
    '[legacy unprotected]',
    '[protectedness]',
    '[überprotected]',
    '[protection]',
    '[scheduled]',
    '[tiers]',
    '[tier1]',
    '[shutdowns are fine]',
    '[keep on trucking]',
    '[what?!]',
    '[=> see wiki]',
    '[>= 3 nodes]',
    '[="]',
    '[see wiki',
    'sad :[',
    '[a [b',
    '[she said "hi]',
    '[é]',
  ])('%s', (description) => {
    expect(readDescription(description)).toStrictEqual({ entries: [], unclear: [], faults: [] });
  });
});

describe('a group that tries to give a value and is malformed', () => {
  it.each([
    ['[env= dev]', 'no value follows "env=" (an empty one is "")', ['env']],
    ['[env=]', 'no value follows "env=" (an empty one is "")', ['env']],
    ['[env =dev]', '"=dev" does not begin with a key', ['env']],
    ['[env = dev]', '"= dev" does not begin with a key', ['env']],
    ['[env==dev]', 'no value follows "env=" (an empty one is "")', ['env']],
    ['[env=a=b]', '"=b" does not belong there', ['env', 'a']],
    ['[env=dev team:=]', 'no value follows "team:=" (an empty one is "")', ['env', 'team:']],
    ['[env=dev !]', '"!" does not begin with a key', ['env']],
    ['[! env=dev]', '"! env=dev" does not begin with a key', ['env']],
    ['[.env=dev]', '".env=dev" does not begin with a key', ['.env']],
    ['[__proto__=x]', '"__proto__=x" does not begin with a key', ['__proto__']],
    ['[été=x]', '"été=x" does not begin with a key', ['été']],
    ['[env="dev]', 'the quote after "env=" is not closed', ['env']],
    ['[env="dev"ops]', '"ops" does not belong there', ['env']],
    ['[env="dev"tier=1]', '"tier=1" does not belong there', ['env', 'tier']],
    ["[env='dev']", 'no value follows "env=" (an empty one is "")', ['env']],
    ['[env=“dev”]', 'no value follows "env=" (an empty one is "")', ['env']],
    ["[owner=o'neill]", '"\'neill" does not belong there', ['owner']],
    ['[env=dev"]', '""" does not belong there', ['env']],
    ['[env=d\u200bev]', 'the value "d\\u{200b}ev" has characters that nobody can see', ['env']],
    ['[env="a\nb"]', 'the value "a\\u{a}b" has characters that nobody can see', ['env']],
    ['[a="x] [env=dev] [b="]', 'the quote after "a=" runs over the group\'s end', ['a', 'env', 'b']],
  ])('%s', (description, why, keys) => {
    const { entries, faults, unclear } = readDescription(String(description));
    const shown = String(description).replace('\u200b', '\\u{200b}').replace('\n', '\\u{a}');
    expect(faults).toStrictEqual([`the description says "${shown}", but ${why}; write ${general}`]);
    expect(unclear).toStrictEqual(keys);
    expect(entries).toStrictEqual([]);
  });

  it.each([
    ['[env=dev', '[env=dev'],
    ['[env = dev] is [role=db [tier=1]', '[role=db '],
    ['[a="x', '[a="x'],
    ['[a="x" y', '[a="x" y'],
  ])('%s has to be closed', (description, group) => {
    expect(readDescription(description).faults).toContain(
      `the description says "${group}", but the closing "]" is missing; write ${general}`,
    );
  });

  it('does not keep the other groups from being read', () => {
    expect(pairs('[role=db [env=dev] [x= y] [tier=1]')).toStrictEqual(['env=dev', 'tier=1']);
    expect(readDescription('[role=db [env=dev] [x= y] [tier=1]').faults).toHaveLength(2);
  });

  it('hides no group in quotes that belong to no value', () => {
    expect(pairs('[="] [protected] ["]')).toStrictEqual(['protected=']);
    expect(pairs('["] [protected] ["]')).toStrictEqual(['protected=']);
    expect(pairs('a="[protected] "')).toStrictEqual(['protected=']);
  });
});

describe('a group that names a special tag, but not exactly', () => {
  it.each([
    ['[Protected]', 'protected', '"Protected" is not exactly the special tag "protected"'],
    ['[ PROTECTED ]', 'protected', '" PROTECTED " is not exactly the special tag "protected"'],
    ['[protected!]', 'protected', '"!" does not belong there'],
    ['[protected.]', 'protected', '"protected." is not exactly the special tag "protected"'],
    ['[protected: yes]', 'protected', '"protected: yes" is not exactly the special tag "protected"'],
    ['[protected:yes]', 'protected', '"protected:yes" is not exactly the special tag "protected"'],
    ['[protected, do not stop]', 'protected', '"protected, do not stop" is not exactly the special tag "protected"'],
    ['[protected do not stop]', 'protected', '"protected do not stop" is not exactly the special tag "protected"'],
    ['[do not stop, protected]', 'protected', '"do not stop, protected" is not exactly the special tag "protected"'],
    ['[vip; Protected]', 'protected', '"vip; Protected" is not exactly the special tag "protected"'],
    ['[vip | protected]', 'protected', '"| protected" does not begin with a key'],
    ['[vip & protected]', 'protected', '"& protected" does not begin with a key'],
    ['[vip + protected]', 'protected', '"+ protected" does not begin with a key'],
    ['[vip\nprotected]', 'protected', '"vip\\u{a}protected" is not exactly the special tag "protected"'],
    ['[vip\rprotected]', 'protected', '"vip\\u{d}protected" is not exactly the special tag "protected"'],
    ['[protected-vm]', 'protected', '"protected-vm" is not exactly the special tag "protected"'],
    ['[*protected*]', 'protected', '"*protected*" does not begin with a key'],
    ['["protected"]', 'protected', '""protected"" does not begin with a key'],
    ['[\u200bprotected]', 'protected', '"\\u{200b}protected" does not begin with a key'],
    ['[protected=]', 'protected', 'no value follows "protected=" (an empty one is "")'],
    ['[legacy protected]', 'protected', '"legacy protected" is not exactly the special tag "protected"'],
    ['[vip PROTECTED]', 'protected', '"vip PROTECTED" is not exactly the special tag "protected"'],
    ['[always protected]', 'protected', '"always protected" is not exactly the special tag "protected"'],
    ['[legacy / protected]', 'protected', '"/ protected" does not begin with a key'],
    ['[do not stop: protected]', 'protected', '"do not stop: protected" is not exactly the special tag "protected"'],
    ['[please keep protected]', 'protected', '"please keep protected" is not exactly the special tag "protected"'],
    ['[vip-protected]', 'protected', '"vip-protected" is not exactly the special tag "protected"'],
    ['[vip_protected_db]', 'protected', '"vip_protected_db" is not exactly the special tag "protected"'],
    ['[un-protected]', 'protected', '"un-protected" is not exactly the special tag "protected"'],
    ['[it is not protected]', 'protected', '"it is not protected" is not exactly the special tag "protected"'],
    ['[unprotected? protected!]', 'protected', '"? protected!" does not belong there'],
    ['[please keep protected', 'protected', 'the closing "]" is missing'],
    ['[tier is protected]', 'tier', '"tier is protected" is not exactly the special tag "tier"'],
    ['[protected', 'protected', 'the closing "]" is missing'],
    ['[Protected: ask ops', 'protected', 'the closing "]" is missing'],
    ['[env=dev Protected]', 'protected', '"Protected" is not exactly the special tag "protected"'],
    ['[env=dev protected-vm]', 'protected', '"protected-vm" is not exactly the special tag "protected"'],
    ['[env=dev, protected!]', 'protected', '"!" does not belong there'],
    ['[PROTECTED=yes]', 'protected', '"PROTECTED" is not exactly the special tag "protected"'],
    ['[protected:=yes]', 'protected', '"protected:" is not exactly the special tag "protected"'],
    ['[protected:reason=db]', 'protected', '"protected:reason" is not exactly the special tag "protected"'],
    ['[protected-=yes]', 'protected', '"protected-" is not exactly the special tag "protected"'],
    ['[tier 1]', 'tier', '"tier 1" is not exactly the special tag "tier"'],
    ['[tier-1]', 'tier', '"tier-1" is not exactly the special tag "tier"'],
    ['[Tier=1]', 'tier', '"Tier" is not exactly the special tag "tier"'],
    ['[Schedule="Sun-Thu 08:00-18:00"]', 'schedule', '"Schedule" is not exactly the special tag "schedule"'],
    ['[schedule office-hours]', 'schedule', '"schedule office-hours" is not exactly the special tag "schedule"'],
    ['[schedule: office-hours]', 'schedule', '"schedule: office-hours" is not exactly the special tag "schedule"'],
    ['[schedule="a" "b"]', 'schedule', '""b"" does not begin with a key'],
    ['[shutdown=patience=10m escalate=power_off]', 'shutdown', '"=10m escalate=power_off" does not belong there'],
    ['[SHUTDOWN="patience=1m"]', 'shutdown', '"SHUTDOWN" is not exactly the special tag "shutdown"'],
    ['[keep_on_until=Friday]', 'keep-on-until', '"keep_on_until" is not exactly the special tag "keep-on-until"'],
    ['[KeepOnUntil=Friday]', 'keep-on-until', '"KeepOnUntil" is not exactly the special tag "keep-on-until"'],
    [
      '[keep on until Friday]',
      'keep-on-until',
      '"keep on until Friday" is not exactly the special tag "keep-on-until"',
    ],
    ['[Keep-Off-Until=Friday]', 'keep-off-until', '"Keep-Off-Until" is not exactly the special tag "keep-off-until"'],
  ] as const)('%s', (description, key, why) => {
    const { entries, unclear, faults } = readDescription(description);
    const shown = description.replace('\u200b', '\\u{200b}').replace('\n', '\\u{a}').replace('\r', '\\u{d}');
    expect(faults).toStrictEqual([`the description says "${shown}", but ${why}; write ${examples[key]}`]);
    expect(unclear).toContain(key);
    expect(entries).toStrictEqual([]);
  });

  it.each([
    ['[schedule=office-hours Europe/Paris]', 'schedule', 'office-hours Europe/Paris'],
    ['[env=dev schedule=Mon-Fri 08:00-18:00, Sat tier=1 legacy]', 'schedule', 'Mon-Fri 08:00-18:00 Sat'],
    ['[env=dev schedule office-hours]', 'schedule', 'office-hours'],
    ['[keep-on-until=2030-01-31 18:00]', 'keep-on-until', '2030-01-31 18:00'],
    ['[keep-off-until=2030-01-31 18:00]', 'keep-off-until', '2030-01-31 18:00'],
  ])('%s, whose value goes on after a blank', (description, key, value) => {
    const { entries, unclear, faults } = readDescription(description);
    expect(faults).toStrictEqual([
      `the description says "${description}", but the value of "${key}" seems to go on after a blank; write [${key}="${value}"]`,
    ]);
    expect(unclear).toContain(key);
    expect(entries).toStrictEqual([]);
  });

  it('is told how to write it by an example that counts', () => {
    expect(Object.keys(examples)).toStrictEqual([...specialKeys]);
    for (const example of Object.values(examples)) {
      expect(readDescription(example)).toMatchObject({ entries: [{}], faults: [] });
    }
  });

  it('is never prose and never half a tag, whatever case it is in and whatever follows it', () => {
    const spelling = fc.constantFrom(...specialKeys).chain((key) => fc.mixedCase(fc.constant(key)));
    const tail = fc.stringMatching(/^[ :!.,;-][^[\]="\p{L}\p{N}]*$/u);
    fc.assert(
      fc.property(spelling, tail, (key, rest) => {
        const { entries, faults } = readDescription(`[${key}${rest}]`);
        expect(entries.length + faults.length).toBe(1);
        if (entries.length === 1) expect(specialKeys).toContain(key);
      }),
    );
  });
});

describe('readDescription', () => {
  const hostile = fc.string({ unit: fc.constantFrom(...'[]="\' ,;:ap\n', 'protected', 'tier', 'env=', '="') });

  it('never throws, and reads only well-formed keys', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), hostile), (text) => {
        for (const { key } of readDescription(text).entries) expect(key).toMatch(/^[A-Za-z0-9][A-Za-z0-9_.:/-]*$/);
      }),
      { numRuns: 500 },
    );
  });

  it('reads back every entry that is written as it should be', () => {
    const key = fc
      .stringMatching(/^[a-z0-9][A-Za-z0-9_.:/-]{0,9}$/)
      .filter((text) => !/^(?:sch|pro|tie|shu|kee)/.test(text));
    const value = fc.stringMatching(/^[A-Za-z0-9 ,;=_.:/-]{0,12}$/);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(key, value), { minLength: 1 }),
        fc.constantFrom(' ', ',', ';', ' , '),
        (tags, parted) => {
          const text = tags.map(([name, content]) => `${name}="${content}"`).join(parted);
          expect(pairs(`prose [${text}] prose`)).toStrictEqual(tags.map(([name, content]) => `${name}=${content}`));
        },
      ),
    );
  });
});
