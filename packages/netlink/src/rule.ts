import type { NumberRange, Prefix, RoutingRule } from '@tandem/inet';
import { be64, ip, text, u16, u32, u8, type AttributeCodec } from './attribute-codec.ts';
import { AttributeTable } from './attribute-table.ts';
import { LITTLE_ENDIAN } from './byte-order.ts';
import type { Decoded } from './decoded.ts';
import { decodeFamilyEntry } from './family-entry.ts';
import { anyAddress, familyNumber } from './family.ts';
import { given } from './given.ts';
import type { MessageWriter } from './message-writer.ts';
import { TABLE_ELSEWHERE } from './route.ts';

/** struct fib_rule_hdr: family, destination and source length, tos, table, -, -, action, flags. */
const FIXED_LENGTH = 12;

/** The kernel's word for no limit. */
const NONE = 0xffff_ffff;

/** Two numbers, the first and the last. */
function range(number: AttributeCodec<number>, size: number): AttributeCodec<NumberRange> {
  return {
    encode: (writer, { first, last }) => {
      number.encode(writer, first);
      number.encode(writer, last);
    },
    decode: ({ view, start, length }) => {
      const first = number.decode({ view, start, length });
      const last = number.decode({ view, start: start + size, length: length - size });
      return first === undefined || last === undefined ? undefined : { first, last };
    },
  };
}

/** @see linux/fib_rules.h FRA_* */
const RULE = new AttributeTable({
  FRA_DST: [1, ip],
  FRA_SRC: [2, ip],
  FRA_IIFNAME: [3, text],
  FRA_GOTO: [4, u32],
  FRA_PRIORITY: [6, u32],
  FRA_FWMARK: [10, u32],
  FRA_FLOW: [11, u32],
  FRA_TUN_ID: [12, be64],
  FRA_SUPPRESS_IFGROUP: [13, u32],
  FRA_SUPPRESS_PREFIXLEN: [14, u32],
  FRA_TABLE: [15, u32],
  FRA_FWMASK: [16, u32],
  FRA_OIFNAME: [17, text],
  FRA_L3MDEV: [19, u8],
  FRA_UID_RANGE: [20, range(u32, 4)],
  FRA_PROTOCOL: [21, u8],
  FRA_IP_PROTO: [22, u8],
  FRA_SPORT_RANGE: [23, range(u16, 2)],
  FRA_DPORT_RANGE: [24, range(u16, 2)],
});

/** Writes the request for all rules of both families. */
export function encodeRuleQuery(writer: MessageWriter): void {
  writer.zeros(FIXED_LENGTH);
}

/**
 * Writes what follows the header of RTM_NEWRULE and RTM_DELRULE.
 * @see linux/fib_rules.h struct fib_rule_hdr
 */
export function encodeRule(writer: MessageWriter, rule: RoutingRule): void {
  writer
    .u8(familyNumber(rule.family))
    .u8(rule.to?.length ?? 0)
    .u8(rule.from?.length ?? 0)
    .u8(rule.tos)
    .u8(rule.table < 256 ? rule.table : TABLE_ELSEWHERE)
    .zeros(2)
    .u8(rule.action)
    .u32(rule.flags);
  RULE.encode(writer, {
    FRA_DST: addressOf(rule.to),
    FRA_SRC: addressOf(rule.from),
    FRA_IIFNAME: rule.inputInterface,
    FRA_GOTO: rule.goto,
    FRA_PRIORITY: rule.priority,
    FRA_FWMARK: rule.mark,
    FRA_FLOW: rule.realms,
    FRA_TUN_ID: rule.tunnelId,
    FRA_SUPPRESS_IFGROUP: rule.suppressInterfaceGroup,
    FRA_SUPPRESS_PREFIXLEN: rule.suppressPrefixLength,
    FRA_TABLE: rule.table === 0 ? undefined : rule.table,
    FRA_FWMASK: rule.markMask,
    FRA_OIFNAME: rule.outputInterface,
    FRA_L3MDEV: rule.l3mdev === true ? 1 : undefined,
    FRA_UID_RANGE: rule.users,
    FRA_PROTOCOL: rule.protocol,
    FRA_IP_PROTO: rule.ipProtocol,
    FRA_SPORT_RANGE: rule.sourcePorts,
    FRA_DPORT_RANGE: rule.destinationPorts,
  });
}

/**
 * Reads RTM_NEWRULE and RTM_DELRULE.
 * @param payload - what follows the message's header
 */
export function decodeRule(payload: Uint8Array): Decoded<RoutingRule> {
  const decoded = decodeFamilyEntry(RULE, payload, FIXED_LENGTH);
  if (!decoded.ok) return decoded;
  const { family, view, known } = decoded.value;
  const prefix = (address = anyAddress(family), length = 0): Prefix | undefined =>
    length === 0 ? undefined : { address, length };
  const values = {
    from: prefix(known.FRA_SRC, view.getUint8(2)),
    to: prefix(known.FRA_DST, view.getUint8(1)),
    inputInterface: known.FRA_IIFNAME,
    outputInterface: known.FRA_OIFNAME,
    mark: known.FRA_FWMARK,
    markMask: known.FRA_FWMASK,
    goto: known.FRA_GOTO,
    realms: known.FRA_FLOW === 0 ? undefined : known.FRA_FLOW,
    suppressPrefixLength: limit(known.FRA_SUPPRESS_PREFIXLEN),
    suppressInterfaceGroup: limit(known.FRA_SUPPRESS_IFGROUP),
    tunnelId: known.FRA_TUN_ID === 0 ? undefined : known.FRA_TUN_ID,
    users: known.FRA_UID_RANGE,
    l3mdev: known.FRA_L3MDEV === 1 ? true : undefined,
    ipProtocol: known.FRA_IP_PROTO === 0 ? undefined : known.FRA_IP_PROTO,
    sourcePorts: known.FRA_SPORT_RANGE,
    destinationPorts: known.FRA_DPORT_RANGE,
  };
  const value: RoutingRule = {
    family,
    priority: known.FRA_PRIORITY ?? 0,
    action: view.getUint8(7),
    table: known.FRA_TABLE ?? view.getUint8(4),
    flags: view.getUint32(8, LITTLE_ENDIAN),
    protocol: known.FRA_PROTOCOL ?? 0,
    tos: view.getUint8(3),
    ...given(values),
  };
  return { ok: true, value };
}

function addressOf(prefix: Prefix | undefined): Prefix['address'] | undefined {
  return prefix === undefined || prefix.length === 0 ? undefined : prefix.address;
}

function limit(number: number | undefined): number | undefined {
  return number === NONE ? undefined : number;
}
