import { internetChecksum, ipBytes, parseIp } from '@tandem/inet';

/** A packet that must change nothing but a counter. */
export interface MalformedAdvert {
  readonly kind: string;
  /** Counter that rises on every box, named as in the status; absent where none does. */
  readonly counter?: string;
  /** IPv4 multicast group or address in the packet, which decides the frame's destination. */
  readonly group: string;
  /** From the first octet of the IP header on. */
  readonly packet: Uint8Array;
}

/** A number from 0 up to, not including, the limit. */
type Draw = (limit: number) => number;

interface Draft {
  readonly source: string;
  readonly identification: number;
  readonly draw: Draw;
}

interface Kind {
  readonly name: string;
  readonly counter?: string;
  readonly group?: string;
  make(draft: Draft): Uint8Array;
}

const GROUP = '224.0.0.18';
const VIP = '10.30.6.110';
const BOX1 = '10.30.6.111';
const VRRP = 112;
const PASSWORD: Uint8Array = new TextEncoder().encode('p@ssw0rd');
/**
 * The octets of an advert that would make any box give way, were it not for its fault: the
 * scenario's router, password and address, with priority 250.
 */
const WINNER = {
  version: 2,
  type: 1,
  virtualRouterId: 10,
  priority: 250,
  addressCount: 1,
  authenticationType: 1,
  interval: 1,
  addresses: [VIP],
  password: PASSWORD,
};

/** One row per kind; what names no counter never reaches an instance. */
const KINDS: readonly Kind[] = [
  // What the checks of the instance find.
  {
    name: 'shorter than the fixed part',
    counter: 'packet_len_err',
    make: (draft) => wrap(draft, body().subarray(0, 2 + draft.draw(6))),
  },
  {
    name: 'too short',
    counter: 'packet_len_err',
    make: (draft) => wrap(draft, body().subarray(0, 8 + draft.draw(12))),
  },
  {
    name: 'too long',
    counter: 'packet_len_err',
    make: (draft) => wrap(draft, join(body(), noise(draft, 1 + draft.draw(1400)))),
  },
  {
    name: 'random octets for our router',
    counter: 'packet_len_err',
    make: (draft) => {
      const octets = noise(draft, 9 + 4 * draft.draw(100));
      octets[1] = WINNER.virtualRouterId;
      return wrap(draft, octets);
    },
  },
  {
    name: 'wrong TTL',
    counter: 'ip_ttl_err',
    make: (draft) => wrap(draft, body(), { ttl: draft.draw(255) }),
  },
  {
    name: 'wrong version',
    counter: 'version_err',
    make: (draft) => {
      const version = [0, 1, 3, 4, 15][draft.draw(5)] ?? 3;
      return wrap(draft, body({ version, password: new Uint8Array(0) }));
    },
  },
  {
    name: 'unknown authentication type',
    counter: 'invalid_authtype',
    make: (draft) => wrap(draft, body({ authenticationType: 3 + draft.draw(253) })),
  },
  {
    name: 'other authentication type',
    counter: 'authtype_mismatch',
    make: (draft) => wrap(draft, body({ authenticationType: 2 * draft.draw(2) })),
  },
  {
    name: 'wrong password',
    counter: 'auth_failure',
    make: (draft) => wrap(draft, body({ password: wrongPassword(draft) })),
  },
  {
    name: 'priority 0 with wrong password',
    counter: 'auth_failure',
    make: (draft) => wrap(draft, body({ priority: 0, password: wrongPassword(draft) })),
  },
  {
    name: 'options in the IP header, wrong password',
    counter: 'auth_failure',
    make: (draft) => {
      // No-operations, then the end of the list: allowed, and they move the advert.
      const options = new Uint8Array(4 + 4 * draft.draw(10)).fill(1);
      options[options.length - 1] = 0;
      return wrap(draft, body({ password: wrongPassword(draft) }), { options });
    },
  },
  {
    name: 'wrong interval',
    counter: 'advert_interval_err',
    make: (draft) => wrap(draft, body({ interval: 2 + draft.draw(254) })),
  },
  {
    name: 'wrong type',
    counter: 'invalid_type_rcvd',
    make: (draft) => wrap(draft, body({ type: [0, 2, 3, 15][draft.draw(4)] ?? 0 })),
  },
  {
    name: 'wrong number of addresses',
    counter: 'addr_list_err',
    make: (draft) => {
      const addressCount = [0, 2, 3, 20, 255][draft.draw(5)] ?? 0;
      const addresses = Array.from({ length: addressCount }, () => VIP);
      return wrap(draft, body({ addressCount, addresses }));
    },
  },
  {
    name: 'other address',
    counter: 'addr_list_err',
    make: (draft) => wrap(draft, body({ addresses: [`10.30.6.${120 + draft.draw(100)}`] })),
  },
  {
    name: 'wrong checksum',
    counter: 'checksum_err',
    make: (draft) => {
      const octets = body();
      const view = new DataView(octets.buffer);
      // 0xffff would be the same number in ones' complement.
      view.setUint16(6, view.getUint16(6) ^ (1 + draft.draw(0xfffe)));
      return wrap(draft, octets);
    },
  },
  // What is for nobody here.
  {
    name: 'unknown virtual router',
    make: (draft) => wrap(draft, body({ virtualRouterId: 11 + draft.draw(245) })),
  },
  {
    name: 'random octets for another router',
    make: (draft) => {
      const octets = noise(draft, 2 + draft.draw(1400));
      octets[1] = 11 + draft.draw(245);
      return wrap(draft, octets);
    },
  },
  { name: 'nothing but an IP header', make: (draft) => wrap(draft, noise(draft, draft.draw(2))) },
  { name: 'another group', group: '224.0.0.1', make: (draft) => wrap(draft, body(), ALL_HOSTS) },
  { name: 'for one box alone', make: (draft) => wrap(draft, body(), { destination: BOX1 }) },
  { name: 'authentication header', make: (draft) => wrap(draft, body(), { protocol: 51 }) },
  // What the kernel keeps to itself.
  {
    name: 'first fragment',
    make: (draft) => wrap(draft, body().subarray(0, 16), { fragment: 0x2000 }),
  },
  {
    name: 'later fragment',
    make: (draft) => wrap(draft, body(), { fragment: 1 + draft.draw(0x1f00) }),
  },
  {
    name: 'cut inside the IP header',
    make: (draft) => wrap(draft, body()).subarray(0, 1 + draft.draw(19)),
  },
  {
    name: 'length beyond the end',
    make: (draft) => wrap(draft, body()).subarray(0, 20 + draft.draw(20)),
  },
  {
    name: 'wrong checksum of the IP header',
    make: (draft) => {
      const packet = wrap(draft, body());
      packet[10] = (packet[10] ?? 0) ^ (1 + draft.draw(254));
      return packet;
    },
  },
  { name: 'random octets', make: (draft) => noise(draft, 1 + draft.draw(1499)) },
];

