// kernel: ipvs, no clock
// What global_defs and flags say of the whole table, beside keepalived: what is there after a start
// and after a stop, of what others have made and of what a daemon has left behind.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';
import { kernelTable } from './kernel-table.ts';

const NAMES: readonly Implementation[] = ['tandemd', 'keepalived'];
const LIMIT_MS = 60_000;
const FOREIGN = ['-A -t 203.0.113.9:80 -s rr', '-a -t 203.0.113.9:80 -r 192.0.2.7:80 -m -w 1'];
/** Of the daemon that is to come, as if one had died that was configured otherwise. */
const LEFT = ['-A -t 198.51.100.1:80 -s lc', '-a -t 198.51.100.1:80 -r 192.0.2.8:80 -m -w 1'];
const OWN = ['-A -t 198.51.100.1:80 -s rr', '-a -t 198.51.100.1:80 -r 192.0.2.2:80 -m -w 1'];
const TIMEOUTS = 'Timeout (tcp tcpfin udp): 800 100 200';

/** What a file says, and what is there of it. */
interface Plan {
  readonly globals: string;
  readonly flag?: string;
  /** After the start and the stop, beside the timeouts. */
  readonly started: readonly string[];
  readonly stopped: readonly string[];
  readonly timeouts?: string;
}

const PLANS: readonly Plan[] = [
  { globals: '', started: [...OWN, ...FOREIGN], stopped: FOREIGN },
  { globals: 'lvs_flush', started: OWN, stopped: [] },
  { globals: 'lvs_flush\nlvs_flush_on_stop', started: OWN, stopped: [] },
  { globals: 'lvs_flush_on_stop', started: [...OWN, ...FOREIGN], stopped: [] },
  {
    globals: 'lvs_flush_on_stop VS',
    started: [...OWN, ...FOREIGN],
    stopped: FOREIGN,
  },
  { globals: 'lvs_flush', flag: '-I', started: OWN, stopped: OWN },
  {
    globals: 'lvs_flush\nlvs_timeouts tcp 71 tcpfin 72 udp 73',
    started: OWN,
    stopped: [],
    timeouts: 'Timeout (tcp tcpfin udp): 71 72 73',
  },
];

const SERVICE = `virtual_server 198.51.100.1 80 {
  lvs_sched rr
  lvs_method NAT
  protocol TCP
  real_server 192.0.2.2 80 {
  }
}
`;

void test('the whole table at start and stop', async (context) => {
  const lan = await Lan.create(NAMES.map((name, i) => ({ name, address: `10.9.9.${i + 1}/24` })));
  context.after(() => lan.destroy());
  for (const plan of PLANS) {
    const name = [plan.globals.replaceAll('\n', ', '), plan.flag].filter(Boolean).join(' ');
    await context.test(name || 'nothing said', async () => {
      for (const each of NAMES) await play(lan.host(each), each, plan);
    });
  }
});

async function play(host: Host, implementation: Implementation, plan: Plan): Promise<void> {
  await host.exec(['ipvsadm', '-C']);
  await host.exec(['ipvsadm', '--set', '800', '100', '200']);
  await host.exec(['ipvsadm', '-R'], { input: `${[...FOREIGN, ...LEFT].join('\n')}\n` });
  const configuration = `global_defs {\n${plan.globals}\n}\n${SERVICE}`;
  const flags = ['-C', ...(plan.flag === undefined ? [] : [plan.flag])];
  const daemon = new Daemon(host, implementation, { configuration, flags });
  const isOurs = implementation === 'tandemd';
  // Without lvs_flush keepalived leaves its own service as it finds it.
  const isFlushed = isOurs || plan.globals.includes('lvs_flush\n') || plan.globals === 'lvs_flush';
  const started = isFlushed
    ? plan.started
    : [...plan.started.filter((each) => each !== OWN[0]), ...LEFT];
  const timeouts = plan.timeouts ?? TIMEOUTS;
  try {
    daemon.start();
    await daemon.ready();
    await becomes(host, implementation, [...started, timeouts]);
  } finally {
    await daemon.stop();
  }
  await becomes(host, implementation, [...plan.stopped, TIMEOUTS]);
}

async function becomes(host: Host, who: string, wanted: readonly string[]): Promise<void> {
  let seen: readonly string[] = [];
  const look = async (): Promise<boolean> => {
    seen = (await kernelTable(host, ['timeout'])).toSorted();
    return seen.join('\n') === wanted.toSorted().join('\n');
  };
  await waitUntil('the table', look, { limitMs: LIMIT_MS }).catch(() => undefined);
  assert.deepEqual(seen, wanted.toSorted(), who);
}
