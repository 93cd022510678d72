import type { VirtualServerKey } from '@tandem/health';
import type { VirtualServerSnapshot } from '@tandem/status';
import { seconds } from '@tandem/time';
import { expect, test } from 'vitest';
import { ip } from '../../../vrrp/test/instance-settings.ts';
import { readDrainRequest } from '../../src/supervisor/drain-order.ts';

function serverOf(key: VirtualServerKey, ...servers: readonly [string, number][]) {
  const realServers = servers.map(([address, port]) => ({
    address: ip(address),
    port,
    up: true,
    weight: 1,
    tableWeight: 1,
    checks: [],
  }));
  return { key, scheduler: 'rr', quorumUp: true, quorum: 1, weightSum: 1, realServers };
}

const SERVERS: readonly VirtualServerSnapshot[] = [
  serverOf(
    { kind: 'address', address: ip('10.0.0.1'), port: 80, protocol: 'TCP' },
    ['10.0.1.1', 80],
    ['10.0.1.2', 80],
  ),
  serverOf({ kind: 'address', address: ip('2001:db8::1'), port: 443, protocol: 'TCP' }, [
    '2001:db8:1::1',
    443,
  ]),
  serverOf({ kind: 'group', name: 'web', index: 0, protocol: 'TCP' }, ['10.0.1.1', 8080]),
  serverOf({ kind: 'fwmark', mark: 3, family: 4 }, ['10.0.1.1', 0]),
];

function named(server: string, service?: string): readonly string[] | string {
  const request = { action: 'drain', server, ...(service !== undefined && { service }) } as const;
  const { order, outcome } = readDrainRequest(request, SERVERS);
  expect(order === undefined).toBe(!outcome.accepted);
  return outcome.accepted ? outcome.servers : outcome.problem;
}

test('an address means all its ports, in all virtual servers', () => {
  expect(named('10.0.1.1')).toEqual([
    '[10.0.1.1]:tcp:80 of [10.0.0.1]:tcp:80',
    '[10.0.1.1]:tcp:8080 of [web]:0',
    '[10.0.1.1]:none:0 of FWM 3',
  ]);
  expect(named('10.0.1.1:8080')).toEqual(['[10.0.1.1]:tcp:8080 of [web]:0']);
});

test('an IPv6 address may stand alone, or with a port in brackets', () => {
  const expected = ['[2001:db8:1::1]:tcp:443 of [2001:db8::1]:tcp:443'];
  for (const text of ['2001:db8:1::1', '[2001:db8:1::1]', '[2001:0db8:1::1]:443'])
    expect(named(text)).toEqual(expected);
  expect(named('[2001:db8:1::1]:444')).toBe(
    'no real server [2001:db8:1::1]:444: there are ' +
      '10.0.1.1:80, 10.0.1.2:80, [2001:db8:1::1]:443, 10.0.1.1:8080, 10.0.1.1:0',
  );
});

test('one virtual server is named by address and port, group or mark', () => {
  expect(named('10.0.1.1', '10.0.0.1:80')).toEqual(['[10.0.1.1]:tcp:80 of [10.0.0.1]:tcp:80']);
  expect(named('10.0.1.1', 'web')).toEqual(['[10.0.1.1]:tcp:8080 of [web]:0']);
  expect(named('10.0.1.1', '3')).toEqual(['[10.0.1.1]:none:0 of FWM 3']);
  expect(named('10.0.1.2', 'web')).toBe(
    'no real server 10.0.1.2 of a virtual server web: there is 10.0.1.1:8080',
  );
});

test('who names a virtual server that is not there is told which there are, as they are to be written', () => {
  expect(named('10.0.1.1', 'wbe')).toBe(
    'no virtual server wbe: there are 10.0.0.1:80, [2001:db8::1]:443, web, 3',
  );
  const many = Array.from({ length: 7 }, (_, i): [string, number] => [`10.0.2.${i}`, 80]);
  const { outcome } = readDrainRequest({ action: 'drain', server: '10.0.3.1' }, [
    serverOf({ kind: 'group', name: 'web', index: 0 }, ...many),
  ]);
  expect(outcome).toMatchObject({
    problem: expect.stringMatching(/: there are (10\.0\.2\.\d:80,? ){5}and 2 more$/),
  });
  expect(readDrainRequest({ action: 'drain', server: '10.0.3.1' }, []).outcome).toMatchObject({
    problem: 'no real server 10.0.3.1: there is none',
  });
});

const of = (timeout: string) =>
  readDrainRequest({ action: 'drain', server: '10.0.1.2', timeout }, SERVERS);

