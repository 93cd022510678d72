import type { AttributeCodec, Payload } from './attribute-codec.ts';
import { LITTLE_ENDIAN } from './byte-order.ts';
import { NLA_F_NESTED, NLA_TYPE_MASK } from './constants.ts';
import type { Decoded } from './decoded.ts';
import type { MessageWriter } from './message-writer.ts';

/** Name of each attribute in the kernel's header, with its number and what its payload is. */
export type AttributeRows = Readonly<Record<string, readonly [number, AttributeCodec<unknown>]>>;

/** What a table reads and writes: a value for each attribute that occurs. */
export type AttributeValues<R extends AttributeRows> = {
  [K in keyof R]?:
    | (R[K] extends readonly [number, AttributeCodec<infer T>] ? T : never)
    | undefined;
};

/** An attribute that the table does not name. */
export interface UnknownAttribute {
  /** nla_type without its flags. */
  readonly type: number;
  /** A view into the datagram. */
  readonly payload: Uint8Array;
}

/** The attributes of one level. */
export interface DecodedAttributes<R extends AttributeRows> {
  readonly known: AttributeValues<R>;
  readonly unknown: readonly UnknownAttribute[];
}

/**
 * The attributes of one level of a message, one row each, named after the kernel's enum; rows are
 * written in the table's order.
 */
export class AttributeTable<R extends AttributeRows> {
  readonly #rows: readonly (readonly [string, number, AttributeCodec<unknown>])[];
  readonly #byType: ReadonlyMap<number, readonly [string, AttributeCodec<unknown>]>;

  /** @param rows - name: [number, codec] */
  constructor(rows: R) {
    this.#rows = Object.entries(rows).map(([name, [type, codec]]) => [name, type, codec]);
    this.#byType = new Map(this.#rows.map(([name, type, codec]) => [type, [name, codec]]));
  }

  /** Writes the attributes that have a value. */
  encode(writer: MessageWriter, values: AttributeValues<R>): void {
    const lookup = values as Readonly<Record<string, unknown>>;
    for (const [name, type, codec] of this.#rows) {
      const value = lookup[name];
      if (value === undefined) continue;
      const start = writer.openAttribute(isNest(codec) ? type | NLA_F_NESTED : type);
      codec.encode(writer, value);
      writer.closeAttribute(start);
    }
  }

  /**
   * @param message - a message's payload
   * @param from - where its attributes start, in bytes; at most its length
   * @returns the attributes, or the fault of the first bad one; of a repeated one the last
   */
  decode(message: Uint8Array, from: number): Decoded<DecodedAttributes<R>> {
    if (message.length < from) return { ok: false, reason: 'short-message' };
    const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
    const unknown: UnknownAttribute[] = [];
    const known = this.#read({ view, start: from, length: message.length - from }, unknown);
    return known.ok ? { ok: true, value: { known: known.value, unknown } } : known;
  }

  /**
   * The same for attributes within an attribute; those that the table does not name are skipped.
   * @param payload - of the attribute around them
   */
  decodeNested(payload: Payload): Decoded<AttributeValues<R>> {
    return this.#read(payload, undefined);
  }

  #read(payload: Payload, unknown: UnknownAttribute[] | undefined): Decoded<AttributeValues<R>> {
    const { view } = payload;
    const end = payload.start + payload.length;
    const known: Record<string, unknown> = {};
    let at = payload.start;
    while (end - at >= 4) {
      const length = view.getUint16(at, LITTLE_ENDIAN);
      if (length < 4 || length > end - at) return { ok: false, reason: 'bad-length' };
      const type = view.getUint16(at + 2, LITTLE_ENDIAN) & NLA_TYPE_MASK;
      const row = this.#byType.get(type);
      if (row === undefined) {
        unknown?.push({ type, payload: viewBytes(view, at + 4, length - 4) });
      } else {
        const value = row[1].decode({ view, start: at + 4, length: length - 4 });
        if (value === undefined) return { ok: false, reason: 'bad-attribute' };
        known[row[0]] = value;
      }
      at += (length + 3) & ~3;
    }
    return { ok: true, value: known as AttributeValues<R> };
  }
}

interface NestCodec<R extends AttributeRows> extends AttributeCodec<AttributeValues<R>> {
  readonly nested: true;
}

/**
 * An attribute that holds attributes.
 * @param table - those it holds; others in it are skipped
 */
export function nest<R extends AttributeRows>(
  table: AttributeTable<R>,
): AttributeCodec<AttributeValues<R>> {
  const codec: NestCodec<R> = {
    nested: true,
    encode: (writer, values) => table.encode(writer, values),
    decode: (payload) => {
      const inner = table.decodeNested(payload);
      return inner.ok ? inner.value : undefined;
    },
  };
  return codec;
}

function isNest(codec: AttributeCodec<unknown>): boolean {
  return 'nested' in codec;
}

function viewBytes(view: DataView, start: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset + start, length);
}
