import { parseConfiguration, type Diagnostic } from '@tandem/config';
import { expect, test } from 'vitest';

const KEY = `auth_hmac {\nkey 1 hex:${'ab'.repeat(32)}\nactive_key 1\n}`;

interface Reading {
  readonly advertised: number | undefined;
  readonly excluded: number | undefined;
  readonly complaints: readonly Diagnostic[];
}

function addressOf(family: 4 | 6, i: number): string {
  if (family === 4) return `10.0.${i >> 7}.${(i & 127) + 1}`;
  return i === 0 ? 'fe80::1' : `2001:db8::${i.toString(16)}`;
}

/** Instance A with so many addresses on an interface of that MTU. */
function read(
  count: number,
  { mtu, lines = '', family = 4 }: { mtu?: number; lines?: string; family?: 4 | 6 },
): Reading {
  const addresses = Array.from({ length: count }, (_, i) => addressOf(family, i));
  const text = `vrrp_instance A {\ninterface eth0\nvirtual_router_id 10\n${lines}\nvirtual_ipaddress {\n${addresses.join('\n')}\n}\n}\n`;
  const { settings, diagnostics } = parseConfiguration({
    path: 'a.conf',
    hostName: 'box1',
    box: mtu === undefined ? {} : { mtuOf: () => mtu },
    reader: { read: (path) => [{ path, text }] },
  });
  const [instance] = settings.vrrpInstances;
  return {
    advertised: instance?.addresses.length,
    excluded: instance?.excludedAddresses.length,
    complaints: diagnostics.filter(({ code }) => code === 'TOO_MANY_ADDRESSES'),
  };
}

const AH = 'version 2\nauthentication {\nauth_type AH\nauth_pass secret\n}';

test.each([
  { mtu: 600, lines: 'version 3', family: 4, most: 139 },
  { mtu: 602, lines: 'version 3', family: 4, most: 140 },
  { mtu: 601, lines: 'version 2', family: 4, most: 137 },
  { mtu: 602, lines: 'version 2', family: 4, most: 138 },
  { mtu: 601, lines: AH, family: 4, most: 131 },
  { mtu: 602, lines: AH, family: 4, most: 132 },
  { mtu: 602, lines: 'version 3\nunicast_peer {\n10.9.9.9\n}', family: 4, most: 140 },
  { mtu: 602, lines: 'version 3\nuse_vmac', family: 4, most: 140 },
  { mtu: 1485, lines: 'version 3', family: 6, most: 88 },
  { mtu: 1486, lines: 'version 3', family: 6, most: 89 },
  { mtu: 1500, lines: 'version 3', family: 6, most: 89 },
  { mtu: 68, lines: 'version 3', family: 4, most: 6 },
] as const)(
  'at an MTU of $mtu, an advert of $lines with IPv$family holds as many addresses as that of keepalived 2.2.7: $most',
  ({ most, ...shape }) => {
    expect(read(most, shape).complaints).toEqual([]);
    expect(read(200, shape)).toMatchObject({
      advertised: most,
      excluded: 200 - most,
      complaints: [{ severity: 'error' }],
    });
  },
);

test('an advert counts to 255, whatever the MTU', () => {
  expect(read(255, { mtu: 9000 }).complaints).toEqual([]);
  const { advertised, excluded, complaints } = read(300, {});
  expect([advertised, excluded]).toEqual([255, 45]);
  expect(complaints.map(({ message }) => message)).toEqual([
    'vrrp_instance A: an advert holds 255 addresses, got 300; those from 10.0.1.128 on are treated as virtual_ipaddress_excluded',
  ]);
});

test('what leaves no room names the interface, its MTU and the first address without', () => {
  const { complaints } = read(92, { mtu: 1500, family: 6 });
  expect(complaints).toMatchObject([
    {
      message:
        'vrrp_instance A: an advert on eth0 (MTU 1500) holds 89 addresses, got 92; those from 2001:db8::59 on are treated as virtual_ipaddress_excluded',
      span: { line: 95 },
    },
  ]);
});

test.each(['enforce', 'permissive', 'receive-only'])(
  'auth_hmac takes 28 octets of that room with mode %s, so that boxes agree on it while they change',
  (mode) => {
    const lines = `version 3\n${KEY.replace('}', `mode ${mode}\n}`)}`;
    expect(read(200, { mtu: 630, lines }).advertised).toBe(140);
    expect(read(200, { mtu: 629, lines }).advertised).toBe(139);
  },
);
