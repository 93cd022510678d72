import { parseIp, type IpAddress } from '@tandem/inet';
import { instant, seconds, type Instant } from '@tandem/time';
import {
  reloadVirtualServer,
  type CheckSettings,
  type HttpCheckSettings,
  type NetworkCheckSettings,
  type PlainCheckSettings,
  type RealServerSettings,
  type VirtualServerSettings,
  type VirtualServerState,
  type VirtualServerStep,
} from '../src/index.ts';

export const VIP = parseIp('10.30.6.110') as IpAddress;
export const BOX1 = parseIp('10.30.6.111') as IpAddress;
export const BOX2 = parseIp('10.30.6.112') as IpAddress;
export const DIGEST = 'c7b4690c8c46625ef0f328cd7a24a0a3';

/** The scenario's checker: 3 retries, 3 s apart, every 3 s. */
const TIMING: Omit<NetworkCheckSettings, 'target'> = {
  delayLoop: seconds(3),
  retry: 3,
  delayBeforeRetry: seconds(3),
  warmup: seconds(3),
  connectTimeout: seconds(3),
  alpha: false,
  logAllFailures: false,
};

export function httpCheck(changes: Partial<HttpCheckSettings> = {}): HttpCheckSettings {
  return {
    ...TIMING,
    type: 'HTTP_GET',
    target: { address: BOX2, port: 80 },
    urls: [{ path: '/', digest: DIGEST, statusCodes: [] }],
    httpProtocol: '1.0',
    fastRecovery: false,
    enableSni: false,
    ...changes,
  };
}

export function tcpCheck(changes: Partial<PlainCheckSettings> = {}): PlainCheckSettings {
  return { ...TIMING, type: 'TCP_CHECK', target: { address: BOX2, port: 80 }, ...changes };
}

/** One of each of the others. */
export const OTHER_CHECKS = {
  SMTP_CHECK: {
    ...TIMING,
    type: 'SMTP_CHECK',
    target: { address: BOX2, port: 25 },
    heloName: 'lb.example.org',
  },
  DNS_CHECK: {
    ...TIMING,
    type: 'DNS_CHECK',
    target: { address: BOX2, port: 53 },
    recordType: 'SOA',
    name: '.',
  },
  UDP_CHECK: { ...TIMING, type: 'UDP_CHECK', target: { address: BOX2, port: 9 }, payload: '00' },
  PING_CHECK: { ...TIMING, type: 'PING_CHECK', target: { address: BOX2, port: 80 } },
  MISC_CHECK: {
    ...TIMING,
    type: 'MISC_CHECK',
    command: { argv: ['/bin/check', 'x'] },
    timeout: seconds(2),
    dynamic: true,
  },
  FILE_CHECK: {
    ...TIMING,
    type: 'FILE_CHECK',
    name: 'load',
    path: '/run/load',
    weight: 2,
    reverse: false,
    retry: 0,
    warmup: seconds(0),
  },
  BFD_CHECK: { ...TIMING, type: 'BFD_CHECK', name: 'B1', retry: 0, warmup: seconds(0) },
} as const satisfies Record<string, CheckSettings>;

export function realServer(changes: Partial<RealServerSettings> = {}): RealServerSettings {
  return {
    address: BOX2,
    port: 80,
    weight: 1,
    forwarding: 'DR',
    inhibitOnFailure: false,
    upperThreshold: 0,
    lowerThreshold: 0,
    notifyUp: { argv: ['/bin/up'] },
    notifyDown: { argv: ['/bin/down'] },
    smtpAlert: true,
    checks: [tcpCheck()],
    ...changes,
  };
}

export function virtualServer(changes: Partial<VirtualServerSettings> = {}): VirtualServerSettings {
  return {
    key: { kind: 'address', address: VIP, port: 80, protocol: 'TCP' },
    scheduler: 'rr',
    schedulerFlags: 0,
    onePacket: false,
    persistenceGranularity: 32,
    quorum: 1,
    hysteresis: 0,
    quorumUp: { argv: ['/bin/quorum-up'] },
    quorumDown: { argv: ['/bin/quorum-down'] },
    alpha: false,
    omega: false,
    smtpAlert: true,
    realServers: [realServer({ address: BOX1 }), realServer()],
    ...changes,
  };
}

/** @returns what a reload of that alone comes to */
export function reload(
  before: VirtualServerState,
  settings: VirtualServerSettings,
  now: Instant = instant(0),
): VirtualServerStep {
  const options = { now, noCheckerEmails: false, rsInitNotifies: false };
  const { state, partings, effects } = reloadVirtualServer(before, settings, options);
  return { state, effects: [...partings, ...effects] };
}
