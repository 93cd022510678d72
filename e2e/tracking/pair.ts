import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Capture } from '../lib/capture.ts';
import { run } from '../lib/command.ts';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';

/** Takeover and return take less than a second each; a script has to fail before. */
const LIMIT_MS = 10_000;
/** Two adverts, and more. */
const QUIET_MS = 500;

/** The virtual router of each instance, by name: its number, its interface and its address. */
const INSTANCES = {
  /** S1 and S2 are a sync group. */
  S1: { id: 51, interface: 'eth0', address: '10.30.6.101' },
  S2: { id: 52, interface: 'eth1', address: '10.30.7.102' },
  /** Loses priority when eth1 is down or its script fails. */
  WEIGHT: { id: 53, interface: 'eth0', address: '10.30.6.103' },
  /** Is in FAULT then. */
  FAULT: { id: 54, interface: 'eth0', address: '10.30.6.104' },
} as const;

/** Name of an instance. */
export type InstanceName = keyof typeof INSTANCES;

/** One of two boxes with the same instances. */
export interface Box {
  readonly host: Host;
  readonly daemon: Daemon;
}

/** Two boxes on two networks: box1 has the higher priority everywhere. */
export class Pair {
  readonly lan: Lan;
  readonly capture: Capture;
  readonly box1: Box;
  readonly box2: Box;

  private constructor(lan: Lan, capture: Capture, boxes: readonly [Box, Box]) {
    this.lan = lan;
    this.capture = capture;
    [this.box1, this.box2] = boxes;
  }

  /** Sets everything up; the daemons do not run yet. */
  static async create(box1: Implementation, box2: Implementation): Promise<Pair> {
    const lan = await Lan.create([
      { name: 'box1', address: '10.30.6.1/24' },
      { name: 'box2', address: '10.30.6.2/24' },
    ]);
    try {
      await addSecondNetwork(lan);
      const capture = await Capture.start(lan.bridge);
      return new Pair(lan, capture, [
        box(lan.host('box1'), box1, 200),
        box(lan.host('box2'), box2, 150),
      ]);
    } catch (error) {
      await lan.destroy();
      throw error;
    }
  }

  /** Ends everything and removes it. */
  async destroy(): Promise<void> {
    await this.capture.stop();
    await this.lan.destroy();
  }

  /** Makes a link go down or up. */
  async setLink(box: Box, device: string, state: 'up' | 'down'): Promise<void> {
    await box.host.exec(['ip', 'link', 'set', device, state]);
  }

  /**
   * Waits until each instance has exactly one master, and that one alone has sent adverts for a
   * while.
   * @param masters - the box of each
   * @throws Error with both logs when it does not come about
   */
  async settle(what: string, masters: Readonly<Record<InstanceName, Box>>): Promise<void> {
    const names = Object.keys(INSTANCES) as InstanceName[];
    let since = Date.now();
    const settled = async (): Promise<boolean> => {
      const [on1, on2] = await Promise.all([holds(this.box1), holds(this.box2)]);
      const isRight = names.every((name) => {
        const { address } = INSTANCES[name];
        const isFirst = masters[name] === this.box1;
        return on1.includes(address) === isFirst && on2.includes(address) === !isFirst;
      });
      if (!isRight || this.#foreign(masters, since)) since = Date.now();
      return Date.now() - since > QUIET_MS;
    };
    try {
      await waitUntil(what, settled, { limitMs: LIMIT_MS });
    } catch (error) {
      const logs = [this.box1, this.box2].map(
        ({ host, daemon }) => `${host.name}:\n${daemon.log().slice(-3000)}`,
      );
      throw new Error(`${String(error)}\n${logs.join('\n')}`, { cause: error });
    }
  }

  /** Whether anybody else has sent an advert on the first network. */
  #foreign(masters: Readonly<Record<InstanceName, Box>>, sinceMs: number): boolean {
    const senders = new Map(
      Object.entries(INSTANCES).map(([name, { id }]) => [
        id as number,
        masters[name as InstanceName].host.address,
      ]),
    );
    return this.capture
      .adverts(sinceMs)
      .some(({ virtualRouterId, source }) => senders.get(virtualRouterId) !== source);
  }
}

