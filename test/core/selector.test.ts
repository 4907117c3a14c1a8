import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PowerError } from '../../lib/core/errors.ts';
import { andSelectors, matches, parseSelector, printSelector, type Requirement } from '../../lib/core/selector.ts';

function isIn(key: string, ...values: string[]): Requirement {
  return { key, operator: 'in', values };
}
function notIn(key: string, ...values: string[]): Requirement {
  return { key, operator: 'notin', values };
}
function exists(key: string): Requirement {
  return { key, operator: 'exists' };
}
function absent(key: string): Requirement {
  return { key, operator: 'absent' };
}

function faultOf(text: string): string {
  try {
    parseSelector(text);
  } catch (error) {
    if (error instanceof PowerError && error.code === 'selector') return error.message;
    throw error;
  }
  throw new Error('it was read');
}

describe('parseSelector', () => {
  const readable: [text: string, ...requirements: Requirement[]][] = [
    ['*'],
    [' * \n'],
    ['env=dev', isIn('env', 'dev')],
    ['env==dev', isIn('env', 'dev')],
    [' env \t= \r\n dev ', isIn('env', 'dev')],
    ['env!=dev', notIn('env', 'dev')],
    ['env != dev', notIn('env', 'dev')],
    ['env in (dev,ci)', isIn('env', 'ci', 'dev')],
    ['env in(ci , dev ,ci)', isIn('env', 'ci', 'dev')],
    ['env notin (prod)', notIn('env', 'prod')],
    ['schedule', exists('schedule')],
    ['!legacy', absent('legacy')],
    [' ! legacy ', absent('legacy')],
    [
      'env=dev,tier!=db,schedule,!legacy,env in (dev,ci)',
      isIn('env', 'dev'),
      notIn('tier', 'db'),
      exists('schedule'),
      absent('legacy'),
      isIn('env', 'ci', 'dev'),
    ],
    // What is left out is the empty value.
    ['env=', isIn('env', '')],
    ['env==', isIn('env', '')],
    ['env!=', notIn('env', '')],
    ['env=,tier', isIn('env', ''), exists('tier')],
    ['x in (foo,,baz),y,z notin ()', isIn('x', '', 'baz', 'foo'), exists('y'), notIn('z', '')],
    ['x in (,a)', isIn('x', '', 'a')],
    ['x in (a,)', isIn('x', '', 'a')],
    ['x in (,)', isIn('x', '')],
    // Words of the language where they can only be keys or values.
    ['in', exists('in')],
    ['!notin', absent('notin')],
    ['in in (in,notin)', isIn('in', 'in', 'notin')],
    ['notin notin (in)', notIn('notin', 'in')],
    ['in=notin,notin=in', isIn('in', 'notin'), isIn('notin', 'in')],
    ['index', exists('index')],
    // Keys and values of ours.
    ['a.b/c:d_e-F9=1', isIn('a.b/c:d_e-F9', '1')],
    ['9=-1.5', isIn('9', '-1.5')],
    ['owner=a@b.c:80/x+y~z%20#$^', isIn('owner', 'a@b.c:80/x+y~z%20#$^')],
    ['ville=Béjaïa', isIn('ville', 'Béjaïa')],
    ['constructor=hasOwnProperty', isIn('constructor', 'hasOwnProperty')],
    ['schedule="Sun-Thu 08:00-18:00"', isIn('schedule', 'Sun-Thu 08:00-18:00')],
    ['a="",b in ("x,y)", z)', isIn('a', ''), isIn('b', 'x,y)', 'z')],
    ['a="say \\"hi\\" \\\\ [x]*"', isIn('a', 'say "hi" \\ [x]*')],
    ['a="in"', isIn('a', 'in')],
    ['a=","', isIn('a', ',')],
  ];
  it.each(readable)('reads %j', (text, ...requirements) => {
    expect(parseSelector(text)).toStrictEqual({ requirements });
  });

  it.each(['', ' ', '\t\r\n'])('refuses %j and says how to ask for every VM', (text) => {
    expect(faultOf(text)).toBe('the selector is empty; for every VM, write "*" (in the terminal: --all)');
  });

  const key = 'a key (letters, digits and "_.:/-", a letter or digit first)';
  const value = 'a value, in double quotes if it has signs or blanks';
  const operator = '"=", "==", "!=", "in", "notin", "," or the end';
  const anything = 'a key, a value (in double quotes if it has signs), or ","';
  it.each([
    ['env=dev,', 9, 'the end', key],
    [',env', 1, '","', key],
    ['a,,b', 3, '","', key],
    ['=dev', 1, '"="', key],
    ['!', 2, 'the end', key],
    ['!!a', 2, '"!"', key],
    ['!*', 2, '"*"', key],
    ['"a"=b', 1, '"a"', key],
    ['_a=b', 1, '"_a"', key],
    ['__proto__', 1, '"__proto__"', key],
    ['a,é=b', 3, '"é"', key],
    ['a@b', 1, '"a@b"', key],
    ['env dev', 5, '"dev"', operator],
    ['env IN (a)', 5, '"IN"', operator],
    ['env "in" (a)', 5, '"in"', operator],
    ['env*', 4, '"*"', operator],
    ['env(a)', 4, '"("', operator],
    ['env!', 4, '"!"', operator],
    ['a ! = b', 3, '"!"', operator],
    ['a===b', 4, '"="', value],
    ['a=!b', 3, '"!"', value],
    ['a=(b)', 3, '"("', value],
    ['env!=*', 6, '"*"', value],
    ['env in (*)', 9, '"*"', value],
    ['a in (b=c)', 8, '"="', '"," or ")"'],
    ['env!=ci-*', 9, '"*"', '"," or the end'],
    ['a=b c', 5, '"c"', '"," or the end'],
    ['a="b"c', 6, '"c"', '"," or the end'],
    ['a=b)', 4, '")"', '"," or the end'],
    ['a=)', 3, '")"', '"," or the end'],
    ['a in (b) c', 10, '"c"', '"," or the end'],
    ['a in', 5, 'the end', '"(" and a list of values'],
    ['a in b', 6, '"b"', '"(" and a list of values'],
    ['a notin "("', 9, '"("', '"(" and a list of values'],
    ['a in (', 7, 'the end', '"," or ")"'],
    ['a in (b', 8, 'the end', '"," or ")"'],
    ['a in (b c)', 9, '"c"', '"," or ")"'],
    ['a in (b,', 9, 'the end', '"," or ")"'],
    ['!a=b', 3, '"="', '"," or the end after "!a"'],
    ['!a b', 4, '"b"', '"," or the end after "!a"'],
    ['*,a', 2, '","', 'the end: "*" stands alone'],
    ['* *', 3, '"*"', 'the end: "*" stands alone'],
    ['a;b', 2, '";"', anything],
    ["a='b'", 3, '"\'"', anything],
    ['a=“b”', 3, '"“"', anything],
    ['a>1', 2, '">"', anything],
    ['a<1', 2, '"<"', anything],
    ['a=b?', 4, '"?"', anything],
    ['a=b|c', 4, '"|"', anything],
    ['a=[b]', 3, '"["', anything],
    ['a=b\u00a0,c', 4, '"\u00a0"', anything],
    ['a=b\u200b', 3, '"b\\u{200b}"', 'a word without characters that nobody can see'],
    ['a\u0000', 1, '"a\\u{0}"', 'a word without characters that nobody can see'],
    ['a="b', 5, 'the end', 'the quote that closes the one at position 3'],
    ['a="b\\"', 7, 'the end', 'the quote that closes the one at position 3'],
    ['a="b\\n"', 5, '"\\n"', '\\" or \\\\'],
    ['a="b\\', 5, '"\\"', '\\" or \\\\'],
  ])('refuses %j at position %i', (text, position, read, expected) => {
    expect(faultOf(text)).toBe(
      `the selector cannot be read at position ${position}: read ${read}, expected ${expected}`,
    );
  });

  it('reads or refuses any text, and 1 MB of it too', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'a1=!(),"\\ *in') })), (text) => {
        try {
          parseSelector(text);
        } catch (error) {
          expect(error).toMatchObject({ name: 'PowerError', code: 'selector' });
        }
      }),
    );
    expect(faultOf('a,'.repeat(500_000))).toContain('position 1000001');
    expect(faultOf('a'.repeat(1_000_000).concat('=='.repeat(2)))).toContain('position 1000003');
  });
});

