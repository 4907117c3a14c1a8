// What a handler loads before its first event: never the AWS SDK or the HTTP client, which cost most of a cold start.
// Read from esbuild's own account of the bundle, so that no import can hide behind another.

import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

/** The files of this project, and the packages. */
async function loadedOnImport(handler: string): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: [`handlers/${handler}.ts`],
    bundle: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    metafile: true,
    write: false,
  });
  const seen = new Set<string>();
  const visit = (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const found of metafile.inputs[path]?.imports ?? []) {
      if (!found.external && found.kind !== 'dynamic-import') visit(found.path);
    }
  };
  visit(`handlers/${handler}.ts`);
  return [...new Set([...seen].map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path))];
}

describe('on import', () => {
  it.each(['scheduled', 'reconcile', 'api', 'webhook', 'run', 'rotate', 'keep'])(
    '%s loads neither the AWS SDK nor axios',
    async (handler) => {
      const loaded = await loadedOnImport(handler);
      expect(loaded).toContain('valibot');
      expect(
        loaded.filter((name) =>
          /^(@aws-sdk|@smithy)\/|^(axios|oauth4webapi|@aws-lambda-powertools\/metrics)$/.test(name),
        ),
      ).toEqual([]);
    },
  );

  it.each(['scheduled', 'api', 'webhook', 'keep'])(
    '%s, which mostly launches, carries nothing that talks to OpenScaler or reads schedules',
    async (handler) => {
      const loaded = await loadedOnImport(handler);
      expect(loaded.filter((name) => /^(croner|temporal-polyfill)$|^lib\/openscaler\//.test(name))).toEqual([]);
    },
  );
});
