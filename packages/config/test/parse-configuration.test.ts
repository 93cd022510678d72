import {
  formatDiagnostic,
  isFatal,
  parseConfiguration,
  withFullHostName,
  type Box,
  type Configuration,
  type GlobalSettings,
  type SourceFile,
} from '@tandem/config';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { anyText } from './arbitrary/configuration-text.ts';

function parse(text: string, box: Box = {}): Configuration {
  const reader = { read: (path: string) => [{ path, text }] };
  return parseConfiguration({ path: 'a.conf', hostName: 'box1', reader, box });
}

function parseFiles(files: readonly SourceFile[]): Configuration {
  return parseConfiguration({ path: 'a.conf', hostName: 'box1', reader: { read: () => files } });
}

test('no text at all makes the parser throw, and every diagnostic points into the text', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const lines = text.split('\n');
      for (const { span } of parse(text).diagnostics) {
        if (span === undefined) continue;
        const line = lines[span.line - 1];
        expect(line).toBeDefined();
        expect(span.column).toBeGreaterThan(0);
        expect(span.column).toBeLessThanOrEqual((line ?? '').length + 1);
      }
    }),
    { numRuns: 2000, seed: 1 },
  );
});

test.each([
  ['pair up', 'vrrp_instance A {\n}\n', 1],
  ['do not pair up', 'vrrp_instance A {\n', 2],
])('a text whose braces %s is read no oftener than needed', (_, text, readings) => {
  const read = vi.fn(() => [{ path: 'a.conf', text }]);
  parseConfiguration({ path: 'a.conf', hostName: 'box1', reader: { read } });
  expect(read).toHaveBeenCalledTimes(readings);
});

function instance(name: string, id: number): string {
  return [
    `vrrp_instance ${name} {`,
    '  interface eth0',
    `  virtual_router_id ${id}`,
    '  authentication {',
    '    auth_type PASS',
    '    auth_pass secret',
    '  }',
    '  virtual_ipaddress {',
    `    10.0.0.${id}/24`,
    '  }',
    '}',
    '',
  ].join('\n');
}

test('a missing brace is one error, wherever it is missing', () => {
  const text = instance('A', 1) + instance('B', 2) + instance('C', 3);
  const braces = [...text.matchAll(/[{}]/g)];
  for (const { index } of braces) {
    const broken = text.slice(0, index) + text.slice(index + 1);
    const { diagnostics, settings } = parse(broken);
    expect(diagnostics.map((each) => each.code)).toEqual([
      text[index] === '{' ? 'MISSING_OPEN_BRACE' : 'MISSING_CLOSE_BRACE',
    ]);
    expect(settings).toEqual(parse(text).settings);
  }
});

test('a missing file is fatal', () => {
  const { diagnostics, settings } = parseFiles([]);
  expect(diagnostics.map((each) => [each.code, isFatal(each)])).toEqual([['FILE_MISSING', true]]);
  expect(settings.global.routerId).toBe('box1');
});

test('files of a glob are read in order, and what is not a plain file is skipped with a warning', () => {
  const { settings, diagnostics, files } = parseFiles([
    { path: 'a.conf', text: 'global_defs {\nrouter_id a\nsmtp_helo_name x\n}\n' },
    { path: 'b.d', problem: 'directory' },
    { path: 'c.conf', text: 'global_defs {\nrouter_id c\n}\nfoo\n' },
    { path: 'd.conf', problem: 'executable' },
  ]);
  expect(files).toEqual(['a.conf', 'c.conf']);
  expect(settings.global.routerId).toBe('c');
  expect(diagnostics.map((each) => [each.code, each.span?.file])).toEqual([
    ['FILE_SKIPPED', undefined],
    ['FILE_SKIPPED', undefined],
    ['UNKNOWN_KEYWORD', 'c.conf'],
  ]);
});

test('an unreadable file is fatal as the main file, and left out as an included one', () => {
  const texts = [undefined, 'include b.conf\n'];
  const found = texts.map((text) => {
    const read = (path: string): SourceFile[] =>
      path === 'a.conf' && text !== undefined
        ? [{ path, text }]
        : [{ path, problem: 'unreadable' }];
    const { diagnostics } = parseConfiguration({ path: 'a.conf', hostName: 'b', reader: { read } });
    return diagnostics.map((each) => [each.code, isFatal(each)]);
  });
  expect(found).toEqual([[['FILE_UNREADABLE', true]], [['FILE_SKIPPED', false]]]);
});

