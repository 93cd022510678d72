/** Which addresses this box has, for virtual servers that are checked only while it has theirs. */
import type { IpAddress } from '@tandem/inet';
import { RouteMonitor, Rtnetlink } from '@tandem/netlink';

/** All addresses of the box, each time they have changed; `close` ends it. */
export type WatchAddresses = (
  changed: (addresses: ReadonlySet<IpAddress>) => void,
  failed: (error: Error) => void,
) => { close(): void };

/**
 * Reads the addresses now and after each change that the kernel tells of.
 * @param changed - told of all addresses, at least once
 * @param failed - told when they cannot be read any more
 */
export const watchLocalAddresses: WatchAddresses = (changed, failed) => {
  const tables = Rtnetlink.open();
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
  again();
  return {
    close() {
      isClosed = true;
      monitor.close();
      tables.close();
    },
  };
};
