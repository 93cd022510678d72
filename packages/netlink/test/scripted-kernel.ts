import { decodeMessages, type NetlinkMessage } from '../src/message.ts';
import { MessageWriter } from '../src/message-writer.ts';
import type { NetlinkSocketHandler, NetlinkTransport } from '../src/netlink-socket.ts';

/** Stands in for the kernel's end of a socket: answers only as the test says. */
export class ScriptedKernel implements NetlinkTransport {
  readonly receiveBufferBytes = 65_536;
  /** Every message that was sent, by datagram. */
  readonly datagrams: NetlinkMessage[][] = [];
  /** Has room for what is sent. */
  hasRoom = true;
  isClosed = false;
  /** Called when the client looks for answers at once. */
  onReceiveNow: () => void = () => undefined;
  #handler: NetlinkSocketHandler | undefined;
  #writable: (() => void) | undefined;

  /** All messages sent so far. */
  get sent(): NetlinkMessage[] {
    return this.datagrams.flat();
  }

  /** One of them, counted from the end when negative. */
  at(index: number): NetlinkMessage {
    const message = this.sent.at(index);
    if (message === undefined) throw new Error(`only ${this.sent.length} messages were sent`);
    return message;
  }

  resize(): void {}

  listen(handler: NetlinkSocketHandler): void {
    this.#handler = handler;
  }

  send(data: Uint8Array): boolean {
    if (!this.hasRoom) return false;
    const messages = decodeMessages(Uint8Array.from(data));
    if (!messages.ok) throw new Error(`the client sent a ${messages.reason}`);
    this.datagrams.push([...messages.value]);
    return true;
  }

  onWritable(callback: () => void): void {
    this.#writable = callback;
  }

  receiveNow(): void {
    this.onReceiveNow();
  }

  /** The socket can take more. */
  makeRoom(): void {
    this.hasRoom = true;
    this.#writable?.();
  }

  close(): void {
    this.isClosed = true;
  }

  /** Answers with an ack or, with an errno, an error. */
  acknowledge(request: NetlinkMessage, errno = 0): void {
    this.#say({ type: 2, flags: 0x100, sequence: request.sequence }, (writer) =>
      writer.u32(-errno).zeros(16),
    );
  }

  /** Part of an answer. */
  answer(request: NetlinkMessage, payload: string, flags = 2): void {
    this.#say({ type: 100, flags, sequence: request.sequence }, (writer) =>
      writer.bytes(Buffer.from(payload)),
    );
  }

  /** The end of a dump. */
  done(request: NetlinkMessage, flags = 2): void {
    this.#say({ type: 3, flags, sequence: request.sequence }, (writer) => writer.u32(0));
  }

  lose(reason: 'overrun' | 'truncated' | 'malformed'): void {
    this.#handler?.lost(reason);
  }

  #say(
    { type, flags, sequence }: Omit<NetlinkMessage, 'portId' | 'payload'>,
    payload: (writer: MessageWriter) => unknown,
  ): void {
    const writer = new MessageWriter(64);
    writer.begin(type, flags, sequence);
    payload(writer);
    writer.end();
    const messages = decodeMessages(writer.finish());
    if (messages.ok) this.#handler?.messages(messages.value);
  }
}
