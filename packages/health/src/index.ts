export { effectiveWeight, judgeNumber, type WeightAdjustment } from './adjustment.ts';
export type {
  CheckSettings,
  CheckTarget,
  CheckTiming,
  CommandSettings,
  DnsCheckSettings,
  DnsRecordType,
  FileCheckSettings,
  HttpCheckSettings,
  MiscCheckSettings,
  NetworkCheckSettings,
  PlainCheckSettings,
  RegexSettings,
  SmtpCheckSettings,
  UdpCheckSettings,
  UdpReplySettings,
  UrlSettings,
  TlsSettings,
} from './check-settings.ts';
export {
  continueCheck,
  createCheck,
  stepCheck,
  type CheckEvent,
  type CheckStart,
  type CheckState,
  type CheckStep,
} from './check.ts';
export type { Drain } from './drain.ts';
export type { CheckEffect, LogEffect, VirtualServerEffect } from './effect.ts';
export { formatHost, formatRealServer, formatVirtualServer } from './naming.ts';
export { judgePage, type PageVerdict } from './page-verdict.ts';
export {
  probeOf,
  type BfdProbe,
  type FileProbe,
  type HttpProbe,
  type HttpProtocol,
  type NetworkProbe,
  type Page,
  type Probe,
  type ProbeFailure,
  type ProbeResult,
  type ScriptProbe,
} from './probe.ts';
export {
  matchChecks,
  reloadVirtualServer,
  removeVirtualServer,
  restoreVirtualServer,
  type RememberedCheck,
  type RememberedVirtualServer,
} from './reload.ts';
export { adoptLeftovers, isSameServer, type Adoption, type Leftover } from './removed-server.ts';
export { servicesAt, type AddressService } from './services.ts';
export { servingServers, sorryServes, tableWeight, type ServingServer } from './serving.ts';
export type {
  ForwardingMethod,
  Protocol,
  RealServerSettings,
  ServiceTarget,
  SorryServerSettings,
  TunnelSettings,
  VirtualServerKey,
  VirtualServerSettings,
} from './settings.ts';
export { rampedWeight, stepLength, type Ramp } from './slow-start.ts';
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
export { weightOf } from './weight.ts';
