// So many plays side by side and no more: each has sockets of its own, and two cores are soon busy.

import PQueue from 'p-queue';

const atOnce = 8;

/** Does `play` for each item; all are over when it resolves. */
export async function each<T>(items: readonly T[], play: (item: T, index: number) => Promise<void>): Promise<void> {
  const queue = new PQueue({ concurrency: atOnce });
  await queue.addAll(items.map((item, index) => () => play(item, index)));
}
