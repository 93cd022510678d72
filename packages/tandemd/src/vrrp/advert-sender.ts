/** Sends the adverts of one instance; their bytes are made once per priority. */
import type { IpAddress } from '@tandem/inet';
import { SocketError, type OutgoingMessage } from '@tandem/raw-socket';
import {
  encodeAdvertisement,
  encodeIpv4Packet,
  IPV4_IDENTIFICATION_OFFSET,
  ownAdvertisement,
  type VrrpInstanceSettings,
} from '@tandem/vrrp';

/** What the sender needs of a raw socket. */
export interface SendingSocket {
  /** @returns how many messages the kernel took */
  send(messages: readonly OutgoingMessage[]): number;
}

interface Prepared {
  readonly settings: VrrpInstanceSettings;
  readonly source: IpAddress;
  readonly priority: number;
  readonly interfaceIndex: number;
  readonly messages: readonly [OutgoingMessage];
}

/** What one advert depends on. */
export type AdvertWanted = Omit<Prepared, 'messages'>;

/** Keeps the last packet, as it is nearly always the next one, too. */
export class AdvertSender {
  readonly #socket: SendingSocket;
  #prepared: Prepared | undefined;
  #identification = 0;

  /** @param socket - of the instance's family */
  constructor(socket: SendingSocket) {
    this.#socket = socket;
  }

  /**
   * @param wanted - what to say, and where
   * @returns why it could not be sent; undefined when it was
   */
  send(wanted: AdvertWanted): string | undefined {
    const prepared = isSame(this.#prepared, wanted) ? this.#prepared : prepare(wanted);
    this.#prepared = prepared;
    if (wanted.settings.family === 4) this.#number(prepared.messages[0].data);
    try {
      return this.#socket.send(prepared.messages) === 1 ? undefined : 'ENOBUFS';
    } catch (error) {
      if (error instanceof SocketError) return error.code;
      throw error;
    }
  }

  /** The kernel makes the header's checksum anew. */
  #number(packet: Uint8Array): void {
    this.#identification = (this.#identification % 0xffff) + 1;
    packet[IPV4_IDENTIFICATION_OFFSET] = this.#identification >> 8;
    packet[IPV4_IDENTIFICATION_OFFSET + 1] = this.#identification & 0xff;
  }
}

function isSame(prepared: Prepared | undefined, wanted: AdvertWanted): prepared is Prepared {
  return (
    prepared !== undefined &&
    prepared.settings === wanted.settings &&
    prepared.source === wanted.source &&
    prepared.priority === wanted.priority &&
    prepared.interfaceIndex === wanted.interfaceIndex
  );
}

function prepare(wanted: AdvertWanted): Prepared {
  const { settings, source, priority, interfaceIndex } = wanted;
  const path = { source, destination: settings.multicastGroup };
  const body = encodeAdvertisement(ownAdvertisement(settings, priority), path);
  const address = settings.multicastGroup;
  if (settings.family === 4) {
    const data = encodeIpv4Packet(path, body, 0);
    const destination = { family: 'inet', address, port: 0 } as const;
    return { ...wanted, messages: [{ data, destination, interfaceIndex }] };
  }
  const destination = { family: 'inet6', address, port: 0, scopeId: interfaceIndex } as const;
  return { ...wanted, messages: [{ data: body, destination, interfaceIndex, source }] };
}
