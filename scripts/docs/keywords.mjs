import { keywordReference } from '../../packages/config/dist/index.js';

const INTRODUCTION = `# Keywords

Everything that keepalived.conf may say, by block. This page is generated from the tables in
\`packages/config/src/keywords/\`, which the parser reads too; \`tandemctl schema\` prints the same as
a JSON Schema.

How to read it: \`[ ]\` may be left out, \`a|b\` is one of both, \`…\` is more of the same, and what is
in capitals stands for a word; \`SECONDS\` may have up to six decimals where their range has. An \`on|off\` that may be left out means on; \`true\`, \`yes\`, \`false\`
and \`no\` are as good. Without a mark, keywords are those of keepalived 2.2.7, and tandem acts on
them. **No effect** marks those that are read and judged and do nothing, and says what you lose
and what to do instead ([why](decisions.md)); **No effect yet** those that nothing is lost by for
the service, and that may come.
`;

/** What checkers have in common is told once. */
const COMMON = 'virtual_server real_server TCP_CHECK';
const CHECKER = /^virtual_server real_server [A-Z]+_(CHECK|GET)( host)?$/;

/** @returns docs/keywords.md */
export function keywordsDocument() {
  const sections = keywordReference();
  const common = sections.find(({ path }) => path === COMMON)?.rows ?? [];
  const parts = sections.map((section) => renderSection(section, common));
  return `${[INTRODUCTION.trimEnd(), contents(sections), ...parts].join('\n\n')}\n`;
}

function contents(sections) {
  const lines = sections.map(({ path }) => {
    const depth = path === '' ? 0 : path.split(' ').length - 1;
    return `${'  '.repeat(depth)}- ${link(path)}`;
  });
  return lines.join('\n');
}

function link(path) {
  return `[${path === '' ? 'the root' : path.split(' ').at(-1)}](#${anchor(title(path))})`;
}

function title(path) {
  return path === '' ? 'The root' : path.split(' ').join(' · ');
}

/** As GitHub and its like make them. */
function anchor(text) {
  return text
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .replaceAll(' ', '-');
}

function renderSection(section, common) {
  const { path, kind, opener, synopsis, limits, rows } = section;
  const isChecker = CHECKER.test(path) && path !== COMMON;
  const shared = isChecker ? rows.filter((row) => common.some((each) => isSame(each, row))) : [];
  const own = rows.filter((row) => !shared.includes(row));
  const parts = [`${'#'.repeat(path.split(' ').length > 2 ? 3 : 2)} ${title(path)}`];
  if (opener !== undefined) {
    parts.push(
      `\`${opener.name} ${opener.synopsis}\`${limitsText(opener.limits)} — ${meaning(opener)}`,
    );
  }
  if (kind === 'entries') parts.push(`Each line: \`${synopsis}\`${limitsText(limits)}`);
  if (own.length > 0) parts.push(table(own, kind));
  if (shared.length > 0) {
    const names = shared.map((row) => `\`${row.name}\``).join(', ');
    parts.push(`${own.length > 0 ? 'And as' : 'As'} in ${link(COMMON)}: ${names}.`);
  }
  return parts.join('\n\n');
}

/** What has no effect because nothing around it has any is the same otherwise. */
function isSame(a, b) {
  return comparable(a) === comparable(b);
}

function comparable(row) {
  return JSON.stringify({ ...row, withoutEffect: undefined });
}

function table(rows, kind) {
  const isPlain = kind === 'entries';
  const header = isPlain
    ? ['| option | value | |', '|---|---|---|']
    : ['| keyword | argument | default | |', '|---|---|---|---|'];
  const lines = isPlain ? merged(rows) : rows.map((row) => [row]);
  return [...header, ...lines.map((line) => tableRow(line, isPlain))].join('\n');
}

/** Options that are told apart by their names alone share a line. */
function merged(rows) {
  const lines = [];
  for (const row of rows) {
    const before = lines.at(-1)?.[0];
    if (before !== undefined && isSame({ ...before, name: '' }, { ...row, name: '' })) {
      lines.at(-1).push(row);
    } else lines.push([row]);
  }
  return lines;
}

function tableRow([row, ...others], isPlain) {
  const names = [row, ...others].map((each) => `\`${each.name}\``).join(', ');
  const name = row.section === undefined ? names : `[${names}](#${anchor(title(row.section))})`;
  const synopsis = row.synopsis === '' ? '' : `\`${row.synopsis}\``;
  const argument = `${synopsis}${limitsText(row.limits)}`;
  const columns = isPlain ? [name, argument] : [name, argument, row.default ?? ''];
  return `| ${[...columns, meaning(row)].map(cell).join(' | ')} |`;
}

function limitsText(limits) {
  const ranges = new Set(limits.map((each) => each.replace(/^[^:]*: /, '')));
  const [first] = ranges;
  if (limits.length > 1 && ranges.size === 1) return ` ${first} each`;
  return limits.length === 0 ? '' : ` ${limits.join(', ')}`;
}

function meaning({ doc, required, several, aliases, deprecated, since, withoutEffect }) {
  const parts = [doc];
  if (required) parts.push('Required.');
  if (several) parts.push('There may be several.');
  if (aliases.length > 0) parts.push(`Also ${spellings(aliases)}.`);
  if (deprecated.length > 0) parts.push(`Deprecated: ${spellings(deprecated)}.`);
  if (since !== undefined) parts.push(since);
  if (withoutEffect === true) parts.push('**No effect yet.**');
  else if (withoutEffect !== undefined) parts.push(`**No effect:** ${withoutEffect}.`);
  return parts.filter((each) => each !== '').join(' ');
}

function spellings(names) {
  return names.map((each) => `\`${each}\``).join(', ');
}

function cell(text) {
  return text.replaceAll('|', '\\|');
}
