// What esbuild has to be told about modules, for a handler that starts cold.
// Both plugins are held by the test of the packaged template, which loads every bundle.

import { basename } from 'node:path';

/** Names a handler's chunks after it: the packager leaves out of a zip what begins with another handler's name. */
export const chunksOfTheirHandler = {
  name: 'chunks-of-their-handler',
  setup({ initialOptions }) {
    const [entry] = initialOptions.entryPoints;
    initialOptions.chunkNames = `${basename(entry, '.ts')}.[hash]`;
  },
};

/**
 * Takes Node's HTTP modules without `import`. An imported `node:http` is a namespace, made by reading all that the
 * module exports; one of its getters then loads undici, which is the largest part of a cold start and used by nobody.
 */
export const httpWithoutUndici = {
  name: 'http-without-undici',
  setup(build) {
    build.onResolve({ filter: /^(node:)?https?$/ }, ({ path }) => ({
      path: path.replace('node:', ''),
      namespace: 'builtin',
      sideEffects: false,
    }));
    build.onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}');`,
    }));
  },
};
