// kernel: ipvs, no clock
// The daemon of the kernel that synchronises connections, beside keepalived: its role follows its
// instance, with the options that the file gives it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';

const NAMES: readonly Implementation[] = ['tandemd', 'keepalived'];
const LIMIT_MS = 60_000;
const ALL_OPTIONS = 'id 7 maxlen 1400 port 8849 ttl 3 group 224.0.0.99';
const MASTER = 'master sync daemon';
const BACKUP = 'backup sync daemon';

/** A file, and which daemons run while its instance is MASTER, and while it is not. */
interface Plan {
  readonly name: string;
  readonly globals: string;
  readonly instance: string;
  readonly master: readonly string[];
  readonly other: readonly string[];
  readonly options: RegExp;
}

const PLANS: readonly Plan[] = [
  {
    name: 'lvs_sync_daemon with an instance',
    globals: 'lvs_sync_daemon eth0 VI',
    instance: '',
    master: [MASTER],
    other: [BACKUP],
    options: /mcast=eth0, syncid=51,/,
  },
  {
    name: 'lvs_sync_daemon with all its options',
    globals: `lvs_sync_daemon eth0 inst VI ${ALL_OPTIONS}`,
    instance: '',
    master: [MASTER],
    other: [BACKUP],
    options: /mcast=eth0, syncid=7, maxlen=1400, group=224\.0\.0\.99, port=8849, ttl=3\)/,
  },
  {
    name: 'lvs_sync_daemon without an instance',
    globals: 'lvs_sync_daemon eth0',
    instance: '',
    master: [MASTER, BACKUP],
    other: [MASTER, BACKUP],
    options: /mcast=eth0, syncid=0,/,
  },
  {
    name: 'lvs_sync_daemon_interface of the instance',
    globals: '',
    instance: 'lvs_sync_daemon_interface eth0',
    master: [MASTER],
    other: [BACKUP],
    options: /mcast=eth0, syncid=0,/,
  },
];

function configuration({ globals, instance }: Plan): string {
  return `global_defs {
  ${globals}
}
vrrp_instance VI {
  interface vr0
  virtual_router_id 51
  priority 100
  advert_int 1
  ${instance}
  virtual_ipaddress {
    10.51.0.100/24
  }
}
virtual_server 10.51.0.100 80 {
  lvs_sched rr
  lvs_method NAT
  protocol TCP
  real_server 192.0.2.2 80 {
  }
}
`;
}

void test('the role of the sync daemon follows its instance', async (context) => {
  const lan = await Lan.create(NAMES.map((name, i) => ({ name, address: `10.9.9.${i + 1}/24` })));
  context.after(() => lan.destroy());
  for (const name of NAMES) {
    const lines = [
      'link add vr0 type veth peer name vr1',
      'link set vr1 up',
      'addr add 10.51.0.1/24 dev vr0',
    ];
    await lan.host(name).exec(['ip', '-batch', '-'], { input: lines.join('\n') });
  }
  for (const plan of PLANS) {
    await context.test(plan.name, async () => {
      const told = await Promise.all(NAMES.map((name) => play(lan.host(name), name, plan)));
      assert.deepEqual(told[0], told[1]);
    });
  }
});

/** @returns what ipvsadm shows in FAULT, as MASTER, in FAULT again and after the stop */
async function play(
  host: Host,
  implementation: Implementation,
  plan: Plan,
): Promise<readonly string[]> {
  const daemon = new Daemon(host, implementation, { configuration: configuration(plan) });
  const link = async (state: 'up' | 'down'): Promise<void> => {
    await host.exec(['ip', 'link', 'set', 'vr0', state]);
  };
  await link('down');
  daemon.start();
  const shown = [await showing(host, implementation, plan.other)];
  await link('up');
  await waitUntil('master', () => daemon.log().includes('(VI) Entering MASTER STATE'), {
    limitMs: LIMIT_MS,
  });
  shown.push(await showing(host, implementation, plan.master));
  await link('down');
  await waitUntil('fault', () => /MASTER STATE[^]*\(VI\) Entering FAULT/.test(daemon.log()), {
    limitMs: LIMIT_MS,
  });
  shown.push(await showing(host, implementation, plan.other));
  for (const each of shown) assert.match(each, plan.options, implementation);
  await daemon.stop();
  shown.push(await showing(host, implementation, []));
  return shown;
}

/** @returns what ipvsadm shows once these daemons run, and no other */
async function showing(host: Host, who: string, wanted: readonly string[]): Promise<string> {
  let text = '';
  const look = async (): Promise<boolean> => {
    text = (await host.exec(['ipvsadm', '-Ln', '--daemon'])).stdout.trim();
    const roles = text.split('\n').map((line) => line.replace(/ \(.*/, ''));
    return roles.filter(Boolean).toSorted().join() === wanted.toSorted().join();
  };
  await waitUntil(wanted.join(), look, { limitMs: LIMIT_MS }).catch((error: unknown) => {
    throw new Error(`${who}: ${text || 'none'}`, { cause: error });
  });
  return text.split('\n').toSorted().join('\n');
}
