import { defineConfig } from 'vitest/config';

// Exploring a protocol takes seconds, and the machines that run this are not idle.
export default defineConfig({
  test: { include: ['test/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000, maxWorkers: 2 },
});
