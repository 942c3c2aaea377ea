import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**'],
    // Property tests start many runs; two cores are what CI has.
    testTimeout: 60_000,
    setupFiles: ['test/support/property-seed.ts'],
    env: { TZ: 'UTC' },
  },
});
