// kernel: any
// What the generated files say between them, beside what the keyword tables know.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keywordReference } from '@tandem/config';
import type { Entry } from '../config-oracle/entry.ts';
import { serviceEntries } from './service-files.ts';

/** As many as services.test.ts compares. */
const FILES = 150;

/** Why a keyword is in none of the files. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  FILE_CHECK: 'has a result as soon as the file is read',
  BFD_CHECK: 'has a result as soon as the session has a state',
};

/** Why a word is not with a keyword of virtual_server. */
const UNHEEDED = 'keepalived takes it for on';
const WORD_EXCEPTIONS: Readonly<Record<string, string>> = {
  'virtual_server: alpha off': UNHEEDED,
  'virtual_server: inhibit_on_failure off': UNHEEDED,
};

/** Of synopses: they stand for other words. */
const PLACEHOLDERS: ReadonlySet<string> = new Set(['LENGTH', 'MASK', 'N']);

for (const path of ['virtual_server', 'virtual_server real_server']) {
  test(`each keyword of ${path} is in one of the files, with each of its words`, () => {
    const files = Array.from({ length: FILES }, (_, i): Entry => ({
      text: '',
      children: serviceEntries(i),
    }));
    const blocks = path.split(' ').reduce<readonly Entry[]>(childrenNamed, files);
    const said = new Set(blocks.flatMap((each) => each.children ?? []).flatMap(spellings));
    const { rows = [] } = keywordReference().find((each) => each.path === path) ?? {};
    const missing = rows
      .filter(({ name, since }) => EXCEPTIONS[name] === undefined && since === undefined)
      .flatMap(({ name, aliases, synopsis }) => [
        name,
        ...aliases,
        ...choices(synopsis).map((each) => `${name} ${each}`),
      ])
      .filter((each) => !said.has(each) && WORD_EXCEPTIONS[`${path}: ${each}`] === undefined);
    assert.ok(rows.length > 15);
    assert.deepEqual(missing, []);
    assert.deepEqual(
      Object.keys(EXCEPTIONS).filter((each) => said.has(each)),
      [],
    );
  });
}

/** Blocks of that name in others, or at the root. */
function childrenNamed(entries: readonly Entry[], name: string): readonly Entry[] {
  return entries
    .flatMap(({ children = [] }) => children)
    .filter(({ text }) => text.startsWith(`${name} `));
}

/** @returns the keyword, and the keyword with each of its words */
function spellings({ text }: Entry): readonly string[] {
  const [keyword = '', ...words] = text.split(' ');
  return [keyword, ...words.map((each) => `${keyword} ${each}`)];
}

/** @returns the words of a synopsis that leaves a choice */
function choices(synopsis: string): readonly string[] {
  if (!synopsis.includes('|') || synopsis.includes('{')) return [];
  return (synopsis.match(/[\w-]+/g) ?? []).filter((each) => !PLACEHOLDERS.has(each));
}
