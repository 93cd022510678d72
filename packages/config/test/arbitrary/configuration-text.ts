import fc from 'fast-check';

const SNIPPETS = [
  'global_defs', 'vrrp_instance', 'virtual_server', 'real_server', 'virtual_ipaddress', 'HTTP_GET',
  'url', 'authentication', 'notify_master', 'priority', 'state', 'interface', 'quorum', 'A',
  '10.0.0.1/24', '80', 'fwmark', '0', '-1', '"', '"a  b"', "'", '\\', '{', '}', '{\n', '}\n', '\n',
  '\n', ' ', '\t', '#', '!', 'brd', '+', '\r', '\r\n', '\u0000', '\u00a0', '\v', '\ufeff', '\ufffd',
  'notification_email', 'retry', 'status_code', '200-299', '@lb1 ', '\n@lb1 ', '\n@^lb1 ', '\n$A=',
  '$A', '${A}', '${A  }', '${_HASH}', '${_ENV  HOME}', '\n~SEQ(A, 1, 3)', '~LST({A,B},{1,2})',
  '\ninclude ', 'include b{c,d}', '\\\n', ' \\\n', '=', '=\\\n', '(', ')', ',', 'random_seed 3',
]; // prettier-ignore

/** Texts of all kinds: characters at random, and the parts of configurations in any order. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.array(fc.constantFrom(...SNIPPETS), { maxLength: 120 }).map((parts) => parts.join(' ')),
  fc.array(fc.constantFrom(...SNIPPETS), { maxLength: 120 }).map((parts) => parts.join('')),
  fc.array(fc.constantFrom(...SNIPPETS), { maxLength: 12 }).map((parts) => parts.join('')),
);

const blanks = fc.constantFrom(' ', ' ', '  ', '\t', '   \t ');
const indentation = fc.constantFrom('', '', '  ', '    ', '\t', '\t\t');
/** What ends a line: blanks, a comment, several line breaks. */
const lineEnd = fc.constantFrom(
  '\n',
  '\n',
  '\n',
  '  \n',
  '\r\n',
  '\n\n\n',
  ' # why\n',
  '!{\n',
  '\n# on its own }\n',
);

const STATEMENTS = [
  'interface eth0', 'interface  $IF', 'virtual_router_id 51', 'virtual_router_id ${ID}', 'priority 300',
  'state\tMASTER', 'auth_pass "a  # b"', 'notify_master "/bin/x  \'a  b\'"  root', "notify '/bin/x  y'",
  'notify_fault /bin/x\\ y  "z', 'advert_int 1', '10.0.0.1/24  dev   eth0', '@lb1 priority 10',
  '@^lb1   priority   20', '@lb2', '~SEQ(n, 1, 2) 10.0.1.${n}  dev eth0', 'unknown  word', 'nopreempt',
  'include  c.conf', '~LST({a, b}, {1,  2}) $a   "$b  x"', '$ADDRESSES', '$Q  x  y"', '$IF  priority  30', 'no_such { a { b } }', 'router_id a\\#b',
]; // prettier-ignore

const OPENERS = [
  'vrrp_instance A', 'vrrp_instance  "B  b"', 'global_defs', 'virtual_ipaddress', 'authentication',
  'virtual_server 10.0.0.1  80', 'real_server 10.0.0.2 80', 'TCP_CHECK', 'HTTP_GET', 'url',
  'virtual_server  fwmark 1', 'vrrp_script  s', 'unknown  block', 'virtual_server $VIP 80',
]; // prettier-ignore

const DEFINITIONS = [
  '$IF=eth0', '$ID= 7  # seven', '$VIP=  10.0.0.9', '@lb1 $ID=8', '$IF=@lb1', '$A=${IF}  x',
  '$ADDRESSES= \\\n   10.0.2.1/24 \\\n\t10.0.2.2/24', '$ADDRESSES=a { \\\n  b  c \\\n } # d \\\n\n', '$Q="',
]; // prettier-ignore

const statement = fc
  .tuple(indentation, fc.constantFrom(...STATEMENTS), lineEnd)
  .map((parts) => parts.join(''));
const definition = fc
  .tuple(indentation, fc.constantFrom(...DEFINITIONS))
  .map((parts) => `${parts.join('')}\n`);

const { part } = fc.letrec<{ part: string; block: string }>((tie) => ({
  part: fc.oneof({ depthSize: 'small' }, statement, definition, tie('block')),
  block: fc
    .record({
      before: indentation,
      opener: fc.constantFrom(...OPENERS),
      brace: fc.constantFrom(' {', '{', '\n{', ' # c\n{', '\n\n  {', '\t{'),
      parts: fc.array(tie('part'), { maxLength: 5 }),
      start: fc.oneof(lineEnd, blanks, fc.constant('')),
      end: fc.tuple(indentation, fc.constant('}'), fc.oneof(lineEnd, blanks)),
    })
    .map((b) => `${b.before}${b.opener}${b.brace}${b.start}${b.parts.join('')}${b.end.join('')}`),
}));

/** Configurations, mostly of real keywords, whose braces pair up, with every way to lay them out. */
export const configurationText: fc.Arbitrary<string> = fc
  .array(part, { maxLength: 5 })
  .map((parts) => parts.join(''));
