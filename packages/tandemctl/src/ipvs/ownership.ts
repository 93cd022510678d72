/** Whether a running tandemd has a service in its care, and so undoes what is done to it by hand. */
import type { ServiceTarget, VirtualServerKey } from '@tandem/health';
import { compareIp } from '@tandem/inet';
import { formatServiceKey, type ServiceKey } from '@tandem/ipvs';
import type { StatusSnapshot } from '@tandem/status';
import { protocolWord } from './written.ts';

/** What a virtual server listens on. */
export type OwnedService = Pick<StatusSnapshot['virtualServers'][number], 'key' | 'members'>;

/**
 * @param edited - services that were changed; `all` when the table was cleared
 * @param owned - what tandemd has
 * @returns what to warn of, one line each
 */
export function ownershipWarnings(
  edited: readonly ServiceKey[] | 'all',
  owned: readonly OwnedService[],
): readonly string[] {
  if (edited === 'all') {
    return owned.length === 0
      ? []
      : [
          `the running tandemd has ${owned.length} virtual servers in its care and will restore them`,
        ];
  }
  const names = edited.filter((key) => owned.some((each) => owns(each, key))).map(formatServiceKey);
  return [...new Set(names)].map(
    (name) =>
      `${name} is in the care of the running tandemd, which will undo this: ` +
      'change its configuration and reload instead',
  );
}

function owns({ key, members = [] }: OwnedService, edited: ServiceKey): boolean {
  if (key.kind !== 'group') return isSame(key, edited);
  const fits = key.protocol === undefined || key.protocol.toLowerCase() === protocolWord(edited);
  return members.some((each) => covers(each, edited, fits));
}

function isSame(key: Exclude<VirtualServerKey, { kind: 'group' }>, edited: ServiceKey): boolean {
  if (key.kind === 'fwmark') return isMark(key, edited);
  return (
    edited.kind === 'address' &&
    key.protocol.toLowerCase() === protocolWord(edited) &&
    key.address === edited.address &&
    key.port === edited.port
  );
}

function covers(member: ServiceTarget, edited: ServiceKey, fitsProtocol: boolean): boolean {
  if (member.kind === 'fwmark') return isMark(member, edited);
  if (edited.kind !== 'address' || !fitsProtocol || member.port !== edited.port) return false;
  const { first, last } = member;
  return compareIp(first, edited.address) <= 0 && compareIp(edited.address, last) <= 0;
}

function isMark(
  { mark, family }: Extract<ServiceKey, { kind: 'fwmark' }>,
  edited: ServiceKey,
): boolean {
  return edited.kind === 'fwmark' && edited.mark === mark && edited.family === family;
}
