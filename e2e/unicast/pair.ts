/** Two boxes that know each other's addresses and speak to each other alone. */
import { Capture } from '../lib/capture.ts';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';

/** What moves, one address of each instance. */
export const VIRTUAL_ADDRESSES = ['10.77.1.102', '10.77.1.103', '2001:db8::106'];

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
  readonly #lan: Lan;

  private constructor(lan: Lan, capture: Capture, boxes: readonly [PairBox, PairBox]) {
    this.#lan = lan;
    this.capture = capture;
    [this.box1, this.box2] = boxes;
  }

  /** Makes both boxes; their daemons do not run yet. */
  static async create(first: Implementation, second: Implementation): Promise<Pair> {
    const lan = await Lan.create([
      { name: 'box1', address: '10.77.1.1/24' },
      { name: 'box2', address: '10.77.1.2/24' },
    ]);
    try {
      const box1 = await createBox(lan.host('box1'), first, { own: 1, peer: 2, priority: 150 });
      const box2 = await createBox(lan.host('box2'), second, { own: 2, peer: 1, priority: 100 });
      return new Pair(lan, await Capture.start(lan.bridge), [box1, box2]);
    } catch (error) {
      await lan.destroy();
      throw error;
    }
  }

  /** Both boxes, that of the higher priority first. */
  get boxes(): readonly PairBox[] {
    return [this.box1, this.box2];
  }

  /** Ends everything and removes it. */
  async destroy(): Promise<void> {
    await this.capture.stop();
    await this.#lan.destroy();
  }
}

/** Which of the virtual addresses are on a box. */
export async function heldBy({ host }: PairBox): Promise<string[]> {
  const { stdout } = await host.exec(['ip', '-o', 'addr', 'show', 'dev', 'eth0']);
  return VIRTUAL_ADDRESSES.filter((each) => stdout.includes(` ${each}/`));
}

interface Place {
  readonly own: number;
  readonly peer: number;
  readonly priority: number;
}

async function createBox(
  host: Host,
  implementation: Implementation,
  place: Place,
): Promise<PairBox> {
  const address = `2001:db8::${place.own}/64`;
  await host.exec(['ip', 'addr', 'add', address, 'dev', 'eth0', 'nodad']);
  const configuration = configurationOf(place);
  return { host, daemon: new Daemon(host, implementation, { configuration, flags: ['-P'] }) };
}

/** Version 2, version 3 and IPv6, with and without limits of the TTL. */
function configurationOf({ own, peer, priority }: Place): string {
  return `
vrrp_instance V2 {
  interface eth0
  virtual_router_id 52
  priority ${priority}
  authentication {
    auth_type PASS
    auth_pass secret
  }
  unicast_peer {
    10.77.1.${peer}
  }
  virtual_ipaddress {
    10.77.1.102/24
  }
}
vrrp_instance V3 {
  interface eth0
  virtual_router_id 53
  version 3
  priority ${priority}
  unicast_ttl 20
  unicast_peer {
    10.77.1.${peer} min_ttl 20 max_ttl 20
  }
  virtual_ipaddress {
    10.77.1.103/24
  }
}
vrrp_instance V6 {
  interface eth0
  virtual_router_id 56
  priority ${priority}
  unicast_src_ip 2001:db8::${own}
  unicast_ttl 255
  check_unicast_src
  unicast_peer {
    2001:db8::${peer} min_ttl 255
  }
  virtual_ipaddress {
    2001:db8::106/64
  }
}
`;
}
