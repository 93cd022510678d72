/** What somebody does to a table with ipvsadm, all at the same time. */
import type { Random } from '../config-oracle/random.ts';

/** Of a service that no file has. */
const FOREIGN = '203.0.113.9:80';
const MOST = 5;

/** Commands of ipvsadm, and what they mean for what stood before. */
export interface Drift {
  readonly commands: readonly string[];
  /** Services and destinations that go, as `ipvsadm -Ln` names them. */
  readonly deleted: ReadonlySet<string>;
}

/** Lines of `ipvsadm -Sn`. */
interface Tables {
  readonly before: readonly string[];
  /** What the next file asks for. */
  readonly wanted: readonly string[];
}

/**
 * @param random - decides about everything
 * @param tables - of services that stand and that will
 * @returns what becomes of some services; one that is asked for only later may come too
 */
export function anyDrift(random: Random, { before, wanted }: Tables): Drift {
  const commands: string[] = [];
  const deleted = new Set<string>();
  const services = before.filter((each) => each.startsWith('-A ') && !isForeign(each));
  for (const service of random.some(services, MOST)) {
    const address = addressOption(service);
    const targets = before.filter((each) => each.startsWith(`-a ${address} `));
    const target = targets.length === 0 ? undefined : random.pick(targets);
    const kind = random.below(6);
    if (kind === 0) deleted.add(serviceName(service));
    if (kind === 0) commands.push(`-D ${address}`);
    if (kind === 1) commands.push(`-E ${address} ${otherOptions(address)}`);
    if (kind === 2) commands.push(`-a ${address} -r ${stranger(address)} -m -w 1`);
    if (target === undefined || kind < 3) continue;
    if (kind === 3) deleted.add(destinationName(target));
    if (kind === 3) commands.push(target.replace('-a', '-d').replace(/ -[mgi] .*/, ''));
    else commands.push(target.replace('-a', '-e').replace(/-w \d+/, '-w 77'));
  }
  const coming = wanted.filter((each) => each.startsWith('-A ') && !isThere(each, services));
  const [early] = random.some(coming, 1);
  if (early !== undefined)
    commands.push(`-A ${addressOption(early)} ${otherOptions(addressOption(early))}`);
  return { commands, deleted };
}

/** What nobody's service is, as `ipvsadm -Sn` prints it. */
export const FOREIGN_SERVICE: readonly string[] = [
  `-A -t ${FOREIGN} -s wlc`,
  `-a -t ${FOREIGN} -r 172.16.0.1:80 -m -w 1`,
];

/** @returns whether a line is about what is nobody's */
export function isForeign(text: string): boolean {
  return text.includes(FOREIGN);
}

/** How `ipvsadm -Ln` names the service of a line of `ipvsadm -Sn`. */
function serviceName(text: string): string {
  const [option = '', address = '', more] = addressOption(text).split(' ');
  const protocols: Readonly<Record<string, string>> = { '-t': 'TCP', '-u': 'UDP', '-f': 'FWM' };
  return `${protocols[option] ?? 'SCTP'} ${address}${more === '-6' ? ' IPv6' : ''}`;
}

function destinationName(text: string): string {
  return `${serviceName(text)} -> ${/ -r (\S+)/.exec(text)?.[1] ?? ''}`;
}

/** Such as `-t 10.0.0.1:80` or `-f 5 -6`. */
function addressOption(text: string): string {
  return text.replace(/^-\w /, '').replace(/ -[sr] .*/, '');
}

/** A port of 0 is for persistent services alone. */
function otherOptions(address: string): string {
  return address.endsWith(':0') ? '-s wlc -p 77' : '-s wlc';
}

function isThere(service: string, services: readonly string[]): boolean {
  return services.some((each) => addressOption(each) === addressOption(service));
}

function stranger(address: string): string {
  return address.includes('[') || address.endsWith('-6') ? '[fd01::77]:80' : '172.16.0.77:80';
}
