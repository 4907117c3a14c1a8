// Where people are told on localhost: an address that takes what the configuration's channel would, and shows it.
// In the form in which Slack, Teams or a webhook would get it, so that it can be judged before anybody does.

import { createServer } from 'node:http';
import { listenOn } from './ports.ts';

export interface LocalChannel {
  readonly url: string;
  close(): Promise<void>;
}

const maxMessageBytes = 64 * 1024;

/** Takes messages on 127.0.0.1 until it is closed, and hands the text of each to `onMessage`. */
export async function startChannel(onMessage: (text: string) => void): Promise<LocalChannel> {
  // By events, where a message that breaks off is only one that never ends.
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    request.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes <= maxMessageBytes) parts.push(part);
    });
    request.on('end', () => {
      if (bytes <= maxMessageBytes) onMessage(Buffer.concat(parts).toString('utf8'));
      response.writeHead(bytes <= maxMessageBytes ? 200 : 413).end();
    });
  });
  const url = `http://127.0.0.1:${await listenOn(server, 0)}/`;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url, close };
}
