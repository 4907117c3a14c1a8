// The channel of localhost, over real sockets: what it shows, and that no sender ends it.

import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type LocalChannel, startChannel } from '../../deploy/offline/channel.ts';

let channel: LocalChannel;
let shown: string[];

beforeEach(async () => {
  shown = [];
  channel = await startChannel((text) => void shown.push(text));
});
afterEach(() => channel.close());

it('shows what it takes', async () => {
  expect((await fetch(channel.url, { method: 'POST', body: '{"text":"hi"}' })).status).toBe(200);
  expect(shown).toEqual(['{"text":"hi"}']);
});

it('takes no more than a message may have', async () => {
  expect((await fetch(channel.url, { method: 'POST', body: 'x'.repeat(64 * 1024 + 1) })).status).toBe(413);
  expect(shown).toEqual([]);
});

it('goes on after a message that breaks off, and shows nothing of it', async () => {
  const socket = connect(Number(new URL(channel.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write('POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\nexpect: 100-continue\r\n\r\n');
  // Its head has been read.
  await once(socket, 'data');
  socket.destroy();
  expect((await fetch(channel.url, { method: 'POST', body: 'next' })).status).toBe(200);
  expect(shown).toEqual(['next']);
});
