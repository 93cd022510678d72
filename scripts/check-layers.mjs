// Imports point one way: programs -> adapters -> pure, and every project reference has its
// dependency. A forgotten reference still compiles, so nothing else would notice.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;

/** What each package may import; the order is the order of the layers. */
const ALLOWED = {
  inet: [],
  time: [],
  random: [],
  fuzz: ['random'],
  vrrp: ['inet', 'time'],
  bfd: ['inet', 'time'],
  sim: ['inet', 'time', 'random', 'vrrp'],
  health: ['inet', 'time'],
  ipvs: ['inet', 'time'],
  config: ['inet', 'time', 'vrrp', 'bfd', 'health', 'ipvs'],
  status: ['inet', 'time', 'vrrp', 'health', 'ipvs'],
  'config-files': ['config'],
  'raw-socket': ['inet', 'time'],
  netlink: ['inet', 'time', 'raw-socket'],
  'ipvs-netlink': ['inet', 'time', 'ipvs', 'raw-socket', 'netlink'],
  checkers: ['inet', 'time', 'health', 'raw-socket'],
  notify: ['inet', 'time'],
};
const PURE = new Set([
  'inet',
  'time',
  'random',
  'fuzz',
  'vrrp',
  'bfd',
  'sim',
  'health',
  'ipvs',
  'config',
  'status',
]);
const PROGRAMS = new Set(['tandemd', 'tandemctl', 'genhash']);

const problems = [];

/** All .ts files below a folder. */
function sources(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Module names that a file imports, statically or not. */
function imports(text) {
  const statement = /^(?:import|export)\s(?:[^;'"]*?\sfrom\s*)?'([^']+)'/gm;
  const call = /\bimport\(\s*'([^']+)'/g;
  return [...text.matchAll(statement), ...text.matchAll(call)].map((match) => match[1]);
}

function checkImport(name, file, imported) {
  const shown = file.slice(root.length);
  if (imported.startsWith('.')) return undefined;
  const own = /^@tandem\/([^/]+)(\/.*)?$/.exec(imported);
  if (own === null) {
    const ok = !PURE.has(name) || (name === 'config' && imported === 'ajv');
    if (!ok) problems.push(`${shown}: a pure package may not import ${imported}`);
    return undefined;
  }
  const [, target, deep] = own;
  if (deep !== undefined) problems.push(`${shown}: import @tandem/${target}, not a file inside it`);
  const allowed = PROGRAMS.has(name) ? !PROGRAMS.has(target) : ALLOWED[name]?.includes(target);
  if (!allowed) problems.push(`${shown}: ${name} may not import ${target}`);
  return target;
}

for (const name of readdirSync(join(root, 'packages'))) {
  if (!(name in ALLOWED) && !PROGRAMS.has(name)) {
    problems.push(`packages/${name}: not in the table of layers`);
    continue;
  }
  const folder = join(root, 'packages', name);
  const used = new Set();
  for (const file of sources(join(folder, 'src'))) {
    for (const imported of imports(readFileSync(file, 'utf8'))) {
      const target = checkImport(name, file, imported);
      if (target !== undefined) used.add(target);
    }
  }
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const config = JSON.parse(readFileSync(join(folder, 'tsconfig.json'), 'utf8'));
  const declared = Object.keys(manifest.dependencies ?? {})
    .filter((dependency) => dependency.startsWith('@tandem/'))
    .map((dependency) => dependency.slice('@tandem/'.length))
    .toSorted();
  const referenced = (config.references ?? [])
    .map(({ path }) => path.slice('../'.length))
    .toSorted();
  const needed = [...used].toSorted();
  if (needed.join() !== declared.join()) {
    problems.push(
      `packages/${name}/package.json: depends on [${declared.join()}], imports [${needed.join()}]`,
    );
  }
  if (needed.join() !== referenced.join()) {
    problems.push(
      `packages/${name}/tsconfig.json: references [${referenced.join()}], imports [${needed.join()}]`,
    );
  }
  if (PURE.has(name) && config.compilerOptions?.types !== undefined) {
    problems.push(`packages/${name}/tsconfig.json: a pure package has no "types"`);
  }
}

for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exit(problems.length === 0 ? 0 : 1);
