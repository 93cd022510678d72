/** Where values of virtual_server_group stand in keepalived's dump. */
import type { Settings } from '@tandem/config';
import { ipFamily, type IpFamily } from '@tandem/inet';
import { yesNo, type Part } from './field.ts';

type Member = NonNullable<Settings['virtualServers'][number]['members']>[number];

/** A group that a virtual server has. */
export interface Group {
  readonly name: string;
  readonly members: readonly Member[];
}

/** Every value of a group that the dump has. */
export const GROUP_LINES_PART: Part<Group> = {
  fields: [
    {
      name: 'name and families',
      theirs: (lines) => lines.first(/^ Virtual Server Group = (.*)/),
      ours: ({ name, members }) => `${name}, IPv4 = ${has(members, 4)}, IPv6 = ${has(members, 6)}`,
    },
    {
      name: 'members',
      theirs: (lines) =>
        lines
          .all(/^ {3}((?:VIP|FWMARK).*)/)
          .toSorted()
          .join('\n'),
      ours: ({ members }) => members.map(memberText).toSorted().join('\n'),
    },
  ],
  leftOut: [{ lines: /^ {5}(?:Alive: |reloaded = )/, why: 'a state' }],
};

function has(members: readonly Member[], family: IpFamily): string {
  return yesNo(members.some((each) => familyOf(each) === family));
}

function familyOf(member: Member): IpFamily {
  return member.kind === 'fwmark' ? member.family : ipFamily(member.first);
}

function memberText(member: Member): string {
  if (member.kind === 'fwmark') return `FWMARK = ${member.mark} IPv${member.family}`;
  const { first, last, port } = member;
  return first === last
    ? `VIP = ${first}, VPORT = ${port}`
    : `VIP Range = ${first}-${last}, VPORT = ${port}`;
}
