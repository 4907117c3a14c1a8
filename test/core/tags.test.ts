import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isProtected, specialKeys, type TagMatch, tagSource, tagVm } from '../../lib/core/tags.ts';
import type { ListedVm, VmId } from '../../lib/core/vm.ts';

function isVmId(id: string): id is VmId {
  return id !== '';
}

function listedVm(given: Partial<Omit<ListedVm, 'id'>> & { readonly id?: string } = {}): ListedVm {
  const { id = '8', ...rest } = given;
  if (!isVmId(id)) throw new Error('an empty id');
  return {
    id,
    name: 'web-1',
    account: 'main',
    project: 'default',
    region: 'alg1',
    size: 'b-2-4-100',
    description: '',
    tags: [],
    state: 'running',
    faults: [],
    ...rest,
  };
}

function described(description: string) {
  return tagVm(listedVm({ description }), [], {});
}

describe('tagVm', () => {
  it('gives a listed VM its power and its tags, and keeps everything else', () => {
    expect(tagVm(listedVm({ description: '[env=dev protected]' }), [], {})).toStrictEqual({
      id: '8',
      name: 'web-1',
      account: 'main',
      project: 'default',
      region: 'alg1',
      size: 'b-2-4-100',
      state: 'running',
      power: 'on',
      tags: { env: 'dev', protected: '' },
      faults: [],
    });
  });

  it("reads the state by the configuration's names too", () => {
    expect(tagVm(listedVm({ state: 'napping' }), [], { napping: 'off' }).power).toBe('off');
    expect(tagVm(listedVm({ state: 'napping' }), [], {}).power).toBe('other');
  });

  it("keeps the list's faults, before those of the tags", () => {
    const vm = tagVm(listedVm({ faults: ['no state'], description: '[Protected]' }), [], {});
    expect(vm.faults).toStrictEqual(['no state', expect.stringContaining('[Protected]')]);
  });
});

describe('the source of a tag', () => {
  const rules = [{ match: { name: 'web-1' }, tags: { env: 'ci' } }];
  const listed = listedVm({
    tags: [{ key: 'tier', value: '1' }],
    description: '[env=dev tier=2 team=a] [team=b] [x=1]',
  });

  it.each([
    ['env', 'the tag rules of the configuration'],
    ['tier', 'the tags of the API'],
    ['x', 'the description'],
    ['team', 'the description'],
    ['schedule', null],
  ])('%s is the first that has it, or may have meant it', (key, source) => {
    expect(tagSource(key, listed, rules)).toBe(source);
  });
});

describe('a rule', () => {
  it.each<[TagMatch, boolean]>([
    [{ name: 'web-1' }, true],
    [{ name: 'web-?' }, true],
    [{ name: 'db-*' }, false],
    [{ name: ['db-*', 'web-*'] }, true],
    [{ name: ['db-*', 'ci-*'] }, false],
    [{ name: [] }, false],
    [{ project: 'def*' }, true],
    [{ project: ['other'] }, false],
    [{ region: 'alg?' }, true],
    [{ region: 'par*' }, false],
    [{ account: 'main' }, true],
    [{ account: 'm*' }, false],
    [{ account: 'acme' }, false],
    [{ id: '8' }, true],
    [{ id: ['23', '8'] }, true],
    [{ id: '*' }, false],
    [{ id: ['23'] }, false],
    [{ account: 'main', name: 'web-*', project: 'default', region: 'alg1', id: '8' }, true],
    [{ account: 'acme', name: 'web-*' }, false],
    [{ name: 'web-*', project: 'other' }, false],
    [{ name: 'web-*', region: 'other' }, false],
    [{ name: 'web-*', id: '9' }, false],
    [{ name: undefined, account: 'main' }, true],
  ])('that asks for %j matches: %s', (match, isMatch) => {
    const { tags } = tagVm(listedVm(), [{ match, tags: { env: 'ci' } }], {});
    expect(tags).toStrictEqual(isMatch ? { env: 'ci' } : {});
  });
});

