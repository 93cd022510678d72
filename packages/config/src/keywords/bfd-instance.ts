import type { BfdSettings } from '@tandem/bfd';
import { ipFamily, type IpAddress } from '@tandem/inet';
import { milliseconds, type Duration } from '@tandem/time';
import { address, decimalMilliseconds, integer } from '../argument.ts';
import type { Call } from '../call.ts';
import { composeBlock } from '../composer.ts';
import { keywordGrammar, type KeywordGrammar } from '../grammar.ts';
import { claimName, complainRequired } from './named-block.ts';
import { weightRow, type WeightDraft } from './track-entry.ts';

/** What a bfd_instance block says so far; an absent field was not given. */
interface BfdDraft extends WeightDraft {
  neighbour?: IpAddress;
  source?: IpAddress;
  requiredMinRx?: Duration;
  desiredMinTx?: Duration;
  idleTx?: number;
  detectMultiplier?: number;
  passive?: boolean;
  ttl?: number;
  maxHops?: number;
  multihop?: boolean;
  vrrp?: boolean;
  checkers?: boolean;
}

/** Whole microseconds fit in 32 bits. */
const MILLISECONDS_MAX = 4_294_967;
const DISTANCE = decimalMilliseconds({ min: 1, max: MILLISECONDS_MAX });
const IDLE = integer({ min: 1000, max: MILLISECONDS_MAX }, { unit: 'milliseconds' });
const USUAL = milliseconds(10);
const IDLE_MS = 1000;
const MULTIPLIER = 5;
const TTL = 255;
/** What keepalived 2.2.7 sends over IPv6, and so what must be heard unless the file says otherwise. */
const HOP_LIMIT_HEARD = 64;
const MAX_HOPS_ANY = 255;
const PORT = 3784;
const PORT_MULTIHOP = 4784;

/** The keyword table of bfd_instance. */
// prettier-ignore
export const BFD_INSTANCE: KeywordGrammar<BfdDraft> = keywordGrammar<BfdDraft>('bfd_instance', [
  { kind: 'value', keyword: 'neighbor_ip', set: 'neighbour', required: true, aliases: ['neighbour_ip'], argument: address(), doc: 'The other end.' },
  { kind: 'value', keyword: 'source_ip', set: 'source', argument: address(), otherwise: 'any', doc: 'The own end.' },
  { kind: 'value', keyword: 'min_rx', set: 'requiredMinRx', argument: DISTANCE, default: 10, doc: 'Least distance of packets heard.' },
  { kind: 'value', keyword: 'min_tx', set: 'desiredMinTx', argument: DISTANCE, default: 10, doc: 'Least distance of packets sent.' },
  { kind: 'value', keyword: 'idle_tx', set: 'idleTx', argument: IDLE, default: IDLE_MS, doc: 'Least distance of packets sent while the session is down.' },
  { kind: 'value', keyword: 'multiplier', set: 'detectMultiplier', argument: integer({ min: 1, max: 255 }), default: MULTIPLIER, doc: 'Packets missed before it counts as down.' },
  { kind: 'flag', keyword: 'passive', set: 'passive', to: true, doc: 'Wait for the other end.' },
  { kind: 'value', keyword: 'ttl', set: 'ttl', aliases: ['hoplimit'], argument: integer({ min: 1, max: 255 }), default: TTL, doc: 'TTL of packets sent. Those heard must have it, too; over IPv6 without this keyword, 64.' },
  { kind: 'value', keyword: 'max_hops', set: 'maxHops', argument: integer({ min: -1, max: MAX_HOPS_ANY }), default: 0, doc: 'How much less than that the TTL of packets heard may be; -1 or 255: any.' },
  { kind: 'flag', keyword: 'multihop', set: 'multihop', to: true, since: '2.2.8', doc: 'The other end is not a neighbour: UDP port 4784, and any TTL unless max_hops says otherwise.' },
  weightRow({ min: -253, max: 253 }, { default: 0, doc: 'Change of priority.' }),
  { kind: 'flag', keyword: 'vrrp', set: 'vrrp', to: true, doc: 'Report the session to instances.' },
  { kind: 'flag', keyword: 'checker', set: 'checkers', to: true, doc: 'Report the session to checkers.' },
]);

