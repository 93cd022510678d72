/** What instances have to do with each other. */
import type { VrrpInstanceSettings } from '@tandem/vrrp';
import type { Call } from './call.ts';
import type { RootDraft } from './keywords/root.ts';
import type { DiagnosticOptions } from './report.ts';
import { placeOnVirtualInterfaces, type NamingContext } from './virtual-interface.ts';

/**
 * @param draft - the whole configuration
 * @returns those that can run beside each other, on their virtual interfaces, in configuration order
 */
export function finishInstances(draft: RootDraft): VrrpInstanceSettings[] {
  const instances = distinctInstances(draft);
  complainMixedKinds(instances, draft);
  return placeOnVirtualInterfaces(instances, namingContext(draft));
}

/** The kernel has either macvlans or ipvlans on an interface, and these of one mode. */
function complainMixedKinds(all: readonly VrrpInstanceSettings[], { instances }: RootDraft): void {
  const firsts = new Map<string, { readonly instance: string; readonly kind: string }>();
  for (const settings of all) {
    const { name, virtualInterface: own, addressInterfaces = [] } = settings;
    const mode = own?.ipvlan?.mode;
    const ownKind = mode === undefined ? 'a VMAC' : `an ipvlan of mode ${mode}`;
    const kinds = [
      ...(own === undefined ? [] : [[settings.interface, ownKind] as const]),
      ...addressInterfaces.map(({ parent }) => [parent, 'a VMAC'] as const),
    ];
    for (const [device, kind] of kinds) {
      const first = firsts.get(device) ?? { instance: name, kind };
      firsts.set(device, first);
      if (kind === first.kind) continue;
      const call = instances.get(name)?.call;
      const message = `${kind} does not go with ${first.kind}, which ${first.instance} has on ${device}`;
      call?.complain('KEYWORD_CONFLICT', message, {
        at: call.inside(mode === undefined ? 'use_vmac' : 'use_ipvlan', 'use_vmac_addr'),
        severity: 'warning',
        related: relatedTo(instances.get(first.instance)?.call),
      });
    }
  }
}

function namingContext({ globals, instances }: RootDraft): NamingContext {
  return {
    prefix: globals.vmacPrefix,
    addressPrefix: globals.vmacAddressPrefix,
    taken(instance, name, by) {
      const call = instances.get(instance)?.call;
      const owner = by === undefined ? 'an instance is on that interface' : `${by} uses it already`;
      call?.complain('VMAC_NAME_TAKEN', `VMAC name ${name}: ${owner}; ignoring the name`, {
        at: call.inside('use_vmac', 'use_ipvlan'),
        hint: 'choose another name, or none',
        ...(by !== undefined && { related: relatedTo(instances.get(by)?.call) }),
      });
    },
  };
}

function relatedTo(call: Call | undefined): DiagnosticOptions['related'] {
  return call && [{ message: 'the other one is at', place: call.statement }];
}

/** Two instances that would hear each other's adverts as their own cannot both run. */
function distinctInstances({ instances }: RootDraft): VrrpInstanceSettings[] {
  const known = new Map<string, VrrpInstanceSettings>();
  const distinct: VrrpInstanceSettings[] = [];
  for (const { call, settings } of instances.values()) {
    if (settings === undefined) continue;
    const { name, virtualRouterId, family, interface: device, unicast, multicastGroup } = settings;
    const where = settings.virtualInterface?.advertsBelow === false ? `${device} vmac` : device;
    // Of instances that share the rest, those with peers may differ in them.
    const channels = unicast?.peers.map(({ address }) => `peer ${address}`) ?? [multicastGroup];
    const heard = channels.map((each) => `${virtualRouterId} ${family} ${where} ${each}`);
    const other = heard.map((each) => known.get(each)).find((each) => each !== undefined);
    if (other === undefined) {
      for (const each of heard) known.set(each, settings);
      distinct.push(settings);
      continue;
    }
    call.complain(
      'DUPLICATE_VIRTUAL_ROUTER_ID',
      `${other.name} and ${name} both use VRID ${virtualRouterId} with IPv${family} on interface ${device}`,
      {
        fatal: true,
        hint: 'give one of them another virtual_router_id',
        related: relatedTo(instances.get(other.name)?.call),
      },
    );
  }
  return distinct;
}
