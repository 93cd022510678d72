/**
 * FRR's vrrpd on a machine, with zebra, which tells it of interfaces. It puts no address anywhere:
 * each virtual router has a macvlan with the virtual MAC and the addresses, which zebra lets go up
 * and down.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Background } from '../lib/command.ts';
import type { Host } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';

/** Of both families, as FRR has one virtual router for both. */
export interface VirtualRouter {
  readonly id: number;
  readonly priority: number;
  readonly intervalMs: number;
  /** With prefix length. */
  readonly addresses: Readonly<Record<4 | 6, readonly string[]>>;
}

/** Of addresses. */
export const FAMILIES = [4, 6] as const;
/** Fifth octet of the virtual MAC. */
const MAC_OCTET = { 4: '01', 6: '02' } as const;
const PROGRAMS = '/usr/lib/frr';

/** Shell commands for a machine's `prepare`: FRR insists on a group of its own. */
export const PREPARE = `groups=$(mktemp)
{ grep -v '^frrvty:' /etc/group; echo 'frrvty:x:990:root'; } >"$groups"
mount --bind "$groups" /etc/group
rm -f "$groups"`;

/** One machine's FRR. */
export class Frr {
  readonly #host: Host;
  readonly #router: VirtualRouter;
  #zebra: Background | undefined;
  #vrrpd: Background | undefined;

  constructor(host: Host, router: VirtualRouter) {
    this.#host = host;
    this.#router = router;
    writeFileSync(join(host.folder, 'zebra.conf'), 'hostname zebra\n');
    writeFileSync(join(host.folder, 'vrrpd.conf'), configurationOf(router));
  }

  /** Makes the interfaces and starts both daemons. */
  async start(): Promise<void> {
    await this.#removeInterfaces();
    for (const family of FAMILIES) {
      const id = this.#router.id.toString(16).padStart(2, '0');
      const mac = `00:00:5e:00:${MAC_OCTET[family]}:${id}`;
      const device = deviceOf(family);
      await this.#ip(
        'link',
        'add',
        device,
        'link',
        'eth0',
        'address',
        mac,
        'type',
        'macvlan',
        'mode',
        'bridge',
      );
      for (const address of this.#router.addresses[family])
        await this.#ip('addr', 'add', address, 'dev', device, ...(family === 6 ? ['nodad'] : []));
      await this.#ip('link', 'set', device, 'up');
    }
    if (this.#zebra === undefined) {
      this.#zebra = this.#start('zebra');
      await waitUntil('zebra', () => this.#says('zebra', 'show version'), { limitMs: 10_000 });
    }
    this.#vrrpd = this.#start('vrrpd');
  }

  /** It leaves in order, with priority 0. */
  async stop(): Promise<void> {
    await this.#vrrpd?.stop('SIGTERM');
  }

  /** As a power failure would: its addresses are gone, too. */
  async kill(): Promise<void> {
    await this.#vrrpd?.stop('SIGKILL');
    await this.#removeInterfaces();
  }

  /** @returns of which families it is master; of none when it does not run */
  async masterOf(): Promise<readonly (4 | 6)[]> {
    if (this.#vrrpd === undefined || this.#vrrpd.ended) return [];
    const text = await this.#says('vrrpd', 'show vrrp json');
    if (text === undefined) return [];
    const [router] = JSON.parse(text) as readonly Record<'v4' | 'v6', { status: string }>[];
    return FAMILIES.filter((family) => router?.[`v${family}`].status === 'Master');
  }

  #start(name: 'zebra' | 'vrrpd'): Background {
    const { folder } = this.#host;
    rmSync(join(folder, `${name}.pid`), { force: true });
    const place = ['-z', join(folder, 'zebra.sock'), '-i', join(folder, `${name}.pid`)];
    const how = ['--vty_socket', folder, '-P', '0', '-u', 'root', '-g', 'root', '--log', 'stdout'];
    const configuration = ['-f', join(folder, `${name}.conf`)];
    return this.#host.start(name, [join(PROGRAMS, name), ...place, ...how, ...configuration]);
  }

  /** @returns what a daemon answers; undefined when it does not */
  async #says(daemon: 'zebra' | 'vrrpd', command: string): Promise<string | undefined> {
    const words = ['vtysh', '--vty_socket', this.#host.folder, '-d', daemon, '-c', command];
    const { status, stdout } = await this.#host.exec(words, { mayFail: true });
    return status === 0 ? stdout : undefined;
  }

  async #removeInterfaces(): Promise<void> {
    for (const family of FAMILIES)
      await this.#host.exec(['ip', 'link', 'del', deviceOf(family)], { mayFail: true });
  }

  async #ip(...words: readonly string[]): Promise<void> {
    await this.#host.exec(['ip', ...words]);
  }
}

function deviceOf(family: 4 | 6): string {
  return `vrrp${family}`;
}

function configurationOf({ id, priority, intervalMs, addresses }: VirtualRouter): string {
  return `debug vrrp packets
debug vrrp protocol
interface eth0
 vrrp ${id} version 3
 vrrp ${id} priority ${priority}
 vrrp ${id} advertisement-interval ${intervalMs}
${addresses[4].map((each) => ` vrrp ${id} ip ${plain(each)}`).join('\n')}
${addresses[6].map((each) => ` vrrp ${id} ipv6 ${plain(each)}`).join('\n')}
`;
}

function plain(address: string): string {
  return address.replace(/\/.*/, '');
}