/**
 * Reads a bfd_instance block; one without another end is complained about and left out.
 * @param draft - of the root
 * @param call - the statement
 */
export function applyBfdInstance(draft: { readonly bfdSessions: BfdSettings[] }, call: Call): void {
  const { block } = call.statement;
  const name = claimName(call, 'bfd_instance');
  if (block === undefined || name === undefined) return;
  const given: BfdDraft = {};
  const owner = `${call.keyword} ${name}`;
  const named = call.named(owner);
  composeBlock(BFD_INSTANCE, given, { block, owner, session: call.session });
  complainRequired(BFD_INSTANCE, named);
  const tells = tellsOf(given);
  const { defined, weights } = call.session;
  const { weight = 0, reverse = false } = given;
  weights.set(`bfd ${name}`, { weight, reverse });
  for (const [kind, isTold] of [
    ['bfd', tells.vrrp],
    ['bfd of checkers', tells.checkers],
  ] as const)
    // prettier-ignore
    if (isTold) defined.set(kind, (defined.get(kind) ?? new Set()).add(name));
  const { neighbour } = given;
  if (neighbour === undefined || hasOtherFamily(given, named)) return;
  if (draft.bfdSessions.some((each) => each.neighbour === neighbour)) {
    const message = `another bfd_instance has the neighbour ${neighbour}; ignoring the session`;
    named.complain('DUPLICATE_NEIGHBOUR', message, {
      at: named.inside('neighbor_ip', 'neighbour_ip'),
    });
    return;
  }
  draft.bfdSessions.push(finish(name, neighbour, { given, tells }));
}

function finish(
  name: string,
  neighbour: IpAddress,
  { given, tells }: { readonly given: BfdDraft; readonly tells: BfdSettings['tells'] },
): BfdSettings {
  const { source, requiredMinRx = USUAL, desiredMinTx = USUAL, idleTx = IDLE_MS } = given;
  const { multihop = false, passive = false } = given;
  return {
    name,
    neighbour,
    ...(source === undefined ? {} : { source }),
    port: multihop ? PORT_MULTIHOP : PORT,
    requiredMinRx,
    desiredMinTx,
    idleTx: milliseconds(idleTx),
    detectMultiplier: given.detectMultiplier ?? MULTIPLIER,
    passive,
    ttl: given.ttl ?? TTL,
    ttlMin: ttlMin(neighbour, given),
    tells,
  };
}

/** @see keepalived.conf(5) max_hops; asked of keepalived 2.2.7 with packets of every TTL */
function ttlMin(neighbour: IpAddress, { ttl, maxHops, multihop = false }: BfdDraft): number {
  const hops = maxHops ?? (multihop ? MAX_HOPS_ANY : 0);
  if (hops < 0 || hops === MAX_HOPS_ANY) return 0;
  const full = ttl ?? (ipFamily(neighbour) === 4 ? TTL : HOP_LIMIT_HEARD);
  return Math.max(0, full - hops);
}

/** Both, unless one is named. */
function tellsOf({ vrrp = false, checkers = false }: BfdDraft): BfdSettings['tells'] {
  return vrrp || checkers ? { vrrp, checkers } : { vrrp: true, checkers: true };
}

/** A session is between two addresses of one family. */
function hasOtherFamily({ neighbour, source }: BfdDraft, call: Call): boolean {
  if (neighbour === undefined || source === undefined) return false;
  if (ipFamily(neighbour) === ipFamily(source)) return false;
  call.complain(
    'ADDRESS_FAMILY_MISMATCH',
    `source_ip ${source} is not of the family of ${neighbour}; ignoring the session`,
    { at: call.inside('source_ip') },
  );
  return true;
}
