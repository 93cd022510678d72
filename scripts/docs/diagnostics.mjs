import { CATALOGUE_SECTIONS } from '../../packages/config/dist/index.js';

const INTRODUCTION = `# Diagnostics

Everything that \`tandemd -t\` and \`tandemctl check\` can say, by code. This page is generated from
the tables in \`packages/config/src/catalogue/\`; \`tandemctl check --explain CODE\` prints one entry.

An *error* is a value or a word that has no effect; a *warning* works and is probably not meant; a
*note* is worth knowing. The examples are what a block says beside what makes it complete.
`;

/** @returns docs/diagnostics.md */
export function diagnosticsDocument() {
  const sections = Object.entries(CATALOGUE_SECTIONS).map(([title, codes]) =>
    [`## ${title}`, ...Object.entries(codes).map(entry)].join('\n\n'),
  );
  return `${[INTRODUCTION.trimEnd(), contents(), ...sections].join('\n\n')}\n`;
}

function contents() {
  const rows = Object.values(CATALOGUE_SECTIONS).flatMap((codes) =>
    Object.entries(codes).map(
      ([code, { severity, meaning }]) =>
        `| [${code}](#${code.toLowerCase()}) | ${severity} | ${meaning.split('. ', 1)[0].replace(/\.$/, '')} |`,
    ),
  );
  return ['| code | severity | meaning |', '|---|---|---|', ...rows].join('\n');
}

function entry([code, { severity, meaning, cure, example, within }]) {
  const parts = [`### ${code}`, `*${severity}* — ${meaning}`, `Cure: ${cure}`];
  if (example !== '') {
    const where = within === undefined ? 'Example' : `Example, in \`${within}\``;
    parts.push(`${where}:`, `\`\`\`\n${example.trimEnd()}\n\`\`\``);
  }
  return parts.join('\n\n');
}
