// The log of a person at a terminal: plain lines on standard error, in among the progress lines.
// Lambda's log is JSON and lives elsewhere; both implement the same port.

import type { Log, LogFields } from '../lib/ports.ts';
import { plain } from './render/plain.ts';
import type { Notes, Style } from './terminal.ts';

const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;

export type LogLevel = (typeof logLevels)[number];

/** LOG_LEVEL, which has Lambda's words, as the terminal's; quiet when it is unset, for the progress display says the rest. */
export function logLevelOf(text: string | null): LogLevel {
  const aliases: Readonly<Record<string, LogLevel>> = { trace: 'debug', critical: 'error' };
  const word = text?.toLowerCase() ?? 'warn';
  return logLevels.find((level) => level === word) ?? aliases[word] ?? 'warn';
}

const styles: Readonly<Record<Exclude<LogLevel, 'silent'>, Style>> = {
  debug: 'dim',
  info: 'dim',
  warn: 'yellow',
  error: 'red',
};

/** Writes what is at least as serious as `least`, one line per fact. */
export function makeTerminalLog(notes: Notes, least: LogLevel): Log {
  const writerOf = (level: Exclude<LogLevel, 'silent'>) => (message: string, fields?: LogFields) => {
    if (logLevels.indexOf(level) < logLevels.indexOf(least)) return;
    notes.line(`${notes.paint(styles[level], level)} ${plain(message)}${sayFields(fields)}`);
  };
  return { debug: writerOf('debug'), info: writerOf('info'), warn: writerOf('warn'), error: writerOf('error') };
}

function sayFields(fields: LogFields = {}): string {
  const said = Object.entries(fields).filter(([, value]) => value !== undefined);
  return said.map(([key, value]) => ` ${plain(key)}=${plain(sayValue(value))}`).join('');
}

function sayValue(value: unknown): string {
  if (value instanceof Error) return JSON.stringify(value.message);
  return typeof value === 'string' && /^[\w./:-]+$/.test(value) ? value : (JSON.stringify(value) ?? String(value));
}
