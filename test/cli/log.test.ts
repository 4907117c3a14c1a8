import { describe, expect, it } from 'vitest';
import { type LogLevel, logLevelOf, makeTerminalLog } from '../../cli/log.ts';
import { PowerError } from '../../lib/core/errors.ts';
import { fakeTerminal } from './fake-terminal.ts';

function write(least: LogLevel) {
  const { notes, stderr, stdout } = fakeTerminal();
  const log = makeTerminalLog(notes, least);
  log.debug('d');
  log.info('i');
  log.warn('w');
  log.error('e');
  return { stderr: stderr.text, stdout: stdout.text };
}

describe('the terminal log', () => {
  it.each<[LogLevel, string]>([
    ['debug', 'debug d\ninfo i\nwarn w\nerror e\n'],
    ['info', 'info i\nwarn w\nerror e\n'],
    ['warn', 'warn w\nerror e\n'],
    ['error', 'error e\n'],
    ['silent', ''],
  ])('writes from %s up, on standard error only', (least, lines) => {
    expect(write(least)).toEqual({ stderr: lines, stdout: '' });
  });

  it('keeps one fact on one line, whatever its fields hold', () => {
    const { notes, stderr } = fakeTerminal();
    const fields = {
      vm: '8',
      name: 'a\nb\u001b[31m',
      error: new PowerError('aws', 'no\nanswer'),
      none: undefined,
      at: 3,
    };
    makeTerminalLog(notes, 'info').info('forged\ninfo line', fields);
    expect(stderr.text).toBe('info forged info line vm=8 name="a\\nb\\u001b[31m" error="no\\nanswer" at=3\n');
  });

  it.each<[string | null, LogLevel]>([
    [null, 'warn'],
    ['TRACE', 'debug'],
    ['DEBUG', 'debug'],
    ['INFO', 'info'],
    ['WARN', 'warn'],
    ['ERROR', 'error'],
    ['CRITICAL', 'error'],
    ['SILENT', 'silent'],
    ['loud', 'warn'],
  ])('takes LOG_LEVEL %s as %s', (text, level) => {
    expect(logLevelOf(text)).toBe(level);
  });
});
