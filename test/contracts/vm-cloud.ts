// What every VmCloud promises, whoever implements it: run against the fake, the client, and whatever comes next.
// What a run relies on in tests with the fake is thereby true of the real one.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { vmId } from '../../lib/openscaler/vm-id.ts';
import type { VmCloud } from '../../lib/ports.ts';

/** A cloud of account `main` with the project `default`: VM 8 running, VM 9 shut off, nothing else; actions are prompt. */
export interface CloudUnderTest {
  readonly cloud: VmCloud;
  /** Its clock. */
  readonly now: () => number;
  /** From now on the list of `default` fails. */
  breakList(): void;
  close(): Promise<void>;
}

const limits = { timeoutMs: 5000 };

/** Declares the suite. `make` is called for each test. */
export function vmCloudContract(name: string, make: () => Promise<CloudUnderTest>): void {
  describe(`${name}, as a VmCloud,`, () => {
    let subject: CloudUnderTest;
    let cloud: VmCloud;

    beforeEach(async () => {
      subject = await make();
      cloud = subject.cloud;
    });

    afterEach(() => subject.close());

    const states = async () => Object.fromEntries((await cloud.list('default')).map(({ id, state }) => [id, state]));

    it('is of its account', () => {
      expect(cloud.account).toBe('main');
    });

    it('lists the VMs of a project, with everything a run needs', async () => {
      const vms = await cloud.list('default');
      expect(vms.map(({ id }) => id).sort()).toEqual(['8', '9']);
      expect(vms.find(({ id }) => id === '8')).toEqual({
        id: '8',
        name: 'web-8',
        account: 'main',
        project: 'default',
        region: 'alg1',
        size: 'b-4-8-160',
        description: 'web [env=dev]',
        tags: [],
        state: 'running',
        faults: [],
      });
    });

    it('throws list-failed for a list that fails', async () => {
      subject.breakList();
      await expect(cloud.list('default')).rejects.toMatchObject({ name: 'PowerError', code: 'list-failed' });
    });

    it('reads one VM as it lists it', async () => {
      const listed = (await cloud.list('default')).find(({ id }) => id === '9');
      expect(await cloud.read(vmId('9'))).toEqual(listed);
    });

    it('reads a VM that does not exist as gone', async () => {
      expect(await cloud.read(vmId('404'))).toBe('gone');
    });

    it('sends an action, and says when and how it went', async () => {
      const before = subject.now();
      const sent = await cloud.act(vmId('8'), 'shutdown', limits);
      expect(sent).toMatchObject({ answer: { kind: 'status', status: 200, body: 'readable' }, posts: 1 });
      expect(sent.sentAt).toBeGreaterThanOrEqual(before);
      expect(sent.sentAt).toBeLessThanOrEqual(subject.now());
      expect(await states()).toEqual({ '8': 'shutoff', '9': 'shutoff' });
    });

    it('answers an action on a VM that does not exist with its 404, and does not throw', async () => {
      expect(await cloud.act(vmId('404'), 'start', limits)).toMatchObject({
        answer: { kind: 'status', status: 404 },
        posts: 1,
      });
    });

    it.each([
      ['its instant has passed', () => ({ timeoutMs: 5000, until: subject.now() })],
      ['the run is stopped', () => ({ timeoutMs: 5000, stop: AbortSignal.abort() })],
    ])('sends nothing when %s', async (_what, late) => {
      expect(await cloud.act(vmId('8'), 'shutdown', late())).toMatchObject({
        answer: { kind: 'unsent' },
        posts: 0,
        sentAt: null,
      });
      expect(await states()).toEqual({ '8': 'running', '9': 'shutoff' });
    });

    it('counts the calls that left', async () => {
      await cloud.list('default');
      await cloud.read(vmId('8'));
      await cloud.read(vmId('404'));
      await cloud.act(vmId('9'), 'start', limits);
      await cloud.act(vmId('9'), 'start', { ...limits, stop: AbortSignal.abort() });
      expect(cloud.calls).toMatchObject({ lists: 1, reads: 2, actions: 1 });
    });
  });
}
