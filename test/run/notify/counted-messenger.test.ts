import { describe, expect, it } from 'vitest';
import { PowerError } from '../../../lib/core/errors.ts';
import type { Figure } from '../../../lib/core/metric.ts';
import type { Notice } from '../../../lib/core/notice.ts';
import type { Delivered } from '../../../lib/ports.ts';
import { countedMessenger } from '../../../lib/run/notify/counted-messenger.ts';

const notice: Notice = {
  id: 'run-ended/1',
  type: 'run.ended',
  at: 0,
  title: '',
  text: '',
  vms: [],
  more: 0,
  unlisted: [],
  link: null,
  facts: {},
};

function counted(send: () => Promise<Delivered>) {
  const told: Figure[] = [];
  const messenger = countedMessenger({ send }, async (figures) => void told.push(...figures));
  return { told, messenger };
}

describe('a message', () => {
  it('that was sent is not counted', async () => {
    const { told, messenger } = counted(async () => ({ isSent: true }));
    expect([await messenger.send(notice), told]).toEqual([{ isSent: true }, []]);
  });

  it('that nobody got is, and so is one whose secret is none', async () => {
    const unsent = { name: 'MessagesUnsent', value: 1, by: {} };
    const refused = counted(async () => ({ isSent: false, why: 'it answered 410' }));
    expect([await refused.messenger.send(notice), refused.told]).toEqual([
      { isSent: false, why: 'it answered 410' },
      [unsent],
    ]);
    const broken = counted(async () => {
      throw new PowerError('secret', 'it holds no address');
    });
    await expect(broken.messenger.send(notice)).rejects.toMatchObject({ code: 'secret' });
    expect(broken.told).toEqual([unsent]);
  });
});
