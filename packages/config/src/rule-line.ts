/** Lines of virtual_rules and static_rules. */
import { ipFamily, parsePrefix, type IpFamily, type NumberRange, type Prefix } from '@tandem/inet';
import type { VirtualRule } from '@tandem/vrrp';
import type { Call } from './call.ts';
import { canonicalText } from './canonical-text.ts';
import { complainUnknownInterfaces } from './interface.ts';
import { readLine, RULE } from './keywords/route-entry.ts';
import { parsePrefixedInteger } from './number.ts';
import { OWN_PROTOCOL, PlacedWords } from './placed-words.ts';
import { complainFault } from './route-line.ts';
import { ipProtocolOf } from './routing-names.ts';
import type { Word } from './words.ts';

/** FR_ACT_*. @see linux/fib_rules.h */
const ACTIONS = { goto: 2, nop: 3, blackhole: 6, unreachable: 7, prohibit: 8 } as const;
const TO_TABLE = 1;
const ADD_TABLE = "add 'table TABLE'";
/** What says which results of a look-up count, or what they are marked with. */
const OF_LOOK_UPS = ['suppress_prefixlength', 'suppress_ifgroup', 'realms'];
const FIB_RULE_INVERT = 2;

/** Of rules that name no preference the first gets this one, each of the next one less. */
const FIRST_PREFERENCE = 16_384;

/**
 * Reads a line of virtual_rules or static_rules.
 * @param words - of one line, at least one
 * @param call - the block's statement, for complaints
 * @returns undefined after a complaint
 * @see inventory §2.4
 */
export function readRule(words: readonly Word[], call: Call): VirtualRule | undefined {
  const placed = readLine(RULE, words, call);
  if (placed === undefined) return undefined;
  const line = new PlacedWords(placed, call);
  complainUnknownInterfaces([...line.wordsOf('iif'), ...line.wordsOf('oif')], call);
  const rule = { ...ruleOf(line, words, call), text: canonicalText(RULE, placed) };
  const [fault] = line.faults;
  if (fault !== undefined) complainFault(fault, call);
  return fault === undefined ? rule : undefined;
}

function ruleOf(line: PlacedWords, words: readonly Word[], call: Call): Omit<VirtualRule, 'text'> {
  const family = familyOf(line);
  line.failOfOtherFamily({ realms: 4 }, family);
  const track = !line.has('no_track');
  const [mark, markMask] = pairOf(line, 'fwmark', '/');
  const l3mdev = line.has('l3mdev') || undefined;
  const table = line.named('table', 'rt_tables');
  const action = Object.entries(ACTIONS).find(([name]) => line.has(name))?.[1];
  const looksUp = table !== undefined || l3mdev === true;
  const limit = OF_LOOK_UPS.find((name) => line.has(name));
  if (action === undefined && !looksUp) line.fail('the rule does nothing', undefined, ADD_TABLE);
  else if (limit !== undefined && !looksUp)
    line.fail(`${limit} needs a look-up, and the rule has none`, limit, ADD_TABLE);
  return {
    kind: 'rule',
    track,
    family,
    priority: line.number('preference') ?? nextPreference(family, words, call),
    action: action ?? TO_TABLE,
    table: table ?? 0,
    flags: line.has('not') ? FIB_RULE_INVERT : 0,
    // keepalived takes only its own for its own, and gives none to those that it does not track.
    protocol: track ? OWN_PROTOCOL : (line.named('protocol', 'rt_protos') ?? 0),
    tos: line.named('tos', 'rt_dsfield') ?? 0,
    ...line.given({
      from: prefixOf(line, 'from', family),
      to: prefixOf(line, 'to', family),
      inputInterface: line.text('iif'),
      outputInterface: line.text('oif'),
      mark,
      markMask,
      goto: line.number('goto'),
      realms: line.realms('realms'),
      suppressPrefixLength: line.number('suppress_prefixlength'),
      suppressInterfaceGroup: line.named('suppress_ifgroup', 'group'),
      tunnelId: line.number('tunnel-id'),
      users: rangeOf(line, 'uidrange'),
      l3mdev,
      ipProtocol: protocolOf(line),
      sourcePorts: rangeOf(line, 'sport'),
      destinationPorts: rangeOf(line, 'dport'),
    }),
  };
}

function familyOf(line: PlacedWords): IpFamily {
  if (line.has('inet6')) return 6;
  if (line.has('inet')) return 4;
  return [line.text('from'), line.text('to')].some((text) => text?.includes(':')) ? 6 : 4;
}

/** Without one, each gets a lower one than those before it. */
function nextPreference(family: IpFamily, words: readonly Word[], call: Call): number {
  const { preferences } = call.session;
  const next = (preferences.get(family) ?? FIRST_PREFERENCE + 1) - 1;
  preferences.set(family, next);
  call.complain('RULE_WITHOUT_PREFERENCE', `it has no preference; ${next} is used`, {
    at: words[0],
    severity: 'warning',
    hint: `add 'preference N'`,
  });
  return next;
}

function prefixOf(line: PlacedWords, name: string, family: IpFamily): Prefix | undefined {
  const text = line.text(name);
  if (text === undefined || ['all', 'any', 'default'].includes(text)) return undefined;
  const prefix = parsePrefix(text);
  if (prefix !== undefined && ipFamily(prefix.address) === family) return prefix;
  line.fail(`${name} must be an IPv${family} network, got '${text}'`, name);
  return undefined;
}

function rangeOf(line: PlacedWords, name: string): NumberRange | undefined {
  const [first, last = first] = pairOf(line, name, '-');
  return first === undefined || last === undefined ? undefined : { first, last };
}

function pairOf(
  line: PlacedWords,
  name: string,
  separator: string,
): readonly (number | undefined)[] {
  const text = line.text(name);
  if (text === undefined) return [];
  const numbers = text.split(separator).map(parsePrefixedInteger);
  if (numbers.length <= 2 && numbers.every((each) => each !== undefined && each >= 0))
    return numbers;
  line.fail(`${name} must be N or N${separator}N, got '${text}'`, name);
  return [];
}

function protocolOf(line: PlacedWords): number | undefined {
  const text = line.text('ipproto');
  const number = text === undefined ? undefined : ipProtocolOf(text);
  if (text !== undefined && number === undefined)
    line.fail(`ipproto must be the name or number of a protocol, got '${text}'`, 'ipproto');
  return number;
}
