import { configDefaults, defineConfig } from 'vitest/config';

const shared = {
  testTimeout: 120_000,
  // Cold, what a test needs is first built from source.
  hookTimeout: 3_600_000,
  teardownTimeout: 60_000,
  setupFiles: ['test/support/property-seed.ts'],
  env: { TZ: 'UTC' },
};
const STORES = 'test/e2e/stores/**/*.e2e.test.ts';
const IN_A_CLUSTER = 'test/e2e/stores/reach.e2e.test.ts';
/** These ask no cluster. */
const ALONE = ['release', 'package', 'page'].map((name) => `test/e2e/${name}.e2e.test.ts`);

export default defineConfig({
  test: {
    projects: [
      {
        // Against real API servers: one cluster for all files, which take turns so that its two cores are theirs.
        test: {
          ...shared,
          name: 'cluster',
          include: ['test/e2e/*.e2e.test.ts', IN_A_CLUSTER],
          exclude: [...configDefaults.exclude, ...ALONE],
          globalSetup: ['test/e2e/support/shared-cluster.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Against real log stores: each file starts its own, and waits for it as often as it works. Beside them, what asks nobody.
        test: {
          ...shared,
          name: 'stores',
          include: [STORES, ...ALONE],
          exclude: [...configDefaults.exclude, IN_A_CLUSTER],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
