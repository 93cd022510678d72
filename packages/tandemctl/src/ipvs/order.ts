/** The order in which ipvsadm lists. */
import { ipBytes, type IpAddress } from '@tandem/inet';
import type { ActualDestination, ActualService } from '@tandem/ipvs';
import { familyOf } from './change.ts';

/** @returns marks last, then by family, protocol, address and port */
export function inOrder(services: readonly ActualService[]): readonly ActualService[] {
  return mergeSorted(services, compareServices);
}

/** @returns by address and port, whichever the family */
export function destinationsInOrder(
  destinations: readonly ActualDestination[],
): readonly ActualDestination[] {
  return mergeSorted(
    destinations,
    (a, b) => compareAddresses(a.address, b.address) || a.port - b.port,
  );
}

function compareServices(a: ActualService, b: ActualService): number {
  const marks =
    (a.key.kind === 'fwmark' ? a.key.mark : 0) - (b.key.kind === 'fwmark' ? b.key.mark : 0);
  const families = familyOf(a.key) - familyOf(b.key);
  if (marks !== 0 || families !== 0) return marks || families;
  if (a.key.kind === 'fwmark' || b.key.kind === 'fwmark') return 0;
  const protocols = a.key.protocol - b.key.protocol;
  return protocols || compareAddresses(a.key.address, b.key.address) || a.key.port - b.key.port;
}

/**
 * ipvsadm takes 32 bits from 32 bits and looks at the sign of what 32 bits hold of that, so that
 * addresses more than 2^31 apart change places, and which of three comes first depends on how they
 * are sorted.
 */
function compareAddresses(a: IpAddress, b: IpAddress): number {
  const [left, right] = [words(a), words(b)];
  for (let at = 0; at < 4; at += 1) {
    const difference = ((left[at] ?? 0) - (right[at] ?? 0)) | 0;
    if (difference !== 0) return difference;
  }
  return 0;
}

function words(address: IpAddress): number[] {
  const bytes = ipBytes(address);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 }, (_, at) => view.getUint32(at * 4));
}

/** The C library's merge sort: with an order that is none, another sort would give another list. */
function mergeSorted<T>(items: readonly T[], compare: (a: T, b: T) => number): readonly T[] {
  if (items.length < 2) return items;
  const half = items.length >> 1;
  const left = mergeSorted(items.slice(0, half), compare);
  const right = mergeSorted(items.slice(half), compare);
  const merged: T[] = [];
  let [at, other] = [0, 0];
  while (at < left.length && other < right.length) {
    const [a, b] = [left[at] as T, right[other] as T];
    if (compare(a, b) <= 0) {
      merged.push(a);
      at += 1;
    } else {
      merged.push(b);
      other += 1;
    }
  }
  return [...merged, ...left.slice(at), ...right.slice(other)];
}
