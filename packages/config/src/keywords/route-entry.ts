import { integer, oneOf, word, type Argument } from '../argument.ts';
import type { Call } from '../call.ts';
import { form, optional, type Form, type Option, type Options } from '../form.ts';
import { nearest } from '../nearest.ts';
import { optionNames, placeWords, type Placed, type Placement } from '../place-words.ts';
import type { Word } from '../words.ts';
import { prefixed } from './forms.ts';

const NUMBER = integer({ min: 0, max: 0xffff_ffff }, { prefixed: true });
const ADDRESS = prefixed();
const WORD = word();

/** Several options of one form; a bar separates spellings of one. */
function options(
  text: string,
  argument?: Argument<unknown>,
  qualifiers?: readonly string[],
): Options {
  return Object.fromEntries(
    text.split(' ').map((each) => {
      const [name = '', ...aliases] = each.split('|');
      const option: Option = {
        ...(argument && { argument }),
        ...(qualifiers && { qualifiers }),
        ...(aliases.length > 0 && { aliases }),
      };
      return [name, option];
    }),
  );
}

function leading(text: string): Options {
  return Object.fromEntries(text.split(' ').map((each) => [each, { leads: true }]));
}

const ENCAPSULATION = form(
  { type: oneOf(new Map('mpls ip ip6 ila seg6'.split(' ').map((each) => [each, each]))) },
  options('id dst src tos ttl hoplimit tc flags', WORD),
);

const GATEWAY: Options = {
  ...options('via|gw', ADDRESS, ['inet', 'inet6']),
  ...options('dev|oif realms', WORD),
  ...options('onlink'),
};

/** A line of virtual_routes or static_routes. @see ip-route(8) of iproute2, inventory §2.4 */
export const ROUTE: Form = form(
  { to: optional(destination()) },
  {
    to: { argument: destination() },
    ...leading(
      'inet inet6 unicast local broadcast anycast multicast blackhole unreachable prohibit throw nat',
    ),
    ...GATEWAY,
    ...options('src from', ADDRESS),
    ...options('table scope protocol|proto expires vrf pref track_group features', WORD),
    ...options('rtt rttvar rto_min congctl', WORD, ['lock']),
    ...options('metric|priority|preference tos|dsfield window hoplimit quickack', NUMBER),
    ...options('mtu advmss cwnd ssthresh reordering initcwnd initrwnd', NUMBER, ['lock']),
    ...options('ttl-propagate as', WORD),
    ...options('fastopen_no_cookie no_track add append prepend or'),
    // What goes on for some words comes last, lest it take the words of others.
    encap: { inner: ENCAPSULATION },
    nexthop: {
      inner: form(
        {},
        { ...GATEWAY, ...options('weight', NUMBER), encap: { inner: ENCAPSULATION } },
      ),
      several: true,
      doc: 'one of several gateways; these come last',
    },
  },
  { least: 1, strict: true },
);

/** A line of virtual_rules or static_rules. @see ip-rule(8) of iproute2 */
export const RULE: Form = form(
  {},
  {
    ...options('blackhole prohibit unreachable not l3mdev nop no_track'),
    ...options('from to table|lookup fwmark iif|dev oif realms protocol ipproto sport dport', WORD),
    ...options('uidrange tos|dsfield track_group suppress_ifgroup|sup_group', WORD),
    ...options('preference|order|priority goto suppress_prefixlength|sup_pl tunnel-id', NUMBER),
  },
  { least: 1, strict: true },
);

/** The keyword `to` may be left out, and the other words may stand before it. */
function destination(): Argument<string> {
  const prefix = prefixed();
  return {
    ...prefix,
    placeholder: 'default|ADDRESS[/LENGTH]',
    limit: `default or ${prefix.limit}`,
    schema: { anyOf: [prefix.schema, { enum: ['default', 'any'] }] },
    read(text) {
      const right = text === 'default' || text === 'any' || prefix.read(text).ok;
      return right
        ? { ok: true, value: text }
        : { ok: false, code: 'INVALID_ROUTE', limit: this.limit };
    },
  };
}

/** Words that name an interface, or say that none is needed. */
const TRACKABLE: ReadonlySet<string> = new Set(['dev', 'nexthop', 'no_track']);

/** Reads a line of virtual_routes or static_routes, for its complaints. */
export function readRoute(words: readonly Word[], call: Call): void {
  const placed = readLine(ROUTE, words, call);
  if (placed === undefined || placed.some((each) => TRACKABLE.has(each.name))) return;
  call.complain('UNTRACKED_ROUTE', 'a route without an interface cannot be tracked', {
    at: words[0],
    severity: 'warning',
    hint: "add 'dev INTERFACE' or 'no_track'",
  });
}

/** Reads a line of virtual_rules or static_rules, for its complaints. */
export function readRule(words: readonly Word[], call: Call): void {
  readLine(RULE, words, call);
}

/** @returns the words in their places, or undefined after a complaint */
function readLine(form: Form, words: readonly Word[], call: Call): readonly Placed[] | undefined {
  const placement = placeWords(form, words);
  const problem = problemOf(placement, form);
  if (problem === undefined) return placement.placed;
  const { message, at, hint } = problem;
  call.complain('INVALID_ROUTE', `${message}; ignoring the line`, { at, hint });
  return undefined;
}

interface Problem {
  readonly message: string;
  readonly at: Word;
  readonly hint?: string | undefined;
}

function problemOf(placement: Placement, form: Form): Problem | undefined {
  const [unknown] = placement.unknown;
  if (unknown !== undefined) {
    const near = nearest(unknown.text, optionNames(form));
    const message = `unknown option '${unknown.text}'`;
    return { at: unknown, message, hint: near && `did you mean '${near}'?` };
  }
  for (const { name, argument, word, inner, option } of placement.placed) {
    const reading = argument?.read(word.text);
    if (reading?.ok === false) {
      const what = option === undefined ? 'the destination' : name;
      const message = `${what} must be ${reading.limit}, got '${word.text}'`;
      return { at: word, message };
    }
    const problem = inner && option?.inner && problemOf(inner, option.inner);
    if (problem !== undefined) return problem;
  }
  const { incomplete } = placement;
  return incomplete && { at: incomplete, message: `'${incomplete.text}' has no value` };
}
