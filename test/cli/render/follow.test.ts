import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { followRun } from '../../../cli/render/follow.ts';
import { fakeTerminal } from '../fake-terminal.ts';
import { outcome } from '../reports.ts';

describe('following a run', () => {
  it('prints a line per fact where there is no TTY, and nothing on standard output', () => {
    const terminal = fakeTerminal();
    const follower = followRun('shutdown env=dev', terminal);
    follower.onEvent({ kind: 'planned', selected: 2, toSend: 1 });
    follower.onEvent({ kind: 'looked', open: 1 });
    follower.onEvent({ kind: 'settled', outcome: outcome({}) });
    follower.end();
    expect(terminal.stderr.text).toBe('2 selected, 1 to send\nVM 8 web-1: ✓ succeeded: seen off\n');
    expect(terminal.stdout.text).toBe('');
    expect(follower.progress.outcomes).toHaveLength(1);
  });

  it('prints of a rehearsal what was found only: its report comes at once, and has each VM', () => {
    const terminal = fakeTerminal();
    const follower = followRun('shutdown env=dev', terminal);
    follower.onEvent({ kind: 'planned', selected: 2, toSend: 0, rehearsed: 1 });
    follower.onEvent({ kind: 'settled', outcome: outcome({ result: 'planned' }) });
    expect(terminal.stderr.text).toBe('2 selected, 1 would be sent\n');
    expect(follower.progress.outcomes).toHaveLength(1);
  });

  it('shows a live area on a TTY, keeps other lines above it, and takes it away at the end', async () => {
    const terminal = fakeTerminal(true);
    const follower = followRun('shutdown env=dev', terminal);
    terminal.notes.line('warn something');
    follower.onEvent({ kind: 'settled', outcome: outcome({}) });
    follower.end();
    const text = stripVTControlCharacters(terminal.stderr.text);
    expect(text).toContain('shutdown env=dev  0 ms\n  listing …\n');
    expect(text).toContain('warn something\n');
    expect(text).not.toContain('web-1');
    expect(follower.progress.outcomes).toHaveLength(1);
    const written = terminal.stderr.text;
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(terminal.stderr.text).toBe(written);
    expect(terminal.stdout.text).toBe('');
  });
});