const arbitraryKey = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,9}$/);
const arbitraryValues = fc
  .uniqueArray(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('in', '', '"', '\\', '*')), {
    minLength: 1,
  })
  .map((values) => values.toSorted());
const arbitraryRequirement: fc.Arbitrary<Requirement> = fc.oneof(
  arbitraryKey.map(exists),
  arbitraryKey.map(absent),
  fc.tuple(arbitraryKey, arbitraryValues).map(([key, values]) => isIn(key, ...values)),
  fc.tuple(arbitraryKey, arbitraryValues).map(([key, values]) => notIn(key, ...values)),
);

describe('printSelector', () => {
  it.each([
    ['*', '*'],
    [' a == b , ! c ,d', 'a=b,!c,d'],
    ['a in (b)', 'a=b'],
    ['a notin (b)', 'a!=b'],
    ['a in (c,"b b",,c)', 'a in ("","b b",c)'],
    ['a notin (c,b)', 'a notin (b,c)'],
    ['a=', 'a=""'],
    ['a="b"', 'a=b'],
    ['a="\\"\\\\"', 'a="\\"\\\\"'],
    ['a="b\u200b"', 'a="b\u200b"'],
  ])('writes %j as %j', (text, canonical) => {
    expect(printSelector(parseSelector(text))).toBe(canonical);
  });

  it('is read back as the same selector', () => {
    fc.assert(
      fc.property(fc.array(arbitraryRequirement), (requirements) => {
        expect(parseSelector(printSelector({ requirements }))).toStrictEqual({ requirements });
      }),
    );
  });
});

