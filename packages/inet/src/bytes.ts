/** Reading past the end of a buffer; decoders of received bytes turn it into a reason. */
export class OutOfBytesError extends RangeError {
  override readonly name: string = 'OutOfBytesError';
}

/** A cursor over received bytes, big-endian; every read is bounded. */
export class ByteReader {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  #offset = 0;

  /** @param bytes - what to read; not copied */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes not yet read. */
  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#offset;
  }

  /** @throws OutOfBytesError past the end */
  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  /** @throws OutOfBytesError past the end */
  u16(): number {
    return this.#view.getUint16(this.#advance(2));
  }

  /** @throws OutOfBytesError past the end */
  u32(): number {
    return this.#view.getUint32(this.#advance(4));
  }

  /**
   * @param length - how many, not negative
   * @returns a view, not a copy
   * @throws OutOfBytesError past the end
   */
  bytes(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  #advance(length: number): number {
    const start = this.#offset;
    if (length < 0 || length > this.remaining) {
      throw new OutOfBytesError(
        `${length} bytes wanted at offset ${start}, ${this.remaining} left`,
      );
    }
    this.#offset += length;
    return start;
  }
}

/** Builds a packet of known length, big-endian. */
export class ByteWriter {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  #offset = 0;

  /** @param length - bytes of the whole packet, filled with zeros */
  constructor(length: number) {
    this.#bytes = new Uint8Array(length);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** @param value - 0–255 */
  u8(value: number): this {
    this.#view.setUint8(this.#advance(1), value);
    return this;
  }

  /** @param value - 0–65535 */
  u16(value: number): this {
    this.#view.setUint16(this.#advance(2), value);
    return this;
  }

  /** @param value - 0–4294967295 */
  u32(value: number): this {
    this.#view.setUint32(this.#advance(4), value);
    return this;
  }

  /** @param bytes - copied as they are */
  bytes(bytes: Uint8Array): this {
    this.#bytes.set(bytes, this.#advance(bytes.length));
    return this;
  }

  /**
   * Overwrites two bytes already written, for a checksum that covers the packet.
   * @param offset - where, in bytes from the start
   * @param value - 0–65535
   */
  patchU16(offset: number, value: number): this {
    this.#view.setUint16(offset, value);
    return this;
  }

  /** @returns the packet; unwritten bytes are zero */
  finish(): Uint8Array {
    return this.#bytes;
  }

  #advance(length: number): number {
    const start = this.#offset;
    this.#offset += length;
    return start;
  }
}