test('of a file that cannot be read it is said why, and in which line it is included', () => {
  const texts: Record<string, string> = {
    'one.conf': '# first\n  include b.conf\n',
    'two.conf': 'includer b.conf\n',
  };
  const read = (path: string): SourceFile[] => {
    const text = texts[path];
    if (text !== undefined) return [{ path, text }];
    return [{ path, problem: 'unreadable', reason: 'permission denied' }];
  };
  const said = ['b.conf', 'one.conf', 'two.conf'].map((path) =>
    parseConfiguration({ path, hostName: 'b', reader: { read } }).diagnostics.map((each) =>
      formatDiagnostic(each),
    ),
  );
  expect(said).toEqual([
    [expect.stringContaining('Unable to read configuration file b.conf: permission denied')],
    [
      expect.stringMatching(
        /^one\.conf:2:3: error\[FILE_SKIPPED\]: .*'b\.conf' cannot be read: permission denied; skipping it/,
      ),
    ],
    [
      expect.stringMatching(/INCLUDE_MISSING.* includer cannot read b\.conf: permission denied\n/),
      expect.stringContaining('two.conf:1:1: error[FILE_SKIPPED]'),
    ],
  ]);
});

test('line breaks of DOS do not end up in words', () => {
  const { settings, diagnostics } = parse('global_defs {\r\n  router_id dos\r\n}\r\n');
  expect(diagnostics).toEqual([]);
  expect(settings.global.routerId).toBe('dos');
});

test('script security is missed only for programs that can be run', () => {
  const text =
    'vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n10.0.0.1\n}\nnotify /bin/x\n}\n';
  const codes = (obstacle?: string): string[] =>
    parse(text, { obstacleOf: () => obstacle }).diagnostics.map((each) => each.code);
  expect(codes()).toEqual(['SCRIPT_SECURITY_DISABLED']);
  expect(codes('it is missing')).toEqual([]);
});

test('mails are from who runs the daemon, and the host names itself with its domain in them', () => {
  const text = 'global_defs {\nnotification_email {\na@b\n}\nsmtp_server 127.0.0.1\n}\n';
  const { mail } = parse(text).settings.global;
  expect(mail).toMatchObject({ from: 'root@box1', heloName: 'box1' });
  const { settings } = parseConfiguration({
    path: 'a.conf',
    hostName: 'box1',
    fullHostName: () => 'box1.example.org',
    reader: { read: () => [{ path: 'a.conf', text }] },
  });
  expect(settings.global).toMatchObject({
    routerId: 'box1.example.org',
    mail: { from: 'root@box1.example.org', heloName: 'box1.example.org' },
  });
});

/** Of a host that is box1, and would have to ask for its domain. */
function globalOf(more: string): GlobalSettings {
  const mails = 'notification_email {\na@b\n}\nsmtp_server 127.0.0.1\n';
  const text = `global_defs {\n${mails}${more}}\n`;
  return parseConfiguration({
    path: 'a.conf',
    hostName: 'box1',
    fullHostName: () => undefined,
    userName: 'ops',
    reader: { read: () => [{ path: 'a.conf', text }] },
  }).settings.global;
}

test('a domain that takes time to find out is awaited by what the file does not say', () => {
  const plain = globalOf('');
  expect(plain).toMatchObject({
    routerId: 'box1',
    mail: {
      from: 'ops@box1',
      heloName: 'box1',
      awaitsDomain: ['routerId', 'from', 'heloName'],
    },
  });
  const named = withFullHostName(plain, 'box1.example.org');
  expect(named).toMatchObject({
    routerId: 'box1.example.org',
    mail: { from: 'ops@box1.example.org', heloName: 'box1.example.org' },
  });
  expect(named.mail).not.toHaveProperty('awaitsDomain');
  const said = globalOf('router_id LVS\nsmtp_helo_name mx\n');
  expect(withFullHostName(said, 'box1.example.org')).toMatchObject({
    routerId: 'LVS',
    mail: { from: 'ops@box1.example.org', heloName: 'mx' },
  });
  const whole = globalOf('router_id LVS\nsmtp_helo_name mx\nnotification_email_from a@b\n');
  expect(withFullHostName(whole, 'box1.example.org')).toBe(whole);
});

test('nobody asks for the domain of a host that sends no mails', () => {
  const { settings } = parseConfiguration({
    path: 'a.conf',
    hostName: 'box1',
    fullHostName: () => expect.unreachable(),
    reader: { read: () => [{ path: 'a.conf', text: 'global_defs {\n}\n' }] },
  });
  expect(settings.global.routerId).toBe('box1');
});

function parseTree(texts: Readonly<Record<string, string>>, configId?: string): Configuration {
  return parseConfiguration({
    path: '/etc/a.conf',
    hostName: 'box1.example.com',
    ...(configId === undefined ? {} : { configId }),
    reader: {
      read(pattern, directory) {
        const path = directory === undefined ? pattern : `${directory}/${pattern}`;
        const text = texts[path];
        return text === undefined ? [] : [{ path, text }];
      },
    },
  });
}

