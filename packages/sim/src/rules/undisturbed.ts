import type { Rule, View } from '../rule.ts';
import { Violation } from '../violation.ts';

/**
 * @param from - when all have come to terms, milliseconds
 * @returns the rule that from then on nobody changes its state
 */
export function undisturbed(view: View, from: number): Rule {
  return {
    stepped({ router, before, after }) {
      if (view.now < from || before.state === after.state) return;
      const change = `r${router.number} goes from ${before.state} to ${after.state}`;
      throw new Violation('undisturbed', `${change}, and nothing has happened`);
    },
  };
}
