import { text, u16, u32 } from './attribute-codec.ts';
import { AttributeTable } from './attribute-table.ts';
import { NETLINK_GENERIC } from './constants.ts';
import type { MessageWriter } from './message-writer.ts';
import { NetlinkClient, type NetlinkClientOptions } from './netlink-client.ts';
import { ERRNO, NetlinkError } from './netlink-error.ts';

/** A generic-netlink family as the kernel knows it. */
export interface GenericFamily {
  readonly name: string;
  /** The message type of its requests; differs from boot to boot. */
  readonly id: number;
  readonly version: number;
}

/** Length of struct genlmsghdr, which every message of a family starts with. */
export const GENERIC_HEADER_LENGTH = 4;

const GENL_ID_CTRL = 16;
const CTRL_CMD_GETFAMILY = 3;
const CTRL_VERSION = 1;

/** @see linux/genetlink.h CTRL_ATTR_* */
const CONTROL = new AttributeTable({
  CTRL_ATTR_FAMILY_ID: [1, u16],
  CTRL_ATTR_FAMILY_NAME: [2, text],
  CTRL_ATTR_VERSION: [3, u32],
});

/**
 * Writes the header of a generic-netlink message.
 * @param writer - after `begin`
 * @param command - the family's own number
 * @param version - of the family's interface
 * @see linux/genetlink.h struct genlmsghdr
 */
export function encodeGenericHeader(writer: MessageWriter, command: number, version: number): void {
  writer.u8(command).u8(version).zeros(2);
}

/** A socket for generic-netlink families, which are found by name. */
export class GenericNetlink {
  /** For the requests of a family; its `id` is their type. */
  readonly client: NetlinkClient;

  private constructor(client: NetlinkClient) {
    this.client = client;
  }

  /**
   * @param options - limits, for tests
   * @throws SocketError when no socket can be had
   */
  static open(options: NetlinkClientOptions = {}): GenericNetlink {
    return new GenericNetlink(NetlinkClient.open(NETLINK_GENERIC, options));
  }

  /**
   * Looks a family up; the kernel may load the module that has it.
   * @param name - such as `IPVS`
   * @throws NetlinkError `ENOENT` when the kernel has none of this name
   */
  async family(name: string): Promise<GenericFamily> {
    const what = `find generic netlink family ${name}`;
    const [answer] = await this.client.exchange({
      type: GENL_ID_CTRL,
      encode: (writer) => {
        encodeGenericHeader(writer, CTRL_CMD_GETFAMILY, CTRL_VERSION);
        CONTROL.encode(writer, { CTRL_ATTR_FAMILY_NAME: name });
      },
      describe: () => what,
    });
    const decoded = answer && CONTROL.decode(answer.payload, GENERIC_HEADER_LENGTH);
    const id = decoded?.ok ? decoded.value.known.CTRL_ATTR_FAMILY_ID : undefined;
    if (!decoded?.ok || id === undefined) throw new NetlinkError(what, ERRNO.malformed);
    return { name, id, version: decoded.value.known.CTRL_ATTR_VERSION ?? 1 };
  }

  /** Closes the socket; what is outstanding fails with ECANCELED. */
  close(): void {
    this.client.close();
  }
}
