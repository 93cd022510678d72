import {
  formatPrefix,
  ipFamily,
  networkOf,
  parsePrefix,
  type IpAddress,
  type Prefix,
} from '@tandem/inet';
import { inSeconds, seconds, type Duration } from '@tandem/time';
import type { RouterAdvertSettings, VirtualAddress } from '@tandem/vrrp';
import {
  address,
  addressPattern,
  integer,
  named,
  oneOf,
  wholeSeconds,
  type Argument,
} from '../argument.ts';
import type { Call } from '../call.ts';
import { composeBlock } from '../composer.ts';
import { form } from '../form.ts';
import { keywordGrammar, type KeywordGrammar } from '../grammar.ts';
import { readForm } from '../read-form.ts';

type AdvertisedPrefix = RouterAdvertSettings['prefixes'][number];

/** What a router_advert block says so far. */
export interface RouterAdvertDraft {
  maxInterval?: Duration;
  minInterval?: Duration;
  lifetime?: Duration;
  managed?: boolean;
  other?: boolean;
  preference?: RouterAdvertSettings['preference'];
  hopLimit?: number;
  mtu?: number;
  readonly prefixes: AdvertisedPrefix[];
  readonly nameServers: IpAddress[];
}

/** RFC 4861 §6.2.1, in seconds. */
const MAX_INTERVAL = { min: 4, max: 1800 };
const LIFETIME_MAX = 9000;
const [VALID_LIFETIME, PREFERRED_LIFETIME] = [seconds(2_592_000), seconds(604_800)];
const DEFAULT_MAX_INTERVAL = seconds(600);
/** Of the maximum: the default, and the most. */
const [MIN_PART, MIN_PART_MAX] = [1 / 3, 3 / 4];
const LIFETIME_INTERVALS = 3;
const LEAST_INTERVAL = 3;
/** Hosts make addresses of no other length. @see RFC 4862 §5.5.3 */
const AUTONOMOUS_LENGTH = 64;
/** All must fit into a packet. */
const [PREFIXES_MAX, NAME_SERVERS_MAX] = [16, 8];

const PREFIX_LIMIT = 'an IPv6 prefix with its length';
const PREFIX: Argument<Prefix> = {
  placeholder: 'PREFIX/LENGTH',
  limit: PREFIX_LIMIT,
  schema: { type: 'string', pattern: addressPattern(6, '/[0-9]{1,3}') },
  data: formatPrefix,
  read(text) {
    const value = text.includes('/') ? parsePrefix(text) : undefined;
    const isRight = value !== undefined && ipFamily(value.address) === 6;
    return isRight
      ? { ok: true, value }
      : { ok: false, code: 'INVALID_ADDRESS', limit: PREFIX_LIMIT };
  },
};
const PREFIX_SECONDS = wholeSeconds({ min: 0, max: 0xffff_ffff });
const PREFIX_FORM = form(
  { value: PREFIX },
  {
    valid_lifetime: { argument: PREFIX_SECONDS, doc: 'Default 2592000, which is 30 days.' },
    preferred_lifetime: { argument: PREFIX_SECONDS, doc: 'Default 604800, which is a week.' },
    no_onlink: { doc: 'Hosts reach its addresses by the router.' },
    no_autonomous: { doc: 'Hosts make no addresses of it.' },
  },
);
const NAME_SERVER = form({ value: address(6) });

/** The keyword table of router_advert. */
// prettier-ignore
export const ROUTER_ADVERT: KeywordGrammar<RouterAdvertDraft> = keywordGrammar<RouterAdvertDraft>('router_advert', [
  { kind: 'value', keyword: 'max_interval', set: 'maxInterval', argument: wholeSeconds(MAX_INTERVAL), default: 600, doc: 'The longest time between two of them.' },
  { kind: 'value', keyword: 'min_interval', set: 'minInterval', argument: wholeSeconds({ min: LEAST_INTERVAL, max: 1350 }), otherwise: 'a third of max_interval', doc: 'The shortest, at most three quarters of the longest.' },
  { kind: 'value', keyword: 'lifetime', set: 'lifetime', argument: wholeSeconds({ min: 0, max: LIFETIME_MAX }), otherwise: 'three times max_interval', doc: 'For how long hosts use the router without hearing of it again; 0: not as their default router.' },
  { kind: 'flag', keyword: 'managed', set: 'managed', to: true, doc: 'Hosts get addresses by DHCPv6.' },
  { kind: 'flag', keyword: 'other', set: 'other', to: true, doc: 'Hosts get other settings by DHCPv6.' },
  { kind: 'value', keyword: 'preference', set: 'preference', argument: oneOf(named('low', 'medium', 'high')), default: 'medium', doc: 'Among several default routers.' },
  { kind: 'value', keyword: 'hop_limit', set: 'hopLimit', argument: integer({ min: 0, max: 255 }), default: 64, doc: 'Hop limit of what hosts send; 0: theirs.' },
  { kind: 'value', keyword: 'mtu', set: 'mtu', argument: integer({ min: 1280, max: 65_535 }), otherwise: 'not said', doc: 'MTU of the network.' },
  { kind: 'custom', keyword: 'prefix', form: PREFIX_FORM, adds: true, apply: applyPrefix, otherwise: 'the networks of the virtual addresses', doc: 'A prefix of the network, 16 at most.' },
  { kind: 'custom', keyword: 'rdnss', form: NAME_SERVER, adds: true, apply: applyNameServer, doc: 'A name server, 8 at most.' },
]);

/**
 * @param draft - of the instance, so far
 * @param call - the statement that opens the block
 */
