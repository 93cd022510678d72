/**
 * Finds virtual servers that listen on the same address and port, or mark. The kernel has one
 * service there, which is that of the server that comes first: plain ones before groups.
 */
import type { ServiceTarget, VirtualServerSettings } from '@tandem/health';
import { compareIp, type IpRange } from '@tandem/inet';
import type { Call } from './call.ts';
import type { Place } from './source.ts';

/** One thing that a virtual server listens on; a mark has no addresses. */
interface Claim extends Place, Partial<IpRange> {
  /** Of the server among all. */
  readonly number: number;
  readonly owner: string;
  /** Of a group; of the others, which can be many, not all that they say is kept. */
  readonly call?: Call;
}

/** All that virtual servers listen on. */
export class ServiceClaims {
  /** By port and protocol, or mark and family. */
  readonly #claims = new Map<string, Claim[]>();
  #servers = 0;

  /** @param call - the statement of the server, with complaints in its name */
  add({ key, members = [] }: VirtualServerSettings, call: Call): void {
    const { line, start, end } = call.statement;
    this.#servers += 1;
    const claim: Claim = { line, start, end, number: this.#servers, owner: call.owner };
    if (key.kind === 'group') {
      for (const each of members) this.#add(each, key.protocol, { ...claim, call });
    } else if (key.kind === 'fwmark') {
      this.#add(key, undefined, claim);
    } else {
      const { address, port, protocol } = key;
      this.#add({ kind: 'addresses', first: address, last: address, port }, protocol, claim);
    }
  }

  /** Complains about groups where another server comes first, once for each other server. */
  complain(): void {
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

/**
 * Pairs of servers, the one that serves first. Where each claim begins, the first of all servers
 * there wins over it, or else it wins over all of them.
 */
function* overlapsAmong(claims: readonly Claim[]): Generator<readonly [Claim, Claim]> {
  let open: Claim[] = [];
  for (const each of claims.toSorted(byAddress)) {
    open = open.filter(({ last }) => compare(last, each.first) >= 0);
    const winner = open.reduce((one, other) => (other.number < one.number ? other : one), each);
    const losers = winner === each ? open : [each];
    for (const loser of losers) if (loser.number !== winner.number) yield [winner, loser];
    open.push(each);
  }
}

function byAddress(one: Claim, other: Claim): number {
  return compare(one.first, other.first) || one.number - other.number;
}

/** Claims of a mark are all the same. */
function compare(one: Claim['first'], other: Claim['first']): number {
  return one === undefined || other === undefined ? 0 : compareIp(one, other);
}

function complainOf(service: string, winner: Claim, loser: Claim): void {
  const { first } = compare(winner.first, loser.first) > 0 ? winner : loser;
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
