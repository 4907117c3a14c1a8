import { defineConfig } from 'vitest/config';

// Of these nothing has a state that one file could leave to the next: they share a process, and load the tree once.
const stateless = ['config', 'core', 'http', 'messages', 'openscaler', 'run', 'simulator'].map(
  (name) => `test/${name}/**/*.test.ts`,
);

export default defineConfig({
  test: {
    setupFiles: ['test/properties.ts'],
    testTimeout: 30_000,
    // Most of them wait for sockets and processes: one worker for each core, where the default leaves one core idle.
    maxWorkers: '100%',
    projects: [
      { extends: true, test: { name: 'shared', include: stateless, isolate: false } },
      { extends: true, test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: stateless } },
    ],
  },
});
