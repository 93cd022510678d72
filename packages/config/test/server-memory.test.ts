import { parseConfiguration, ServerMemory, type Box, type Configuration } from '@tandem/config';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { configurationText } from './arbitrary/configuration-text.ts';
import { readerOf } from './sections.ts';

function read(text: string, memory?: ServerMemory, box: Box = {}): Configuration {
  return parseConfiguration({
    path: 'a.conf',
    hostName: 'lb1',
    reader: readerOf(text, 'a.conf'),
    box,
    ...(memory && { memory }),
  });
}

function server(address: string, ...lines: readonly string[]): string {
  const inside = ['lvs_sched rr', 'lvs_method NAT', 'protocol TCP', ...lines];
  return `virtual_server ${address} {\n${inside.map((each) => `  ${each}\n`).join('')}}\n`;
}

const REAL = 'real_server 10.0.1.1 80 {\n  weight 1\n}';
const REALS = [
  REAL,
  'real_server 10.0.1.2 80 {\n  TCP_CHECK {\n    connect_timeout 2\n  }\n}',
  'real_server 10.0.1.3 80 {\n  HTTP_GET {\n    url { path / }\n  }\n  smtp_alert\n}',
];

/** Parts of configurations, some of which change what others mean, or are mistaken. */
const PARTS = [
  ...['10.0.0.1 80', '10.0.0.2 80', 'fwmark 3', '$VIP 80'].flatMap((each) =>
    REALS.map((real) => server(each, real)),
  ),
  server('10.0.0.1 80', 'quorum 9', REAL),
  server('10.0.0.1 80', 'no_such_keyword', REAL),
  server('10.0.0.1 80', 'quorum_up "/bin/x y"', REAL),
  server('10.0.0.1 80', 'real_server 10.0.1.4 80 {', '  TCP_CHECK { bind_if eth7 }', '}'),
  server('10.0.0.1 80', '@lb1 weight 3', '@^lb1 weight 4', REAL),
  server('10.0.0.1 80', 'weight $W', REAL),
  server('10.0.0.1 80', 'include b.conf', REAL),
  server('10.0.0.2 80', '~SEQ(n, 1, 2) real_server 10.0.1.$n 80 {', '}'),
  server('10.0.0.2 80', 'real_server 10.0.1.4 80 {', '  FILE_CHECK { track_file f }', '}', REAL),
  server('10.0.0.2 80', 'snmp_rubbish', REAL),
  server('10.0.0.2 80', '{ }', REAL),
  server('10.0.0.2 80', REAL).replace('{\n', '{\n{ }\n'),
  `virtual_server 10.0.0.1 80\n{\n  ${REAL}\n}\n`,
  `  ${server('10.0.0.2 80', REAL)}`,
  server('10.0.0.2 80', REAL).replaceAll('\n', '\r\n'),
  `${server('10.0.0.2 80', REAL).trimEnd()} # that was it\n`,
  `${server('10.0.0.2 80', REAL).trimEnd()} router_id x\n`,
  server('10.0.0.3 80', REAL).replace('}\n', ''),
  server('group g', REAL),
  'virtual_server_group g {\n  10.0.0.1 80\n}\n',
  'virtual_server_group g {\n  10.0.0.9 80\n}\n',
  'track_file f {\n  file "/x"\n}\n',
  'global_defs {\n  smtp_alert\n}\n',
  'global_defs {\n  smtp_alert_checker off\n  checker_log_all_failures\n}\n',
  'global_defs {\n  share_checks\n}\n',
  'vrrp_instance A {\n',
  'include b.conf\n',
  '$VIP=10.0.0.7\n',
  '$VIP=10.0.0.8\n',
  '$W=2\n',
  '$W=1 \\\n',
  '}\n',
  '{\n',
  '# a comment\n',
  '"virtual_server\n',
];

const part = fc.oneof(fc.constantFrom(...PARTS), configurationText);
const parts = fc.array(part, { maxLength: 10 });
/** What the main file says, and the one that it may include. */
const files = fc.tuple(parts, parts).map(([main, other]): readonly string[] => {
  return [...main, '#### b.conf\n', ...other];
});

/** Takes parts out, puts some in, and moves what follows. */
const edits = fc.array(
  fc.record({ at: fc.nat(20), length: fc.nat(3), put: fc.array(part, { maxLength: 2 }) }),
  { maxLength: 6 },
);

test('what is remembered changes nothing: each reading is that of somebody who knows nothing', () => {
  fc.assert(
    fc.property(files, edits, (first, changes) => {
      const memory = new ServerMemory();
      let all = [...first];
      for (const { at, length, put } of [...changes, { at: 0, length: 0, put: [] }]) {
        const text = all.join('');
        expect(JSON.stringify(read(text, memory))).toBe(JSON.stringify(read(text)));
        all = all.toSpliced(at, length, ...put);
      }
    }),
    { numRuns: 150, seed: 1 },
  );
});

const PLAIN = server('10.0.0.1 80', REAL);
const CHECKED = server('10.0.0.1 80', REALS[1] ?? '');

