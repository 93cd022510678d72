// Writes the documents that come from tables in the source; with --check says which are not up to
// date. Needs the packages to be built.
import { readFileSync, writeFileSync } from 'node:fs';
import { diagnosticsDocument } from './docs/diagnostics.mjs';
import { keywordsDocument } from './docs/keywords.mjs';

const root = new URL('..', import.meta.url);

/** Each document, and what makes its text. */
const DOCUMENTS = {
  'docs/diagnostics.md': diagnosticsDocument,
  'docs/keywords.md': keywordsDocument,
};

const check = process.argv.includes('--check');
const stale = [];
for (const [path, render] of Object.entries(DOCUMENTS)) {
  const file = new URL(path, root);
  const text = render();
  if (!check) writeFileSync(file, text);
  else if (read(file) !== text) stale.push(path);
}
for (const path of stale) {
  process.stderr.write(`${path} is not up to date: run 'node scripts/generate-docs.mjs'\n`);
}
process.exit(stale.length === 0 ? 0 : 1);

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
