import type { IpAddress, MacAddress } from '@tandem/inet';
import { readAnnouncement } from './wire.ts';

/** A neighbour behind a switch of its own: it believes what it heard last, and so does the switch. */
export class Host {
  readonly number: number;
  readonly #table = new Map<IpAddress, MacAddress>();
  /** Number of the router that a frame with this source came from last. */
  readonly #ports = new Map<MacAddress, number>();

  constructor(number: number) {
    this.number = number;
  }

  /**
   * Something has been announced.
   * @param from - number of the router
   */
  receive(frame: Uint8Array, from: number): void {
    const { source, address, hardwareAddress } = readAnnouncement(frame);
    this.#table.set(address, hardwareAddress);
    this.pass(source, from);
  }

  /** The switch has seen a frame that means nothing to the host. */
  pass(source: MacAddress, from: number): void {
    this.#ports.set(source, from);
  }

  /** @returns what it sends to for the address; undefined: it would have to ask */
  whereIs(address: IpAddress): MacAddress | undefined {
    return this.#table.get(address);
  }

  /** @returns number of the router that the switch sends to; undefined: to all */
  portOf(hardwareAddress: MacAddress): number | undefined {
    return this.#ports.get(hardwareAddress);
  }
}
