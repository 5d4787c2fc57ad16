import { defineConfig } from 'vitest/config';
import base from './vitest.config';

/** The suites that take minutes: `npm run test:slow`. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/slow/**/*.test.ts'],
    exclude: [],
    maxWorkers: 1,
    testTimeout: 1_200_000,
    hookTimeout: 120_000,
  },
});
