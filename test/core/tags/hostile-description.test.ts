// Descriptions of a megabyte, made to be slow to read. In a file of its own, so that a mutation run can leave it out.

import { describe, expect, it } from 'vitest';
import { readDescription } from '../../../lib/core/tags/description.ts';

describe('readDescription', () => {
  const many = 200_000;
  it.each([
    ['opening brackets', '['.repeat(1_000_000), 0],
    ['empty groups', '[]'.repeat(500_000), 0],
    ['unclosed entries', '[a='.repeat(many), many],
    ['unclosed quotes', '[a="]'.repeat(many), many / 2],
    ['one huge key', `[${'a'.repeat(1_000_000)}`, 0],
    ['one huge key with a value', `[${'a'.repeat(1_000_000)} =x]`, 1],
    ['equal signs', `[${'='.repeat(1_000_000)}]`, 0],
    ['equal signs after a key', `[a${'='.repeat(1_000_000)}]`, 1],
    ['blanks before equal signs', `[${' '.repeat(1_000_000)}=${' '.repeat(1_000_000)}=]`, 0],
    ['quotes', `[a=${'"'.repeat(1_000_001)}]`, 1],
    ['noise before a special key', `[${'-'.repeat(1_000_000)}]`, 0],
    ['special keys alone', `[${'schedule '.repeat(110_000)}]`, 0],
    ['special keys with a value torn off', `[${'schedule=a '.repeat(90_000)}b]`, 1],
    ['noise within a special key', `[keep${'-'.repeat(1_000_000)}on]`, 0],
  ])('gets through a megabyte of %s', (_, text, faults) => {
    expect(readDescription(text).faults).toHaveLength(faults);
  });

  it('gets through a megabyte of good tags', () => {
    expect(readDescription(`[${'env=dev '.repeat(125_000)}]`).entries).toHaveLength(125_000);
    expect(readDescription('[env=dev]'.repeat(110_000)).entries).toHaveLength(110_000);
  });
});
