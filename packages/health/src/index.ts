export {
  continueCheck,
  createCheck,
  stepCheck,
  type CheckEvent,
  type CheckStart,
  type CheckState,
  type CheckStep,
} from './check.ts';
export type { CheckEffect, LogEffect, VirtualServerEffect } from './effect.ts';
export { formatHost, formatRealServer, formatVirtualServer } from './naming.ts';
export { judgePage, type PageVerdict } from './page-verdict.ts';
export {
  probeOf,
  type HttpProtocol,
  type Page,
  type Probe,
  type ProbeFailure,
  type ProbeResult,
} from './probe.ts';
export {
  matchChecks,
  reloadVirtualServer,
  removeVirtualServer,
  restoreVirtualServer,
  type RememberedCheck,
  type RememberedVirtualServer,
} from './reload.ts';
export { servingServers, type ServingServer } from './serving.ts';
export type {
  CheckSettings,
  CheckTarget,
  CheckTiming,
  CommandSettings,
  ForwardingMethod,
  HttpCheckSettings,
  Protocol,
  RealServerSettings,
  ServiceTarget,
  SorryServerSettings,
  TcpCheckSettings,
  TunnelSettings,
  UrlSettings,
  VirtualServerKey,
  VirtualServerSettings,
} from './settings.ts';
export {
  startVirtualServer,
  stepVirtualServer,
  stopVirtualServer,
  weightSum,
  type HealthOptions,
  type RealServerState,
  type VirtualServerEvent,
  type VirtualServerState,
  type VirtualServerStep,
} from './virtual-server.ts';
