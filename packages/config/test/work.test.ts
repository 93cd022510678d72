import type { Configuration, Outline } from '@tandem/config';
import type { IpAddress } from '@tandem/inet';
import { expect, test } from 'vitest';
import {
  clusterDiagnostics,
  countWork,
  findTraps,
  formatConfiguration,
  parseConfiguration,
} from './arbitrary/work.ts';
import { lines, sourceOf } from './hostile-text.ts';

function parse(text: string, included?: string): Configuration {
  return parseConfiguration(sourceOf(text, included));
}

/** Every question is answered with the worst. */
const BOX = {
  prefixesOf: () => [{ address: '203.0.113.9' as IpAddress, length: 24 }],
  obstacleOf: () => 'it is missing',
  weaknessOf: () => 'it is weak',
};

function check(text: string): void {
  const outlines: Outline[] = [];
  parseConfiguration({
    ...sourceOf(text),
    box: BOX,
    inspect(outline) {
      findTraps(outline);
      outlines.push(outline);
    },
  });
  clusterDiagnostics(
    outlines.flatMap((outline) => [
      { name: 'a', outline },
      { name: 'b', outline },
    ]),
  );
}

function format(text: string): void {
  formatConfiguration({ path: 'a.conf', text });
}

function repeat(piece: string): (n: number) => string {
  return (n) => piece.repeat(n);
}

function around(before: string, piece: string | ((i: number) => string), after: string) {
  return (n: number): string =>
    before + (typeof piece === 'string' ? `${piece}\n`.repeat(n) : lines(n, piece)) + after;
}

const INSTANCE = 'vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\n';
const SERVER = 'virtual_server 10.0.0.1 80 {\nprotocol TCP\n';
const REAL_SERVER = `${SERVER}real_server 10.0.0.2 80 {\n`;

/** Texts of n parts, for every list, table and loop that a text can make long. */
const TEXTS: Readonly<Record<string, (n: number) => string>> = {
  'opening braces': repeat('{'),
  'opening braces on lines': repeat('{\n'),
  'closing braces': repeat('}'),
  'closing braces on lines': repeat('}\n'),
  'blocks in blocks': repeat('a {\n'),
  'blocks in blocks, closed': (n) => 'a {\n'.repeat(n) + '}\n'.repeat(n),
  'blocks on one line': repeat('a { b } '),
  'instances left open': repeat(INSTANCE),
  quotes: repeat('"'),
  'escaped quotes': repeat('"\\"'),
  'single quotes': repeat("notify 'a' "),
  backslashes: repeat('\\'),
  blanks: repeat(' '),
  'escaped comment signs': repeat('\\#'),
  'characters of no width': repeat('\0'),
  'carriage returns': repeat('\r'),
  'line breaks of DOS': repeat('a\r\n'),
  words: repeat('a '),
  'one long word': repeat('a'),
  'signs of references': repeat('$'),
  'references left open': repeat('${a '),
  'unknown references': repeat('${a}'),
  'comment signs by reference': repeat('${_HASH}'),
  conditions: repeat('@a b\n'),
  'conditions of different boxes': around('', (i) => `@box${i} a {`, ''),
  'definitions and their uses': around('', (i) => `$A${i}=x\n\${A${i}}`, ''),
  'a definition of many lines': around('$A=\\\n', 'a \\', 'b\n$A\n'),
  'definitions that use each other': around('$A0=x\n', (i) => `$A${i + 1}=$A${i}\n$A${i}`, ''),
  'a definition that uses itself': around('$A=x${A}x${A}\n', '$A', ''),
  repetitions: repeat('~SEQ(a, 1, 5) x ${a}\n'),
  'repetitions left open': repeat('~SEQ('),
  'values of a repetition': (n) => `~LST(a${', b'.repeat(n)}) x $a`,
  'includes of nothing': repeat('include x\n'),
  'misspelt keywords': around('global_defs {\n', (i) => `router_ix${i % 10}`, '}\n'),
  addresses: around(
    `${INSTANCE}virtual_ipaddress {\n`,
    (i) => `10.0.${i >> 8}.${i & 255}`,
    '}\n}\n',
  ),
  'the same address': around(`${INSTANCE}virtual_ipaddress {\n`, '10.0.0.1', '}\n}\n'),
  routes: around(`${INSTANCE}virtual_routes {\n`, '10.0.0.0/8 via 10.0.0.1', '}\n}\n'),
  'hops of a route': (n) => `static_routes {\n10.0.0.0/8 ${'nexthop via 10.0.0.1 '.repeat(n)}\n}\n`,
  instances: around('', (i) => `${INSTANCE.replace('A', `A${i}`)}}`, ''),
  'the same instance': around('', `${INSTANCE}}`, ''),
  'sync groups': around('', (i) => `vrrp_sync_group G${i} {\ngroup {\nA${i} B\n}\n}`, ''),
  'members of a sync group': around('vrrp_sync_group G {\ngroup {\n', (i) => `A${i}`, '}\n}\n'),
  'scripts and their trackers': around(
    '',
    (i) => `vrrp_script s${i} {\nscript /x\n}\n${INSTANCE}track_script {\ns${i}\n}\n}`,
    '',
  ),
  'arguments of a script': (n) => `${INSTANCE}notify "${"'a' ".repeat(n)}"\n}\n`,
  'virtual servers': around('', (i) => `${SERVER.replace('80', `${i}`)}}`, ''),
  'the same virtual server': around('', `${REAL_SERVER}}\n}`, ''),
  'real servers': around(SERVER, (i) => `real_server 10.1.${i >> 8}.${i & 255} 80 {\n}`, '}\n'),
  'the same real server': around(SERVER, 'real_server 10.0.0.2 80 {\n}', '}\n'),
  checks: around(REAL_SERVER, 'TCP_CHECK {\n}', '}\n}\n'),
  'status codes': (n) =>
    `${REAL_SERVER}HTTP_GET {\nurl {\npath /\nstatus_code ${'200 '.repeat(n)}\n}\n}\n}\n}\n`,
  'mail addresses': (n) => `global_defs {\nnotification_email {\n${'a@b '.repeat(n)}\n}\n}\n`,
  'ranges of a group': around('virtual_server_group g {\n', '10.0.0.1-200 80', '}\n'),
};