describe('the three sources', () => {
  const rule = (tags: Record<string, string>) => ({ match: { name: '*' }, tags });

  it('beat each other key by key: rules, then the API, then the description', () => {
    const listed = listedVm({
      tags: [
        { key: 'b', value: 'api' },
        { key: 'a', value: 'api' },
        { key: 'd', value: 'api' },
      ],
      description: '[a=text b=text c=text]',
    });
    expect(tagVm(listed, [rule({ a: 'rule' }), rule({ e: 'rule' })], {})).toMatchObject({
      tags: { a: 'rule', b: 'api', c: 'text', d: 'api', e: 'rule' },
      faults: [],
    });
  });

  it.each([['[env=dev env=dev]'], ['[env=dev] [env="dev"]'], ['[env=dev protected] [protected=""]']])(
    'may say the same twice: %s',
    (description) => {
      expect(described(description)).toMatchObject({ tags: { env: 'dev' }, faults: [] });
    },
  );

  it('may not contradict themselves: the description', () => {
    const vm = described('[env=dev tier=1] text [env=prod env=ci]');
    expect(vm.tags).toStrictEqual({ tier: '1' });
    expect(vm.faults).toStrictEqual([
      'the description: the tag "env" has two values, "dev" and "prod"; keep one of them',
    ]);
  });

  it('may not contradict themselves: rules', () => {
    const vm = tagVm(listedVm({ description: '[env=text]' }), [rule({ env: 'dev' }), rule({ env: 'prod' })], {});
    expect(vm.tags).toStrictEqual({});
    expect(vm.faults).toStrictEqual([
      'the tag rules of the configuration: the tag "env" has two values, "dev" and "prod"; keep one of them',
    ]);
  });

  it('may not contradict themselves: the API', () => {
    const tags = [
      { key: 'env', value: '' },
      { key: 'env', value: 'prod' },
      { key: 'x', value: '1' },
    ];
    const vm = tagVm(listedVm({ tags, description: '[env=text]' }), [], {});
    expect(vm.tags).toStrictEqual({ x: '1' });
    expect(vm.faults).toStrictEqual([
      'the tags of the API: the tag "env" has two values, "" and "prod"; keep one of them',
    ]);
  });

  it('stay at fault for a contradiction that a higher source overrules, though the key is clear', () => {
    const vm = tagVm(listedVm({ description: '[env=dev env=prod]' }), [rule({ env: 'ci' })], {});
    expect(vm.tags).toStrictEqual({ env: 'ci' });
    expect(vm.faults).toHaveLength(1);
  });

  it('leave a key unclear that a malformed group may have meant', () => {
    expect(described('[env=dev role=db] [env= prod]')).toMatchObject({
      tags: { role: 'db' },
      faults: [expect.any(String)],
    });
    expect(described('[env=dev role=db] [env= prod]').tags).not.toHaveProperty('env');
    expect(described('[tier=1] [Tier=2]').tags).toStrictEqual({});
  });

  it.each([
    ['Protected', ['"Protected" is not exactly the special tag "protected"; write "protected"']],
    ['keep_on_until', ['"keep_on_until" is not exactly the special tag "keep-on-until"; write "keep-on-until"']],
    ['', ['"" is no key; write letters, digits and "_.:/-", a letter or digit first']],
    ['a b', ['"a b" is no key; write letters, digits and "_.:/-", a letter or digit first']],
    ['_a', ['"_a" is no key; write letters, digits and "_.:/-", a letter or digit first']],
    ['a\n', ['"a\\u{a}" is no key; write letters, digits and "_.:/-", a letter or digit first']],
    ['__proto__', ['"__proto__" is no key; write letters, digits and "_.:/-", a letter or digit first']],
    [' protected', ['" protected" is not exactly the special tag "protected"; write "protected"']],
  ])('are at fault for the key %j', (key, faults) => {
    const api = tagVm(
      listedVm({
        tags: [
          { key, value: 'x' },
          { key: 'ok', value: 'y' },
        ],
      }),
      [],
      {},
    );
    expect(api.faults).toStrictEqual(faults.map((fault) => `the tags of the API: ${fault}`));
    expect(api.tags).toStrictEqual({ ok: 'y' });
    const lent = tagVm(
      listedVm(),
      [
        {
          match: { id: '8' },
          tags: Object.fromEntries([
            [key, 'x'],
            ['ok', 'y'],
          ]),
        },
      ],
      {},
    );
    expect(lent.faults).toStrictEqual(faults.map((fault) => `the tag rules of the configuration: ${fault}`));
    expect(lent.tags).toStrictEqual({ ok: 'y' });
  });

  it('leave the special key unclear that a key of the API was meant to be', () => {
    const vm = tagVm(listedVm({ tags: [{ key: 'Tier', value: '1' }], description: '[tier=2 env=dev]' }), [], {});
    expect(vm.tags).toStrictEqual({ env: 'dev' });
  });

  it('take names of object members for ordinary keys', () => {
    const vm = described('[constructor=a toString=b valueOf=c hasOwnProperty=d]');
    expect(Object.entries(vm.tags)).toStrictEqual([
      ['constructor', 'a'],
      ['toString', 'b'],
      ['valueOf', 'c'],
      ['hasOwnProperty', 'd'],
    ]);
    expect(vm.faults).toStrictEqual([]);
  });

  it('name five faults of a source and count the rest', () => {
    const five = described('[a= ]'.repeat(5));
    expect(five.faults).toHaveLength(5);
    const seven = described('[a= ]'.repeat(7));
    expect(seven.faults).toHaveLength(6);
    expect(seven.faults.at(4)).toContain('"[a= ]"');
    expect(seven.faults.at(5)).toBe('the description: and 2 more faults');
  });

  it('are whole on any input', () => {
    const entry = fc.record({ key: fc.oneof(fc.string(), fc.constantFrom('a', 'b', 'c')), value: fc.string() });
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'[]=" ,;ab', 'protected') }),
    );
    fc.assert(
      fc.property(text, fc.array(entry), fc.dictionary(fc.string(), fc.string()), (description, tags, lent) => {
        const vm = tagVm(listedVm({ description, tags }), [rule(lent)], {});
        for (const [key, value] of Object.entries(vm.tags)) expect([key, value]).toStrictEqual([key, String(value)]);
        expect(vm.faults.every((fault) => fault.length > 20)).toBe(true);
      }),
    );
  });

  it('agree with a plain statement of precedence and contradiction', () => {
    const entry = fc.record({ key: fc.constantFrom('a', 'b', 'c'), value: fc.constantFrom('1', '2') });
    const source = fc.array(entry, { maxLength: 4 });
    fc.assert(
      fc.property(source, source, source, (first, second, third) => {
        const description = third.map(({ key, value }) => `[${key}=${value}]`).join(' ');
        const rules = first.map(({ key, value }) => rule({ [key]: value }));
        const vm = tagVm(listedVm({ description, tags: second }), rules, {});
        let conflicts = 0;
        for (const key of ['a', 'b', 'c']) {
          const said = [first, second, third].map(
            (all) => new Set(all.filter((one) => one.key === key).map((one) => one.value)),
          );
          conflicts += said.filter((values) => values.size > 1).length;
          const highest = said.find((values) => values.size > 0);
          expect(vm.tags[key]).toBe(highest?.size === 1 ? [...highest][0] : undefined);
        }
        expect(vm.faults).toHaveLength(conflicts);
      }),
    );
  });
});

