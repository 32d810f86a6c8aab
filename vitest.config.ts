import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Packages keep tests in `test/` beside `src/`; `test/` at the root is the whole system.
    include: ['**/test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/.tsbuild/**', '**/dist/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // What is polled for comes when it comes: the default of a second is too short for a busy host.
    expect: { poll: { timeout: 20_000 } },
    // Two cores: engines, brokers and browsers share them.
    maxWorkers: 2,
  },
});
