import { integer, word, type Argument } from '../argument.ts';
import type { Call } from '../call.ts';
import { form, optional, type Form, type Options } from '../form.ts';
import { nearest } from '../nearest.ts';
import { optionNames, optionOf } from '../read-form.ts';
import type { Word } from '../words.ts';
import { prefixed } from './forms.ts';

const NUMBER = integer({ min: 0, max: 0xffff_ffff }, { prefixed: true });
const ADDRESS = prefixed();
const WORD = word();

/** Several options of one form; a bar separates spellings of one. */
function options(text: string, argument?: Argument<unknown>): Options {
  return Object.fromEntries(
    text.split(' ').map((each) => {
      const [name = '', ...aliases] = each.split('|');
      return [name, { ...(argument && { argument }), ...(aliases.length > 0 && { aliases }) }];
    }),
  );
}

/** A line of virtual_routes or static_routes. @see ip-route(8) of iproute2, inventory §2.4 */
export const ROUTE: Form = form(
  { to: optional(destination()) },
  {
    ...options(
      'unicast local broadcast anycast multicast blackhole unreachable prohibit throw nat',
    ),
    ...options('inet inet6 onlink fastopen_no_cookie nexthop no_track add append prepend or lock'),
    ...options('via|gw src from', ADDRESS),
    ...options('dev|oif table scope protocol|proto realms expires vrf pref encap', WORD),
    ...options('rtt rttvar rto_min track_group congctl features ttl-propagate as', WORD),
    ...options('metric|priority|preference weight tos|dsfield mtu advmss cwnd ssthresh', NUMBER),
    ...options('reordering initcwnd initrwnd window hoplimit quickack', NUMBER),
  },
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
);

/** The keyword `to` may be left out, and the other words may stand before it. */
function destination(): Argument<string> {
  const prefix = prefixed();
  return {
    ...prefix,
    placeholder: 'default|ADDRESS[/LENGTH]',
    schema: { anyOf: [prefix.schema, { enum: ['default', 'any'] }] },
    read: (text) =>
      text === 'default' || text === 'any' ? { ok: true, value: text } : prefix.read(text),
  };
}

/** Words that name an interface, or say that none is needed. */
const TRACKABLE: ReadonlySet<string> = new Set(['dev', 'oif', 'nexthop', 'no_track']);

/** Reads a line of virtual_routes or static_routes, for its complaints. */
export function readRoute(words: readonly Word[], call: Call): void {
  const bare = words.findIndex(
    (each) => optionOf(ROUTE, each.text) === undefined && each.text !== 'to',
  );
  const before = words[bare - 1];
  const hasDestination =
    bare >= 0 && (before === undefined || optionOf(ROUTE, before.text)?.[1].argument === undefined);
  const rest = hasDestination ? words.filter((_, i) => i !== bare) : words;
  const given = words[bare];
  if (hasDestination && given !== undefined && !destination().read(given.text).ok) {
    complain(call, given, { message: `'${given.text}' is no destination of a route` });
    return;
  }
  if (!readOptions(rest, ROUTE, call)) return;
  if (words.some((each) => TRACKABLE.has(each.text))) return;
  call.complain('UNTRACKED_ROUTE', 'a route without an interface cannot be tracked', {
    at: words[0],
    severity: 'warning',
    hint: "add 'dev INTERFACE' or 'no_track'",
  });
}

/** Reads a line of virtual_rules or static_rules, for its complaints. */
export function readRule(words: readonly Word[], call: Call): void {
  readOptions(words, RULE, call);
}

/** @returns false after a complaint */
function readOptions(words: readonly Word[], form: Form, call: Call): boolean {
  for (let i = 0; i < words.length; i += 1) {
    const name = words[i] as Word;
    if (name.text === 'to' && 'to' in form.words) continue;
    const option = optionOf(form, name.text)?.[1];
    if (option === undefined) {
      const near = nearest(name.text, optionNames(form));
      return complain(call, name, {
        message: `unknown option '${name.text}'`,
        hint: near && `did you mean '${near}'?`,
      });
    }
    const { argument } = option;
    if (argument === undefined) continue;
    i += QUALIFIERS.has(words[i + 1]?.text ?? '') ? 2 : 1;
    const value = words[i];
    if (value === undefined) {
      return complain(call, name, { message: `'${name.text}' has no value` });
    }
    const reading = argument.read(value.text);
    if (!reading.ok) {
      const message = `${name.text} must be ${reading.limit}, got '${value.text}'`;
      return complain(call, value, { message });
    }
  }
  return true;
}

/** Words that may stand between an option and its value. */
const QUALIFIERS: ReadonlySet<string> = new Set(['lock', 'inet', 'inet6']);

function complain(
  call: Call,
  at: Word,
  what: { readonly message: string; readonly hint?: string | undefined },
): false {
  call.complain('INVALID_ROUTE', `${what.message}; ignoring the line`, { at, hint: what.hint });
  return false;
}
