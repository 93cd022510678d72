export type { TableChange } from './change.ts';
export { diff, type TableEntry } from './diff.ts';
export { formatServiceKey } from './key.ts';
export {
  OutlineReader,
  outlineName,
  outlineOf,
  servicesIn,
  wordsOf,
  type SeeService,
} from './outline.ts';
export type {
  ActualDestination,
  ActualService,
  Counters,
  DesiredService,
  Destination,
  ForwardingMethod,
  Service,
  ServiceKey,
  Tunnel,
} from './table.ts';
