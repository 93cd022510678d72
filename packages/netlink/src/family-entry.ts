import type { IpFamily } from '@tandem/inet';
import type { AttributeRows, AttributeTable, AttributeValues } from './attribute-table.ts';
import type { Decoded } from './decoded.ts';
import { familyOf } from './family.ts';

/** What an object of IPv4 or IPv6 consists of in a message. */
interface FamilyEntry<R extends AttributeRows> {
  readonly family: IpFamily;
  /** The fixed part, which begins with the family. */
  readonly view: DataView;
  readonly known: AttributeValues<R>;
}

/**
 * Reads an object that begins with its address family. That is looked at first: in objects of other
 * families, which a dump holds too, attributes have other lengths.
 * @param table - attributes behind the fixed part
 * @param payload - what follows the message's header
 * @param fixedLength - octets of the fixed part
 */
export function decodeFamilyEntry<R extends AttributeRows>(
  table: AttributeTable<R>,
  payload: Uint8Array,
  fixedLength: number,
): Decoded<FamilyEntry<R>> {
  if (payload.length < fixedLength) return { ok: false, reason: 'short-message' };
  const family = familyOf(payload[0]);
  if (family === undefined) return { ok: false, reason: 'other-family' };
  const decoded = table.decode(payload, fixedLength);
  if (!decoded.ok) return decoded;
  const view = new DataView(payload.buffer, payload.byteOffset, fixedLength);
  return { ok: true, value: { family, view, known: decoded.value.known } };
}