/** Writes the number that WEIGHT follows; a positive one lowers its priority. */
export function writeNumber(box: Box, value: number): void {
  writeFileSync(join(box.host.folder, 'load'), `${value}\n`);
}

/** Makes the script of that name fail on the box, or succeed again. */
export function setScript(box: Box, name: 'weight' | 'fault', state: 'good' | 'bad'): void {
  const file = join(box.host.folder, name);
  if (state === 'bad') writeFileSync(file, '');
  else rmSync(file, { force: true });
}

/** eth1 of both boxes, each on a port of its own, so that one going down leaves the other up. */
async function addSecondNetwork(lan: Lan): Promise<void> {
  const bridge = lan.bridge.namespace;
  const names = ['box1', 'box2'];
  await run(['ip', '-n', bridge, 'link', 'add', 'br1', 'type', 'bridge', 'mcast_snooping', '0']);
  await run(['ip', '-n', bridge, 'link', 'set', 'br1', 'up']);
  for (const [i, name] of names.entries()) {
    const { namespace } = lan.host(name);
    const port = `${name}b`;
    const pair = ['link', 'add', 'eth1', 'netns', namespace, 'type', 'veth'];
    await run(['ip', ...pair, 'peer', 'name', port, 'netns', bridge]);
    await run(['ip', '-n', bridge, 'link', 'set', port, 'master', 'br1', 'up']);
    await run(['ip', '-n', namespace, 'addr', 'add', `10.30.7.${i + 1}/24`, 'dev', 'eth1']);
    await run(['ip', '-n', namespace, 'link', 'set', 'eth1', 'up']);
  }
  const isUp = async (name: string): Promise<boolean> => {
    const { stdout } = await lan.host(name).exec(['ip', '-o', 'link', 'show', 'eth1']);
    return stdout.includes('state UP');
  };
  const areUp = async (): Promise<boolean> => (await Promise.all(names.map(isUp))).every(Boolean);
  await waitUntil('second network', areUp, { limitMs: LIMIT_MS });
}

function box(host: Host, implementation: Implementation, priority: number): Box {
  const configuration = configurationOf(host.folder, priority);
  return { host, daemon: new Daemon(host, implementation, { configuration, flags: ['-P'] }) };
}

async function holds({ host }: Box): Promise<string[]> {
  const { stdout } = await host.exec(['ip', '-4', '-o', 'addr', 'show']);
  return [...stdout.matchAll(/inet ([\d.]+)/g)].map(([, address = '']) => address);
}

function configurationOf(folder: string, priority: number): string {
  const script = (name: string, more: string): string => `vrrp_script ${name} {
  script "/usr/bin/test ! -e ${join(folder, name)}"
  interval 1
  ${more}
}`;
  const instance = (name: InstanceName, trackers: string): string => `vrrp_instance ${name} {
  interface ${INSTANCES[name].interface}
  virtual_router_id ${INSTANCES[name].id}
  version 3
  priority ${priority}
  advert_int 0.2
  virtual_ipaddress {
    ${INSTANCES[name].address}/32
  }
  ${trackers}
}`;
  return `global_defs {
  enable_script_security
  script_user root
}
${script('weight', 'weight -100')}
${script('fault', '')}
track_file load {
  file ${join(folder, 'load')}
  weight -10
}
vrrp_sync_group G {
  group {
    S1
    S2
  }
}
${instance('S1', '')}
${instance('S2', '')}
${instance('WEIGHT', 'track_interface {\n    eth1 weight -100\n  }\n  track_script {\n    weight\n  }\n  track_file {\n    load\n  }')}
${instance('FAULT', 'track_interface {\n    eth1\n  }\n  track_script {\n    fault\n  }')}
`;
}
