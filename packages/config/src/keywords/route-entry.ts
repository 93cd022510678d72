import { parseIp } from '@tandem/inet';
import type { Call } from '../call.ts';
import { nearest } from '../nearest.ts';
import { parsePrefixedInteger } from '../number.ts';
import type { Word } from '../words.ts';

const NUMBER = 'number';
const ADDRESS = 'address';
const WORD = 'word';
type Form = typeof NUMBER | typeof ADDRESS | typeof WORD | undefined;

/** Options by name, with the form of the one word that follows; undefined: none. */
function options(text: string, form?: Form): [string, Form][] {
  return text.split(' ').map((each) => [each, form]);
}

const TYPES = 'unicast local broadcast anycast multicast blackhole unreachable prohibit throw nat';

/** @see iproute2's ip-route(8), inventory §2.4 */
const ROUTE_OPTIONS: ReadonlyMap<string, Form> = new Map([
  ...options(TYPES),
  ...options('inet inet6 lock onlink fastopen_no_cookie nexthop no_track add append prepend or'),
  ...options('via gw src from', ADDRESS),
  ...options('to dev oif table scope protocol proto realms expires vrf pref encap', WORD),
  ...options('rtt rttvar rto_min track_group congctl features ttl-propagate as', WORD),
  ...options('metric priority preference weight tos dsfield mtu advmss cwnd ssthresh', NUMBER),
  ...options('reordering initcwnd initrwnd window hoplimit quickack', NUMBER),
]);

/** @see iproute2's ip-rule(8) */
const RULE_OPTIONS: ReadonlyMap<string, Form> = new Map([
  ...options('blackhole prohibit unreachable not l3mdev nop no_track'),
  ...options('from to table lookup fwmark iif dev oif realms protocol ipproto sport dport', WORD),
  ...options('uidrange tos dsfield track_group suppress_ifgroup sup_group', WORD),
  ...options('preference order priority goto suppress_prefixlength sup_pl tunnel-id', NUMBER),
]);

/** Words that name an interface, or say that none is needed. */
const TRACKABLE: ReadonlySet<string> = new Set(['dev', 'oif', 'nexthop', 'no_track']);

/** Reads a line of virtual_routes or static_routes, for its complaints. */
export function readRoute(words: readonly Word[], call: Call): void {
  const bare = words.findIndex((each) => !ROUTE_OPTIONS.has(each.text));
  const before = words[bare - 1];
  const hasDestination =
    bare >= 0 && (before === undefined || ROUTE_OPTIONS.get(before.text) === undefined);
  const rest = hasDestination ? words.filter((_, i) => i !== bare) : words;
  const destination = words[bare];
  if (hasDestination && destination !== undefined) {
    const { text } = destination;
    if (text !== 'default' && text !== 'any' && parseIp(text.split('/')[0] ?? '') === undefined) {
      complain(call, destination, { message: `'${text}' is no destination of a route` });
      return;
    }
  }
  if (!readOptions(rest, ROUTE_OPTIONS, call)) return;
  if (words.some((each) => TRACKABLE.has(each.text))) return;
  call.complain('UNTRACKED_ROUTE', 'a route without an interface cannot be tracked', {
    at: words[0],
    severity: 'warning',
    hint: "add 'dev INTERFACE' or 'no_track'",
  });
}

/** Reads a line of virtual_rules or static_rules, for its complaints. */
export function readRule(words: readonly Word[], call: Call): void {
  readOptions(words, RULE_OPTIONS, call);
}

/** @returns false after a complaint */
function readOptions(
  words: readonly Word[],
  known: ReadonlyMap<string, Form>,
  call: Call,
): boolean {
  for (let i = 0; i < words.length; i += 1) {
    const name = words[i] as Word;
    const form = known.get(name.text);
    if (!known.has(name.text)) {
      const near = nearest(name.text, known.keys());
      return complain(call, name, {
        message: `unknown option '${name.text}'`,
        hint: near && `did you mean '${near}'?`,
      });
    }
    if (form === undefined) continue;
    i += QUALIFIERS.has(words[i + 1]?.text ?? '') ? 2 : 1;
    const value = words[i];
    if (value === undefined)
      return complain(call, name, { message: `'${name.text}' has no value` });
    if (!isOf(form, value.text)) {
      const message = `${name.text} must be ${form === NUMBER ? 'a' : 'an'} ${form}, got '${value.text}'`;
      return complain(call, value, { message });
    }
  }
  return true;
}

/** Words that may stand between an option and its value. */
const QUALIFIERS: ReadonlySet<string> = new Set(['lock', 'inet', 'inet6']);

function isOf(form: Form, text: string): boolean {
  if (form === NUMBER) return parsePrefixedInteger(text) !== undefined;
  return form !== ADDRESS || parseIp(text.split('/')[0] ?? '') !== undefined;
}

function complain(
  call: Call,
  at: Word,
  what: { readonly message: string; readonly hint?: string | undefined },
): false {
  call.complain('INVALID_ROUTE', `${what.message}; ignoring the line`, { at, hint: what.hint });
  return false;
}
