import { startVirtualServer, stepVirtualServer } from '@tandem/health';
import { seconds } from '@tandem/time';
import { expect, test } from 'vitest';
import { desiredService, serviceKey } from '../../src/ipvs/desired-table.ts';
import { BOX1, BOX2, checkedServer, realServer, VIP, virtualServer } from './settings.ts';

test('a plain virtual server becomes a service with its real servers', () => {
  const { state } = startVirtualServer(virtualServer({ realServers: [realServer({ weight: 7 })] }));
  expect(desiredService(state)).toEqual({
    key: { kind: 'address', protocol: 6, address: VIP, port: 80 },
    scheduler: 'rr',
    flags: 0,
    timeoutSeconds: 0,
    netmaskBits: 32,
    destinations: [
      {
        address: BOX1,
        port: 80,
        forwarding: 'Route',
        weight: 7,
        upperThreshold: 0,
        lowerThreshold: 0,
      },
    ],
  });
});

test('NAT, DR and TUN are Masq, Route and Tunnel', () => {
  const realServers = (['NAT', 'DR', 'TUN'] as const).map((forwarding) =>
    realServer({ forwarding }),
  );
  const { state } = startVirtualServer(virtualServer({ realServers }));
  const methods = desiredService(state).destinations.map((each) => each.forwarding);
  expect(methods).toEqual(['Masq', 'Route', 'Tunnel']);
});

test('persistence, one-packet scheduling and scheduler flags become bits', () => {
  const { state } = startVirtualServer(
    virtualServer({
      persistenceTimeout: seconds(360),
      persistenceGranularity: 24,
      onePacket: true,
      schedulerFlags: 8 | 16,
    }),
  );
  expect(desiredService(state)).toMatchObject({
    flags: 1 | 4 | 8 | 16,
    timeoutSeconds: 360,
    netmaskBits: 24,
  });
});

test('a server that is down is left out, or stays at weight 0', () => {
  const down = { type: 'check-changed', realServer: 0, check: 0, up: false, mailBody: '' } as const;
  const destinations = [false, true].map((inhibitOnFailure) => {
    const server = { ...checkedServer(BOX2, 80), inhibitOnFailure };
    const { state } = startVirtualServer(virtualServer({ realServers: [server] }));
    const step = stepVirtualServer(state, down, { noCheckerEmails: false });
    return desiredService(step.state).destinations.map((each) => each.weight);
  });
  expect(destinations).toEqual([[], [0]]);
});

test('keys have the numbers of their protocol; marks stay marks', () => {
  const address = { kind: 'address', address: VIP, port: 53 } as const;
  expect(serviceKey({ ...address, protocol: 'UDP' })).toMatchObject({ protocol: 17 });
  expect(serviceKey({ ...address, protocol: 'SCTP' })).toMatchObject({ protocol: 132 });
  const mark = { kind: 'fwmark', mark: 5, family: 6 } as const;
  expect(serviceKey(mark)).toEqual(mark);
});

test('tunnels that are not plain, and a persistence engine, are asked for', () => {
  const tunnel = { type: 'gue', port: 6080, checksum: 'remote' } as const;
  const { state } = startVirtualServer(
    virtualServer({
      persistenceTimeout: seconds(30),
      persistenceEngine: 'sip',
      realServers: [realServer({ forwarding: 'TUN', tunnel })],
    }),
  );
  expect(desiredService(state)).toMatchObject({
    persistenceEngine: 'sip',
    destinations: [{ forwarding: 'Tunnel', tunnel }],
  });
});
