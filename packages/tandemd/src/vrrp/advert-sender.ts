/** Sends the adverts of one instance; their bytes are made once per priority. */
import type { IpAddress } from '@tandem/inet';
import { SocketError, type OutgoingMessage } from '@tandem/raw-socket';
import {
  authenticationKey,
  checksumPath,
  encodeAdvertisement,
  encodeIpv4Advert,
  IPV4_IDENTIFICATION_OFFSET,
  ownAdvertisement,
  type PacketPath,
  keyOctets,
  sealPacket,
  signAdvert,
  TRAILER_LENGTH,
  writeChecksum,
  type VrrpInstanceSettings,
} from '@tandem/vrrp';

/** What the sender needs of a raw socket. */
export interface SendingSocket {
  /** @returns how many messages the kernel took */
  send(messages: readonly OutgoingMessage[]): number;
}

/** What one advert depends on. */
export interface AdvertWanted {
  readonly settings: VrrpInstanceSettings;
  readonly source: IpAddress;
  readonly priority: number;
  readonly interfaceIndex: number;
  /** Peers that the old checksum is for. */
  readonly oldChecksumPeers: readonly IpAddress[];
}

interface Prepared {
  readonly wanted: AdvertWanted;
  /** To the group, or to each peer. */
  readonly copies: readonly AdvertCopy[];
}

interface AdvertCopy {
  readonly message: OutgoingMessage;
  /** Writes the trailer anew; absent where there is none. */
  readonly sign?: (stamp: bigint) => void;
}

/** What each advert has another one of. */
export interface AdvertNumbers {
  /** @returns the number of its authentication headers */
  sequence(): number;
  /** @returns the stamp of its trailers */
  stamp(): bigint;
}

/** Keeps the last packet, as it is nearly always the next one, too. */
export class AdvertSender {
  readonly #socket: SendingSocket;
  #prepared: Prepared | undefined;
  #identification = 0;
  readonly #numbers: AdvertNumbers;

  /**
   * @param socket - of the instance's family
   * @param numbers - of the instance
   */
  constructor(socket: SendingSocket, numbers: AdvertNumbers) {
    this.#socket = socket;
    this.#numbers = numbers;
  }

  /**
   * @param wanted - what to say, and where
   * @returns why it could not be sent to all; undefined when it was
   */
  send(wanted: AdvertWanted): string | undefined {
    const before = this.#prepared;
    const prepared = before && isSame(before.wanted, wanted) ? before : prepare(wanted);
    this.#prepared = prepared;
    const seal = this.#sealer(wanted.settings);
    const stamp = prepared.copies[0]?.sign === undefined ? undefined : this.#numbers.stamp();
    let failure: string | undefined;
    // A peer that cannot be reached must not keep the others from hearing of us.
    for (const { message, sign } of prepared.copies) {
      if (wanted.settings.family === 4) this.#identify(message.data);
      seal?.(message.data);
      if (stamp !== undefined) sign?.(stamp);
      failure = this.#sendOne(message) ?? failure;
    }
    return failure;
  }

  #sendOne(message: OutgoingMessage): string | undefined {
    try {
      return this.#socket.send([message]) === 1 ? undefined : 'ENOBUFS';
    } catch (error) {
      if (error instanceof SocketError) return error.code;
      throw error;
    }
  }

  /** The kernel makes the header's checksum anew. */
  #identify(packet: Uint8Array): void {
    this.#identification = (this.#identification % 0xffff) + 1;
    packet[IPV4_IDENTIFICATION_OFFSET] = this.#identification >> 8;
    packet[IPV4_IDENTIFICATION_OFFSET + 1] = this.#identification & 0xff;
  }

  /** All copies of an advert have one number: each goes to another peer. */
  #sealer({ authentication }: VrrpInstanceSettings): ((packet: Uint8Array) => void) | undefined {
    if (authentication?.type !== 'AH') return undefined;
    const sequence = this.#numbers.sequence();
    return (packet) => sealPacket(packet, sequence, authenticationKey(authentication));
  }
}

function isSame(before: AdvertWanted, wanted: AdvertWanted): boolean {
  return (
    before.settings === wanted.settings &&
    before.source === wanted.source &&
    before.priority === wanted.priority &&
    before.interfaceIndex === wanted.interfaceIndex &&
    before.oldChecksumPeers === wanted.oldChecksumPeers
  );
}

function prepare(wanted: AdvertWanted): Prepared {
  const { settings, source, priority } = wanted;
  const { unicast, multicastGroup } = settings;
  const destinations = unicast?.peers.map(({ address }) => address) ?? [multicastGroup];
  const advertisement = ownAdvertisement(settings, priority);
  const room = signsAdverts(settings) ? TRAILER_LENGTH : 0;
  const copies = destinations.map((address): AdvertCopy => {
    const path = { source, destination: address };
    const summed = checksumPath(settings, path, wanted.oldChecksumPeers);
    const body = encodeAdvertisement(advertisement, summed, room);
    const message = messageOf(wanted, path, body);
    if (room === 0) return { message };
    return { message, sign: signer(wanted, message.data.subarray(-body.length), summed) };
  });
  return { wanted, copies };
}

function messageOf(
  { settings, source, interfaceIndex }: AdvertWanted,
  path: PacketPath,
  body: Uint8Array,
): OutgoingMessage {
  const address = path.destination;
  if (settings.family === 4) {
    const data = encodeIpv4Advert(settings, path, body);
    return { data, destination: { family: 'inet', address, port: 0 }, interfaceIndex };
  }
  const destination = { family: 'inet6', address, port: 0, scopeId: interfaceIndex } as const;
  return { data: body, destination, interfaceIndex, source };
}

function signsAdverts({ hmac }: VrrpInstanceSettings): boolean {
  return hmac !== undefined && hmac.mode !== 'receive-only';
}

function signer(
  { settings: { hmac }, source }: AdvertWanted,
  packet: Uint8Array,
  summed: PacketPath | undefined,
): (stamp: bigint) => void {
  const keyId = hmac?.activeKey ?? 0;
  const key = keyOctets(hmac?.keys.find(({ id }) => id === keyId)?.octets ?? '');
  return (stamp) => {
    signAdvert(packet, source, { keyId, stamp, key });
    writeChecksum(packet, summed);
  };
}
