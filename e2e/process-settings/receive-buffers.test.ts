// kernel: any
// What is asked of the kernel for receive buffers, with keepalived beside us.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { repositoryRoot } from '../lib/program.ts';
import { waitUntil } from '../lib/wait.ts';

const LIMIT = { limitMs: 30_000 };
/** More than net.core.rmem_max has anywhere. */
const FORCED = 100_000_001;
/** Of adverts: by MTU, and in bytes with an instance that has its own. */
const BY_MTU = { globals: 'vrrp_rx_bufs_policy MTU', own: '', sum: 2 * 7 * 1500 };
const BY_BYTES = {
  globals: 'vrrp_rx_bufs_policy 5000',
  own: 'kernel_rx_buf_size 20001',
  sum: 25_001,
};

let lan: Lan;

before(async () => {
  const names = ['mtu1', 'mtu2', 'bytes1', 'bytes2', 'reload'];
  lan = await Lan.create(names.map((name, i) => ({ name, address: `10.30.8.${i + 1}/24` })));
});

after(() => lan.destroy());

function configurationOf({
  globals,
  own,
}: {
  readonly globals: string;
  readonly own: string;
}): string {
  return `global_defs {
  vrrp_netlink_monitor_rcv_bufs ${FORCED}
  vrrp_netlink_monitor_rcv_bufs_force
  vrrp_netlink_cmd_rcv_bufs 50001
  ${globals}
  vrrp_rx_bufs_multiplier 7
}
vrrp_instance A {
  interface eth0
  virtual_router_id 51
  virtual_ipaddress {
    10.30.8.101/32
  }
}
vrrp_instance B {
  interface eth0
  virtual_router_id 52
  ${own}
  virtual_ipaddress {
    10.30.8.102/32
  }
}
`;
}

/** Starts a daemon under strace and waits until it has asked for all of these, and got them. */
async function asks(
  host: Host,
  implementation: Implementation,
  wanted: { readonly configuration: string; readonly calls: readonly string[] },
): Promise<void> {
  const file = (name: string): string => join(host.folder, name);
  writeFileSync(file('conf'), wanted.configuration);
  const program =
    implementation === 'keepalived'
      ? ['keepalived']
      : [process.execPath, join(repositoryRoot(), 'packages/tandemd/bin/tandemd.cjs')];
  const control = implementation === 'keepalived' ? [] : ['--control', file('control')];
  const flags = ['-n', '-l', '-P', '-f', file('conf'), '-p', file('pid'), '-r', file('vrrp.pid')];
  const strace = [
    'strace',
    '-f',
    '--seccomp-bpf',
    '-qq',
    '-e',
    'trace=setsockopt',
    '-o',
    file('calls'),
  ];
  host.start('daemon', [...strace, ...program, ...flags, ...control]);
  for (const call of wanted.calls) {
    const line = `SOL_SOCKET, ${call}, 4) = 0`;
    const isThere = (): boolean =>
      existsSync(file('calls')) && readFileSync(file('calls'), 'latin1').includes(line);
    await waitUntil(`${implementation}: ${call}`, isThere, LIMIT);
  }
}

void test('receive buffers are asked for as keepalived does', async () => {
  const runs = (['tandemd', 'keepalived'] as const).flatMap((implementation, i) => [
    asks(lan.host(`mtu${i + 1}`), implementation, {
      configuration: configurationOf(BY_MTU),
      calls: [`SO_RCVBUF, [${BY_MTU.sum}]`, `SO_RCVBUFFORCE, [${FORCED}]`, 'SO_RCVBUF, [50001]'],
    }),
    asks(lan.host(`bytes${i + 1}`), implementation, {
      configuration: configurationOf(BY_BYTES),
      calls: [`SO_RCVBUF, [${BY_BYTES.sum}]`],
    }),
  ]);
  await Promise.all(runs);
});

void test('the kernel has netlink buffers of the size that a reload asks for, and of the usual one without', async () => {
  const host = lan.host('reload');
  const configuration = configurationOf(BY_MTU);
  const daemon = new Daemon(host, 'tandemd', { configuration, flags: ['-P'] });
  daemon.start();
  await daemon.ready();
  const sizes = async (): Promise<number[]> => {
    const { stdout } = await host.exec(['ss', '-H', '-O', '-a', '-n', '-m', '-f', 'netlink']);
    // It doubles what it is asked for.
    return [...stdout.matchAll(/skmem:\(r\d+,rb(\d+)/g)].map(([, bytes]) => Number(bytes) / 2);
  };
  assert.ok((await sizes()).includes(FORCED));
  await daemon.reloaded(configuration.replace(String(FORCED), String(FORCED + 1)));
  assert.ok((await sizes()).includes(FORCED + 1));
  await daemon.reloaded(configuration.replace(/.*_monitor_rcv_bufs.*\n/g, ''));
  const usual = await sizes();
  assert.ok(usual.includes(4_194_304) && usual.includes(50_001), usual.join());
  assert.ok(!usual.some((each) => each >= FORCED), usual.join());
  await daemon.stop();
});
