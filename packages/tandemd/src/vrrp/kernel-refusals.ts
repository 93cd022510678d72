/** Says what follows where the kernel's numbers cannot be set, as in most containers. */
import { KernelChanges, type KernelChange, type RefusalHandler } from './kernel-changes.ts';
import type { VrrpPorts } from './vrrp-ports.ts';

/** What is otherwise than it should be then, by setting. */
const CONSEQUENCES: Readonly<Record<string, string>> = {
  accept_local: 'what comes from an address of this box, as adverts may, is dropped there',
  accept_ra: 'it takes what routers advertise for its own',
  addr_gen_mode: 'it may have a link-local address beside the virtual ones',
  arp_filter: 'it answers for addresses of other interfaces, with a wrong MAC address',
  arp_ignore: 'it answers for addresses of other interfaces, with a wrong MAC address',
  disable_ipv6: 'IPv6 addresses cannot be put on it, or it has one that it should not have',
  igmp_link_local_mcast_reports: 'switches are told of the groups of adverts all the same',
  promote_secondaries:
    'if somebody removes the first address of a network there, the others go with it',
  rp_filter: 'adverts may be dropped there, so that a backup becomes a second master',
};

/**
 * @param ports - the kernel's numbers, and the supervisor, which is told of changes
 * @param warn - told of each setting and reason once, for all interfaces, what follows and what helps
 * @returns changes that go on where one is refused
 */
export function changesThatMayFail(
  { kernelNumbers, send }: Pick<VrrpPorts, 'kernelNumbers' | 'send'>,
  warn: (text: string) => void,
): KernelChanges {
  const tell = (changes: readonly KernelChange[]): void =>
    send({ type: 'kernel-changes', changes });
  return new KernelChanges(kernelNumbers, tell, refusalTeller(warn));
}

function refusalTeller(warn: (text: string) => void): RefusalHandler {
  const said = new Set<string>();
  return ({ path, value }, error) => {
    const setting = path.slice(path.lastIndexOf('/') + 1);
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const key = `${setting} ${reason}`;
    if (said.has(key)) return;
    said.add(key);
    const result = CONSEQUENCES[setting] ?? 'it stays as it is';
    const [others, remedy] = path.includes('/conf/')
      ? [', nor that of other interfaces', 'or that of default before the start, ']
      : ['', ''];
    warn(
      `cannot set net.${nameOf(path)} to ${value} (${reason})${others}: ${result}. ` +
        `Set it from outside, ${remedy}or have /proc/sys mounted to be written`,
    );
  };
}

/** As sysctl(8) has it, where a dot of an interface is a slash. */
function nameOf(path: string): string {
  return path.replaceAll(/[./]/g, (each) => (each === '/' ? '.' : '/'));
}
