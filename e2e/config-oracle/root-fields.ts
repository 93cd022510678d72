/** Where values of small blocks of the root stand in keepalived's dump. */
import type { ConfigurationDocument } from '@tandem/config';
import { field, list, type Part } from './field.ts';
import { textOf } from './said.ts';

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