describe('the values of special tags', () => {
  it.each([
    'tier=1',
    'tier=0',
    'tier=-1',
    'tier=1.5',
    'tier="10"',
    'shutdown="patience=10m escalate=power_off"',
    'shutdown="escalate=power_off"',
    'protected=no',
    'schedule=whatever',
    'keep-on-until=Friday',
    'keep-off-until=Friday',
  ])('may be: %s', (entry) => {
    const vm = described(`[${entry}]`);
    expect(vm.faults).toStrictEqual([]);
    expect(Object.entries(vm.tags)).toHaveLength(1);
  });

  it.each(['one', '', '1.', '.5', '1e3', '0x1', '+1', '1 2', '--1', '1-', '9'.repeat(400)])(
    'may not be: tier=%j',
    (value) => {
      const { faults, tags } = described(`[tier="${value}"]`);
      expect(faults).toStrictEqual([
        expect.stringMatching(/^the description: the tag tier=".*" cannot be used: it is not a number; write tier=1$/),
      ]);
      expect(tags).toStrictEqual({ tier: value });
    },
  );

  it('are judged where they come from', () => {
    const fault =
      'the tag shutdown="never" cannot be used: "never" is not known; write shutdown="patience=10m escalate=power_off", or one of the two';
    expect(described('[shutdown=never]').faults).toStrictEqual([`the description: ${fault}`]);
    const tags = [{ key: 'shutdown', value: 'never' }];
    expect(tagVm(listedVm({ tags }), [], {}).faults).toStrictEqual([`the tags of the API: ${fault}`]);
    expect(tagVm(listedVm(), [{ match: { id: '8' }, tags: { shutdown: 'never' } }], {}).faults).toStrictEqual([
      `the tag rules of the configuration: ${fault}`,
    ]);
  });

  it.each(['[tier]', '[shutdown]', '[env=dev tier 1]'])('may not be left out: %s', (description) => {
    expect(described(description).faults).toHaveLength(1);
  });

  it('are not judged where a higher source overrules them', () => {
    const vm = tagVm(listedVm({ description: '[tier=one]' }), [{ match: { id: '8' }, tags: { tier: '1' } }], {});
    expect(vm).toMatchObject({ tags: { tier: '1' }, faults: [] });
  });
});

describe('isProtected', () => {
  it.each([
    ['[protected]', true],
    ['[protected=""]', true],
    ['[protected=no]', true],
    ['[env=dev protected]', true],
    ['[env=dev]', false],
    ['[protected-by=ops]', false],
    ['', false],
  ])('of %s is %s', (description, isIt) => {
    expect(isProtected(described(description))).toBe(isIt);
  });
});

it('knows its special keys', () => {
  expect(specialKeys).toStrictEqual(['schedule', 'protected', 'tier', 'shutdown', 'keep-on-until', 'keep-off-until']);
});
