/** Interfaces that instances make on top of others. */
import type { IpAddress, IpFamily, MacAddress } from '@tandem/inet';

/** What is on the ipvlan of an instance. */
export interface IpvlanSettings {
  /** Whether those on one interface hear each other, and by way of whom. */
  readonly mode: 'bridge' | 'private' | 'vepa';
  /** Its own, which adverts are sent from; absent: its link-local address. */
  readonly address?: { readonly address: IpAddress; readonly prefixLength: number };
}

interface Named {
  readonly name: string;
  /** The configuration chooses the name; absent: any other is as good. */
  readonly isNamed?: true;
}

interface Macvlan extends Named {
  /** The same on all boxes, so that neighbours notice nothing of a takeover. */
  readonly hardwareAddress: MacAddress;
}

/**
 * The interface of an instance, on its interface: a macvlan for its addresses and adverts, or an
 * ipvlan, with the MAC address of the interface below, for its adverts alone.
 * @see keepalived.conf(5) use_vmac, use_ipvlan
 */
export type VirtualInterface = (
  | (Macvlan & { readonly ipvlan?: undefined })
  | (Named & { readonly hardwareAddress?: undefined; readonly ipvlan: IpvlanSettings })
) & {
  /** Adverts go by the interface below, and have its MAC address. */
  readonly advertsBelow: boolean;
};

/**
 * A macvlan for addresses alone, of one family.
 * @see keepalived.conf(5) use_vmac_addr
 */
export interface AddressInterface extends Omit<Macvlan, 'isNamed'> {
  readonly parent: string;
  readonly family: IpFamily;
}
