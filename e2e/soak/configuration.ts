/** A configuration with many virtual addresses, of which a reload changes one and a priority. */

/** Virtual routers, the last of which changes. */
export const INSTANCES = 10;
const ADDRESSES_EACH = 20;

/** Addresses of all instances, with the one that comes and goes. */
export const ADDRESSES: number = INSTANCES * ADDRESSES_EACH + 1;

/** Which of two files is meant. */
export type Edition = 0 | 1;

/** What a box is to be. */
export interface Part {
  readonly role: 'MASTER' | 'BACKUP';
  /** Between adverts; version 3 where these are not whole seconds. */
  readonly intervalMs: number;
}

/**
 * @param part - of the box
 * @param edition - what changes: an address without adverts, and the priority of the last instance
 * @returns keepalived.conf
 */
export function configuration({ role, intervalMs }: Part, edition: Edition): string {
  const priority = role === 'MASTER' ? 150 : 100;
  const instances = Array.from({ length: INSTANCES }, (_, i) => {
    const id = i + 1;
    const timing = [
      `version ${intervalMs % 1000 === 0 ? 2 : 3}`,
      `advert_int ${intervalMs / 1000}`,
    ];
    const common = [`state ${role}`, ...timing];
    if (id < INSTANCES) return instance(id, [...common, `priority ${priority}`]);
    const excluded = `virtual_ipaddress_excluded {\n    10.41.0.${edition + 1}\n  }`;
    return instance(id, [...common, `priority ${priority + edition}`, excluded]);
  });
  return `global_defs {\n  router_id soak\n}\n${instances.join('')}`;
}

function instance(id: number, own: readonly string[]): string {
  const addresses = Array.from({ length: ADDRESSES_EACH }, (_, i) => `10.40.${id}.${i + 1}`);
  return `vrrp_instance V${id} {
  interface eth0
  virtual_router_id ${id}
  ${own.join('\n  ')}
  virtual_ipaddress {
    ${addresses.join('\n    ')}
  }
}
`;
}
