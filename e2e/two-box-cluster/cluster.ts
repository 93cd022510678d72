import { join } from 'node:path';
import { Capture } from '../lib/capture.ts';
import { Client } from '../lib/client.ts';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { MailSink } from '../lib/mail-sink.ts';
import { repositoryRoot } from '../lib/program.ts';
import { Standstill } from '../lib/standstill.ts';
import { WebServer } from '../lib/web-server.ts';
import { addressIn, configurationIn, giveAddress, prefixIn, type Family } from './family.ts';

const VIP_NUMBER = 110;

/** The address that moves, where it is one of IPv4. */
export const VIP = addressIn(4, VIP_NUMBER);

/** One of the two machines: director and web server at once. */
export interface Box {
  readonly host: Host;
  readonly web: WebServer;
  readonly mail: MailSink;
  readonly daemon: Daemon;
  readonly family: Family;
}

/** What a cluster is made of. */
export interface ClusterPlan {
  /** Daemon of the MASTER. */
  readonly box1: Implementation;
  /** Daemon of the BACKUP. */
  readonly box2: Implementation;
  /** Flags of both daemons, such as `-P` where the kernel has no IPVS. */
  readonly flags?: readonly string[];
  /** Folder of the configurations; default: the administrator's own. */
  readonly configurations?: 'two-box-cluster' | 'two-box-cluster-redirect';
  /** Of the addresses; default: 4, which the administrator's own script is for. */
  readonly family?: Family;
}

/** The scenario's two boxes, an administrator's machine and a listener on the wire. */
export class Cluster {
  readonly plan: ClusterPlan;
  readonly lan: Lan;
  readonly client: Client;
  /** The client's machine. */
  readonly outside: Host;
  readonly box1: Box;
  readonly box2: Box;
  readonly capture: Capture;
  /** What bounds in real time allow for. */
  readonly standstill: Standstill = new Standstill();

  private constructor(plan: ClusterPlan, lan: Lan, parts: { boxes: [Box, Box]; capture: Capture }) {
    this.plan = plan;
    this.lan = lan;
    this.outside = lan.host('client');
    this.client = new Client(this.outside, this.vip);
    [this.box1, this.box2] = parts.boxes;
    this.capture = parts.capture;
  }

  /** Sets everything up; web servers and mail sinks run, the daemons do not yet. */
  static async create(plan: ClusterPlan): Promise<Cluster> {
    const lan = await Lan.create([
      { name: 'box1', address: '10.30.6.111/24', prepare: prepareBox(plan.box1) },
      { name: 'box2', address: '10.30.6.112/24', prepare: prepareBox(plan.box2) },
      { name: 'client', address: '10.30.6.50/24' },
    ]);
    try {
      const hosts = ['box1', 'box2', 'client'].map((each) => lan.host(each));
      await Promise.all(hosts.map((host) => giveAddress(host, plan.family ?? 4)));
      const [box1, box2, capture] = await Promise.all([
        createBox(lan.host('box1'), plan.box1, { file: 'two-box-master.conf', plan }),
        createBox(lan.host('box2'), plan.box2, { file: 'two-box-backup.conf', plan }),
        Capture.start(lan.bridge),
      ]);
      return new Cluster(plan, lan, { boxes: [box1, box2], capture });
    } catch (error) {
      await lan.destroy();
      throw error;
    }
  }

  /** The address that moves. */
  get vip(): string {
    return addressIn(this.family, VIP_NUMBER);
  }

  /** Of its addresses. */
  get family(): Family {
    return this.plan.family ?? 4;
  }

  /** Both boxes, the MASTER first. */
  get boxes(): readonly Box[] {
    return [this.box1, this.box2];
  }

  /** Ends everything and removes it. */
  async destroy(): Promise<void> {
    await Promise.all([this.capture.stop(), this.standstill.stop()]);
    await this.lan.destroy();
  }
}

/**
 * A folder /etc/keepalived of its own, with what the package brings (keepalived 2.3 does not start
 * without), and the scenario's one setting. keepalived leaves the kernel's default of another, with which a port that the client uses again goes to its old server.
 */
function prepareBox(implementation: Implementation): string {
  const reuse = '/proc/sys/net/ipv4/vs/conn_reuse_mode';
  const prepareKernel =
    implementation === 'keepalived'
      ? `modprobe -q ip_vs || true; [ ! -e ${reuse} ] || echo 3 >${reuse}`
      : '';
  return `${prepareKernel}
mkdir -p /etc/keepalived
packaged=$(mktemp -d)
cp -a /etc/keepalived/. "$packaged"
mount -t tmpfs -o mode=755 tmpfs /etc/keepalived
cp -a "$packaged"/. /etc/keepalived
rm -r "$packaged"
cp '${join(repositoryRoot(), 'configs/two-box-cluster/redirect.sh')}' /etc/keepalived/redirect.sh
echo 1 >/proc/sys/net/ipv4/ip_forward`;
}

async function createBox(
  host: Host,
  implementation: Implementation,
  from: { file: string; plan: ClusterPlan },
): Promise<Box> {
  const { flags = [], family = 4, configurations = 'two-box-cluster' } = from.plan;
  const web = new WebServer(host, [80, '[::]:80']);
  const [mail] = await Promise.all([MailSink.start(host), web.start()]);
  const configuration = configurationIn(family, configurations, from.file);
  const daemon = new Daemon(host, implementation, { configuration, flags });
  return { host, web, mail, daemon, family };
}

/** Whether the box holds the VIP, and how. */
export async function vipOn(box: Box): Promise<{ secondary: boolean } | undefined> {
  const addresses = await box.host.addresses(box.family);
  return addresses.find(({ address }) => address === prefixIn(box.family, VIP_NUMBER));
}

/** How many REDIRECT rules for the VIP are in the box's nat table. */
export async function redirectRules(box: Box): Promise<number> {
  const words = ['/sbin/iptables', '-t', 'nat', '-S', 'PREROUTING'];
  const { stdout } = await box.host.exec(words);
  return stdout.split('\n').filter((line) => line.includes(VIP) && line.includes('REDIRECT'))
    .length;
}

/** Makes it so many, with the administrator's script. */
export async function setRules(box: Box, wanted: number): Promise<void> {
  const there = await redirectRules(box);
  const [word, times] = there < wanted ? ['add', wanted - there] : ['del', there - wanted];
  for (let left = times; left > 0; left -= 1)
    await box.host.exec(['/etc/keepalived/redirect.sh', word, VIP]);
}
