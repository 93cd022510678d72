/** What must never be so is so: ends a run. */
export class Violation extends Error {
  override readonly name: string = 'Violation';
  /** Which invariant. */
  readonly rule: string;

  /** @param text - what has been seen */
  constructor(rule: string, text: string) {
    super(text);
    this.rule = rule;
  }
}
