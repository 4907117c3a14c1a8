// What every SecretStore promises, over the SDK and in memory: versions stored once per id, and labels that move by compare and swap.

import { describe, expect, it } from 'vitest';
import type { SecretStore } from '../../lib/aws/secrets.ts';

const ids = ['1', '2', '3'].map((digit) => `${digit.repeat(8)}-2222-4333-8444-555555555555`);
const [first = '', second = '', third = ''] = ids;

interface Made {
  readonly store: SecretStore;
  /** Labels the version AWSPENDING and gives it no value, as a rotation begins. */
  readonly begin: (versionId: string) => void;
}

/** `make` gives a store with a secret `power/main` that holds `value`. */
export function secretStoreContract(name: string, make: () => Promise<Made>): void {
  describe(`the secret store ${name}`, () => {
    const id = 'power/main';

    it('gives the current version, by name and by ARN, and any version by its id', async () => {
      const { store } = await make();
      const current = await store.current(id);
      expect(current).toMatchObject({ text: 'value', arn: expect.stringMatching(/^arn:.*:secret:power\/main-/) });
      expect(await store.current(current.arn)).toEqual(current);
      expect(await store.version(id, current.versionId)).toEqual(current);
      expect(await store.version(id, first)).toBeNull();
      expect(await store.read(id)).toBe('value');
    });

    it('stores a version under the id that it is given, once', async () => {
      const { store } = await make();
      expect(await store.put(id, first, 'new', 'AWSCURRENT')).toBe('stored');
      expect(await store.current(id)).toMatchObject({ versionId: first, text: 'new' });
      expect(await store.put(id, first, 'new', 'AWSCURRENT')).toBe('stored');
      expect(await store.put(id, first, 'other', 'AWSCURRENT')).toBe('other-text');
      expect(await store.read(id)).toBe('new');
    });

    it('stores one that waits beside the current one', async () => {
      const { store, begin } = await make();
      const before = await store.current(id);
      begin(first);
      expect(await store.version(id, first)).toBeNull();
      expect(await store.describe(id)).toEqual({
        isRotating: true,
        stages: new Map([
          [before.versionId, ['AWSCURRENT']],
          [first, ['AWSPENDING']],
        ]),
      });
      await store.put(id, first, 'pending', 'AWSPENDING');
      expect(await store.current(id)).toEqual(before);
      expect(await store.version(id, first)).toMatchObject({ text: 'pending' });
    });

    it('moves a label only from where it is', async () => {
      const { store } = await make();
      await store.put(id, first, 'a', 'AWSCURRENT');
      await store.put(id, second, 'b', 'AWSPENDING');
      await expect(store.move(id, 'AWSCURRENT', third, second)).rejects.toMatchObject({ code: 'secret' });
      expect(await store.read(id)).toBe('a');
      await store.move(id, 'AWSCURRENT', first, second);
      expect(await store.read(id)).toBe('b');
      await store.move(id, 'AWSPENDING', second, null);
      expect((await store.describe(id)).stages.get(second)).toEqual(['AWSCURRENT']);
    });

    it('has no other secrets', async () => {
      const { store } = await make();
      await expect(store.current('power/other')).rejects.toMatchObject({ code: 'secret' });
    });
  });
}
