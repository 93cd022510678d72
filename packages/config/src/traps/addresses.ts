import { parseIp, type IpAddress } from '@tandem/inet';
import { entriesOf, statementsOf, valueOf } from '../tree-reading.ts';
import { splitWords } from '../words.ts';
import {
  firstOf,
  when,
  type Finding,
  type InstanceSubject,
  type Subject,
  type Trap,
} from './trap.ts';

/** Traps of what an instance says about addresses, its own and those of peers. */
export const ADDRESS_TRAPS: readonly Trap<InstanceSubject>[] = [
  { code: 'PEER_IS_OWN_ADDRESS', find: peerIsOwnAddress },
  { code: 'PEER_IS_VIRTUAL_ADDRESS', find: peerIsVirtual },
  { code: 'SOURCE_IS_VIRTUAL_ADDRESS', find: sourceIsVirtual },
  { code: 'SOURCE_NOT_CONFIGURED', find: sourceNotConfigured },
];

/** Traps of instances that stand side by side. */
export const INSTANCES_TRAPS: readonly Trap<Subject>[] = [
  { code: 'ADDRESS_OF_TWO_INSTANCES', find: addressOfTwo },
  { code: 'VIRTUAL_ROUTER_ID_SHARED', find: routerIdShared },
  { code: 'ADDRESS_OF_NO_INSTANCE', find: addressOfNoInstance },
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
  const virtual = new Set<IpAddress | undefined>(settings.addresses.map((each) => each.address));
  return statementsOf(call.statement.block, 'unicast_src_ip', 'mcast_src_ip').flatMap((source) =>
    when(virtual.has(parseIp(valueOf(source) ?? '')), () => ({
      message: `${source.keyword} is the virtual address itself, which a backup does not have`,
      at: source,
      hint: "write the box's own address",
    })),
  );
}

/** Adverts to a group may come from an address that hides the box. */
function sourceNotConfigured({ settings, call, outline }: InstanceSubject): readonly Finding[] {
  const { sourceAddress: source, unicast, addresses } = settings;
  if (source === undefined || outline.session.box.hasAddress(source)) return [];
  if (addresses.some(({ address }) => address === source)) return [];
  const consequence =
    unicast === undefined
      ? 'boxes that look at where packets come from may drop the adverts'
      : 'the instance stays in FAULT';
  return [
    {
      message: `no interface of this box that is up has ${source}, which adverts are to come from: ${consequence}`,
      at: call.inside('unicast_src_ip', 'mcast_src_ip'),
      hint: "write the box's own address",
    },
  ];
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
  const known = new Map<string, (typeof outline.instances)[number]>();
  const findings = outline.instances.flatMap((instance) => {
    const { settings, call } = instance;
    const { name, interface: device, virtualRouterId: number } = settings;
    const key = `${number} ${settings.family}`;
    const other = known.get(key);
    known.set(key, other ?? instance);
    if (other === undefined || other.settings.interface === device) return [];
    return [
      {
        message: `${name} on ${device} has virtual_router_id ${number} like ${other.settings.name} on ${other.settings.interface}; if these are one network, the two disturb each other`,
        at: call.inside('virtual_router_id'),
        related: [{ message: `${other.settings.name} is at`, place: other.call.statement }],
      },
    ];
  });
  return firstOf(findings);
}

/** A router in front may bring packets here too, so that it is no more than a note. */
function addressOfNoInstance({ outline }: Subject): readonly Finding[] {
  if (outline.instances.length === 0) return [];
  const held = new Set<IpAddress>([
    ...outline.instances
      .flatMap(({ settings }) => [...settings.addresses, ...settings.excludedAddresses])
      .map((each) => each.address),
    ...outline.statements
      .filter((each) => each.keyword === 'static_ipaddress')
      .flatMap((each) => statementsOf(each.block))
      .flatMap((each) => parseIp(splitWords(each)[0]?.text.split('/')[0] ?? '') ?? []),
  ]);
  const findings = outline.virtualServers.flatMap(({ settings: { key }, call }) =>
    when(key.kind === 'address' && !held.has(key.address), () => ({
      message: `no vrrp_instance of this configuration holds ${call.argument(1)?.text}`,
      at: call.argument(1),
      hint: 'add it to virtual_ipaddress, if nobody else sees to it',
    })),
  );
  return firstOf(findings);
}
