import { constants } from 'node:os';

const { EEXIST, EINVAL, ENOENT, ESRCH } = constants.errno;

/** The kernel has no IPVS, or none that can be reached. */
export class IpvsUnavailableError extends Error {
  override readonly name: string = 'IpvsUnavailableError';

  /** @param cause - what the kernel answered */
  constructor(cause: unknown) {
    super(
      'this kernel has no IPVS: load the module with `modprobe ip_vs` (in a container, on its ' +
        'host); a kernel without the module needs one built with CONFIG_IP_VS',
      { cause },
    );
  }
}

/** IPVS uses a few numbers for things that their general text does not tell. */
const SERVICE_MEANINGS: ReadonlyMap<number, string> = new Map([
  [EEXIST, 'the service exists already'],
  [ENOENT, 'no such scheduler or persistence engine'],
  [ESRCH, 'no such service'],
  [EINVAL, 'a value that the kernel does not take'],
]);

const DESTINATION_MEANINGS: ReadonlyMap<number, string> = new Map([
  [EEXIST, 'the destination exists already'],
  [ENOENT, 'no such destination'],
  [ESRCH, 'no such service'],
  [EINVAL, 'a value that the kernel does not take'],
]);

const DAEMON_MEANINGS: ReadonlyMap<number, string> = new Map([
  [EEXIST, 'the daemon runs already'],
  [ESRCH, 'the daemon does not run'],
]);

/** What numbers mean, by what the request is about. */
export const MEANINGS: Readonly<
  Record<'service' | 'destination' | 'daemon', ReadonlyMap<number, string>>
> = { service: SERVICE_MEANINGS, destination: DESTINATION_MEANINGS, daemon: DAEMON_MEANINGS };
