import { parseIp, type IpAddress } from '@tandem/inet';
import { entriesOf, statementsOf, valueOf } from '../tree-reading.ts';
import { when, type Finding, type InstanceSubject, type Subject, type Trap } from './trap.ts';

/** Traps of what an instance says about addresses, its own and those of peers. */
export const ADDRESS_TRAPS: readonly Trap<InstanceSubject>[] = [
  { code: 'PEER_IS_OWN_ADDRESS', find: peerIsOwnAddress },
  { code: 'PEER_IS_VIRTUAL_ADDRESS', find: peerIsVirtual },
  { code: 'SOURCE_IS_VIRTUAL_ADDRESS', find: sourceIsVirtual },
];

/** Traps of instances that stand side by side. */
export const INSTANCES_TRAPS: readonly Trap<Subject>[] = [
  { code: 'ADDRESS_OF_TWO_INSTANCES', find: addressOfTwo },
  { code: 'VIRTUAL_ROUTER_ID_SHARED', find: routerIdShared },
];

function peerIsOwnAddress({ call }: InstanceSubject): readonly Finding[] {
  const source = statementsOf(call.statement.block, 'unicast_src_ip').at(-1);
  const own = source && parseIp(valueOf(source) ?? '');
  return peers(call).flatMap(({ word, address }) =>
    when(address === own, () => ({
      message: `the peer ${word.text} is this box itself, its unicast_src_ip`,
      at: word,
      hint: 'name the other boxes here',
    })),
  );
}

function peerIsVirtual({ settings, call }: InstanceSubject): readonly Finding[] {
  const virtual = new Set(settings.addresses.map((each) => each.address));
  return peers(call).flatMap(({ word, address }) =>
    when(virtual.has(address), () => ({
      message: `the peer ${word.text} is the virtual address itself, which moves`,
      at: word,
      hint: "name the other box's own address",
    })),
  );
}

function sourceIsVirtual({ settings, call }: InstanceSubject): readonly Finding[] {
  return statementsOf(call.statement.block, 'unicast_src_ip', 'mcast_src_ip').flatMap((source) =>
    when(
      settings.addresses.some((each) => each.address === parseIp(valueOf(source) ?? '')),
      () => ({
        message: `${source.keyword} is the virtual address itself, which a backup does not have`,
        at: source,
        hint: "write the box's own address",
      }),
    ),
  );
}

function peers(call: InstanceSubject['call']): readonly {
  readonly word: NonNullable<ReturnType<typeof entriesOf>[number][number]>;
  readonly address: IpAddress;
}[] {
  return entriesOf(call.statement.block, 'unicast_peer').flatMap(([word]) => {
    const address = parseIp(word?.text.split('/')[0] ?? '');
    return word === undefined || address === undefined ? [] : [{ word, address }];
  });
}

function addressOfTwo({ outline }: Subject): readonly Finding[] {
  const holders = new Map<string, (typeof outline.instances)[number]>();
  return outline.instances.flatMap((instance) => {
    const { settings, call } = instance;
    return [...settings.addresses, ...settings.excludedAddresses].flatMap(({ address, device }) => {
      const other = holders.get(`${address} ${device}`);
      holders.set(`${address} ${device}`, instance);
      if (other === undefined || other === instance) return [];
      return [
        {
          message: `${settings.name} and ${other.settings.name} both hold ${address}: the one that stops takes it from the other`,
          at: call.statement,
          related: [{ message: `${other.settings.name} is at`, place: other.call.statement }],
          hint: 'leave the address to one of them',
        },
      ];
    });
  });
}

/** Two networks may use one number; that they are two is what the author has to know. */
function routerIdShared({ outline }: Subject): readonly Finding[] {
  return outline.instances.flatMap(({ settings, call }, i) => {
    const other = outline.instances
      .slice(0, i)
      .find(
        (each) =>
          each.settings.virtualRouterId === settings.virtualRouterId &&
          each.settings.family === settings.family &&
          each.settings.interface !== settings.interface,
      );
    if (other === undefined) return [];
    return [
      {
        message: `${settings.name} on ${settings.interface} has virtual_router_id ${settings.virtualRouterId} like ${other.settings.name} on ${other.settings.interface}; if these are one network, the two disturb each other`,
        at: call.inside('virtual_router_id'),
        related: [{ message: `${other.settings.name} is at`, place: other.call.statement }],
      },
    ];
  });
}