test('an included file is read in place, relative to the file that includes it', () => {
  const { settings, diagnostics, files } = parseTree({
    '/etc/a.conf': 'global_defs {\n  include sub/b.conf # more\n}\n',
    '/etc/sub/b.conf': 'router_id b\ninclude c.conf',
    '/etc/sub/c.conf': 'smtp_alert mabye\n',
  });
  expect(files).toEqual(['/etc/a.conf', '/etc/sub/b.conf', '/etc/sub/c.conf']);
  expect(settings.global.routerId).toBe('b');
  expect(diagnostics.map((each) => each.span)).toEqual([
    { file: '/etc/sub/c.conf', line: 1, column: 12, length: 5 },
  ]);
});

test('a missing include is an error only for the keywords that say so', () => {
  const { diagnostics } = parseTree({
    '/etc/a.conf': 'include x\nincludem x\nincludew x\nincludew x*\nincludeb {x,y}\nincludea x\n',
  });
  expect(diagnostics.map((each) => `${each.span?.line} ${each.severity}`)).toEqual([
    '1 note',
    '2 error',
    '3 error',
    '4 error',
    '5 error',
    '6 error',
  ]);
});

test('include_check makes a plain include insist', () => {
  const { diagnostics } = parseTree({
    '/etc/a.conf':
      'include x\nglobal_defs {\n  include_check\n}\ninclude {b,x}.conf\ninclude b.conf\nglobal_defs {\n  include_check +match -brace_match foo\n}\ninclude {b,x}.conf\n',
    '/etc/b.conf': '',
  });
  expect(diagnostics.map((each) => `${each.span?.line} ${each.code} ${each.severity}`)).toEqual([
    '1 INCLUDE_MISSING note',
    '5 INCLUDE_MISSING error',
    '8 INVALID_WORD error',
  ]);
});

test('a file that includes itself is named, and ends', () => {
  const { diagnostics } = parseTree({
    '/etc/a.conf': 'include b.conf\n',
    '/etc/b.conf': 'include a.conf\ninclude b.conf\n',
  });
  expect(diagnostics.map((each) => each.code)).toEqual(['INCLUDE_CYCLE', 'INCLUDE_CYCLE']);
});

test('a line for another box is dropped, and columns stay those of the file', () => {
  const texts = {
    '/etc/a.conf':
      'global_defs {\n@box1 router_id one\n  @^box1 router_id other\n@box1 smtp_alert mabye\n}\n',
  };
  const { settings, diagnostics } = parseTree(texts);
  expect(settings.global.routerId).toBe('one');
  expect(diagnostics.map((each) => each.span?.column)).toEqual([18]);
  expect(parseTree(texts, 'box2').settings.global.routerId).toBe('other');
});

test('definitions that refer to themselves or grow without end are stopped', () => {
  const doubling = Array.from({ length: 40 }, (_, i) => `$A${i + 1}=\${A${i}}\${A${i}}\n`).join('');
  for (const text of ['$A=${A}x\nfoo ${A}\n', `$A0=0123456789\n${doubling}foo \${A30}\n`]) {
    const codes = parseTree({ '/etc/a.conf': text }).diagnostics.map((each) => each.code);
    expect(codes).toContain('EXPANSION_LIMIT');
  }
});

function broadcastOf(entry: string): unknown {
  const text = `vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n${entry}\n}\n}\n`;
  return parse(text).settings.vrrpInstances[0]?.addresses[0]?.broadcast;
}

test('RFC 3021: a link of two has no broadcast address to be worked out', () => {
  expect(broadcastOf('10.0.0.1/31 brd +')).toBeUndefined();
  expect(broadcastOf('10.0.0.1/30 brd +')).toBe('10.0.0.3');
  expect(broadcastOf('10.0.0.1/31 brd 10.0.0.9')).toBe('10.0.0.9');
});

test.each([
  ['\u{FEFF}global_defs {\n}\n', 'the word contains a byte order mark (U+FEFF)'],
  ['global_defs\u{A0}{\n}\n', 'the word contains a no-break space (U+00A0)'],
  ['global_defs {\nvrrp_version 3\u{A0}\n}\n', 'the word contains a no-break space (U+00A0)'],
  [
    'global_defs {\nvrrp_garp_master_delay \u{200B}5\n}\n',
    'the word contains a zero width space (U+200B)',
  ],
  [
    'static_ipaddress {\n10.0.0.1\u{A0} dev eth0\n}\n',
    'the word contains a no-break space (U+00A0)',
  ],
  [
    'static_ipaddress {\n10.0.0.1 dev\u{A0}eth0\n}\n',
    'the word contains a no-break space (U+00A0)',
  ],
])('what nobody sees in a word that is not understood is named: %j', (text, hint) => {
  expect(parse(text).diagnostics.map((each) => each.hint)).toContain(hint);
});
