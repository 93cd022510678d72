import { formatConfiguration } from '@tandem/config';
import { expect, test } from 'vitest';

/** The formatted text, or the codes of what is wrong with it. */
function format(...lines: readonly string[]): readonly string[] {
  return formatIncluding({}, ...lines);
}

/** The same, of a file that includes others, by their names. */
function formatIncluding(
  files: Readonly<Record<string, string>>,
  ...lines: readonly string[]
): readonly string[] {
  const formatted = formatConfiguration({
    path: 'a.conf',
    text: lines.join('\n'),
    reader: {
      read(path) {
        const text = files[path];
        return text === undefined ? [] : [{ path, text }];
      },
    },
  });
  if (!formatted.ok) return formatted.diagnostics.map((each) => `${each.span?.line} ${each.code}`);
  expect(formatted.text).toMatch(/^$|[^]\n$/);
  return formatted.text.split('\n').slice(0, -1);
}

test('every level is indented by two blanks, and words stand one blank apart', () => {
  expect(
    format(
      '\t global_defs  {',
      'router_id\t \tlb1   ',
      '        notification_email {',
      '  a@example.com    b@example.com',
      '}',
      '    }',
    ),
  ).toEqual([
    'global_defs {',
    '  router_id lb1',
    '  notification_email {',
    '    a@example.com b@example.com',
    '  }',
    '}',
  ]);
});

test('a brace moves up to its keyword, and what shares a line with braces gets its own', () => {
  expect(
    format('real_server 10.0.0.1 80', '', '{ weight 1', 'TCP_CHECK { connect_port 80 } }'),
  ).toEqual([
    'real_server 10.0.0.1 80 {',
    '  weight 1',
    '  TCP_CHECK {',
    '    connect_port 80',
    '  }',
    '}',
  ]);
});

test('comments stay where they are, and keep a brace from moving past them', () => {
  expect(
    format('!  first  ! ', 'a    # of a', '{', '#b', 'c   !of c', '}#end', 'd { # of d', '}'),
  ).toEqual(['!  first  !', 'a # of a', '{', '  #b', '  c !of c', '} #end', 'd { # of d', '}']);
});

test('a comment that cuts a word short is not parted from it', () => {
  expect(
    format('auth_pass  a#b', 'auth_pass  p!ss {', 'weight  $W#c', '@lb1 state  X#Y', 'x#  y'),
  ).toEqual(['auth_pass a#b', 'auth_pass p!ss {', 'weight $W#c', '@lb1 state X#Y', 'x #  y']);
});

test('several empty lines become one, and none is left at the edges of a file or block', () => {
  expect(format('', 'a {', '', ' ', 'b', '', '\t', '', 'c', '', '}', '', '', 'd', '', '')).toEqual([
    'a {',
    '  b',
    '',
    '  c',
    '}',
    '',
    'd',
  ]);
});

test('a file of nothing becomes nothing', () => {
  expect(format('', '  ', '')).toEqual([]);
});

test('the inside of quotes is not touched, whether of words or of scripts', () => {
  expect(
    format(
      'router_id   "a  {  #  b"   ',
      `notify   "/bin/x  'a  b'"   root`,
      'notify_up  "/bin/x  y"   root',
      'notify_master  /bin/x\\ \\ y',
    ),
  ).toEqual([
    'router_id "a  {  #  b"',
    `notify   "/bin/x  'a  b'"   root`,
    'notify_up "/bin/x  y" root',
    'notify_master  /bin/x\\ \\ y',
  ]);
});

test('includes and definitions stay as written but for the indentation', () => {
  expect(
    format(
      'a {',
      'include   conf.d/*.{conf,cfg}   # all',
      '  $VIP=  10.0.0.1   dev  eth0',
      'b   ${VIP}  $VIP',
      '}',
    ),
  ).toEqual([
    'a {',
    '  include conf.d/*.{conf,cfg}   # all',
    '  $VIP=  10.0.0.1   dev  eth0',
    '  b ${VIP} $VIP',
    '}',
  ]);
});

test('a definition of several lines is indented like a block, empty last line included', () => {
  expect(format('$A= \\', 'a  { \\', 'b \\', '} \\', '', 'c', '$B=x \\', '', '', '', 'd')).toEqual([
    '$A= \\',
    '  a  { \\',
    '    b \\',
    '  } \\',
    '',
    'c',
    '$B=x \\',
    '',
    '',
    'd',
  ]);
});

test('a line that is repeated or depends on the box is never broken', () => {
  expect(
    format(
      '  ~SEQ(n,  1, 3)real_server   10.0.0.$n  {  weight 1 }',
      '@lb1   a  { b }',
      '@^lb1',
      'interface  $IF {  }',
    ),
  ).toEqual([
    '~SEQ(n,  1, 3) real_server 10.0.0.$n { weight 1 }',
    '@lb1 a { b }',
    '@^lb1',
    'interface $IF { }',
  ]);
});