const ALL_HOSTS: Header = { destination: '224.0.0.1' };

/**
 * Makes adverts of all kinds in turn.
 * @param seed - decides everything that is left to chance
 */
export function malformedAdverts(seed: number, count: number): MalformedAdvert[] {
  const draw = drawFrom(seed);
  return Array.from({ length: count }, (_, index) => {
    const kind = KINDS[index % KINDS.length];
    if (kind === undefined) throw new Error('no kinds');
    const source = `10.30.6.${120 + draw(100)}`;
    const packet = kind.make({ source, identification: 1 + index, draw });
    const { name, counter, group = GROUP } = kind;
    return { kind: name, group, packet, ...(counter === undefined ? {} : { counter }) };
  });
}

function body(difference: Partial<typeof WINNER> = {}): Uint8Array<ArrayBuffer> {
  const fields = { ...WINNER, ...difference };
  const fixed = new Uint8Array(8);
  fixed[0] = (fields.version << 4) | fields.type;
  fixed[1] = fields.virtualRouterId;
  fixed[2] = fields.priority;
  fixed[3] = fields.addressCount;
  fixed[4] = fields.authenticationType;
  fixed[5] = fields.interval;
  const octets = join(fixed, ...fields.addresses.map(addressBytes), fields.password);
  new DataView(octets.buffer).setUint16(6, internetChecksum(octets));
  return octets;
}

interface Header {
  readonly destination?: string;
  readonly ttl?: number;
  readonly protocol?: number;
  /** Flags and offset. */
  readonly fragment?: number;
  readonly options?: Uint8Array;
}

/** Puts an IPv4 header in front; everything in it is right unless said otherwise. */
function wrap(draft: Draft, payload: Uint8Array, header: Header = {}): Uint8Array<ArrayBuffer> {
  const options = header.options ?? new Uint8Array(0);
  const length = 20 + options.length;
  const octets = new Uint8Array(length);
  const view = new DataView(octets.buffer);
  view.setUint8(0, 0x40 | (length / 4));
  view.setUint8(1, 0xc0);
  view.setUint16(2, length + payload.length);
  view.setUint16(4, draft.identification);
  view.setUint16(6, header.fragment ?? 0);
  view.setUint8(8, header.ttl ?? 255);
  view.setUint8(9, header.protocol ?? VRRP);
  octets.set(addressBytes(draft.source), 12);
  octets.set(addressBytes(header.destination ?? GROUP), 16);
  octets.set(options, 20);
  view.setUint16(10, internetChecksum(octets));
  return join(octets, payload);
}

function wrongPassword(draft: Draft): Uint8Array {
  const octets = draft.draw(2) === 0 ? noise(draft, 8) : new Uint8Array(8);
  // Never the right one by chance.
  octets[0] = (PASSWORD[0] ?? 0) ^ (1 + draft.draw(255));
  return octets;
}

function noise({ draw }: Draft, length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, () => draw(256));
}

function join(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    octets.set(part, offset);
    offset += part.length;
  }
  return octets;
}

function addressBytes(text: string): Uint8Array {
  const address = parseIp(text);
  if (address === undefined) throw new Error(`not an address: ${text}`);
  return ipBytes(address);
}

/** A linear congruential generator: the same numbers on every machine. */
function drawFrom(seed: number): Draw {
  let state = BigInt(seed);
  return (limit) => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number((state >> 33n) % BigInt(limit));
  };
}
