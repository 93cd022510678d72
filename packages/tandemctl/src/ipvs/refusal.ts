/** What the kernel's refusals are called. */
import { IpvsUnavailableError } from '@tandem/ipvs-netlink';
import { NetlinkError } from '@tandem/netlink';
import type { CommandName } from './command-table.ts';

type Words = Readonly<Record<string, string>>;

const GENERAL: Words = {
  EINVAL: 'Invalid operation.  Possibly wrong module version, address not unicast, ...',
  EPERM: 'Permission denied (you must be root)',
  ERANGE: 'Numerical result out of range',
  ENODEV: 'No such device',
  ENOMEM: 'Memory allocation problem',
};

const NO_SERVICE: Words = { ESRCH: 'No such service' };
const NO_SCHEDULER: Words = { ENOENT: 'Scheduler or persistence engine not found' };
const NO_DESTINATION: Words = { ENOENT: 'No such destination', ESRCH: 'Service not defined' };

const BY_COMMAND: Partial<Readonly<Record<CommandName, Words>>> = {
  'add-service': { EEXIST: 'Service already exists', ...NO_SCHEDULER },
  'edit-service': { ...NO_SERVICE, ...NO_SCHEDULER },
  'delete-service': NO_SERVICE,
  zero: NO_SERVICE,
  list: NO_SERVICE,
  'add-server': { EEXIST: 'Destination already exists', ESRCH: 'Service not defined' },
  'edit-server': NO_DESTINATION,
  'delete-server': NO_DESTINATION,
  'start-daemon': { EEXIST: 'Daemon has already run' },
  'stop-daemon': { ESRCH: 'No daemon is running' },
};

/**
 * @param error - of the kernel, or of the way to it
 * @returns it in ipvsadm's words where there are any
 * @throws the error when it is another's
 */
export function formatRefusal(error: unknown, command: CommandName): string {
  if (error instanceof IpvsUnavailableError) return error.message;
  if (!(error instanceof NetlinkError)) throw error;
  return BY_COMMAND[command]?.[error.code] ?? GENERAL[error.code] ?? error.message;
}
