import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Background, run, type CommandOptions, type Outcome } from './command.ts';
import { waitUntil } from './wait.ts';

/** A machine on the LAN: a network namespace with eth0, and a mount namespace of its own. */
export class Host {
  readonly name: string;
  /** The namespace's name for `ip netns`. */
  readonly namespace: string;
  /** IPv4 address of eth0, without prefix length. */
  readonly address: string;
  /** Folder for its files, removed with the LAN. */
  readonly folder: string;
  readonly #holder: Background;

  constructor(
    name: string,
    place: { namespace: string; address: string; folder: string },
    holder: Background,
  ) {
    this.name = name;
    this.namespace = place.namespace;
    this.address = place.address;
    this.folder = place.folder;
    this.#holder = holder;
  }

  /** The command that runs the given one on this machine, in its namespaces. */
  words(words: readonly string[]): string[] {
    return ['nsenter', '-t', String(this.#holder.pid), '-n', '-m', '--', ...words];
  }

  /** Runs a command on this machine to its end. */
  exec(words: readonly string[], options?: CommandOptions): Promise<Outcome> {
    return run(this.words(words), options);
  }

  /** Starts a program on this machine, its output in `NAME.log` of the machine's folder. */
  start(
    name: string,
    words: readonly string[],
    environment?: Readonly<Record<string, string>>,
  ): Background {
    return Background.start(this.words(words), join(this.folder, `${name}.log`), environment);
  }

  /** Addresses of one family on eth0 with their flags, as `ip` prints them. */
  async addresses(family: 4 | 6 = 4): Promise<readonly InterfaceAddress[]> {
    const { stdout } = await this.exec(['ip', `-${family}`, '-o', 'addr', 'show', 'dev', 'eth0']);
    return [...stdout.matchAll(/inet6? (\S+)(.*)/g)].map(([, address = '', rest = '']) => ({
      address,
      secondary: rest.includes(' secondary '),
    }));
  }
}

/** An address on an interface. */
export interface InterfaceAddress {
  /** With prefix length. */
  readonly address: string;
  readonly secondary: boolean;
}

/** What a machine on the LAN is made with. */
export interface HostPlan {
  readonly name: string;
  /** With prefix length. */
  readonly address: string;
  /** Shell commands run in its namespaces before anything else, such as mounts. */
  readonly prepare?: string;
}

/** A bridge in a namespace of its own, and the machines on it. Nothing of the outside is touched. */
export class Lan {
  readonly folder: string;
  readonly hosts: ReadonlyMap<string, Host>;
  /** The switch: sees all broadcasts and multicasts on br0. */
  readonly bridge: Host;
  readonly #holders: readonly Background[];
  /** Several may be there at the same time. */
  static #made = 0;

  private constructor(folder: string, hosts: readonly Host[], holders: readonly Background[]) {
    this.folder = folder;
    this.hosts = new Map(hosts.map((host) => [host.name, host]));
    this.bridge = this.host('lan');
    this.#holders = holders;
  }

  /**
   * Makes the bridge and the machines, and waits until all links are up.
   * @param plans - the machines; `lan` is the bridge's name
   */
  static async create(plans: readonly HostPlan[]): Promise<Lan> {
    Lan.#made += 1;
    const prefix = `tdm${process.pid}-${Lan.#made}`;
    const folder = mkdtempSync(join(tmpdir(), 'tandem-e2e-'));
    const all: readonly HostPlan[] = [{ name: 'lan', address: '' }, ...plans];
    const namespace = (name: string): string => `${prefix}-${name}`;
    await run(['ip', '-batch', '-'], {
      input: [
        ...all.map(({ name }) => `netns add ${namespace(name)}`),
        ...plans.map(
          ({ name }) =>
            `link add eth0 netns ${namespace(name)} type veth peer name ${name} netns ${namespace('lan')}`,
        ),
      ].join('\n'),
    });
    const ports = plans.flatMap(({ name }) => [
      `link set ${name} master br0`,
      `link set ${name} up`,
    ]);
    await batch(namespace('lan'), [
      'link add br0 type bridge mcast_snooping 0',
      'link set br0 up',
      ...ports,
    ]);
    const holders: Background[] = [];
    const hosts = await Promise.all(
      all.map(async ({ name, address, prepare }) => {
        const place = {
          namespace: namespace(name),
          address: address.replace(/\/.*/, ''),
          folder: join(folder, name),
        };
        mkdirSync(place.folder);
        if (address !== '') {
          const added = `addr add ${address} broadcast + dev eth0`;
          await batch(place.namespace, ['link set lo up', added, 'link set eth0 up']);
        }
        const holder = await hold(place, prepare ?? '');
        holders.push(holder);
        return new Host(name, place, holder);
      }),
    );
    const lan = new Lan(folder, hosts, holders);
    await lan.#linksUp(plans);
    return lan;
  }

  /** A machine by its name. @throws Error when there is none */
  host(name: string): Host {
    const host = this.hosts.get(name);
    if (host === undefined) throw new Error(`no machine ${name} on this LAN`);
    return host;
  }

  /** Kills what still runs in the namespaces and removes everything. */
  async destroy(): Promise<void> {
    for (const { namespace } of this.hosts.values()) {
      const { stdout } = await run(['ip', 'netns', 'pids', namespace], { mayFail: true });
      for (const pid of stdout.split('\n').filter(Boolean)) kill(Number(pid));
    }
    await Promise.all(this.#holders.map((holder) => holder.stop('SIGKILL')));
    const input = [...this.hosts.values()].map((host) => `netns del ${host.namespace}`).join('\n');
    await run(['ip', '-force', '-batch', '-'], { input, mayFail: true });
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A fresh veth takes the kernel's link watch up to a second. */
  async #linksUp(plans: readonly HostPlan[]): Promise<void> {
    const up = async (): Promise<boolean> => {
      const { stdout } = await this.bridge.exec(['ip', '-o', 'link', 'show', 'master', 'br0']);
      return stdout.split('\n').filter((line) => line.includes('state UP')).length === plans.length;
    };
    await waitUntil('links of the LAN up', up, { limitMs: 10_000 });
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself since.
  }
}

/** Several `ip` commands in one namespace, for the price of one. */
async function batch(namespace: string, commands: readonly string[]): Promise<void> {
  await run(['ip', '-n', namespace, '-batch', '-'], { input: commands.join('\n') });
}

/** Keeps a mount namespace alive, in which the machine's own /etc/keepalived can be mounted. */
async function hold(
  place: { namespace: string; folder: string },
  prepare: string,
): Promise<Background> {
  const log = join(place.folder, 'holder.log');
  const ready = join(place.folder, 'ready');
  // Without a syslog daemon every line would go to the console, which is slow.
  const script = `set -ex
mount --bind /dev/null /dev/console
${prepare}
: >'${ready}'
exec sleep infinity`;
  const holder = Background.start(
    ['ip', 'netns', 'exec', place.namespace, 'sh', '-c', script],
    log,
  );
  await waitUntil(
    `machine in ${place.namespace}`,
    () => {
      if (holder.ended) throw new Error(`${place.namespace}: ${readFileSync(log, 'utf8')}`);
      return existsSync(ready);
    },
    { limitMs: 20_000 },
  );
  return holder;
}
