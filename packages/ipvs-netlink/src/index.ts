export type { Figures } from './counters.ts';
export type { DestinationKey } from './destination.ts';
export { IpvsClient } from './ipvs-client.ts';
export { IpvsUnavailableError } from './ipvs-error.ts';
export type { IpvsInfo, IpvsTimeouts } from './module-info.ts';
export type { SyncDaemon, SyncRole } from './sync-daemon.ts';
export { formatServiceKey } from './table-request.ts';