export function applyRouterAdvert(draft: { routerAdvert?: RouterAdvertDraft }, call: Call): void {
  const { block } = call.statement;
  if (block === undefined) return;
  draft.routerAdvert ??= { prefixes: [], nameServers: [] };
  const { owner, session } = call;
  composeBlock(ROUTER_ADVERT, draft.routerAdvert, { block, owner, session });
}

function applyPrefix({ prefixes }: RouterAdvertDraft, call: Call): void {
  const values = readForm(PREFIX_FORM, call.arguments, call);
  if (values?.value === undefined || !hasRoom(prefixes, PREFIXES_MAX, call)) return;
  const valid = values.valid_lifetime ?? VALID_LIFETIME;
  const preferred =
    values.preferred_lifetime ?? seconds(Math.min(inSeconds(valid), inSeconds(PREFERRED_LIFETIME)));
  if (preferred > valid) {
    const message = 'preferred_lifetime is longer than valid_lifetime, which is used for both';
    call.complain('ROUTER_ADVERT_TIMES', message, { at: call.argument(1) });
  }
  prefixes.push({
    prefix: values.value,
    validLifetime: valid,
    preferredLifetime: seconds(Math.min(inSeconds(preferred), inSeconds(valid))),
    onLink: values.no_onlink !== true,
    autonomous: values.no_autonomous !== true && values.value.length === AUTONOMOUS_LENGTH,
  });
}

function applyNameServer({ nameServers }: RouterAdvertDraft, call: Call): void {
  const { value } = readForm(NAME_SERVER, call.arguments, call) ?? {};
  if (value !== undefined && hasRoom(nameServers, NAME_SERVERS_MAX, call)) nameServers.push(value);
}

function hasRoom(list: readonly unknown[], most: number, call: Call): boolean {
  if (list.length < most) return true;
  call.complain(
    'TOO_MANY_ADVERTISED',
    `${call.keyword} is given more than ${most} times; ignoring it`,
  );
  return false;
}

/**
 * @param draft - the block; absent: there is none
 * @param addresses - all virtual ones of the instance; those of adverts come first
 * @param call - the statement that opens the instance
 * @returns the settings; without a link-local address to send from none
 */
export function finishRouterAdvert(
  draft: RouterAdvertDraft | undefined,
  addresses: readonly VirtualAddress[],
  call: Call,
): { readonly routerAdvert?: RouterAdvertSettings } {
  if (draft === undefined) return {};
  const block = call.inside('router_advert');
  if (!addresses.some(isLinkLocal)) {
    const message = 'router_advert needs a link-local virtual_ipaddress to send from; ignoring it';
    call.complain('NO_ROUTER_ADDRESS', message, {
      at: block,
      hint: 'give it one that is the same on all boxes, such as fe80::1/64',
    });
    return {};
  }
  const { managed = false, other = false, preference = 'medium', hopLimit = 64, mtu } = draft;
  return {
    routerAdvert: {
      ...finishTimes(draft, block === undefined ? call : call.of(block)),
      managed,
      other,
      preference,
      hopLimit,
      ...(mtu !== undefined && { mtu }),
      prefixes: draft.prefixes.length > 0 ? draft.prefixes : networksOf(addresses),
      nameServers: draft.nameServers,
    },
  };
}

/** @param call - the block */
function finishTimes(
  { maxInterval = DEFAULT_MAX_INTERVAL, minInterval, lifetime }: RouterAdvertDraft,
  call: Call,
): Pick<RouterAdvertSettings, 'maxInterval' | 'minInterval' | 'lifetime'> {
  const longest = inSeconds(maxInterval);
  const most = seconds(Math.max(LEAST_INTERVAL, Math.floor(longest * MIN_PART_MAX)));
  const usual = seconds(Math.max(LEAST_INTERVAL, longest * MIN_PART));
  if (minInterval !== undefined && minInterval > most) {
    const message = `min_interval must be at most three quarters of max_interval; ${inSeconds(most)} is used`;
    call.complain('ROUTER_ADVERT_TIMES', message, { at: call.inside('min_interval') });
  }
  if (lifetime !== undefined && lifetime > 0 && lifetime < maxInterval) {
    const message = 'lifetime must be 0 or at least max_interval, which is used';
    call.complain('ROUTER_ADVERT_TIMES', message, { at: call.inside('lifetime') });
  }
  const shortest = minInterval ?? usual;
  return {
    maxInterval,
    minInterval: shortest > most ? most : shortest,
    lifetime: finishLifetime(lifetime, maxInterval),
  };
}

function finishLifetime(lifetime: Duration | undefined, maxInterval: Duration): Duration {
  if (lifetime === undefined)
    return seconds(Math.min(LIFETIME_MAX, LIFETIME_INTERVALS * inSeconds(maxInterval)));
  return lifetime > 0 && lifetime < maxInterval ? maxInterval : lifetime;
}

function isLinkLocal({ address: text }: VirtualAddress): boolean {
  return /^fe[89ab]/.test(text);
}

/** Each once; an address alone has no network. */
function networksOf(addresses: readonly VirtualAddress[]): AdvertisedPrefix[] {
  const wanted = addresses.filter(
    (each) => ipFamily(each.address) === 6 && !isLinkLocal(each) && each.prefixLength < 128,
  );
  const prefixes = new Map(
    wanted.map((each) => {
      const prefix = networkOf({ address: each.address, length: each.prefixLength });
      return [formatPrefix(prefix), prefix];
    }),
  );
  return [...prefixes.values()].slice(0, PREFIXES_MAX).map((prefix) => ({
    prefix,
    validLifetime: VALID_LIFETIME,
    preferredLifetime: PREFERRED_LIFETIME,
    onLink: true,
    autonomous: prefix.length === AUTONOMOUS_LENGTH,
  }));
}