/** Sound configurations of n parts of each kind, for what compares the parts with each other. */
const CONFIGURATIONS: Readonly<Record<string, (n: number) => string>> = {
  'instances and what they follow': (n) =>
    `global_defs {\nvrrp_strict\n}\n${trackers(n)}${instances(n, (i) => `priority 250\ntrack_script {\ns${i}\ns${n - 1 - i}\n}`)}`,
  'instances, groups and weights': (n) =>
    `${trackers(n)}${lines(n, (i) => `vrrp_sync_group G${i} {\ngroup {\nI${i}\nI${n + i}\n}\n}`)}${instances(2 * n, () => 'track_interface {\neth9 weight 10\n}')}`,
  'trackers of one instance': (n) =>
    `${trackers(n)}${instances(1, () => `track_script {\n${lines(n, (i) => `s${i}`)}}`)}`,
  'trackers of one group': (n) =>
    `${trackers(n)}vrrp_sync_group G {\ngroup {\nI0\nI1\n}\ntrack_script {\n${lines(n, (i) => `s${i}`)}}\n}\n${instances(2)}`,
  'trackers that are nowhere': (n) =>
    `${trackers(n)}${instances(n, (i) => `track_script {\nt${i}\n}`)}`,
  'members that are nowhere': (n) =>
    `${instances(n)}${lines(n, (i) => `vrrp_sync_group G${i} {\ngroup {\nX${i}\nY${i}\n}\n}`)}`,
  'files and checks that follow them': (n) =>
    lines(n, (i) => `vrrp_track_file f${i} {\nfile /tmp/f${i}\n}`) +
    around(
      SERVER,
      (i) => `real_server 10.1.${i >> 8}.${i & 255} 80 {\nFILE_CHECK {\ntrack_file g${i}\n}\n}`,
      '}\n',
    )(n),
  'peers of instances': (n) =>
    lines(n, (i) =>
      instance(
        i,
        `interface eth0\nvirtual_router_id 1\nunicast_peer {\n10.9.${i >> 8}.${i & 255}\n}`,
      ),
    ),
  'peers of one instance': (n) =>
    instances(1, () => `unicast_src_ip 10.8.0.1\nunicast_peer {\n${addresses(n)}}`),
  'addresses of one instance and its sources': (n) =>
    instance(
      0,
      `interface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n${addresses(n)}}\n${lines(n, () => 'unicast_src_ip 10.8.0.1')}`,
    ),
  'global_defs and instances': (n) =>
    `${'global_defs {\nvrrp_version 3\n}\n'.repeat(n)}${instances(n)}`,
  'instances of different names': (n) => instances(n),
  'groups with the same service': (n) => groups(n, () => '10.0.0.1 80'),
  'groups with ranges in each other': (n) =>
    groups(
      n,
      (i) => `10.0.${64 - (i >> 8)}.${255 - (i & 255)}-10.0.${65 + (i >> 8)}.${i & 255} 80`,
    ),
  'slow checks of real servers': (n) =>
    around(
      SERVER,
      (i) => `real_server 10.1.${i >> 8}.${i & 255} 80 {\nTCP_CHECK {\nconnect_timeout 90\n}\n}`,
      '}\n',
    )(n),
};

/** Each with a virtual server. */
function groups(n: number, inside: (i: number) => string): string {
  const server = SERVER.replace('10.0.0.1 80', 'group');
  return lines(n, (i) => {
    const listening = server.replace('group', `group G${i}`);
    return `virtual_server_group G${i} {\n${inside(i)}\n}\n${listening}real_server 10.0.1.1 80 {\n}\n}`;
  });
}

function trackers(n: number): string {
  return lines(
    n,
    (i) => `vrrp_script s${i} {\nscript /bin/true\nweight 10\ninterval 1\ntimeout 2\n}`,
  );
}

/** Each a virtual router of its own. */
function instances(n: number, inside: (i: number) => string = () => ''): string {
  return lines(n, (i) =>
    instance(i, `interface eth${i >> 7}\nvirtual_router_id ${(i & 127) + 1}\n${inside(i)}`),
  );
}

function instance(i: number, inside: string): string {
  const address = `virtual_ipaddress {\n10.0.${i >> 8}.${i & 255}\n}`;
  return `vrrp_instance I${i} {\n${address}\n${inside}\n}`;
}

function addresses(n: number): string {
  return lines(n, (i) => `10.7.${i >> 8}.${i & 255}`);
}

/** Twice the text may take twice the work, and a bit for what is looked up in sorted order. */
const GROWTH_MAX = 2.12;
const PARTS = 400;

/**
 * V8 leaves blocks out that run as often as those around them, and code that has just been compiled
 * anew counts a bit differently once; what grows too fast does so every time.
 */
const ONCE_MORE = { retry: 1 };

test.each(Object.entries({ ...TEXTS, ...CONFIGURATIONS }))(
  'work grows with the text, not faster: %s',
  ONCE_MORE,
  (_, text) => {
    const [once, twice] = [text(PARTS), text(2 * PARTS)];
    for (const work of [parse, check, format]) {
      const before = countWork(() => work(once));
      expect(countWork(() => work(twice))).toBeLessThan(GROWTH_MAX * before + 4 * PARTS);
    }
  },
);
