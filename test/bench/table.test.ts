// How figures are printed: docs/performance.md is made of this.

import { describe, expect, it } from 'vitest';
import { median, renderMarkdown, renderSheet, whole } from '../../bench/table.ts';

const sheet = {
  title: 'Runs',
  intro: 'Of one day.',
  rows: [
    ['VMs', 'mix', 'ratio'],
    ['10', 'fast', '1.5'],
    ['1,000', 'a|b', '10.25'],
  ],
  notes: ['A note.', 'Another.'],
};

describe('a sheet', () => {
  it('is text whose columns line up, numbers to the right', () => {
    expect(renderSheet(sheet)).toBe(
      'Runs\nOf one day.\n\nVMs    mix   ratio\n10     fast    1.5\n1,000  a|b   10.25\n\nA note.\n\nAnother.\n',
    );
  });

  it('is Markdown whose columns of numbers are aligned to the right', () => {
    expect(renderMarkdown(sheet)).toBe(
      '### Runs\n\nOf one day.\n\n| VMs | mix | ratio |\n|---|---|--:|\n| 10 | fast | 1.5 |\n| 1,000 | a\\|b | 10.25 |\n\nA note.\n\nAnother.\n',
    );
  });

  it('needs neither a word before nor notes', () => {
    const bare = { title: 'Bare', rows: [['a'], ['b']] };
    expect([renderSheet(bare), renderMarkdown(bare)]).toEqual(['Bare\n\na\nb\n', '### Bare\n\n| a |\n|---|\n| b |\n']);
  });

  it('breaks long words before and after it into lines', () => {
    const lines = renderMarkdown({ ...sheet, intro: 'word '.repeat(60).trim() }).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(126);
    expect(lines.join(' ').match(/word/g)).toHaveLength(60);
  });
});

it.each([
  [1234567.4, '1,234,567'],
  [0.5, '1'],
  [0, '0'],
])('the whole number of %s is %s', (value, text) => {
  expect(whole(value)).toBe(text);
});

it.each([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[7], 7],
  [[], Number.NaN],
])('the median of %j is %s', (values, middle) => {
  expect(median(values)).toBe(middle);
});
