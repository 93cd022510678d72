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
type Common = Pick<Option, 'argument' | 'qualifiers' | 'leads' | 'doc'>;

/** Several options of one form; a bar separates spellings of one. */
function options(names: string, common: Common = {}): Options {
  return Object.fromEntries(
    names.split(' ').map((each) => {
      const [name = '', ...aliases] = each.split('|');
      return [name, { ...common, ...(aliases.length > 0 && { aliases }) }];
    }),
  );
}

const ENCAPSULATION = form(
  { type: oneOf(new Map('mpls ip ip6 ila seg6'.split(' ').map((each) => [each, each]))) },
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
    ...options('scope protocol|proto expires vrf pref features ttl-propagate as', {
      argument: WORD,
    }),
    ...options('tos|dsfield window hoplimit quickack', { argument: NUMBER }),
    ...options('rtt rttvar rto_min congctl', { argument: WORD, qualifiers: LOCK }),
    ...options('mtu advmss cwnd ssthresh', { argument: NUMBER, qualifiers: LOCK }),
    ...options('reordering initcwnd initrwnd', { argument: NUMBER, qualifiers: LOCK }),
    ...options('fastopen_no_cookie add append prepend or'),
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

/** Words that name an interface, or say that none is needed. */
const TRACKABLE: ReadonlySet<string> = new Set(['dev', 'nexthop', 'no_track']);

/** Reads a line of virtual_routes or static_routes, for its complaints. */
export function readRoute(words: readonly Word[], call: Call): void {
  const placed = readLine(ROUTE, words, call);
  if (placed === undefined) return;
  complainUntrackableProtocol(placed, call);
  if (placed.some((each) => TRACKABLE.has(each.name))) return;
  call.complain('UNTRACKED_ROUTE', 'a route without an interface cannot be tracked', {
    at: words[0],
    severity: 'warning',
    hint: "add 'dev INTERFACE' or 'no_track'",
  });
}

/** keepalived knows its own routes by their protocol. */
const OWN_PROTOCOL: ReadonlySet<string> = new Set(['18', '0x12', 'keepalived']);

function complainUntrackableProtocol(placed: readonly Placed[], call: Call): void {
  const protocol = placed.find((each) => each.name === 'protocol')?.word;
  if (protocol === undefined || OWN_PROTOCOL.has(protocol.text)) return;
  if (placed.some((each) => each.name === 'no_track')) return;
  call.complain('UNTRACKED_ROUTE', `a route of protocol ${protocol.text} cannot be tracked`, {
    at: protocol,
    severity: 'warning',
    hint: "remove it, or add 'no_track'",
  });
}

/** What a rule does with packets; the others only say where to look. */
const LOOK_UPS: ReadonlySet<string> = new Set(['table', 'l3mdev']);
const ACTIONS: ReadonlySet<string> = new Set(
  'table l3mdev goto nop blackhole prohibit unreachable'.split(' '),
);
/** What says which results of a look-up count, or what they are marked with. */
const OF_LOOK_UPS: ReadonlySet<string> = new Set([
  'suppress_prefixlength',
  'suppress_ifgroup',
  'realms',
]);

/** Reads a line of virtual_rules or static_rules, for its complaints. */
export function readRule(words: readonly Word[], call: Call): void {
  const placed = readLine(RULE, words, call);
  if (placed === undefined) return;
  if (!placed.some(({ name }) => ACTIONS.has(name))) {
    call.complain('INVALID_ROUTE', 'the rule does nothing; ignoring the line', {
      at: words[0],
      hint: "add 'table TABLE'",
    });
    return;
  }
  if (placed.some(({ name }) => LOOK_UPS.has(name))) return;
  const limit = placed.find(({ name }) => OF_LOOK_UPS.has(name));
  if (limit === undefined) return;
  const message = `${limit.name} needs a look-up, and the rule has none; ignoring the line`;
  call.complain('INVALID_ROUTE', message, { at: limit.word, hint: "add 'table TABLE'" });
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
