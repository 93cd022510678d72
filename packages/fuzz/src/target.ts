/** What a module `packages/NAME/test/fuzz/TARGET.ts` exports; its corpus lies beside it. */
export interface FuzzTarget {
  /**
   * Gives an input to what is under test.
   * @param input - bytes of any kind, of any length
   * @returns words for what was made of it, out of a limited number: an input that brings a new one
   * is kept, as one is that reaches new code
   * @throws Error when the code under test throws, or breaks its word
   */
  read(input: Uint8Array): readonly string[];
}

/** An input that shows a bug. */
export interface Finding {
  readonly hex: string;
  readonly error: string;
}