test.each([
  ['what it inherits', CHECKED, `global_defs {\n  checker_log_all_failures\n}\n${CHECKED}`],
  ['a definition', `$W=1\n${server('10.0.0.1 80', 'weight $W', REAL)}`, '$W=2\n'],
  ['what follows on its last line', `${PLAIN}x\n`, `${PLAIN.trimEnd()} x\n`],
  ['what follows its last line', PLAIN, `${PLAIN.trimEnd()}\n{\n}\n`],
  ['a block without a name in it', PLAIN.replace('{\n', '{\n{ }\n'), '# again\n'],
  ['an unknown keyword in it', server('10.0.0.1 80', 'no_such_thing', REAL), '# again\n'],
  ['another one of that address', PLAIN, `${PLAIN}${PLAIN}`],
  ['a group of that address', PLAIN, `virtual_server_group g {\n 10.0.0.1 80\n}\n${PLAIN}`],
  ['line breaks', PLAIN, PLAIN.replaceAll('\n', '\r\n')],
])('it is read again as it is then: %s', (_, before, after) => {
  const memory = new ServerMemory();
  for (const text of [before, after, `${after}${before}`, `# moved\n${before}`, after])
    expect(read(text, memory)).toEqual(read(text));
});

test('a virtual server whose text is the same is the same object, wherever it stands by then', () => {
  const memory = new ServerMemory();
  const [one, two, three] = ['10.0.0.1 80', '10.0.0.2 80', '10.0.0.3 80'].map((each) =>
    server(each, REAL),
  );
  const before = read(`${one}${two}${three}`, memory).settings.virtualServers;
  const changed = two?.replace('weight 1', 'weight 2');
  const after = read(`# moved\n\n${three}${changed}${one}`, memory).settings.virtualServers;
  expect(after[0]).toBe(before[2]);
  expect(after[1]).not.toBe(before[1]);
  expect(after[2]).toBe(before[0]);
});

test('a reading that is broken off forgets nothing', () => {
  const memory = new ServerMemory();
  const text = server('10.0.0.1 80', REAL);
  const [before] = read(text, memory).settings.virtualServers;
  read(`global_defs {\n${text}`, memory);
  expect(read(text, memory).settings.virtualServers[0]).toBe(before);
});

test('what the box is asked is asked each time', () => {
  const memory = new ServerMemory();
  const check = 'MISC_CHECK {\n    misc_path "/bin/true"\n    user nobody\n  }';
  const text = server('10.0.0.1 80', `real_server 10.0.1.4 80 {\n  ${check}\n}`);
  const codes = (box: Box): string[] => read(text, memory, box).diagnostics.map(({ code }) => code);
  expect(codes({ hasAccount: () => true })).not.toContain('UNKNOWN_ACCOUNT');
  expect(codes({ hasAccount: () => false })).toContain('UNKNOWN_ACCOUNT');
});

const ADDRESSES = ['10.0.1.1 80', '10.0.1.2', 'fd00::1 80', '10.0.1.$W 80', '10.0.1.3/8 90'];
/** What a real server may say, some of which means something else, or is something else, elsewhere. */
const SAYINGS = [
  'weight 1',
  'weight many',
  'weight $W',
  '@lb1 weight 3',
  '@^lb1 weight 4',
  'include b.conf',
  'random_seed 3',
  'weight 1 # } of it',
  'lvs_method TUN type gue port 6080',
  'inhibit_on_failure',
  'no_such_keyword',
  'notify_up "/bin/x y"',
  'notify_down "/bin/x',
  'TCP_CHECK {\n      bindto 10.0.0.9\n    }',
  'TCP_CHECK {\n      bindto fd00::9\n    }',
  'TCP_CHECK {\n      connect_ip fe80::1\n    }',
  'TCP_CHECK {\n  }',
  'HTTP_GET {\n      url {\n        path /\n      }\n    }',
  'HTTP_GET {\n    }',
  'MISC_CHECK {\n      misc_path "/bin/x"\n    }',
  'FILE_CHECK {\n      track_file f\n    }',
  'SMTP_CHECK {\n      host {\n        connect_port 26\n      }\n    }',
  '{ }',
  '}',
  '',
];

const definition = fc.constantFrom('', '', '$W=1\n', '$W=2\n');
/** A few that are said again and again. */
const sayings = fc.shuffledSubarray(SAYINGS, { minLength: 1, maxLength: 2 });
const manyServers = sayings.chain((few) => {
  const realServer = fc
    .tuple(fc.constantFrom(...ADDRESSES), fc.constantFrom(...few))
    .map(([address, said]) => `  real_server ${address} {\n    ${said}\n  }\n`);
  return fc.array(fc.tuple(fc.array(realServer, { minLength: 1, maxLength: 3 }), definition), {
    maxLength: 6,
  });
});

test('real servers that say the same are read as if each were the only one', () => {
  const before = fc.constantFrom('', '$W=1\n', 'track_file f {\n  file "/x"\n}\n');
  fc.assert(
    fc.property(before, manyServers, fc.constantFrom(...SAYINGS), (first, servers, included) => {
      const all = servers.map(([reals, then], i) => {
        return `${server(`10.0.0.${i} 80`, reals.join('').slice(2, -1))}${then}`;
      });
      const text = `${first}${all.join('')}#### b.conf\n${included}\n`;
      expect(JSON.stringify(read(text, new ServerMemory()))).toBe(JSON.stringify(read(text)));
    }),
    { numRuns: 300, seed: 1 },
  );
});

test('what real servers say in the same words is understood once', () => {
  const tunnel = 'real_server 10.0.1.1 80 {\n    lvs_method TUN type gue port 6080\n  }';
  const text = server('10.0.0.1 80', tunnel) + server('10.0.0.2 80', tunnel);
  const servers = read(text, new ServerMemory()).settings.virtualServers;
  const [one, two] = servers.map(({ realServers }) => realServers[0]?.tunnel);
  expect(one).toEqual({ type: 'gue', port: 6080, checksum: 'none' });
  expect(two).toBe(one);
});
