import type { NotifyFifoSettings } from '@tandem/config';
import type { NotifyFifo } from '@tandem/notify';
import type { ChildName } from '../ipc.ts';

/** A FIFO, as far as it is used here. */
type OpenFifo = Pick<NotifyFifo, 'isThere' | 'write' | 'close'>;

/** Whose changes a FIFO does not hear of. */
const DEAF_TO = { all: undefined, vrrp: 'ipvs', lvs: 'vrrp' } as const;

/**
 * @param fifos - configured
 * @param children - that run
 * @returns the FIFOs that somebody can tell something
 */
export function audibleFifos(
  fifos: readonly NotifyFifoSettings[],
  children: readonly ChildName[],
): readonly NotifyFifoSettings[] {
  return fifos.filter(({ hears }) => children.some((child) => DEAF_TO[hears] !== child));
}

/**
 * The FIFOs of the configuration in force. One that a reload leaves as it is stays open, unless
 * somebody has removed it: that one is made anew, with its script.
 */
export class NotifyFifos {
  readonly #open: (settings: NotifyFifoSettings) => OpenFifo;
  /** By their settings. */
  #fifos = new Map<string, { readonly settings: NotifyFifoSettings; readonly fifo: OpenFifo }>();

  /** @param open - makes and opens one */
  constructor(open: (settings: NotifyFifoSettings) => OpenFifo) {
    this.#open = open;
  }

  /** @param wanted - from now on; the others are closed first, as a new one may take their place */
  configure(wanted: readonly NotifyFifoSettings[]): void {
    const before = this.#fifos;
    const keys = new Map(wanted.map((settings) => [JSON.stringify(settings), settings]));
    for (const [key, { fifo }] of before) {
      if (keys.has(key) && fifo.isThere) continue;
      fifo.close();
      before.delete(key);
    }
    this.#fifos = new Map();
    for (const [key, settings] of keys)
      this.#fifos.set(key, before.get(key) ?? { settings, fifo: this.#open(settings) });
  }

  /** @param line - of a change that the child has told of */
  tell(child: ChildName, line: string): void {
    for (const { settings, fifo } of this.#fifos.values())
      if (DEAF_TO[settings.hears] !== child) fifo.write(line);
  }

  /** Closes all of them. */
  close(): void {
    this.configure([]);
  }
}
