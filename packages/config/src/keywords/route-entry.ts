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
const INTERFACE = word(undefined, 'INTERFACE');

/** What several options have in common. */
type Common = Pick<Option, 'argument' | 'qualifiers' | 'leads' | 'withoutEffect' | 'doc'>;

/** Several options of one form; a bar separates spellings of one. */
function options(names: string, common: Common = {}): Options {
  return Object.fromEntries(
    names.split(' ').map((each) => {
      const [name = '', ...aliases] = each.split('|');
      return [name, { ...common, ...(aliases.length > 0 && { aliases }) }];
    }),
  );
}

/** Such as 100/200. */
const LABELS: Argument<string> = {
  ...WORD,
  placeholder: 'LABEL[/LABEL…]',
  schema: { type: 'string', pattern: '^[0-9]+(/[0-9]+)*$' },
  read: (text) =>
    /^[0-9]+(?:\/[0-9]+)*$/.test(text)
      ? { ok: true, value: text }
      : { ok: false, code: 'INVALID_ROUTE', limit: 'labels with slashes between them' },
};

const ENCAPSULATION = form(
  {
    type: oneOf(new Map('mpls ip ip6 ila seg6'.split(' ').map((each) => [each, each]))),
    labels: optional(LABELS),
  },
  options('id dst src tos ttl hoplimit tc flags', { argument: WORD }),
);

const GATEWAY: Options = {
  ...options('via|gw', { argument: ADDRESS, qualifiers: ['inet', 'inet6'], doc: 'Gateway.' }),
  ...options('dev|oif', { argument: INTERFACE, doc: 'Interface.' }),
  ...options('onlink', { doc: 'The gateway is on the link, whatever the addresses say.' }),
  ...options('realms', { argument: WORD }),
};
const TYPES = 'unicast local broadcast anycast multicast blackhole unreachable prohibit throw nat';
const LOCK = ['lock'];
const OTHER_GATEWAY = "there is only the gateway of via; write 'nexthop via A nexthop via B'";
const NO_LABEL = 'there are no routes of MPLS that it could stand in';

/** A line of virtual_routes or static_routes. @see ip-route(8) of iproute2, inventory §2.4 */
export const ROUTE: Form = form(
  { to: optional(destination()) },
  {
    ...options('to', {
      argument: destination(),
      doc: 'Destination; the word itself may be left out.',
    }),
    ...options('inet inet6', { leads: true, doc: 'Family.' }),
    ...options(TYPES, { leads: true, doc: 'Type of the route. Default: unicast.' }),
    ...GATEWAY,
    ...options('src', { argument: ADDRESS, doc: 'Source address of packets that this box sends.' }),
    ...options('from', { argument: ADDRESS, doc: 'Only IPv6 packets from there.' }),
    ...options('table', { argument: WORD, doc: 'Routing table, by number or name.' }),
    ...options('metric|priority|preference', { argument: NUMBER, doc: 'The lowest wins.' }),
    ...options('no_track', { doc: 'Do nothing when somebody removes it.' }),
    ...options('track_group', {
      argument: WORD,
      doc: 'Of static routes: the track_group that follows it.',
    }),
    ...options('scope protocol|proto expires pref features ttl-propagate', {
      argument: WORD,
    }),
    ...options('tos|dsfield', { argument: WORD }),
    ...options('window hoplimit quickack', { argument: NUMBER }),
    ...options('or', { argument: ADDRESS, withoutEffect: OTHER_GATEWAY, doc: 'Another gateway.' }),
    ...options('vrf', {
      argument: INTERFACE,
      doc: 'VRF in whose table it is, as long as there is that VRF; `table` does not count then.',
    }),
    ...options('as', { argument: WORD, withoutEffect: NO_LABEL, doc: 'New MPLS label.' }),
    ...options('rtt rttvar rto_min congctl', { argument: WORD, qualifiers: LOCK }),
    ...options('mtu advmss cwnd ssthresh', { argument: NUMBER, qualifiers: LOCK }),
    ...options('reordering initcwnd initrwnd', { argument: NUMBER, qualifiers: LOCK }),
    ...options('fastopen_no_cookie', { argument: NUMBER }),
    ...options('add append prepend'),
    // What goes on for some words comes last, lest it take the words of others.
    encap: { inner: ENCAPSULATION },
    nexthop: {
      inner: form(
        {},
        { ...GATEWAY, ...options('weight', { argument: NUMBER }), encap: { inner: ENCAPSULATION } },
      ),
      several: true,
      doc: 'One of several gateways; these come last.',
    },
  },
  { least: 1, strict: true },
);

/** A line of virtual_rules or static_rules. @see ip-rule(8) of iproute2 */
export const RULE: Form = form(
  {},
  {
    ...options('inet inet6', { doc: 'Family.' }),
    ...options('from to', { argument: WORD, doc: 'Packets from there, or to there.' }),
    ...options('table|lookup', { argument: WORD, doc: 'Routing table, by number or name.' }),
    ...options('preference|order|priority', {
      argument: NUMBER,
      doc: 'Lower ones are looked at first.',
    }),
    ...options('fwmark', { argument: WORD, doc: 'Mark of packets, with or without /MASK.' }),
    ...options('iif|dev oif', {
      argument: INTERFACE,
      doc: 'Interface of packets that come, or go.',
    }),
    ...options('blackhole prohibit unreachable', { doc: 'What is done instead of a look-up.' }),
    ...options('no_track', { doc: 'Do nothing when somebody removes it.' }),
    ...options('track_group', {
      argument: WORD,
      doc: 'Of static rules: the track_group that follows it.',
    }),
    ...options('realms protocol ipproto sport dport uidrange tos|dsfield', { argument: WORD }),
    ...options('suppress_ifgroup|sup_group', { argument: WORD }),
    ...options('goto suppress_prefixlength|sup_pl tunnel-id', { argument: NUMBER }),
    ...options('not l3mdev nop'),
  },
  { least: 1, strict: true },
);

function hasRightLength(text: string): boolean {
  const [address = '', length = '0'] = text.split('/');
  return Number(length) <= (address.includes(':') ? 128 : 32);
}

/** The keyword `to` may be left out, and the other words may stand before it. */
function destination(): Argument<string> {
  const prefix = prefixed();
  return {
    ...prefix,
    placeholder: 'default|ADDRESS[/LENGTH]',
    limit: `default or ${prefix.limit}`,
    schema: { anyOf: [prefix.schema, { enum: ['default', 'any'] }] },
    read(text) {
      const right =
        text === 'default' || text === 'any' || (prefix.read(text).ok && hasRightLength(text));
      return right
        ? { ok: true, value: text }
        : { ok: false, code: 'INVALID_ROUTE', limit: this.limit };
    },
  };
}

/** @returns the words in their places, or undefined after a complaint */
export function readLine(
  form: Form,
  words: readonly Word[],
  call: Call,
): readonly Placed[] | undefined {
  const placement = placeWords(form, words);
  const problem = problemOf(placement, form);
  if (problem === undefined) {
    for (const { name, option, word } of placement.placed)
      if (option?.withoutEffect !== undefined)
        call.sayWithoutEffect(name, option.withoutEffect, word);
    return placement.placed;
  }
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
