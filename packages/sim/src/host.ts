import type { IpAddress, MacAddress } from '@tandem/inet';
import { readAnnouncement } from './wire.ts';

/** A neighbour: it believes what it heard last. */
export class Host {
  readonly number: number;
  readonly #table = new Map<IpAddress, MacAddress>();

  constructor(number: number) {
    this.number = number;
  }

  /** Something has been announced. */
  receive(frame: Uint8Array): void {
    const { address, hardwareAddress } = readAnnouncement(frame);
    this.#table.set(address, hardwareAddress);
  }

  /** @returns where it sends for the address; undefined: it would have to ask */
  whereIs(address: IpAddress): MacAddress | undefined {
    return this.#table.get(address);
  }
}
