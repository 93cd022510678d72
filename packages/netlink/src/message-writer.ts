import { LITTLE_ENDIAN } from './byte-order.ts';

const HEADER_LENGTH = 16;

/**
 * Builds netlink messages one after the other in one buffer that is used again and again. Numbers
 * are written in the machine's byte order, messages and attributes are padded to four bytes.
 * @see linux/netlink.h nlmsghdr, nlattr
 */
export class MessageWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;
  #message = 0;

  /** @param capacity - bytes to begin with; the buffer grows when a message needs more */
  constructor(capacity: number = 65_536) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** Forgets all that was written; bytes taken by `finish` are overwritten from then on. */
  reset(): void {
    this.#length = 0;
  }

  /** @returns a view of all messages written, valid until `reset` */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /**
   * Starts a message.
   * @param type - nlmsg_type
   * @param flags - NLM_F_*
   * @param sequence - nlmsg_seq, by which the answer is known
   */
  begin(type: number, flags: number, sequence: number): void {
    this.#message = this.#length;
    this.zeros(HEADER_LENGTH);
    this.#view.setUint16(this.#message + 4, type, LITTLE_ENDIAN);
    this.#view.setUint16(this.#message + 6, flags, LITTLE_ENDIAN);
    this.#view.setUint32(this.#message + 8, sequence, LITTLE_ENDIAN);
  }

  /** Ends the message that `begin` started. */
  end(): void {
    this.#view.setUint32(this.#message, this.#length - this.#message, LITTLE_ENDIAN);
    this.#align();
  }

  /** Forgets the message that `begin` started. */
  abandon(): void {
    this.#length = this.#message;
  }

  /** @param value - 0–255 */
  u8(value: number): this {
    const at = this.#advance(1);
    this.#view.setUint8(at, value);
    return this;
  }

  /** @param value - 0–65535, in the machine's byte order */
  u16(value: number): this {
    const at = this.#advance(2);
    this.#view.setUint16(at, value, LITTLE_ENDIAN);
    return this;
  }

  /** @param value - 0–65535, in network byte order */
  be16(value: number): this {
    const at = this.#advance(2);
    this.#view.setUint16(at, value, false);
    return this;
  }

  /** @param value - 32 bits, signed or not, in the machine's byte order */
  u32(value: number): this {
    const at = this.#advance(4);
    this.#view.setUint32(at, value, LITTLE_ENDIAN);
    return this;
  }

  /** @param bytes - copied as they are */
  bytes(bytes: Uint8Array): this {
    const at = this.#advance(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** @param count - how many zero bytes */
  zeros(count: number): this {
    const at = this.#advance(count);
    this.#bytes.fill(0, at, this.#length);
    return this;
  }

  /**
   * Overwrites a byte already written.
   * @param at - where, as `openAttribute` counts
   * @param value - 0–255
   */
  patchU8(at: number, value: number): this {
    this.#view.setUint8(at, value);
    return this;
  }

  /**
   * Starts an attribute; its payload is whatever is written until `closeAttribute`.
   * @param type - nla_type, flags included
   * @returns where it starts, for `closeAttribute`
   */
  openAttribute(type: number): number {
    const at = this.#advance(4);
    this.#view.setUint16(at + 2, type, LITTLE_ENDIAN);
    return at;
  }

  /** @param start - what `openAttribute` returned */
  closeAttribute(start: number): void {
    this.#view.setUint16(start, this.#length - start, LITTLE_ENDIAN);
    this.#align();
  }

  #align(): void {
    const padding = -this.#length & 3;
    if (padding > 0) this.zeros(padding);
  }

  /** Makes room for bytes, which are not zero yet, and returns where they start. */
  #advance(count: number): number {
    const start = this.#length;
    const end = start + count;
    if (end > this.#bytes.length) this.#grow(end);
    this.#length = end;
    return start;
  }

  #grow(needed: number): void {
    const bytes = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}
