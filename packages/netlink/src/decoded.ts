/** Why received bytes are not what they should be. */
type DecodeFault =
  /** The bytes end before the fixed part does. */
  | 'short-message'
  /** A length field is smaller than its header or larger than what was received. */
  | 'bad-length'
  /** An attribute's payload does not fit its type. */
  | 'bad-attribute'
  /** An attribute that makes the object what it is does not occur. */
  | 'missing-attribute'
  /** An object of an address family that is not looked at, such as bridge ports. */
  | 'other-family';

/** What reading received bytes gives; nothing is thrown for bad bytes. */
export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: DecodeFault };
