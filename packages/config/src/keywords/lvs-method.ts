import type { ForwardingMethod } from '@tandem/health';
import { integer, oneOf, type Argument } from '../argument.ts';
import type { Call } from '../call.ts';
import { form, type Form } from '../form.ts';
import type { Keyword, KeywordFacts } from '../grammar.ts';
import { readForm } from '../read-form.ts';

/** Forwarding methods by their word; keepalived wants capitals. */
const FORWARDING: Argument<ForwardingMethod> = oneOf(
  new Map<string, ForwardingMethod>([
    ['NAT', 'NAT'],
    ['DR', 'DR'],
    ['TUN', 'TUN'],
  ]),
);

const TUNNEL_TYPES = oneOf(
  new Map<string, 'ipip' | 'gue' | 'gre'>([
    ['ipip', 'ipip'],
    ['gue', 'gue'],
    ['gre', 'gre'],
  ]),
);
const NOT_DONE = 'tunnels are of type ipip';

const WORDS = form(
  { value: FORWARDING },
  {
    type: { argument: TUNNEL_TYPES, withoutEffect: NOT_DONE, doc: 'Of tunnels. Default: ipip.' },
    port: { argument: integer({ min: 1, max: 65_535 }), doc: 'Of tunnels of type gue.' },
    nocsum: { doc: 'Tunnels have no checksum.' },
    csum: { withoutEffect: NOT_DONE, doc: 'Tunnels of type gue or gre have a checksum.' },
    remcsum: { withoutEffect: NOT_DONE, doc: 'Tunnels of type gue have a remote checksum.' },
  },
);

/** `NAT|DR|TUN [type ipip|gue port N|gre] [nocsum|csum|remcsum]`. */
export const METHOD: Form = WORDS;

/**
 * Reads a forwarding method with the options of its tunnels.
 * @param call - the statement
 * @returns the method, or undefined after a complaint
 */
function readMethod(call: Call): ForwardingMethod | undefined {
  const read = readForm(WORDS, call.arguments, call);
  if (read === undefined) return undefined;
  const { value, type = 'ipip', port, csum, remcsum } = read;
  const problem =
    (type === 'gue') !== (port !== undefined)
      ? 'a port goes with type gue, and only with that'
      : (type === 'ipip' && (csum || remcsum)) || (type === 'gre' && remcsum)
        ? `tunnels of type ${type} do not have that checksum`
        : undefined;
  if (problem !== undefined) call.complain('INVALID_TUNNEL', `${call.keyword}: ${problem}`);
  return value;
}

/**
 * @param facts - of the row, beside its keyword
 * @returns the row of lvs_method
 */
export function methodRow<D extends { forwarding?: ForwardingMethod }>(
  facts: Omit<KeywordFacts, 'keyword'>,
): Keyword<D> {
  return {
    kind: 'custom',
    keyword: 'lvs_method',
    ...facts,
    form: METHOD,
    apply(draft, call) {
      const method = readMethod(call);
      if (method !== undefined) draft.forwarding = method;
    },
  };
}
