import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterDiagnostics, type Diagnostic } from '@tandem/config';
import { expect, test } from 'vitest';
import { memberOf } from '../sections.ts';

/** One instance with lines of its own. */
function instance(lines: string, name = 'A', address = '10.0.0.1'): string {
  return `vrrp_instance ${name} {
  interface eth0
  virtual_router_id 51
  ${lines}
  virtual_ipaddress {
    ${address}/24
  }
}
`;
}

function password(text: string): string {
  return `authentication {\nauth_type PASS\nauth_pass ${text}\n}`;
}

/** Two instances of one number on two interfaces. */
function two(first: string, second: string, priority: number): string {
  return [first, second]
    .map((each, i) =>
      instance(`priority ${priority}`, `V${i}`, `10.0.${i}.1`).replace('eth0', each),
    )
    .join('');
}

/** A box that sends to peers, by the last byte of each address. */
function unicast(priority: number, own: number, ...peers: readonly number[]): string {
  const list = peers.map((each) => `10.0.0.${each}`).join('\n');
  return instance(`priority ${priority}\nunicast_src_ip 10.0.0.${own}\nunicast_peer {\n${list}\n}`);
}

function server(port: number, real: string): string {
  return `virtual_server 10.0.0.1 ${port} {\nlvs_sched rr\nlvs_method DR\nprotocol TCP\nreal_server ${real} ${port} {\n}\n}\n`;
}

/** The boxes a.conf, b.conf and so on. */
function compare(...texts: readonly string[]): readonly Diagnostic[] {
  return clusterDiagnostics(
    texts.map((text, i) => memberOf(`${String.fromCodePoint(0x61 + i)}.conf`, text)),
  );
}

function codes(...texts: readonly string[]): string[] {
  return compare(...texts).map((each) => each.code);
}

test('the two boxes of the scenario fit together', () => {
  const folder = join(import.meta.dirname, '../../../../configs/two-box-cluster');
  const [master = '', backup = ''] = ['master', 'backup'].map((each) =>
    readFileSync(join(folder, `two-box-${each}.conf`), 'utf8'),
  );
  expect(compare(master, backup)).toEqual([]);
});

test('a complaint names both files, and points into both', () => {
  const [found] = compare(instance('priority 150\nversion 2'), instance('priority 100\nversion 3'));
  expect(found?.message).toBe(
    'vrrp_instance A: VRRP version is 3 in b.conf, but 2 in a.conf: each drops the adverts of the other, and both become master',
  );
  expect(found?.span).toMatchObject({ file: 'b.conf', line: 5 });
  expect(found?.related?.[0]).toMatchObject({ span: { file: 'a.conf', line: 5 } });
});

test('of three boxes, the odd one is named once, and every two are ranked', () => {
  const [a = '', b = '', c = ''] = [150, 100, 100].map((each) => instance(`priority ${each}`));
  expect(codes(a, b, c)).toEqual(['CLUSTER_PRIORITIES_EQUAL']);
  const odd = instance('priority 50\nadvert_int 2');
  expect(codes(a, b, odd)).toEqual(['CLUSTER_INTERVALS_DIFFER']);
});

test('no password is printed', () => {
  const found = compare(
    instance(`priority 150\n${password('topsecret')}`),
    instance(`priority 100\n${password('other')}`),
  );
  expect(found.map((each) => each.code)).toEqual(['CLUSTER_AUTHENTICATION_DIFFERS']);
  expect(JSON.stringify(found)).not.toMatch(/topsecre|other'/);
});

test('one number on two interfaces is told apart by interface, and else by name', () => {
  expect(codes(two('eth0', 'eth1', 150), two('eth0', 'eth1', 100))).toEqual([]);
  expect(codes(two('eth0', 'eth1', 150), two('ens1', 'ens2', 100))).toEqual([]);
});

test('an instance of the same name or address under another number is the partner', () => {
  const a = instance('priority 150', 'WEB');
  const b = instance('priority 100', 'VI_1').replace('_id 51', '_id 15');
  expect(codes(a, b)).toEqual(['CLUSTER_ROUTER_IDS_DIFFER']);
  const stranger = instance('', 'DB', '10.0.9.9').replace('_id 51', '_id 15');
  expect(codes(a, stranger)).toEqual(['CLUSTER_INSTANCE_ALONE', 'CLUSTER_INSTANCE_ALONE']);
});

test('each box must name every other one that sends to peers', () => {
  expect(
    codes(unicast(150, 11, 12, 13), unicast(100, 12, 11, 13), unicast(50, 13, 11, 12)),
  ).toEqual([]);
  const found = compare(unicast(150, 11, 12, 13), unicast(100, 12, 11), unicast(50, 13, 11, 12));
  expect(found.map((each) => each.message)).toEqual([
    'vrrp_instance A: unicast_peer of b.conf does not name 10.0.0.13, which c.conf sends from: c.conf hears nothing of b.conf',
  ]);
});

test('weights that together reach below the other box are enough, one more than the distance', () => {
  const box = (weights: readonly number[]): string =>
    instance(
      `priority 150\ntrack_interface {\n${weights.map((each, i) => `eth${i + 1} weight ${each}`).join('\n')}\n}`,
    );
  const low = instance('priority 100');
  expect(codes(box([-20, -31]), low)).toEqual([]);
  expect(codes(box([-20, -30]), low)).toEqual(['CLUSTER_WEIGHTS_TOO_SMALL']);
  expect(codes(box([51]), low)).toEqual(['CLUSTER_WEIGHTS_TOO_SMALL']);
});

test('a weight counts from the block that defines the tracker, the other way round with reverse', () => {
  const script = 'vrrp_script chk {\nscript /bin/true\nweight -60\n}\n';
  const tracked = 'track_script {\nchk\n}';
  const low = instance('priority 100');
  expect(codes(script + instance(`priority 150\n${tracked}`), low)).toEqual([]);
  const reversed = script.replace('-60', '-60 reverse');
  expect(codes(reversed + instance(`priority 150\n${tracked}`), low)).toEqual([
    'CLUSTER_WEIGHTS_REVERSE',
  ]);
});

test('one file may serve several boxes through conditions', () => {
  const text = instance('@lb1 priority 150\n@lb2 priority 100');
  const boxes = ['lb1', 'lb2'].map((each) => memberOf('a.conf', text, each));
  expect(clusterDiagnostics(boxes)).toEqual([]);
});

test('virtual servers that a takeover would change are named', () => {
  expect(codes(server(80, '10.0.1.1'), server(80, '10.0.1.1'))).toEqual([]);
  expect(codes(server(80, '10.0.1.1'), server(80, '10.0.1.2'))).toEqual([
    'CLUSTER_REAL_SERVERS_DIFFER',
  ]);
  expect(codes(server(80, '10.0.1.1'), server(443, '10.0.1.1'))).toEqual([
    'CLUSTER_SERVER_ALONE',
    'CLUSTER_SERVER_ALONE',
  ]);
});

test('weights that keepalived ignores, of the own interface or in a sync group, do not count', () => {
  const low = instance('priority 100');
  const own = 'track_interface {\neth0 weight -50\n}';
  const other = 'track_interface {\neth1 weight -1\n}';
  expect(codes(instance(`priority 101\n${own}`), low)).toEqual([]);
  expect(codes(instance(`priority 101\n${other}`), low)).toEqual(['CLUSTER_WEIGHTS_TOO_SMALL']);
  const group = 'vrrp_sync_group G {\ngroup {\nA B\n}\n}\n';
  expect(codes(group + instance(`priority 101\n${other}`), low)).toEqual([]);
});