test.each(['a { @lb1 b }', 'a { ~SEQ(n, 1, 2) b }', 'a { include b }', 'random_seed  1 { a }'])(
  'a line is not broken where a part would be read in another way: %s',
  (line) => {
    expect(format('c {', line, '}')).toEqual(['c {', `  ${line.replace('  ', ' ')}`, '}']);
  },
);

test('of lines for different boxes, each is as deep as it is on its box', () => {
  expect(
    format('@lb1 vrrp_instance A {', '@^lb1 vrrp_instance B {', '@lb1 priority 1', 'state X', '}'),
  ).toEqual([
    '@lb1 vrrp_instance A {',
    '@^lb1 vrrp_instance B {',
    '  @lb1 priority 1',
    '  state X',
    '}',
  ]);
});

test('a definition that leaves a quote open keeps blanks where it is used', () => {
  expect(format('$Q="', 'a  $Q  b"', '$R=x  y', 'c  d')).toEqual([
    '$Q="',
    'a  $Q  b"',
    '$R=x  y',
    'c d',
  ]);
});

test('line breaks of DOS become those of UNIX', () => {
  expect(format('a {\r', '  b\r', '}\r', '')).toEqual(['a {', '  b', '}']);
});

test('braces that do not pair up are reported, for each box that the file names', () => {
  expect(format('a {', 'b')).toEqual(['1 MISSING_CLOSE_BRACE']);
  expect(format('a', '}')).toEqual(['2 EXTRA_CLOSE_BRACE']);
  expect(format('{', '}')).toEqual(['1 UNEXPECTED_BRACE']);
  expect(format('@lb1 a {', '@lb1 b', '@lb1 }', '@lb2 c {')).toEqual(['4 MISSING_CLOSE_BRACE']);
});

test('a quote that is never closed and swallows the brace of a block is reported', () => {
  expect(
    format(
      'virtual_server 10.0.0.9 80 {',
      '  real_server 10.0.0.1 80" {',
      '    weight 1',
      '  }',
      '}',
      'vrrp_instance "A {',
      '  state MASTER',
      '}',
    ),
  ).toEqual(['2 UNTERMINATED_QUOTE', '6 UNTERMINATED_QUOTE']);
  expect(format('vrrp_instance "A {', '}')).toEqual(['1 UNTERMINATED_QUOTE']);
});

test('a block that a definition of an included file opens is one', () => {
  const files = { 'defs.conf': '$OPEN=vrrp_instance A {\n$CLOSE=\\\n nopreempt \\\n}\n' };
  expect(
    formatIncluding(files, 'include defs.conf', '$OPEN', 'state  X', '}', 'a {', 'b', '}'),
  ).toEqual(['include defs.conf', '$OPEN', '  state X', '}', 'a {', '  b', '}']);
  expect(formatIncluding(files, 'include defs.conf', 'a {', 'b', '$CLOSE', 'c  {', '}')).toEqual([
    'include defs.conf',
    'a {',
    '  b',
    '  $CLOSE',
    'c {',
    '}',
  ]);
});

test('a block that an included file opens or closes is one', () => {
  const files = { 'head.conf': 'vrrp_instance A {\n', 'tail.conf': 'nopreempt\n}\n' };
  expect(
    formatIncluding(files, 'include head.conf', 'state X', 'include tail.conf', 'c', '{', '}'),
  ).toEqual(['include head.conf', '  state X', '  include tail.conf', 'c {', '}']);
});

test('a block that a definition of the file itself opens is indented like any other', () => {
  expect(format('$OPEN=a {', '$OPEN', 'b', '}', 'c {', 'd', '}')).toEqual([
    '$OPEN=a {',
    '$OPEN',
    '  b',
    '}',
    'c {',
    '  d',
    '}',
  ]);
});

test('a file that is sound by itself is laid out whatever it includes', () => {
  const files = { 'broken.conf': 'a {\n' };
  expect(formatIncluding(files, 'include broken.conf', 'b', '{', '}')).toEqual([
    'include broken.conf',
    'b {',
    '}',
  ]);
});

test('an included definition that leaves a quote open keeps blanks where it is used', () => {
  const files = { 'defs.conf': '$Q="\n' };
  expect(formatIncluding(files, 'include defs.conf', 'a  $Q  b"', 'c  d')).toEqual([
    'include defs.conf',
    'a  $Q  b"',
    'c d',
  ]);
});

test('a brace that an unknown definition may hold is asked for, with the place of that', () => {
  const formatted = formatConfiguration({
    path: 'a.conf',
    text: 'a\n  $OPEN\n  b\n}\n',
  });
  expect(formatted).toMatchObject({
    ok: false,
    diagnostics: [
      {
        code: 'EXTRA_CLOSE_BRACE',
        span: { file: 'a.conf', line: 4, column: 1 },
        hint: 'unless a brace is in $OPEN, which no file that is read here defines, at a.conf:2:3',
      },
    ],
  });
});
