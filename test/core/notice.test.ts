import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mostNoticedVms, noticed, noticeLines, printable } from '../../lib/core/notice.ts';
import '../properties.ts';

describe('printable text', () => {
  it.each([
    ['db', 'db'],
    ['a b–c “d” 中 é', 'a b–c “d” 中 é'],
    ['a\nb\tc', 'a\\u{a}b\\u{9}c'],
    ['\u001b[31m', '\\u{1b}[31m'],
    ['a\u202eb\u2028c\u200d', 'a\\u{202e}b\\u{2028}c\\u{200d}'],
    ['\ud83d', '\\u{d83d}'],
    ['', ''],
  ])('of %j is %j', (text, shown) => {
    expect(printable(text, 60)).toBe(shown);
  });

  it('is cut after its length, the cut said, and never within a character', () => {
    expect(printable('abcde', 5)).toBe('abcde');
    expect(printable('abcdef', 5)).toBe('abcd…');
    expect(printable('abc\u{1f600}', 4)).toBe('abc…');
    expect(printable('ab\u0000', 5)).toBe('ab\\u…');
  });

  it('is visible, well formed and no longer than asked, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 1, max: 100 }), (text, longest) => {
        const shown = printable(text, longest);
        expect(shown.length).toBeLessThanOrEqual(longest);
        expect(shown.isWellFormed()).toBe(true);
        expect(shown).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

describe('the VMs of a notice', () => {
  const vm = (nth: number) => ({ key: `main/${nth}`, name: `vm-${nth}`, note: '' });

  it('are all, up to 20, and beyond that a number', () => {
    const all = Array.from({ length: 25 }, (_, nth) => vm(nth));
    expect(noticed(all.slice(0, mostNoticedVms))).toEqual({ vms: all.slice(0, 20), more: 0, unlisted: [] });
    expect(noticed(all)).toEqual({ vms: all.slice(0, 20), more: 5, unlisted: [] });
    expect(noticeLines(noticed(all.slice(0, mostNoticedVms)))).toHaveLength(20);
    expect(noticeLines(noticed(all)).at(-1)).toBe('and 5 more');
  });

  it('are printable and short in every part', () => {
    const long = `\u0007${'x'.repeat(500)}`;
    const [shown] = noticed([{ key: long, name: long, note: long }]).vms;
    expect([shown?.key.length, shown?.name.length, shown?.note.length]).toEqual([80, 80, 200]);
    expect(JSON.stringify(shown)).toContain('\\\\u{7}xxx');
  });

  it('are lines with what there is to say of them', () => {
    expect(noticeLines(noticed([vm(1), { ...vm(2), note: 'failed: still on' }]))).toEqual([
      '• "vm-1" (main/1)',
      '• "vm-2" (main/2): failed: still on',
    ]);
  });

  it('come after the projects that could not be listed, up to five, with the reason in full', () => {
    const reason = `the API refused the token from the secret "arn:aws:secretsmanager:${'x'.repeat(300)}"`;
    const projects = Array.from({ length: 7 }, (_, nth) => ({ key: `main/p${nth}`, reason }));
    const lines = noticeLines(noticed([vm(1)], projects));
    expect(lines).toHaveLength(6);
    expect(lines[0]).toBe(`• project main/p0: ${reason}`);
    expect(noticeLines(noticed([], [{ key: 'a\nb', reason: 'c\u001b' }]))).toEqual(['• project a\\u{a}b: c\\u{1b}']);
  });
});
