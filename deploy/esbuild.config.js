// How the handlers are bundled for Lambda: an ES module each, with chunks for what is loaded only when an event needs it.
// serverless-esbuild loads this file with `require`, hence the export by that name.

import { chunksOfTheirHandler, httpWithoutUndici } from './bundle-plugins.js';

/** Options of serverless-esbuild, the rest being esbuild's own. */
function options(serverless) {
  return {
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // Else what a handler imports lazily would be parsed, and the Node modules it needs loaded, on every cold start.
    splitting: true,
    plugins: [chunksOfTheirHandler, httpWithoutUndici],
    outputFileExtension: '.mjs',
    // ES modules first, or nothing of the AWS SDK can be left out.
    mainFields: ['module', 'main'],
    minify: true,
    // What a stack trace in the log shows, and what errors are told apart by.
    keepNames: true,
    legalComments: 'none',
    // Some dependencies still call `require` for Node's own modules, which an ES module does not have.
    banner: {
      js: "import { createRequire as powerCreateRequire } from 'node:module'; const require = powerCreateRequire(import.meta.url);",
    },
    // Without this a failed build leaves esbuild's watcher alive, and the command hangs instead of failing.
    skipRebuild: true,
    // The default leaves `aws-sdk` out, which is nobody's dependency here.
    exclude: [],
    // Packaging cleans up its work folder: a server that is running in another terminal keeps its own.
    outputWorkFolder: `.esbuild/${serverless.processedInput.commands[0] ?? 'package'}`,
    watch: { pattern: ['handlers/**/*.ts', 'lib/**/*.ts', 'power.config.ts'], ignore: [] },
  };
}

export { options as 'module.exports' };
