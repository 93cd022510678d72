/**
 * Finds virtual servers that listen on the same address and port, or mark. The kernel has one
 * service there, which is that of the server that comes first: plain ones before groups.
 */
import type { ServiceTarget, VirtualServerSettings } from '@tandem/health';
import { ipBytes, ipFamily, type IpAddress, type IpRange } from '@tandem/inet';
import type { Call } from './call.ts';
import type { Place } from './source.ts';

/** Who listens, and where that is said. */
export interface Claimant extends Place {
  readonly owner: string;
  /** Of a group; of the others, which can be many, not all that they say is kept. */
  readonly call?: Call;
}

/** One thing that a virtual server listens on; a mark has no addresses. */
interface Claim extends Claimant, Partial<IpRange> {
  /** Of the server among all. */
  readonly number: number;
}

/** A virtual server that listens. */
interface Listener extends Pick<VirtualServerSettings, 'key' | 'members'> {
  readonly claimant: Claimant | (() => Claimant);
}

/** All that virtual servers listen on. */
export class ServiceClaims {
  readonly #listeners: Listener[] = [];
  /** By port and protocol, or mark and family. */
  readonly #claims = new Map<string, Claim[]>();

  /**
   * @param settings - of a virtual server
   * @param claimant - its statement, or what finds it, where one may never be asked for
   */
  add({ key, members = [] }: VirtualServerSettings, claimant: Listener['claimant']): void {
    this.#listeners.push({ key, members, claimant });
  }

  /** Complains about groups where another server comes first, once for each other server. */
  complain(): void {
    if (this.#listeners.every(({ key }) => key.kind !== 'group')) return;
    for (const [number, each] of this.#listeners.entries()) this.#claim(each, number);
    for (const [service, claims] of this.#claims) {
      if (claims.every(({ call }) => call === undefined)) continue;
      const said = new Set<string>();
      for (const [winner, loser] of overlapsAmong(claims)) {
        const pair = `${winner.number} ${loser.number}`;
        if (!said.has(pair)) complainOf(service, winner, loser);
        said.add(pair);
      }
    }
  }

  #claim({ key, members = [], claimant }: Listener, number: number): void {
    const claim: Claim = { ...(typeof claimant === 'function' ? claimant() : claimant), number };
    if (key.kind === 'group') {
      for (const each of members) this.#add(each, key.protocol, claim);
    } else if (key.kind === 'fwmark') {
      this.#add(key, undefined, claim);
    } else {
      const { address, port, protocol } = key;
      this.#add({ kind: 'addresses', first: address, last: address, port }, protocol, claim);
    }
  }

  #add(target: ServiceTarget, protocol: string | undefined, claim: Claim): void {
    if (target.kind === 'fwmark') {
      this.#push(`fwmark ${target.mark} of IPv${target.family}`, claim);
      return;
    }
    const { first, last, port } = target;
    this.#push(`${port} ${protocol ?? ''}`, { ...claim, first, last });
  }

  #push(service: string, claim: Claim): void {
    const claims = this.#claims.get(service);
    if (claims === undefined) this.#claims.set(service, [claim]);
    else claims.push(claim);
  }
}

/** Where a claim begins and ends, to be compared as text: that of a mark is all alike. */
interface Reach {
  readonly claim: Claim;
  readonly from: string;
  readonly to: string;
}

function reachOf(claim: Claim): Reach {
  return { claim, from: sortable(claim.first), to: sortable(claim.last) };
}

function sortable(address: IpAddress | undefined): string {
  if (address === undefined) return '';
  return `${ipFamily(address)}${String.fromCharCode(...ipBytes(address))}`;
}

/**
 * Pairs of servers, the one that serves first. Where a claim begins, the first of all servers wins
 * over it, or it wins over that one; whatever else is there has lost already.
 */
function* overlapsAmong(claims: readonly Claim[]): Generator<readonly [Claim, Claim]> {
  /** What reaches here and may win yet: the later the server, the further it reaches. */
  const open: Reach[] = [];
  for (const each of claims.map(reachOf).toSorted(byBegin)) {
    while (open[0] !== undefined && open[0].to < each.from) open.shift();
    const { claim } = each;
    const first = open[0]?.claim;
    if (first !== undefined && first.number < claim.number) yield [first, claim];
    if (first !== undefined && first.number > claim.number) yield [claim, first];
    insert(open, each);
  }
}

function byBegin(one: Reach, other: Reach): number {
  if (one.from !== other.from) return one.from < other.from ? -1 : 1;
  return one.claim.number - other.claim.number;
}

/** Leaves out what never wins because an earlier server reaches as far. */
function insert(open: Reach[], reach: Reach): void {
  const at = placeOf(open, reach.claim.number);
  const before = open[at - 1];
  if (before !== undefined && before.to >= reach.to) return;
  let end = at;
  while (end < open.length && (open[end]?.to ?? '') <= reach.to) end += 1;
  open.splice(at, end - at, reach);
}

/** @returns how many are of servers up to this one; found by halves */
function placeOf(open: readonly Reach[], number: number): number {
  let [from, to] = [0, open.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((open[middle]?.claim.number ?? 0) <= number) from = middle + 1;
    else to = middle;
  }
  return from;
}

function complainOf(service: string, winner: Claim, loser: Claim): void {
  const { first } = reachOf(winner).from > reachOf(loser).from ? winner : loser;
  const what = first === undefined ? service : `${first} ${service}`;
  loser.call?.complain(
    'SERVICE_SHARED',
    `${what} is a service of ${winner.owner}, too, whose real servers get all that comes there`,
    {
      severity: 'warning',
      hint: 'leave it to one of them',
      related: [{ message: `${winner.owner} is at`, place: winner }],
    },
  );
}
