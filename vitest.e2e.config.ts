import { defineConfig } from 'vitest/config';

// Against real API servers: one cluster for all files, which take turns so that its two cores are theirs.
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.e2e.test.ts'],
    globalSetup: ['test/e2e/support/shared-cluster.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    // Cold, the cluster is first built from source.
    hookTimeout: 300_000,
    teardownTimeout: 60_000,
    setupFiles: ['test/support/property-seed.ts'],
    env: { TZ: 'UTC' },
  },
});
