import { defineConfig } from 'vitest/config'
import { closingLine } from './test/closing-line.ts'

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'code',
          include: ['test/**/*.test.ts'],
          exclude: ['test/dashboards/*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'pages',
          include: ['test/dashboards/*.test.ts'],
          // One server with simulated data and one browser for all of them, after all else.
          globalSetup: ['test/dashboards/setup.ts'],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
    // Real brokers, stores and forked processes: two cores are busy with more than the tests.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // What is waited for comes or the test fails; how soon is the machine's affair (default: 1 s).
    expect: { poll: { timeout: 30_000 } },
    pool: 'forks',
    reporters: ['default', closingLine],
  },
})
