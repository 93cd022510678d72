// kernel: any
// The groups that scripts of a user run with, with keepalived beside us.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { Lan } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';

/** nobody is in two groups more on these machines; who is in the one of its own writes the file. */
const PREPARE = `folder=$(mktemp -d)
{ cat /etc/group; echo 'first:x:70001:nobody'; echo 'second:x:70002:nobody'; } >$folder/group
mount --bind $folder/group /etc/group`;

function configurationOf(file: string, globals: string): string {
  return `global_defs {
  script_user nobody
  ${globals}
}
vrrp_instance V {
  interface eth0
  virtual_router_id 51
  state MASTER
  priority 255
  notify_master "/bin/sh -c 'id -u >${file}; id -G >>${file}'"
  virtual_ipaddress {
    10.30.9.100/32
  }
}
`;
}

/** @returns the user, and the groups, of a notify script */
async function accountOf(implementation: Implementation, globals: string): Promise<string[]> {
  const lan = await Lan.create([{ name: 'box1', address: '10.30.9.1/24', prepare: PREPARE }]);
  try {
    const host = lan.host('box1');
    const file = `${lan.folder}/told/account`;
    await host.exec(['install', '-d', '-m', '0777', `${lan.folder}/told`]);
    await host.exec(['chmod', '0755', lan.folder]);
    const configuration = configurationOf(file, globals);
    const daemon = new Daemon(host, implementation, { configuration, flags: ['-P'] });
    daemon.start();
    const lines = (): string[] => (existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []);
    await waitUntil(`${implementation}: ${globals}`, () => lines().length > 2, { limitMs: 20_000 });
    await daemon.stop();
    const [user = '', groups = ''] = lines();
    return [user, ...groups.split(' ').toSorted()];
  } finally {
    await lan.destroy();
  }
}

void test('scripts have one group, as those of keepalived, and with set_supplementary_groups all of their user', async () => {
  const [theirs, ours, all] = await Promise.all([
    accountOf('keepalived', ''),
    accountOf('tandemd', ''),
    accountOf('tandemd', 'set_supplementary_groups'),
  ]);
  assert.deepEqual(ours, theirs);
  assert.deepEqual(all, [...ours, '70001', '70002']);
});
