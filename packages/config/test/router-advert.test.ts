import { parseConfiguration, type Configuration } from '@tandem/config';
import { seconds } from '@tandem/time';
import { expect, test } from 'vitest';

function configuration(block: string, addresses = 'fe80::1/64\n2001:db8:1::1/64'): Configuration {
  const text = `vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n${addresses}\n}\n${block}\n}\n`;
  const reader = { read: (path: string) => [{ path, text }] };
  return parseConfiguration({ path: 'a.conf', hostName: 'b', reader });
}

function advertOf({ settings }: Configuration): unknown {
  return settings.vrrpInstances[0]?.routerAdvert;
}

const WEEK = { validLifetime: seconds(2_592_000), preferredLifetime: seconds(604_800) };

test('RFC 4861 §6.2.1: router_advert alone has the defaults, and the networks of the virtual addresses', () => {
  expect(advertOf(configuration(''))).toBeUndefined();
  const prefix = { address: '2001:db8:1::', length: 64 };
  expect(advertOf(configuration('router_advert {\n}'))).toEqual({
    maxInterval: seconds(600),
    minInterval: seconds(200),
    lifetime: seconds(1800),
    managed: false,
    other: false,
    preference: 'medium',
    hopLimit: 64,
    prefixes: [{ prefix, ...WEEK, onLink: true, autonomous: true }],
    nameServers: [],
  });
});

test('all of it can be said', () => {
  const { diagnostics, ...read } = configuration(`router_advert {
max_interval 30
min_interval 10
lifetime 0
managed
other
preference high
hop_limit 0
mtu 1400
prefix 2001:db8:2::/64 valid_lifetime 600 preferred_lifetime 300 no_onlink
prefix 2001:db8:3::/56
rdnss 2001:db8::53
}`);
  expect(diagnostics).toEqual([]);
  expect(advertOf({ diagnostics, ...read })).toEqual({
    maxInterval: seconds(30),
    minInterval: seconds(10),
    lifetime: seconds(0),
    managed: true,
    other: true,
    preference: 'high',
    hopLimit: 0,
    mtu: 1400,
    prefixes: [
      {
        prefix: { address: '2001:db8:2::', length: 64 },
        validLifetime: seconds(600),
        preferredLifetime: seconds(300),
        onLink: false,
        autonomous: true,
      },
      {
        prefix: { address: '2001:db8:3::', length: 56 },
        ...WEEK,
        onLink: true,
        autonomous: false,
      },
    ],
    nameServers: ['2001:db8::53'],
  });
});

test.each([
  ['max_interval 3', 'NUMBER_OUT_OF_RANGE', 14],
  ['prefix 10.0.0.0/8', 'INVALID_ADDRESS', 8],
  ['prefix 2001:db8::', 'INVALID_ADDRESS', 8],
  ['rdnss 10.0.0.1', 'INVALID_ADDRESS', 7],
  ['preference highest', 'INVALID_WORD', 12],
  ['min_interval 500', 'ROUTER_ADVERT_TIMES', 1],
  ['lifetime 10', 'ROUTER_ADVERT_TIMES', 1],
  ['prefix 2001:db8::/64 valid_lifetime 1 preferred_lifetime 2', 'ROUTER_ADVERT_TIMES', 8],
])('%s is told of, where it stands', (line, code, column) => {
  const { diagnostics } = configuration(`router_advert {\n${line}\n}`);
  expect(diagnostics).toMatchObject([{ code, severity: 'error', span: { line: 9, column } }]);
});

test('RFC 9568 §6.4.3: without a link-local address there is no router to advertise', () => {
  for (const addresses of ['2001:db8:1::1/64', '10.0.0.1']) {
    const read = configuration('router_advert {\n}', addresses);
    expect(advertOf(read)).toBeUndefined();
    expect(read.diagnostics.map(({ code }) => code)).toContain('NO_ROUTER_ADDRESS');
  }
});