describe('matches', () => {
  const tags = { env: 'dev', tier: '', constructor: 'x' };
  it.each([
    ['*', 'yes', 'yes'],
    ['env=dev', 'yes', 'yes'],
    ['env=prod', 'no', 'no'],
    ['env!=dev', 'no', 'no'],
    ['env!=prod', 'yes', 'yes'],
    ['env in (prod,dev)', 'yes', 'yes'],
    ['env in (prod,ci)', 'no', 'no'],
    ['env notin (prod,dev)', 'no', 'no'],
    ['env notin (prod,ci)', 'yes', 'yes'],
    ['env', 'yes', 'yes'],
    ['!env', 'no', 'no'],
    ['tier', 'yes', 'yes'],
    ['tier=', 'yes', 'yes'],
    ['tier!=', 'no', 'no'],
    ['constructor=x', 'yes', 'yes'],
    // Keys that are not there: for a VM with a fault, they may be.
    ['role=db', 'no', 'maybe'],
    ['role=', 'no', 'maybe'],
    ['role!=db', 'yes', 'maybe'],
    ['role!=', 'yes', 'maybe'],
    ['role in (db)', 'no', 'maybe'],
    ['role notin (db)', 'yes', 'maybe'],
    ['role', 'no', 'maybe'],
    ['!role', 'yes', 'maybe'],
    ['toString', 'no', 'maybe'],
    ['!toString', 'yes', 'maybe'],
    // All have to hold; a readable tag that says no is final.
    ['env=dev,!role', 'yes', 'maybe'],
    ['env=dev,role', 'no', 'maybe'],
    ['env=prod,role', 'no', 'no'],
    ['role,env=prod', 'no', 'no'],
    ['env=dev,tier=', 'yes', 'yes'],
  ])('says of %j: %s, and with a fault: %s', (text, whole, faulty) => {
    const selector = parseSelector(text);
    expect(matches(selector, { tags, faults: [] })).toBe(whole);
    expect(matches(selector, { tags, faults: ['something'] })).toBe(faulty);
  });
});

describe('andSelectors', () => {
  it.each([
    ['*', '*', '*'],
    ['a=b', '*', 'a=b'],
    ['*', 'a=b', 'a=b'],
    ['a=', 'b', 'a="",b'],
    ['env=ci', 'env=prod,!x', 'env=ci,env=prod,!x'],
  ])('of %j and %j is %j', (a, b, both) => {
    expect(andSelectors(a, b)).toBe(both);
  });

  it.each([
    ['', 'a'],
    ['a', ''],
    ['a in (b', 'c)'],
    ['a="b', '"'],
  ])('refuses %j and %j, which are no selectors each for itself', (a, b) => {
    expect(() => andSelectors(a, b)).toThrow(expect.objectContaining({ code: 'selector' }));
  });

  it('matches what both match', () => {
    const arbitraryText = fc.array(arbitraryRequirement).map((requirements) => printSelector({ requirements }));
    const arbitraryTags = fc.dictionary(arbitraryKey, fc.string());
    fc.assert(
      fc.property(arbitraryText, arbitraryText, arbitraryTags, (a, b, tags) => {
        const [inA, inB, inBoth] = [a, b, andSelectors(a, b)].map((text) =>
          matches(parseSelector(text), { tags, faults: [] }),
        );
        expect(inBoth === 'yes').toBe(inA === 'yes' && inB === 'yes');
      }),
    );
  });
});
