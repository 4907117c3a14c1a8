import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/core/**/*.test.ts', 'test/run/**/*.test.ts'],
    // A megabyte of hostile text for every mutant takes longer than it tells.
    exclude: ['test/core/tags/hostile-description.test.ts'],
    setupFiles: ['test/properties.ts'],
    testTimeout: 30_000,
  },
});
