/** Lightweight tunnels of routes. */
import type { Encapsulation } from '@tandem/inet';
import { be16, be64, bytes, ip, u16, u8, type AttributeCodec } from './attribute-codec.ts';
import { AttributeTable } from './attribute-table.ts';
import { given } from './given.ts';

/** @see linux/lwtunnel.h LWTUNNEL_IP_*, LWTUNNEL_IP6_*, which have the same numbers */
const TUNNEL = new AttributeTable({
  LWTUNNEL_IP_ID: [1, be64],
  LWTUNNEL_IP_DST: [2, ip],
  LWTUNNEL_IP_SRC: [3, ip],
  LWTUNNEL_IP_TTL: [4, u8],
  LWTUNNEL_IP_TOS: [5, u8],
  LWTUNNEL_IP_FLAGS: [6, be16],
});

/** A label of RFC 3032: 20 bits, then class, end of the stack, and TTL. */
const labels: AttributeCodec<readonly number[]> = {
  encode: (writer, values) => {
    for (const [at, label] of values.entries()) {
      const end = at === values.length - 1 ? 0x100 : 0;
      writer.be16(label >>> 4).be16(((label << 12) & 0xf000) | end);
    }
  },
  decode: ({ view, start, length }) =>
    Array.from(
      { length: Math.floor(length / 4) },
      (_, at) => view.getUint32(start + 4 * at, false) >>> 12,
    ),
};

/** @see linux/mpls_iptunnel.h */
const MPLS = new AttributeTable({ MPLS_IPTUNNEL_DST: [1, labels], MPLS_IPTUNNEL_TTL: [2, u8] });

/** @see linux/lwtunnel.h enum lwtunnel_encap_types */
const TYPES = { mpls: 1, ip: 2, ip6: 4 } as const;

/** What is inside; only its type, an attribute beside it, says how it is read. */
const content: AttributeCodec<Encapsulation | Uint8Array> = {
  encode(writer, value) {
    if (value instanceof Uint8Array) return bytes.encode(writer, value);
    if (value.type === 'mpls') {
      return MPLS.encode(writer, {
        MPLS_IPTUNNEL_DST: value.labels,
        MPLS_IPTUNNEL_TTL: value.ttl,
      });
    }
    return TUNNEL.encode(writer, {
      LWTUNNEL_IP_ID: value.id,
      LWTUNNEL_IP_DST: value.destination,
      LWTUNNEL_IP_SRC: value.source,
      LWTUNNEL_IP_TTL: value.ttl,
      LWTUNNEL_IP_TOS: value.tos,
      LWTUNNEL_IP_FLAGS: value.flags,
    });
  },
  decode: (payload) => bytes.decode(payload),
};

/** Rows of the tables of routes and of their ways. */
export const ENCAPSULATION_ROWS: {
  readonly RTA_ENCAP_TYPE: readonly [number, AttributeCodec<number>];
  readonly RTA_ENCAP: readonly [number, AttributeCodec<Encapsulation | Uint8Array>];
} = { RTA_ENCAP_TYPE: [21, u16], RTA_ENCAP: [22, content] };

/** Values of these rows. */
interface EncapsulationValues {
  readonly RTA_ENCAP_TYPE?: number | undefined;
  readonly RTA_ENCAP?: Encapsulation | Uint8Array | undefined;
}

/** @returns the values that say it */
export function encapsulationAttributes(value: Encapsulation | undefined): EncapsulationValues {
  if (value === undefined) return {};
  return { RTA_ENCAP_TYPE: TYPES[value.type], RTA_ENCAP: value };
}

/** @returns undefined without one, or for one of another type */
export function encapsulationOf({
  RTA_ENCAP_TYPE: number,
  RTA_ENCAP: inner,
}: EncapsulationValues): Encapsulation | undefined {
  if (!(inner instanceof Uint8Array)) return undefined;
  if (number === TYPES.mpls) return mplsOf(inner);
  if (number === TYPES.ip) return tunnelOf('ip', inner);
  return number === TYPES.ip6 ? tunnelOf('ip6', inner) : undefined;
}

function mplsOf(inner: Uint8Array): Encapsulation | undefined {
  const decoded = MPLS.decode(inner, 0);
  if (!decoded.ok) return undefined;
  const { MPLS_IPTUNNEL_DST: stack = [], MPLS_IPTUNNEL_TTL: ttl } = decoded.value.known;
  return { type: 'mpls', labels: stack, ...given({ ttl }) };
}

function tunnelOf(type: 'ip' | 'ip6', inner: Uint8Array): Encapsulation | undefined {
  const decoded = TUNNEL.decode(inner, 0);
  if (!decoded.ok) return undefined;
  const { known } = decoded.value;
  const values = given({
    id: known.LWTUNNEL_IP_ID,
    destination: known.LWTUNNEL_IP_DST,
    source: known.LWTUNNEL_IP_SRC,
    ttl: known.LWTUNNEL_IP_TTL,
    tos: known.LWTUNNEL_IP_TOS,
    flags: known.LWTUNNEL_IP_FLAGS,
  });
  return { type, ...values };
}
