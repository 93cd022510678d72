/** Sends datagrams of nftables, and reads the answers. */
import { setTimeout as delay } from 'node:timers/promises';
import { decodeAcknowledgement } from './acknowledgement.ts';
import { NLMSG_DONE, NLMSG_ERROR } from './constants.ts';
import type { NetlinkMessage } from './message.ts';
import { ERRNO, NetlinkError } from './netlink-error.ts';
import { NetlinkSocket, type NetlinkSocketHandler } from './netlink-socket.ts';

const NETLINK_NETFILTER = 12;
const RECEIVE_BUFFER_BYTES = 1_048_576;
/** A transaction is one datagram; each rule takes some 700 bytes of it. */
const LONGEST_BYTES = 64 * 1_048_576;
const TIMEOUT_MS = 5000;

/** A socket of one transaction after the other. */
class Conversation {
  readonly #socket = new NetlinkSocket(NETLINK_NETFILTER, RECEIVE_BUFFER_BYTES);
  #handler: NetlinkSocketHandler | undefined;

  constructor() {
    this.#socket.allowLongest(LONGEST_BYTES);
    this.#socket.listen({
      messages: (answers) => this.#handler?.messages(answers),
      lost: (reason) => this.#handler?.lost(reason),
      failed: (error) => this.#handler?.failed(error),
    });
  }

  /** @returns whether the kernel took the datagram */
  send(datagram: Uint8Array, handler: NetlinkSocketHandler): boolean {
    this.#handler = handler;
    return this.#socket.send(datagram);
  }

  close(): void {
    this.#socket.close();
  }
}

/** Those that wait for the next transaction; undefined: none waits. */
let spare: Conversation[] | undefined;

/**
 * Sockets stay open from now on, in the network namespace that this process is in, and keep it
 * alive: to close one after a change takes the kernel some ten milliseconds, for which the caller
 * stands still.
 */
export function keepNftablesSockets(): void {
  spare ??= [];
}

/**
 * The kernel has done what it is told when this returns, before the promise is fulfilled.
 * @param what - for errors
 * @param hear - is told of each message of the answer
 * @throws NetlinkError or SocketError when the kernel refuses
 */
export async function transact(
  datagram: Uint8Array,
  what: string,
  hear: (message: NetlinkMessage) => void = () => undefined,
): Promise<void> {
  const conversation = spare?.pop() ?? new Conversation();
  const timeout = new AbortController();
  let isOver = false;
  try {
    const answered = new Promise<void>((resolve, reject) => {
      const isSent = conversation.send(datagram, {
        messages: (answers) => {
          for (const each of answers) {
            hear(each);
            settle(each, { resolve, reject, what });
          }
        },
        lost: () => reject(new NetlinkError(what, ERRNO.lost)),
        failed: reject,
      });
      if (!isSent) reject(new NetlinkError(what, ERRNO.lost));
    });
    const late = delay(TIMEOUT_MS, undefined, { signal: timeout.signal, ref: false }).then(() => {
      throw new NetlinkError(what, ERRNO.timedOut);
    });
    await Promise.race([answered, late]);
    isOver = true;
  } finally {
    timeout.abort();
    // Of what has failed there may be more to hear.
    if (isOver && spare !== undefined) spare.push(conversation);
    else conversation.close();
  }
}

/** Of messages that fail each is answered, in order, and of the others the last; a list has an end. */
function settle(
  message: NetlinkMessage,
  end: { resolve: () => void; reject: (error: Error) => void; what: string },
): void {
  if (message.type === NLMSG_DONE) return end.resolve();
  if (message.type !== NLMSG_ERROR) return;
  const ack = decodeAcknowledgement(message);
  if (!ack.ok) end.reject(new NetlinkError(end.what, ERRNO.malformed, { detail: ack.reason }));
  else if (ack.value.errno === 0) end.resolve();
  else end.reject(new NetlinkError(end.what, ack.value.errno, ack.value));
}
