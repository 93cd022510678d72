import {
  startVirtualServer,
  type RealServerSettings,
  type VirtualServerSettings,
} from '@tandem/health';
import type { IpAddress } from '@tandem/inet';
import type { DesiredService } from '@tandem/ipvs';
import { milliseconds, ZERO } from '@tandem/time';
import {
  BOX1,
  BOX2,
  realServer as anyRealServer,
  tcpCheck,
  VIP,
  virtualServer as anyVirtualServer,
} from '../../../health/test/settings.ts';
import { desiredServices } from '../../src/ipvs/desired-table.ts';
import { ip } from '../../../vrrp/test/instance-settings.ts';

export { BOX1, BOX2, VIP };

/** A real server that nobody checks, of whom nobody is told. */
export function realServer(changes: Partial<RealServerSettings> = {}): RealServerSettings {
  const { notifyUp: _up, notifyDown: _down, ...silent } = anyRealServer();
  return { ...silent, address: BOX1, smtpAlert: false, checks: [], ...changes };
}

/** A real server that is checked for a listener on loopback. */
export function checkedServer(address: IpAddress, port: number): RealServerSettings {
  return realServer({
    address,
    notifyDown: { argv: ['/bin/down'] },
    checks: [
      tcpCheck({
        target: { address: ip('127.0.0.1'), port },
        delayLoop: milliseconds(20),
        retry: 1,
        delayBeforeRetry: milliseconds(10),
        warmup: ZERO,
        connectTimeout: milliseconds(500),
      }),
    ],
  });
}

/** A virtual server with two such real servers. */
export function virtualServer(changes: Partial<VirtualServerSettings> = {}): VirtualServerSettings {
  const { quorumUp: _up, quorumDown: _down, ...silent } = anyVirtualServer();
  const realServers = [realServer(), realServer({ address: BOX2 })];
  return { ...silent, smtpAlert: false, realServers, ...changes };
}

/** The only service of a virtual server that has just started. */
export function startedService(changes: Partial<VirtualServerSettings> = {}): DesiredService {
  const [service] = desiredServices(startVirtualServer(virtualServer(changes)).state);
  if (service === undefined) throw new Error('it has no service');
  return service;
}
