import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Real brokers, stores and forked processes: two cores are busy with more than the tests.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
  },
})
