// Bundles with the project's own settings for Lambda, and says what a bundle is made of.
// serverless-esbuild takes some of these settings for itself: the rest is esbuild's.

import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import * as v from 'valibot';

/** Settings of serverless-esbuild that esbuild does not know. */
const packagerOnly = v.object({
  outputFileExtension: v.string(),
  outputWorkFolder: v.unknown(),
  skipRebuild: v.unknown(),
  exclude: v.unknown(),
  watch: v.unknown(),
});
// What the project says to esbuild is between the two of them.
const esbuildOnly = v.custom<BuildOptions>((value) => typeof value === 'object' && value !== null);

const options: unknown = createRequire(import.meta.url)('../deploy/esbuild.config.js');

export interface Bundle {
  readonly file: string;
  /** Of the bundle and all its chunks, and of what of them is loaded on import. */
  readonly kilobytes: number;
  readonly importedKilobytes: number;
  /** Kilobytes by package, the largest first; what is ours is `own`. */
  readonly packages: readonly (readonly [name: string, kilobytes: number])[];
}

/** Bundles one file into a directory of its own. */
export async function bundle(entry: string, outdir: string): Promise<Bundle> {
  const { extension, ...settings } = settingsOf();
  const { metafile } = await build({
    ...settings,
    entryPoints: [entry],
    metafile: true,
    outdir,
    outExtension: { '.js': extension },
    logLevel: 'error',
  });
  const name = `${basename(entry, '.ts')}${extension}`;
  const written = Object.keys(metafile.outputs).find((path) => basename(path) === name) ?? '';
  return {
    file: join(outdir, name),
    kilobytes: kilobytesOf(metafile, Object.keys(metafile.outputs)),
    importedKilobytes: kilobytesOf(metafile, [...importedBy(metafile, written)]),
    packages: packagesIn(metafile),
  };
}

function settingsOf(): BuildOptions & { readonly extension: string } {
  if (typeof options !== 'function') throw new TypeError('deploy/esbuild.config.js exports no function');
  const all: unknown = options({ processedInput: { commands: ['package'] } });
  const { outputFileExtension: extension, ...notForEsbuild } = v.parse(packagerOnly, all);
  const known = new Set(['outputFileExtension', ...Object.keys(notForEsbuild)]);
  const rest = Object.entries(v.parse(v.record(v.string(), v.unknown()), all)).filter(([key]) => !known.has(key));
  return { ...v.parse(esbuildOnly, Object.fromEntries(rest)), extension };
}

function kilobytesOf({ outputs }: Metafile, paths: readonly string[]): number {
  return paths.reduce((sum, path) => sum + (outputs[path]?.bytes ?? 0), 0) / 1024;
}

function importedBy({ outputs }: Metafile, path: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const { path: imported, kind, external } of outputs[path]?.imports ?? [])
    if (kind === 'import-statement' && !external) importedBy({ outputs, inputs: {} }, imported, seen);
  return seen;
}

function packagesIn({ outputs }: Metafile): Bundle['packages'] {
  const sizes = new Map<string, number>();
  for (const { inputs } of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? 'own';
      sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput / 1024);
    }
  }
  return [...sizes].sort(([, a], [, b]) => b - a);
}
