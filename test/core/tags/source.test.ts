// The tags of one source: what stands, what is unclear, and what has to be put right.

import { describe, expect, it } from 'vitest';
import { sourceOfEntries } from '../../../lib/core/tags/source.ts';

const tag = (key: string, value = '') => ({ key, value });

describe('the tags of one source', () => {
  it('are its values by key, the same tag twice being one', () => {
    const { values, unclear, faults } = sourceOfEntries('the API', [
      tag('env', 'dev'),
      tag('tier', '1'),
      tag('env', 'dev'),
    ]);
    expect([[...values], [...unclear], faults]).toEqual([
      [
        ['env', 'dev'],
        ['tier', '1'],
      ],
      [],
      [],
    ]);
  });

  it.each([
    [
      'no key',
      [tag('é', 'x')],
      ['é'],
      'the API: "é" is no key; write letters, digits and "_.:/-", a letter or digit first',
    ],
    [
      'nearly a special key',
      [tag('Protected')],
      ['Protected', 'protected'],
      'the API: "Protected" is not exactly the special tag "protected"; write "protected"',
    ],
    [
      'two values',
      [tag('env', 'dev'), tag('env', 'ci'), tag('env', 'qa')],
      ['env'],
      'the API: the tag "env" has two values, "dev" and "ci"; keep one of them',
    ],
  ])('leave unclear what has %s', (_what, entries, keys, fault) => {
    const { values, unclear, faults } = sourceOfEntries('the API', [...entries, tag('owner', 'ops')]);
    expect([[...values], [...unclear], faults]).toEqual([[['owner', 'ops']], keys, [fault]]);
  });
});
