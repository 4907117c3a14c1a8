import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { listenForInterrupt } from '../../cli/interrupt.ts';

function listen() {
  const source = new EventEmitter();
  const time = { now: 1_000 };
  const interrupt = listenForInterrupt(source, () => time.now);
  let hasEnded = false;
  interrupt.endNow.then(() => {
    hasEnded = true;
  });
  const ended = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return hasEnded;
  };
  return { source, time, interrupt, ended };
}

describe('an interrupt', () => {
  it('is not there before a signal', async () => {
    const { interrupt, ended } = listen();
    expect(interrupt.stop.aborted).toBe(false);
    expect(await ended()).toBe(false);
  });

  it.each(['SIGINT', 'SIGTERM'])('asks to stop at the first %s', async (signal) => {
    const { source, interrupt, ended } = listen();
    source.emit(signal);
    expect(interrupt.stop.aborted).toBe(true);
    expect(await ended()).toBe(false);
  });

  it('takes signals that come close together as one key press', async () => {
    const { source, time, ended } = listen();
    source.emit('SIGINT');
    source.emit('SIGINT');
    time.now += 399;
    source.emit('SIGINT');
    expect(await ended()).toBe(false);
  });

  it('asks to end at a second press', async () => {
    const { source, time, ended } = listen();
    source.emit('SIGINT');
    time.now += 400;
    source.emit('SIGTERM');
    expect(await ended()).toBe(true);
  });
});
