import { describe, expect, it } from 'vitest';
import { plain } from '../../../cli/render/plain.ts';

describe('plain text', () => {
  it.each<[string, string, string]>([
    ['leaves ordinary text', 'Große DB – 数据 🐘 [env=dev]', 'Große DB – 数据 🐘 [env=dev]'],
    ['drops colour', '\u001b[31mred\u001b[0m', 'red'],
    ['drops cursor moves and screen clearing', 'a\u001b[2J\u001b[1;1Hb', 'ab'],
    ['drops eight-bit control sequences', 'a\u009b31mb', 'ab'],
    ['drops titles and links', '\u001b]0;title\u0007x\u001b]8;;http://evil\u0007y\u001b]8;;\u0007', 'xy'],
    ['drops a lone escape', 'a\u001bb', 'ab'],
    ['drops other control characters', 'a\u0000\u0008\u007f\u0090b', 'ab'],
    ['keeps it on one line', 'a\r\nb\tc\u2028d\u0085e', 'a b c d e'],
    ['drops bidirectional overrides', 'a\u202egnp.exe\u2066', 'agnp.exe'],
  ])('%s', (_name, text, expected) => {
    expect(plain(text)).toBe(expected);
  });
});
