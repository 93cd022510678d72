import type { Settings } from '@tandem/config';
import type { RealServerSettings, VirtualServerSettings } from '@tandem/health';
import { parseIp, type IpAddress } from '@tandem/inet';
import { milliseconds, ZERO } from '@tandem/time';

function ip(text: string): IpAddress {
  const address = parseIp(text);
  if (address === undefined) throw new Error(`not an address: ${text}`);
  return address;
}

export const VIP = ip('10.30.6.110');
export const BOX1 = ip('10.30.6.111');
export const BOX2 = ip('10.30.6.112');

export function realServer(changes: Partial<RealServerSettings> = {}): RealServerSettings {
  return {
    address: BOX1,
    port: 80,
    weight: 1,
    forwarding: 'DR',
    inhibitOnFailure: false,
    upperThreshold: 0,
    lowerThreshold: 0,
    smtpAlert: false,
    checks: [],
    ...changes,
  };
}

/** A real server that is checked for a listener on loopback. */
export function checkedServer(address: IpAddress, port: number): RealServerSettings {
  return realServer({
    address,
    notifyDown: { argv: ['/bin/down'] },
    checks: [
      {
        type: 'TCP_CHECK',
        target: { address: ip('127.0.0.1'), port },
        delayLoop: milliseconds(20),
        retry: 1,
        delayBeforeRetry: milliseconds(10),
        warmup: ZERO,
        connectTimeout: milliseconds(500),
        alpha: false,
        logAllFailures: false,
      },
    ],
  });
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
    alpha: false,
    omega: false,
    smtpAlert: false,
    realServers: [realServer(), realServer({ address: BOX2 })],
    ...changes,
  };
}

export function settings(
  virtualServers: readonly VirtualServerSettings[],
  changes: Partial<Settings['global']> = {},
): Settings {
  return {
    global: {
      routerId: 'test',
      enableScriptSecurity: false,
      lvsFlush: false,
      lvsFlushOnStop: false,
      noCheckerEmails: false,
      noEmailFaults: false,
      multicastGroup4: ip('224.0.0.18'),
      multicastGroup6: ip('ff02::12'),
      ...changes,
    },
    vrrpInstances: [],
    virtualServers,
  };
}
