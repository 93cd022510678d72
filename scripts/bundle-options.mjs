// What every bundle of the repository has in common: ES modules for Node, made from the sources.
/** Bundled CommonJS packages call require(), which ES modules lack. */
const BANNER = [
  "import { createRequire as createRequireForBundle } from 'node:module';",
  'const require = createRequireForBundle(import.meta.url);',
].join('\n');

/** Options of esbuild; entry points and folders are the caller's. */
export const BUNDLE_OPTIONS = {
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  conditions: ['@tandem/source'],
  banner: { js: BANNER },
  sourcemap: 'linked',
  legalComments: 'none',
  logLevel: 'warning',
};
