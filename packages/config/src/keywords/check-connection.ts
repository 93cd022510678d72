import { ipFamily, parseIp, type IpAddress } from '@tandem/inet';
import type { Call } from '../call.ts';
import type { Place } from '../source.ts';
import { valueOf } from '../tree-reading.ts';
import type { Block, Statement } from '../tree.ts';

/** Blocks in a checker that say where it connects to, beside the checker itself. */
const DEEPER = 'host';

/**
 * Complains about addresses of checks that do not go together.
 * @param call - a real_server; its checkers have been composed
 * @param server - its address, which checks go to unless they say otherwise
 */
export function complainConnections(call: Call, server: IpAddress): void {
  for (const child of call.statement.block?.children ?? []) {
    if (child.kind === 'comment' || child.block === undefined) continue;
    judge(child.block, server, call.of(child));
    for (const inner of child.block.children) {
      if (inner.kind === 'statement' && inner.keyword === DEEPER && inner.block !== undefined) {
        judge(inner.block, server, call.of(inner));
      }
    }
  }
}

/**
 * @param block - of a checker
 * @returns whether it cannot connect, because its address counts on one interface only
 */
export function lacksInterface(block: Block): boolean {
  const target = addressIn(block, 'connect_ip');
  return target !== undefined && isLinkLocal(target.address) && !has(block, 'bind_if');
}

function judge(block: Block, server: IpAddress, call: Call): void {
  const [target, source] = [addressIn(block, 'connect_ip'), addressIn(block, 'bindto')];
  if (lacksInterface(block)) {
    call.complain(
      'MISSING_BIND_INTERFACE',
      `${target?.address} needs an interface; ignoring the check`,
      {
        at: target?.place,
        hint: "add 'bind_if INTERFACE'",
      },
    );
  }
  const peer = target?.address ?? server;
  if (source === undefined || ipFamily(source.address) === ipFamily(peer)) return;
  call.complain(
    'ADDRESS_FAMILY_MISMATCH',
    `bindto ${source.address} is not of the family of ${peer}; ignoring it`,
    { at: source.place },
  );
}

function addressIn(
  block: Block,
  keyword: string,
): { readonly address: IpAddress; readonly place: Place } | undefined {
  const place = lastOf(block, keyword);
  if (place === undefined) return undefined;
  const address = parseIp(valueOf(place)?.split('/', 1)[0] ?? '');
  return address && { address, place };
}

function lastOf({ children }: Block, keyword: string): Statement | undefined {
  for (let i = children.length - 1; i >= 0; i -= 1) {
    const child = children[i];
    if (child?.kind === 'statement' && child.keyword === keyword) return child;
  }
  return undefined;
}

function has(block: Block, keyword: string): boolean {
  return lastOf(block, keyword) !== undefined;
}

function isLinkLocal(address: IpAddress): boolean {
  return /^fe[89ab]/.test(address);
}
