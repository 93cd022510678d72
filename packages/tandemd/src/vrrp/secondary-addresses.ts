/** Which addresses the kernel would take off beside those that it is asked to. */
import { ipBytes } from '@tandem/inet';
import type { Address } from '@tandem/netlink';

const IFA_F_SECONDARY = 0x01;

/**
 * The first IPv4 address of a network on an interface is the primary one, and the others go with it.
 * @param leaving - that are about to be removed
 * @param present - knows all addresses
 * @param isLeaving - says which of these go, or are gone
 * @returns those that stay, and would be left without a primary one
 * @see linux Documentation/networking/ip-sysctl.rst promote_secondaries
 */
export function orphansOf(
  leaving: readonly Address[],
  present: { readonly addresses: readonly Address[] },
  isLeaving: (address: Address) => boolean,
): Address[] {
  const networks = new Set(leaving.filter(hasCompany).map(networkOf));
  if (networks.size === 0) return [];
  const staying = present.addresses.filter(
    (each) => hasCompany(each) && networks.has(networkOf(each)) && !isLeaving(each),
  );
  const safe = new Set(staying.filter(isPrimary).map(networkOf));
  return staying.filter((each) => !safe.has(networkOf(each)));
}

/** A network of one address, as those of most virtual ones are, has no second one. */
function hasCompany({ family, prefixLength }: Address): boolean {
  return family === 4 && prefixLength < 32;
}

function isPrimary({ flags }: Address): boolean {
  return (flags & IFA_F_SECONDARY) === 0;
}

/** As the kernel tells them apart: by interface, length, and the other end's address. */
function networkOf({ interfaceIndex, prefixLength, address, peer = address }: Address): string {
  const [a = 0, b = 0, c = 0, d = 0] = ipBytes(peer);
  const size = 2 ** (32 - prefixLength);
  const host = ((a * 256 + b) * 256 + c) * 256 + d;
  return `${interfaceIndex} ${prefixLength} ${Math.floor(host / size)}`;
}
