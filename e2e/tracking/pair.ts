import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AddressWatch } from '../lib/address-watch.ts';
import { Capture, type SeenAdvert } from '../lib/capture.ts';
import { run } from '../lib/command.ts';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';

const INTERVAL_MS = 200;
/** Three adverts that must be missed, and a skew time. */
export const DOWN_MS = 4 * INTERVAL_MS;
/** A skew time, after priority 0. */
export const HANDOVER_MS = INTERVAL_MS;
/** Between two runs of a script. */
export const SCRIPT_MS = 1000;
/** A link's way up: not the protocol's time. */
export const LINK_MS = 4000;
/** What other work on the machine, and the daemons' own, may take. */
const SLACK_MS = 2500;
/** A limit for what does not come about at all. */
const LIMIT_MS = 15_000;
/** Longer than anybody waits who hears no master. */
const QUIET_MS = 1000;

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
const NAMES = Object.keys(INSTANCES) as InstanceName[];

/** One of two boxes with the same instances. */
export interface Box {
  readonly host: Host;
  readonly daemon: Daemon;
  readonly watch: AddressWatch;
}

/** What a step leads to. */
export interface Outcome {
  /** The box that is master of each instance then. */
  readonly masters: Readonly<Record<InstanceName, Box>>;
  /** In what time the last address moves, beside what the machine may take; 0: none moves. */
  readonly withinMs: number;
}

/** Two boxes on two networks: box1 has the higher priority everywhere. */
export class Pair {
  readonly lan: Lan;
  readonly box1: Box;
  readonly box2: Box;
  /** Of both networks. */
  readonly #captures: readonly Capture[];

  private constructor(lan: Lan, captures: readonly Capture[], boxes: readonly [Box, Box]) {
    this.lan = lan;
    this.#captures = captures;
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
      const captures = ['br0', 'br1'].map((device) => Capture.start(lan.bridge, device));
      const boxes = [
        await box(lan.host('box1'), box1, 200),
        await box(lan.host('box2'), box2, 150),
      ] as const;
      return new Pair(lan, await Promise.all(captures), boxes);
    } catch (error) {
      await lan.destroy();
      throw error;
    }
  }

  /** Ends everything and removes it. */
  async destroy(): Promise<void> {
    const listeners = [this.box1.watch, this.box2.watch, ...this.#captures];
    await Promise.all(listeners.map((each) => each.stop()));
    await this.lan.destroy();
  }

  /** Makes a link go down or up. */
  async setLink(box: Box, device: string, state: 'up' | 'down'): Promise<void> {
    await box.host.exec(['ip', 'link', 'set', device, state]);
  }

  /**
   * Does something, and waits until each instance has exactly one master, and that one alone has
   * sent adverts for a while.
   * @param act - what happens; the time counts from its beginning
   * @throws Error with both logs when that does not come about, or too late
   */
  async step(what: string, act: () => Promise<void>, outcome: Outcome): Promise<void> {
    const began = Date.now();
    await act();
    const { masters, withinMs } = outcome;
    let since = Date.now();
    const settled = async (): Promise<boolean> => {
      if (!(await this.#isRight(masters)) || this.#foreign(masters, since)) since = Date.now();
      return Date.now() - since > QUIET_MS && this.#allSend(masters, since);
    };
    try {
      await waitUntil(what, settled, { limitMs: LIMIT_MS });
      const tookMs = Math.max(...this.#changesSince(began)) - began;
      const boundMs = withinMs === 0 ? 0 : withinMs + SLACK_MS;
      if (tookMs > boundMs) throw new Error(`${what}: ${tookMs} ms, which may be ${boundMs}`);
    } catch (error) {
      const logs = [this.box1, this.box2].map(
        ({ host, daemon }) => `${host.name}:\n${daemon.log().slice(-3000)}`,
      );
      throw new Error(`${String(error)}\n${logs.join('\n')}`, { cause: error });
    }
  }

  async #isRight(masters: Outcome['masters']): Promise<boolean> {
    const [on1, on2] = await Promise.all([holds(this.box1), holds(this.box2)]);
    return NAMES.every((name) => {
      const { address } = INSTANCES[name];
      const isFirst = masters[name] === this.box1;
      return on1.includes(address) === isFirst && on2.includes(address) === !isFirst;
    });
  }

  /** Whether anybody else has sent an advert. */
  #foreign(masters: Outcome['masters'], sinceMs: number): boolean {
    const senders = NAMES.map((name) => [INSTANCES[name].id, sourceOf(masters[name], name)]);
    return this.#adverts(sinceMs).some(
      ({ virtualRouterId, source }) =>
        !senders.some(([id, sender]) => id === virtualRouterId && sender === source),
    );
  }

  #allSend(masters: Outcome['masters'], sinceMs: number): boolean {
    const seen = this.#adverts(sinceMs);
    return NAMES.every((name) =>
      seen.some(
        ({ virtualRouterId, source }) =>
          virtualRouterId === INSTANCES[name].id && source === sourceOf(masters[name], name),
      ),
    );
  }

  #adverts(sinceMs: number): SeenAdvert[] {
    return this.#captures.flatMap((each) => each.adverts(sinceMs));
  }

  /** When virtual addresses came or went. */
  #changesSince(sinceMs: number): number[] {
    const own = NAMES.map((name) => `${INSTANCES[name].address}/32`);
    return [this.box1, this.box2]
      .flatMap(({ watch }) => watch.changes)
      .filter(({ atMs, address }) => atMs >= sinceMs && own.includes(address))
      .map(({ atMs }) => atMs);
  }
}

/** Where its adverts come from: both networks have the same last octets. */
function sourceOf({ host }: Box, name: InstanceName): string {
  const network = INSTANCES[name].interface === 'eth0' ? '10.30.6' : '10.30.7';
  return `${network}.${host.address.split('.').at(-1)}`;
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

async function box(host: Host, implementation: Implementation, priority: number): Promise<Box> {
  const configuration = configurationOf(host.folder, priority);
  const daemon = new Daemon(host, implementation, { configuration, flags: ['-P'] });
  return { host, daemon, watch: await AddressWatch.start(host) };
}

async function holds({ host }: Box): Promise<string[]> {
  const { stdout } = await host.exec(['ip', '-4', '-o', 'addr', 'show']);
  return [...stdout.matchAll(/inet ([\d.]+)/g)].map(([, address = '']) => address);
}

function configurationOf(folder: string, priority: number): string {
  const script = (name: string, more: string): string => `vrrp_script ${name} {
  script "/usr/bin/test ! -e ${join(folder, name)}"
  interval ${SCRIPT_MS / 1000}
  ${more}
}`;
  const instance = (name: InstanceName, trackers: string): string => `vrrp_instance ${name} {
  interface ${INSTANCES[name].interface}
  virtual_router_id ${INSTANCES[name].id}
  version 3
  priority ${priority}
  advert_int ${INTERVAL_MS / 1000}
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
