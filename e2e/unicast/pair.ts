/** Two boxes that know each other's addresses and speak to each other alone. */
import { Capture } from '../lib/capture.ts';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';

/** An instance, as both boxes have it. */
interface Instance {
  readonly name: string;
  readonly virtualAddress: string;
  /** What it says beside interface, VRID, priority and address. */
  readonly body: (place: Place) => readonly string[];
  /** keepalived 2.2.7 does not have it. */
  readonly ours?: true;
}

interface Place {
  readonly own: number;
  readonly peer: number;
  readonly priority: number;
}

/**
 * Version 2 with each authentication, version 3 with either checksum, and IPv6; with and without
 * limits of the TTL.
 */
const INSTANCES: readonly Instance[] = [
  {
    name: 'PASS',
    virtualAddress: '10.77.1.102/24',
    body: ({ peer }) => [...authentication('PASS'), ...peers(`10.77.1.${peer}`)],
  },
  {
    name: 'AH',
    virtualAddress: '10.77.1.103/24',
    body: ({ peer }) => [...authentication('AH'), ...peers(`10.77.1.${peer}`)],
  },
  {
    name: 'AH_GROUP',
    virtualAddress: '10.77.1.104/24',
    body: () => [...authentication('AH'), 'mcast_dst_ip 224.0.0.55'],
  },
  {
    name: 'V3',
    virtualAddress: '10.77.1.105/24',
    body: ({ peer }) => [
      'version 3',
      'unicast_ttl 20',
      ...peers(`10.77.1.${peer} min_ttl 20 max_ttl 20`),
    ],
  },
  {
    name: 'OLD_SUM',
    virtualAddress: '10.77.1.107/24',
    body: ({ peer }) => ['version 3', 'old_unicast_checksum', ...peers(`10.77.1.${peer}`)],
  },
  {
    name: 'V6',
    virtualAddress: '2001:db8::106/64',
    body: ({ own, peer }) => [
      `unicast_src_ip 2001:db8::${own}`,
      'unicast_ttl 255',
      'check_unicast_src',
      ...peers(`2001:db8::${peer} min_ttl 255`),
    ],
  },
  {
    name: 'HMAC',
    virtualAddress: '10.77.1.108/24',
    body: () => ['version 3', 'mcast_dst_ip 224.0.0.55', ...hmac()],
    ours: true,
  },
  {
    name: 'HMAC_PEER',
    virtualAddress: '10.77.1.109/24',
    body: ({ peer }) => [...hmac('anti_replay monotonic'), ...peers(`10.77.1.${peer}`)],
    ours: true,
  },
  {
    name: 'HMAC_V6',
    virtualAddress: '2001:db8::110/64',
    body: ({ own, peer }) => [
      ...hmac(),
      `unicast_src_ip 2001:db8::${own}`,
      ...peers(`2001:db8::${peer}`),
    ],
    ours: true,
  },
];

/** A box and its daemon. */
export interface PairBox {
  readonly host: Host;
  readonly daemon: Daemon;
}

/** Box 1 has the higher priority. */
export class Pair {
  readonly box1: PairBox;
  readonly box2: PairBox;
  readonly capture: Capture;
  /** A third machine on the network, which has no daemon. */
  readonly stranger: Host;
  /** What moves, one address of each instance, with its prefix length. */
  readonly virtualAddresses: readonly string[];
  readonly #lan: Lan;

  private constructor(
    lan: Lan,
    capture: Capture,
    { boxes, instances }: { boxes: readonly [PairBox, PairBox]; instances: readonly Instance[] },
  ) {
    this.#lan = lan;
    this.capture = capture;
    this.stranger = lan.host('stranger');
    [this.box1, this.box2] = boxes;
    this.virtualAddresses = instances.map(({ virtualAddress }) => virtualAddress);
  }

  /** Makes both boxes; their daemons do not run yet. */
  static async create(first: Implementation, second: Implementation): Promise<Pair> {
    const lan = await Lan.create([
      { name: 'box1', address: '10.77.1.1/24' },
      { name: 'box2', address: '10.77.1.2/24' },
      { name: 'stranger', address: '10.77.1.3/24' },
    ]);
    const hasAll = first === 'tandemd' && second === 'tandemd';
    const instances = INSTANCES.filter(({ ours }) => hasAll || ours !== true);
    const create = (name: string, implementation: Implementation, place: Place): Promise<PairBox> =>
      createBox(lan.host(name), implementation, {
        configuration: configurationOf(instances, place),
        own: place.own,
      });
    try {
      const box1 = await create('box1', first, { own: 1, peer: 2, priority: 150 });
      const box2 = await create('box2', second, { own: 2, peer: 1, priority: 100 });
      return new Pair(lan, await Capture.start(lan.bridge), { boxes: [box1, box2], instances });
    } catch (error) {
      await lan.destroy();
      throw error;
    }
  }

  /** Both boxes, that of the higher priority first. */
  get boxes(): readonly PairBox[] {
    return [this.box1, this.box2];
  }

  /** Which of the virtual addresses are on a box. */
  async heldBy({ host }: PairBox): Promise<string[]> {
    const { stdout } = await host.exec(['ip', '-o', 'addr', 'show', 'dev', 'eth0']);
    return this.virtualAddresses.filter((each) => stdout.includes(` ${each} `));
  }

  /** Ends everything and removes it. */
  async destroy(): Promise<void> {
    await this.capture.stop();
    await this.#lan.destroy();
  }
}

async function createBox(
  host: Host,
  implementation: Implementation,
  { configuration, own }: { readonly configuration: string; readonly own: number },
): Promise<PairBox> {
  const address = `2001:db8::${own}/64`;
  await host.exec(['ip', 'addr', 'add', address, 'dev', 'eth0', 'nodad']);
  return { host, daemon: new Daemon(host, implementation, { configuration, flags: ['-P'] }) };
}

function configurationOf(instances: readonly Instance[], place: Place): string {
  const blocks = instances.map(({ name, virtualAddress, body }, i) => [
    `vrrp_instance ${name} {`,
    'interface eth0',
    `virtual_router_id ${51 + i}`,
    `priority ${place.priority}`,
    ...body(place),
    ...block('virtual_ipaddress', virtualAddress),
    '}',
  ]);
  return `${blocks.flat().join('\n')}\n`;
}

function authentication(type: 'PASS' | 'AH'): string[] {
  return block('authentication', `auth_type ${type}`, 'auth_pass secret');
}

function hmac(...more: readonly string[]): string[] {
  return block('auth_hmac', `key 7 hex:${'0123456789abcdef'.repeat(4)}`, 'active_key 7', ...more);
}

function peers(entry: string): string[] {
  return block('unicast_peer', entry);
}

function block(keyword: string, ...lines: readonly string[]): string[] {
  return [`${keyword} {`, ...lines, '}'];
}
