export type { TableChange } from './change.ts';
export type {
  ActualDestination,
  ActualService,
  Counters,
  DesiredService,
  Destination,
  ForwardingMethod,
  Service,
  ServiceKey,
} from './table.ts';
