import type { Host } from './lan.ts';

/** A line of `ipvsadm -Ln` below a service. */
interface Destination {
  /** address:port */
  readonly server: string;
  readonly forward: string;
  readonly weight: number;
}

/** A service of `ipvsadm -Ln`. */
export interface Service {
  /** Such as `TCP 10.30.6.110:80 rr`. */
  readonly service: string;
  readonly destinations: readonly Destination[];
}

/** The text that `ipvsadm -Ln` prints on a machine. */
export async function tableText(host: Host): Promise<string> {
  const { stdout } = await host.exec(['ipvsadm', '-Ln']);
  return stdout.trimEnd();
}

/** The IPVS table of a machine. */
export async function table(host: Host): Promise<Service[]> {
  return parseTable(await tableText(host));
}

/** Reads what `ipvsadm -Ln` prints. */
function parseTable(text: string): Service[] {
  const services: { service: string; destinations: Destination[] }[] = [];
  for (const line of text.split('\n')) {
    const service = /^(?:TCP|UDP|SCTP|FWM) .*\S/.exec(line);
    if (service !== null) services.push({ service: service[0], destinations: [] });
    const words = line.trim().split(/\s+/);
    const [arrow, server = '', forward = '', weight] = words;
    if (arrow === '->' && server.includes(':') && forward !== 'Forward') {
      services.at(-1)?.destinations.push({ server, forward, weight: Number(weight) });
    }
  }
  return services;
}

/** The sync daemons that run on a machine: `master` or `backup`, with their interface. */
export async function syncDaemons(host: Host): Promise<{ role: string; interface: string }[]> {
  const { stdout } = await host.exec(['ipvsadm', '-Ln', '--daemon']);
  return [...stdout.matchAll(/^(\w+) sync daemon \(mcast=([^,)]+)/gm)].map(
    ([, role = '', name = '']) => ({ role, interface: name }),
  );
}
