/** Which addresses this box has, for virtual servers that are checked only while it has theirs. */
import type { GlobalSettings } from '@tandem/config';
import type { IpAddress } from '@tandem/inet';
import { RouteMonitor, Rtnetlink } from '@tandem/netlink';

/** Of the sockets. */
type Buffers = Pick<NonNullable<GlobalSettings['netlinkBuffers']>, 'lvsCommand' | 'lvsMonitor'>;

/** All addresses of the box, each time they have changed; `close` ends it. */
export type WatchAddresses = (
  changed: (addresses: ReadonlySet<IpAddress>) => void,
  failed: (error: Error) => void,
) => { close(): void };

/**
 * Reads the addresses now and after each change that the kernel tells of.
 * @param changed - told of all addresses, at least once
 * @param failed - told when they cannot be read any more
 * @param buffers - that are not of the usual size
 */
export function watchLocalAddresses(
  changed: Parameters<WatchAddresses>[0],
  failed: Parameters<WatchAddresses>[1],
  { lvsCommand, lvsMonitor }: Buffers = {},
): { close(): void } {
  const tables = Rtnetlink.open();
  tables.resize(lvsCommand);
  let reading: Promise<void> | undefined;
  let isStale = false;
  let isClosed = false;
  const read = async (): Promise<void> => {
    isStale = false;
    const all = await tables.addresses();
    if (!isClosed) changed(new Set(all.map(({ address }) => address)));
  };
  /** What changes during a reading is read once more after it. */
  const again = (): void => {
    isStale = true;
    reading ??= read()
      .catch((error: unknown) => {
        if (!isClosed) failed(error as Error);
      })
      .finally(() => {
        reading = undefined;
        if (isStale && !isClosed) again();
      });
  };
  const monitor = RouteMonitor.open(['addresses'], {
    link: () => undefined,
    address: again,
    route: () => undefined,
    rule: () => undefined,
    overrun: again,
    failed,
  });
  monitor.resize(lvsMonitor);
  again();
  return {
    close() {
      isClosed = true;
      monitor.close();
      tables.close();
    },
  };
}