test('what is no address, and a time that is none, are refused in words', () => {
  expect(named('web1')).toBe("'web1' is neither ADDRESS nor ADDRESS:PORT");
  expect(named('')).toBe("'' is neither ADDRESS nor ADDRESS:PORT");
  expect(of('1.5').order).toMatchObject({ action: 'drain', timeout: seconds(1.5) });
  for (const each of ['-1', 'soon', '1e99', 'NaN'])
    expect(of(each)).toMatchObject({ outcome: { accepted: false, misused: true } });
});

test.each(['drain', 'undrain'] as const)('a port that is none is named, to %s', (action) => {
  for (const [text, port] of [
    ['10.0.1.1:99999', '99999'],
    ['[2001:db8:1::1]:123456', '123456'],
    ['10.0.1.1:http', 'http'],
    ['10.0.1.1:', ''],
  ] as const) {
    const problem = `'${text}': '${port}' is no port: it is 0 to 65535`;
    const outcome = { accepted: false, problem, misused: true };
    expect(readDrainRequest({ action, server: text }, SERVERS).outcome).toEqual(outcome);
    const request = { action, server: '10.0.1.1', service: text };
    expect(readDrainRequest(request, SERVERS).outcome).toEqual(outcome);
  }
});

/** What is said of a drain of that server, with these changes to the first virtual server. */
function warned(
  server: string,
  changes: Partial<VirtualServerSnapshot> = {},
  action: 'drain' | 'undrain' = 'drain',
): readonly string[] {
  const servers = SERVERS.map((each, i) => (i === 0 ? { ...each, ...changes } : each));
  const { outcome } = readDrainRequest({ action, server }, servers);
  return outcome.accepted ? outcome.warnings : [outcome.problem];
}

test('a virtual server that has no real server left is told, with who serves it then', () => {
  expect(warned('10.0.1.1:80')).toEqual([]);
  expect(warned('10.0.1.1')).toEqual([
    '[web]:0 has no real server left: nobody serves it',
    'FWM 3 has no real server left: nobody serves it',
  ]);
  const [gone, last] = SERVERS[0]?.realServers ?? [];
  if (gone === undefined || last === undefined) throw new Error('the fixture has two');
  const realServers = [{ ...gone, weight: 0, tableWeight: 0 }, last];
  expect(warned('10.0.1.2', { realServers })).toEqual([
    '[10.0.0.1]:tcp:80 has no real server left: nobody serves it',
  ]);
  const sorryServer = { address: ip('10.0.0.50'), port: 80, serves: false };
  expect(warned('10.0.1.2', { realServers, sorryServer })).toEqual([
    '[10.0.0.1]:tcp:80 has no real server left: sorry server [10.0.0.50]:tcp:80 serves it',
  ]);
  expect(warned('10.0.1.2', { realServers }, 'undrain')).toEqual([]);
});

test('what is configured no longer can be hurried, and cannot come back', () => {
  const [server, ...rest] = SERVERS;
  if (server === undefined) throw new Error('no server');
  const realServers = server.realServers.map((each) => ({ ...each, isRemoved: true as const }));
  const servers = [{ ...server, realServers }, ...rest];
  const ask = (action: 'drain' | 'undrain') =>
    readDrainRequest({ action, server: '10.0.1.2' }, servers).outcome;
  expect(ask('drain')).toMatchObject({ accepted: true });
  expect(ask('undrain')).toEqual({
    accepted: false,
    problem: 'no real server 10.0.1.2: there are [2001:db8:1::1]:443, 10.0.1.1:8080, 10.0.1.1:0',
  });
});

test('what is to come back though nobody has taken it out is named apart', () => {
  const [drained, idle] = SERVERS[0]?.realServers ?? [];
  if (drained === undefined || idle === undefined) throw new Error('the fixture has two');
  const realServers = [{ ...drained, drain: { isDone: true } }, idle];
  const servers = SERVERS.map((each, i) => (i === 0 ? { ...each, realServers } : each));
  const { outcome } = readDrainRequest({ action: 'undrain', server: '10.0.1.1' }, servers);
  expect(outcome).toMatchObject({
    servers: ['[10.0.1.1]:tcp:80 of [10.0.0.1]:tcp:80'],
    notDrained: ['[10.0.1.1]:tcp:8080 of [web]:0', '[10.0.1.1]:none:0 of FWM 3'],
  });
  const again = readDrainRequest({ action: 'drain', server: '10.0.1.1' }, servers);
  expect(again.outcome).toMatchObject({ notDrained: [] });
});
