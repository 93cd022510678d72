import { formatConfiguration, parseConfiguration, type Configuration } from '@tandem/config';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lines, sourceOf } from './hostile-text.ts';

function parse(text: string, included?: string): Configuration {
  return parseConfiguration(sourceOf(text, included));
}

function format(text: string): void {
  formatConfiguration({ path: 'a.conf', text });
}

test.each(['"', '"\\"', '\\', ' ', '$', '@', '~SEQ(', '\r', '\0', 'a', 'a ', '# '])(
  'a million times %j is read and formatted, so that what the engine does is not slow either',
  (piece) => {
    const text = piece.repeat(1_000_000 / piece.length);
    parse(text);
    format(text);
  },
);

test('no bytes at all make parser or formatter throw, whatever they are taken for', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
      for (const encoding of ['utf8', 'latin1'] as const) {
        const text = Buffer.from(bytes).toString(encoding);
        parse(text);
        format(text);
      }
    }),
    { numRuns: 300, seed: 1 },
  );
});

/** What happens is bounded, and said. */
function expectLimit(code: string, text: string, included?: string): void {
  const { diagnostics } = parse(text, included);
  expect(diagnostics.map((each) => each.code)).toContain(code);
}

test.each([
  ['in', `${'{a,'.repeat(100_000)}${'}'.repeat(100_000)}`],
  ['after', '{a,b}'.repeat(100_000)],
])('patterns %s patterns name no file when they are longer than paths can be', (_, pattern) =>
  expectLimit('INCLUDE_MISSING', `includem ${pattern}`),
);

test.each([
  ['one long sequence', '~SEQ(a, 1, 1000000000000) x'],
  ['sequences of sequences', `${'~SEQ(a, 1, 10) '.repeat(20)} x`],
  ['many sequences', '~SEQ(a, 1, 100000) x\n'.repeat(100)],
  ['a chain of sequences', `${'~SEQ(a, 1, 1)'.repeat(100_000)} x`],
])('repetitions that explode end with a diagnostic: %s', (_, text) => {
  expectLimit('EXPANSION_LIMIT', text);
});

test('definitions that double end with a diagnostic', () => {
  const doubling = lines(60, (i) => `$A${i + 1}=\${A${i}}\${A${i}}`);
  expectLimit('EXPANSION_LIMIT', `$A0=x\n${doubling}\${A60}\n`);
});

test('a hundred thousand definitions, each of the one before, end with a diagnostic', () => {
  const chain = lines(100_000, (i) => `$A${i + 1}=\${A${i}}x`);
  expectLimit('EXPANSION_LIMIT', `$A0=x\n${chain}\${A100000}\n`);
});

test('files that include others without end, each of them new, end with a diagnostic', () => {
  expectLimit('TOO_MANY_FILES', 'include b.conf', 'include ${_PWD}/c/d.conf');
});

test('a file that is read again and again counts like a repetition', () => {
  expectLimit('EXPANSION_LIMIT', 'include b.conf\n'.repeat(1000), 'a b\n'.repeat(10_000));
});

test('a complaint about an object with a long name does not repeat all of it', () => {
  const { diagnostics } = parse(
    `vrrp_instance ${'x'.repeat(100_000)} {\n${'a b\n'.repeat(100)}}\n`,
  );
  expect(diagnostics.length).toBeGreaterThan(100);
  expect(Math.max(...diagnostics.map(({ message }) => message.length))).toBeLessThan(1000);
});
