/** Where values of small blocks of the root stand in keepalived's dump. */
import type { ConfigurationDocument } from '@tandem/config';
import { field, list, match, type Part } from './field.ts';
import { textOf, type Data } from './said.ts';

/** A track_group. */
export const TRACK_GROUP_PART: Part<ConfigurationDocument> = {
  fields: [
    { name: 'name', theirs: ({ title }) => title, ours: ({ name }) => textOf(name) },
    list('VRRP member instances', ({ group }) => group as readonly string[]),
  ],
  leftOut: [],
};

/** A garp_group. */
export const GARP_GROUP_PART: Part<ConfigurationDocument> = {
  fields: [
    field('GARP interval', ({ garp_interval: seconds }) => textOf(seconds)),
    field('GNA interval', ({ gna_interval: seconds }) => textOf(seconds)),
    {
      name: 'interfaces',
      theirs: (lines) => lines.below('Interfaces').toSorted().join(' '),
      ours: ({ interfaces }) => (interfaces as readonly string[]).toSorted().join(' '),
    },
  ],
  leftOut: [{ lines: /^ (?:GARP|GNA) next time /, why: 'a state' }],
};

/** A bfd_instance, as its own process has it. */
export const BFD_PART: Part<ConfigurationDocument> = {
  fields: [
    { name: 'name', theirs: ({ title }) => title, ours: ({ name }) => textOf(name) },
    field('Neighbor IP', ({ neighbor_ip: address }) => textOf(address)),
    field('Source IP', ({ source_ip: address }) => textOf(address)),
    field('Required min RX interval', ({ min_rx: ms = 10 }) => microseconds(ms)),
    field('Desired min TX interval', ({ min_tx: ms = 10 }) => microseconds(ms)),
    field('Desired idle TX interval', ({ idle_tx: ms = 1000 }) => microseconds(ms)),
    field('Detection multiplier', ({ multiplier = 5 }) => textOf(multiplier)),
    match('ttl', /^ {3}(?:TTL|hoplimit) = (.*)/, ({ ttl = 255 }) => textOf(ttl)),
    field('max_hops', ({ max_hops: hops = 0 }) => textOf(hops)),
    field('passive', ({ passive = false }) => textOf(passive)),
    field('send event to VRRP process', (said) => isTold('vrrp', said)),
    field('send event to checker process', (said) => isTold('checker', said)),
  ],
  leftOut: [],
};

function microseconds(ms: Data): string {
  return `${Math.round(Number(ms) * 1000)} us`;
}

/** All are told where nobody is named. */
function isTold(whom: 'vrrp' | 'checker', said: ConfigurationDocument): string {
  const isNobody = said['vrrp'] === undefined && said['checker'] === undefined;
  return said[whom] === true || isNobody ? 'Yes' : 'No';
}
