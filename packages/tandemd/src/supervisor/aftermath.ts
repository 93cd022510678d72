/**
 * Sees to what children may leave in the kernel: writes it down before they are told to put it
 * there, and takes it out when they cannot any more.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { seconds } from '@tandem/time';
import type { ChildName } from '../ipc.ts';
import { isNothing, type KernelRecord, type VrrpRecord } from '../kernel-record.ts';
import type { LeftTable } from './clean-up.ts';
import type { RecordFile } from './record-file.ts';

/** What it needs of the daemon. */
export interface AftermathPorts {
  /** Takes what a child left behind off interfaces and out of routing tables; never rejects. */
  readonly withdraw: (left: VrrpRecord) => Promise<void>;
  /** Takes what a child left behind out of the kernel's IPVS table; never rejects. */
  readonly clearTable: (left: LeftTable) => Promise<void>;
  /** Outlives the daemon. */
  readonly recordFile: Pick<RecordFile, 'read' | 'write'>;
}

/** Of putting in order what a child left behind. */
const CLEAN_UP_LIMIT = seconds(3);

/** Owns the record and the clean-up. */
export class Aftermath {
  /** What a daemon that was killed has left. */
  readonly inherited: KernelRecord;
  readonly #ports: AftermathPorts;
  readonly #held: () => KernelRecord;
  /** What is there though no child holds it: nobody has dealt with it yet, or is doing so. */
  readonly #pending: { -readonly [Part in keyof KernelRecord]?: KernelRecord[Part] };
  #cleanedUp: Promise<unknown> = Promise.resolve();
  #isDue = false;

  /**
   * @param ports - the outside
   * @param held - what children may have put into the kernel by now
   */
  constructor(ports: AftermathPorts, held: () => KernelRecord) {
    this.#ports = ports;
    this.#held = held;
    this.inherited = ports.recordFile.read();
    this.#pending = { ...this.inherited };
  }

  /** A child has dealt with what it was told of those before it. */
  settled(name: ChildName): void {
    // Sessions of BFD leave nothing there.
    if (name !== 'bfd') delete this.#pending[name];
    this.saveSoon();
  }

  /** Writes down what there may be. */
  save(): void {
    this.#isDue = false;
    const { vrrp, ipvs } = this.#held();
    this.#ports.recordFile.write({
      vrrp: isNothing(vrrp) ? (this.#pending.vrrp ?? vrrp) : vrrp,
      ipvs: isNothing(ipvs) ? (this.#pending.ipvs ?? ipvs) : ipvs,
    });
  }

  /**
   * The same, once for hundreds of changes that a child tells of one after the other, and before all
   * that has to be done besides, which at a start takes long: whoever is killed then has left them.
   */
  saveSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      if (this.#isDue) this.save();
    });
  }

  /**
   * In the place of a child that did not do it.
   * @param flush - whether the whole table of IPVS is to be emptied
   */
  cleanUp(name: keyof KernelRecord, flush: boolean): void {
    const { vrrp, ipvs } = this.#held();
    if (isNothing(name === 'vrrp' ? vrrp : ipvs) && !flush) return;
    if (name === 'vrrp') this.#pending.vrrp = vrrp;
    else this.#pending.ipvs = ipvs;
    const { withdraw, clearTable } = this.#ports;
    const done = name === 'vrrp' ? withdraw(vrrp) : clearTable({ ...ipvs, flush });
    const settled = done.then(() => this.settled(name));
    const limit = delay(CLEAN_UP_LIMIT, undefined, { ref: false });
    this.#cleanedUp = Promise.all([this.#cleanedUp, Promise.race([settled, limit])]);
  }

  /** Settles when all is put in order, or cannot be, and it is written down. */
  async finish(): Promise<void> {
    await this.#cleanedUp;
    this.save();
  }
}
