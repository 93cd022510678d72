import { parseIp, prefixContains } from '@tandem/inet';
import { allAddresses } from '@tandem/vrrp';
import { entriesOf } from '../tree-reading.ts';
import { isTracked, SAFE } from '../scripts.ts';
import type { Finding, InstanceSubject, Subject, Trap } from './trap.ts';

/** Traps of an instance that only the box shows. */
export const BOX_INSTANCE_TRAPS: readonly Trap<InstanceSubject>[] = [
  { code: 'ADDRESS_OUTSIDE_PREFIX', find: outsidePrefix },
  { code: 'INTERFACE_WITHOUT_ADDRESS', find: noAddress },
];

/** Traps of all instances together, and of scripts, which only the box shows. */
export const BOX_TRAPS: readonly Trap<Subject>[] = [
  { code: 'ADDRESS_OF_THE_BOX', find: ownAddress },
  { code: 'SCRIPT_NOT_RUNNABLE', find: notRunnable },
  { code: 'SCRIPT_INSECURE', find: insecure },
];

function outsidePrefix({ settings, call, outline }: InstanceSubject): readonly Finding[] {
  const entries = entriesOf(call.statement.block, 'virtual_ipaddress');
  const places = new Map(
    entries.toReversed().map(([word]) => [parseIp(word?.text.split('/')[0] ?? ''), word]),
  );
  return settings.addresses.flatMap(({ address, device }) => {
    const known = outline.session.box
      .prefixesOf(device)
      ?.filter((each) => each.address.includes(':') === address.includes(':'));
    if (known === undefined || known.length === 0) return [];
    if (address.startsWith('fe80:') || known.some((each) => prefixContains(each, address)))
      return [];
    const networks = known.map((each) => `${each.address}/${each.length}`).join(', ');
    return [
      {
        message: `${address} is in none of the networks of ${device} (${networks}): neighbours will not look for it there`,
        at: places.get(address),
        hint: "correct the address, or name its interface with 'dev'",
      },
    ];
  });
}

/** An instance has to send its adverts from somewhere. */
function noAddress({ settings, call, outline }: InstanceSubject): readonly Finding[] {
  const { interface: device, family, sourceAddress } = settings;
  const known = outline.session.box.prefixesOf(device);
  if (known === undefined || sourceAddress !== undefined) return [];
  if (known.some((each) => each.address.includes(':') === (family === 6))) return [];
  if (call.inside('unicast_src_ip') !== undefined) return [];
  return [
    {
      message: `${device} has no IPv${family} address to send adverts from, so that the instance stays in FAULT`,
      at: call.inside('interface'),
      hint: `give ${device} an address of its own`,
    },
  ];
}

/** Where it is not the only one, it may be that the box is master. */
function ownAddress({ outline }: Subject): readonly Finding[] {
  const { instances, session } = outline;
  const virtual = new Set(
    instances.flatMap((each) => allAddresses(each.settings).map(({ address }) => address)),
  );
  return instances.flatMap(({ settings, call }) => {
    const { interface: own, family, sourceAddress } = settings;
    if (family !== 4 || sourceAddress !== undefined) return [];
    const known = session.box.prefixesOf(own) ?? [];
    const addresses = known.map((each) => each.address).filter((each) => !each.includes(':'));
    if (addresses.some((each) => !virtual.has(each))) return [];
    return addresses.map((address) => ({
      message: `${call.owner}: ${address} is all that ${own} has of its own, so that it cannot move to another box`,
      at: call.inside('virtual_ipaddress') ?? call.statement,
      hint: `give ${own} an address of its own beside it`,
    }));
  });
}

type Outline = Subject['outline'];
type Script = Outline['session']['scripts'][number];

/** One program is often named by several keywords; once is enough. */
function onceEach(scripts: readonly Script[]): readonly Script[] {
  const known = new Set<string>();
  return scripts.filter(({ program }) => !known.has(program) && known.add(program));
}

/** Where there are instances, tracked scripts are judged with the file. */
function scriptsOf({ session, settings }: Outline): readonly Script[] {
  if (settings.vrrpInstances.length === 0) return onceEach(session.scripts);
  return onceEach(session.scripts.filter((each) => !isTracked(each)));
}

function notRunnable({ outline }: Subject): readonly Finding[] {
  return scriptsOf(outline).flatMap(({ program, place }) => {
    const obstacle = outline.session.box.obstacleOf(program);
    return obstacle === undefined
      ? []
      : [{ message: `${program} cannot be run: ${obstacle}`, at: place }];
  });
}

function insecure({ outline }: Subject): readonly Finding[] {
  const { enableScriptSecurity, scriptUser } = outline.settings.global;
  if (scriptUser !== undefined && scriptUser.user !== 'root') return [];
  const consequence = enableScriptSecurity
    ? 'is refused'
    : 'would be refused by enable_script_security';
  const scripts = enableScriptSecurity ? scriptsOf(outline) : onceEach(outline.session.scripts);
  return scripts.flatMap(({ program, place }) => {
    const weakness = outline.session.box.weaknessOf(program);
    if (weakness === undefined) return [];
    return [{ message: `${program} ${consequence}: ${weakness}`, at: place, hint: SAFE }];
  });
}
