import { defineConfig } from 'vitest/config';

/** Unit tests run from source: the private export condition makes a build unnecessary. */
export default defineConfig({
  root: new URL('../..', import.meta.url).pathname,
  ssr: { resolve: { conditions: ['@tandem/source', 'node', 'import', 'module', 'default'] } },
  test: {
    include: ['packages/*/test/**/*.test.ts'],
    // For tests that hang: how long one takes is up to the machine.
    testTimeout: 60_000,
  },
});
