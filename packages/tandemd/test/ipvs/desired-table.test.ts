import { startVirtualServer, stepVirtualServer } from '@tandem/health';
import { seconds } from '@tandem/time';
import { expect, test } from 'vitest';
import { ip } from '../../../vrrp/test/instance-settings.ts';
import { desiredServices, serviceKeys } from '../../src/ipvs/desired-table.ts';
import { BOX1, BOX2, checkedServer, realServer, VIP, virtualServer } from './settings.ts';

test('a plain virtual server becomes a service with its real servers', () => {
  const { state } = startVirtualServer(virtualServer({ realServers: [realServer({ weight: 7 })] }));
  expect(desiredServices(state)).toEqual([
    {
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
    },
  ]);
});

test('NAT, DR and TUN are Masq, Route and Tunnel', () => {
  const realServers = (['NAT', 'DR', 'TUN'] as const).map((forwarding) =>
    realServer({ forwarding }),
  );
  const { state } = startVirtualServer(virtualServer({ realServers }));
  const methods = desiredServices(state)[0]?.destinations.map((each) => each.forwarding);
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
  expect(desiredServices(state)).toMatchObject([
    {
      flags: 1 | 4 | 8 | 16,
      timeoutSeconds: 360,
      netmaskBits: 24,
    },
  ]);
});

test('a server that is down is left out, or stays at weight 0', () => {
  const down = { type: 'check-changed', realServer: 0, check: 0, up: false, mailBody: '' } as const;
  const destinations = [false, true].map((inhibitOnFailure) => {
    const server = { ...checkedServer(BOX2, 80), inhibitOnFailure };
    const { state } = startVirtualServer(virtualServer({ realServers: [server] }));
    const step = stepVirtualServer(state, down, { noCheckerEmails: false, rsInitNotifies: false });
    return desiredServices(step.state)[0]?.destinations.map((each) => each.weight);
  });
  expect(destinations).toEqual([[], [0]]);
});

test('keys have the numbers of their protocol; marks stay marks', () => {
  const address = { kind: 'address', address: VIP, port: 53 } as const;
  expect(serviceKeys({ key: { ...address, protocol: 'UDP' } })).toMatchObject([{ protocol: 17 }]);
  expect(serviceKeys({ key: { ...address, protocol: 'SCTP' } })).toMatchObject([{ protocol: 132 }]);
  const mark = { kind: 'fwmark', mark: 5, family: 6 } as const;
  expect(serviceKeys({ key: mark })).toEqual([mark]);
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
  expect(desiredServices(state)).toMatchObject([
    {
      persistenceEngine: 'sip',
      destinations: [{ forwarding: 'Tunnel', tunnel }],
    },
  ]);
});

test('a group has a service for each address and mark; forwarded packets keep their port', () => {
  const key = { kind: 'group', name: 'web', index: 0, protocol: 'TCP' } as const;
  const members = [
    { kind: 'addresses', first: ip('10.0.0.255'), last: ip('10.0.1.0'), port: 80 },
    { kind: 'addresses', first: ip('fd00::1'), last: ip('fd00::1'), port: 0 },
    { kind: 'fwmark', mark: 7, family: 6 },
  ] as const;
  const realServers = [
    realServer({ forwarding: 'TUN', port: 81 }),
    realServer({ address: BOX2, forwarding: 'NAT', port: 82 }),
  ];
  const settings = virtualServer({ key, members, realServers, persistenceGranularity: 128 });
  const services = desiredServices(startVirtualServer(settings).state);
  expect(services.map((each) => each.key)).toEqual([
    { kind: 'address', protocol: 6, address: '10.0.0.255', port: 80 },
    { kind: 'address', protocol: 6, address: '10.0.1.0', port: 80 },
    { kind: 'address', protocol: 6, address: 'fd00::1', port: 0 },
    { kind: 'fwmark', mark: 7, family: 6 },
  ]);
  expect(services.map((each) => each.netmaskBits)).toEqual([32, 32, 128, 128]);
  const ports = services.map((each) => each.destinations.map(({ port }) => port));
  expect(ports).toEqual([
    [80, 82],
    [80, 82],
    [0, 82],
    [0, 82],
  ]);
});
