import type { IpAddress } from '@tandem/inet';
import { dropTableReplacement, dropTableSize, type DropTable } from './drop-table.ts';
import { NetlinkError } from './netlink-error.ts';
import {
  encodeNftBatch,
  encodeNftQuery,
  NFT_MSG,
  nftMessageType,
  type NftMessage,
} from './nftables-message.ts';
import {
  elementCount,
  elementsQuery,
  rulesQuery,
  tableQuery,
  tableRemoval,
} from './nftables-object.ts';
import { transact } from './nftables-transaction.ts';
import {
  directorRemoval,
  directorRenewal,
  redirectTableReplacement,
  type Director,
  type RedirectTable,
} from './redirect-table.ts';

/**
 * Puts a table in the place of the one of its name, at once and whole.
 * @throws NetlinkError or SocketError when the kernel refuses; then all is as before
 */
export function replaceDropTable(table: DropTable): Promise<void> {
  return transact(encodeNftBatch(dropTableReplacement(table)), `set nftables table ${table.name}`);
}

/**
 * Removes a table of ours; one that is not there is as good as removed.
 * @throws NetlinkError or SocketError when the kernel refuses
 */
export function removeTable(name: string): Promise<void> {
  return transact(encodeNftBatch(tableRemoval(name)), `remove nftables table ${name}`);
}

/**
 * Puts a table in the place of the one of its name, at once and whole.
 * @throws NetlinkError or SocketError when the kernel refuses; then all is as before
 */
export function replaceRedirectTable(table: RedirectTable): Promise<void> {
  return transact(
    encodeNftBatch(redirectTableReplacement(table)),
    `set nftables table ${table.name}`,
  );
}

/**
 * Says for how long packets are not redirected from now on; the kernel knows when this returns,
 * before the promise is fulfilled.
 * @param table - name of a table that redirects
 * @param directors - at least one
 * @throws NetlinkError or SocketError when the kernel refuses, such as for want of the table
 */
export function renewDirectors(table: string, directors: readonly Director[]): Promise<void> {
  return transact(
    encodeNftBatch(directorRenewal(table, directors)),
    `renew elements of nftables table ${table}`,
  );
}

/** Like `renewDirectors`: from now on packets to the addresses are redirected. */
export function removeDirectors(table: string, addresses: readonly IpAddress[]): Promise<void> {
  return transact(
    encodeNftBatch(directorRemoval(table, addresses)),
    `remove elements of nftables table ${table}`,
  );
}

/**
 * @returns whether there is a table of that name; false, too, where the kernel has no nftables
 * @throws SocketError when the kernel cannot be asked
 */
export async function hasTable(name: string): Promise<boolean> {
  try {
    await transact(encodeNftQuery(tableQuery(name)), `look for nftables table ${name}`);
    return true;
  } catch (error) {
    if (error instanceof NetlinkError) return false;
    throw error;
  }
}

/**
 * Whether others have done something to a table: which rules and elements are in it is not asked, but
 * how many; what is in a rule cannot be changed in place.
 * @param table - that was put in place by `replaceDropTable`
 * @throws NetlinkError or SocketError when the kernel cannot be asked
 */
export async function surveyDropTable(table: DropTable): Promise<'whole' | 'changed' | 'missing'> {
  const { name } = table;
  const { rules, elements } = dropTableSize(table);
  // Of a table that is not there some kernels say nothing, and others that it is not.
  const isThere = await hasTable(name);
  if (!isThere) return 'missing';
  if ((await countOf(rulesQuery(name), name)) !== rules) return 'changed';
  for (const [set, count] of elements)
    if ((await countOf(elementsQuery(name, set), name)) !== count) return 'changed';
  return 'whole';
}

/** @returns how many rules, or elements of sets, an answer has */
async function countOf(query: NftMessage, table: string): Promise<number> {
  let count = 0;
  await transact(encodeNftQuery(query), `list nftables table ${table}`, ({ type, payload }) => {
    if (type === nftMessageType(NFT_MSG.NEWRULE)) count += 1;
    if (type === nftMessageType(NFT_MSG.NEWSETELEM)) count += elementCount(payload);
  });
  return count;
}
