import type { ForwardingMethod, TunnelSettings } from '@tandem/health';
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
const WORDS = form(
  { value: FORWARDING },
  {
    type: { argument: TUNNEL_TYPES, doc: 'Of tunnels. Default: ipip.' },
    port: { argument: integer({ min: 1, max: 65_535 }), doc: 'Of tunnels of type gue.' },
    nocsum: { doc: 'Tunnels have no checksum.' },
    csum: { doc: 'Tunnels of type gue or gre have a checksum.' },
    remcsum: { doc: 'Tunnels of type gue have a remote checksum.' },
  },
);

/** `NAT|DR|TUN [type ipip|gue port N|gre] [nocsum|csum|remcsum]`. */
export const METHOD: Form = WORDS;

type MethodValues = NonNullable<
  ReturnType<typeof readForm<typeof WORDS.words, typeof WORDS.options>>
>;

/** How packets get to a server. */
export interface Forwarding {
  readonly method: ForwardingMethod;
  /** With TUN; absent: IP in IP. */
  readonly tunnel?: TunnelSettings;
}

/**
 * Reads a forwarding method with the options of its tunnels.
 * @param call - the statement
 * @returns the method, or undefined after a complaint
 */
export function readMethod(call: Call): Forwarding | undefined {
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
  if (value !== 'TUN' || type === 'ipip') return value && { method: value };
  return { method: value, tunnel: tunnelOf(type, read) };
}

function tunnelOf(type: TunnelSettings['type'], read: MethodValues): TunnelSettings {
  return {
    type,
    port: type === 'gue' ? (read.port ?? 0) : 0,
    checksum: read.remcsum ? 'remote' : read.csum ? 'full' : 'none',
  };
}

/**
 * @param facts - of the row, beside its keyword
 * @returns the row of lvs_method
 */
export function methodRow<D extends { forwarding?: Forwarding }>(
  facts: Omit<KeywordFacts, 'keyword'>,
): Keyword<D> {
  return {
    kind: 'custom',
    keyword: 'lvs_method',
    ...facts,
    form: METHOD,
    apply(draft, call) {
      const forwarding = readMethod(call);
      if (forwarding !== undefined) draft.forwarding = forwarding;
    },
  };
}
