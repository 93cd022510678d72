// Every name that a package exports has a docstring where it is declared.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const problems = [];

for (const name of readdirSync(join(root, 'packages'))) {
  const index = join(root, 'packages', name, 'src/index.ts');
  if (!existsSync(index)) continue;
  for (const { from, names } of reexports(readFileSync(index, 'utf8'))) {
    const file = join(dirname(index), from);
    const text = readFileSync(file, 'utf8');
    for (const exported of names) {
      if (!isDocumented(text, exported)) {
        problems.push(`${file.slice(root.length)}: ${exported} is public and has no docstring`);
      }
    }
  }
}

/** The `export { a, type B } from './file.ts'` statements of an index. */
function reexports(text) {
  const pattern = /export\s+(?:type\s+)?\{([^}]*)\}\s*from\s*'([^']+)'/g;
  return [...text.matchAll(pattern)].map((match) => ({
    from: match[2],
    names: match[1]
      .split(',')
      .map((part) =>
        part
          .trim()
          .replace(/^type\s+/, '')
          .replace(/\s+as\s+\w+$/, ''),
      )
      .filter((part) => part !== ''),
  }));
}

/** Whether the line before the declaration ends a docstring. */
function isDocumented(text, exported) {
  const declaration = new RegExp(
    `^export (?:declare )?(?:abstract )?(?:async )?(?:function\\*?|class|interface|type|const|let) ${exported}\\b`,
    'm',
  );
  const match = declaration.exec(text);
  if (match === null) return false;
  return text.slice(0, match.index).trimEnd().endsWith('*/');
}

for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exit(problems.length === 0 ? 0 : 1);
