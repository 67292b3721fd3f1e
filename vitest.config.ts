import { defineConfig } from 'vitest/config'

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    environment: 'node',
    include: [
      'src/**/*.test.{ts,tsx}',
      'sympla/**/*.test.{ts,tsx}',
      'web/**/*.test.{ts,tsx}',
      'test/**/*.test.{ts,tsx}',
    ],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
  },
})
