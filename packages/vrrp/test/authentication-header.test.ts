import { expect, test } from 'vitest';
import { encodeAdvertisement } from '../src/advertisement.ts';
import {
  AH_PROTOCOL,
  encodeAuthenticationHeader,
  isAuthenticationHeader,
  isSealRight,
  sealPacket,
} from '../src/authentication-header.ts';
import { authenticationKey } from '../src/authentication.ts';
import { decodeIpv4Packet, encodeIpv4Packet } from '../src/ipv4-packet.ts';
import { ownAdvertisement } from '../src/own-advertisement.ts';
import { checkPacket } from '../src/receive-check.ts';
import type { VrrpInstanceSettings } from '../src/settings.ts';
import { instanceSettings, ip, vip } from './instance-settings.ts';

/** keepalived 2.2.7 from 10.77.0.1, priority 150: to the group, and to 10.77.0.2. */
const CAPTURED = [
  {
    password: 'secret',
    hex:
      '45c0004000010000ff33d0690a4d0001e0000012' +
      '700400000a4d000100000001c90b0f95a5b6f4ac9fe56c4d' +
      '2147960102013c220a4d00470000000000000000',
    settings: { virtualRouterId: 71, addresses: [vip('10.77.0.71')] },
  },
  {
    password: 'longpass',
    hex:
      '45c0004000010000ff33a62d0a4d00010a4d0002' +
      '700400000a4d000100000001542db0791c13caaa1c07d58b' +
      '2148960102013c200a4d00480000000000000000',
    settings: {
      virtualRouterId: 72,
      addresses: [vip('10.77.0.72')],
      unicast: {
        peers: [{ address: ip('10.77.0.1'), minTtl: 0, maxTtl: 255 }],
        ttl: 255,
        checkSource: false,
      },
    },
  },
];

function sealed(password: string, changes: Partial<VrrpInstanceSettings>): VrrpInstanceSettings {
  return instanceSettings({ ...changes, authentication: { type: 'AH', password } });
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

function judge(settings: VrrpInstanceSettings, bytes: Uint8Array): unknown {
  const decoded = decodeIpv4Packet(bytes);
  return decoded.ok ? checkPacket(settings, decoded.value, undefined) : decoded.reason;
}

test.each(CAPTURED)('a captured packet is heard: $password', ({ password, hex, settings }) => {
  expect(judge(sealed(password, settings), bytesOf(hex))).toMatchObject({
    ok: true,
    heard: { priority: 150 },
  });
});

test.each(CAPTURED)('ours is the same, octet for octet: $password', (captured) => {
  const { password, hex } = captured;
  const settings = sealed(password, captured.settings);
  const source = ip('10.77.0.1');
  const destination = settings.unicast === undefined ? ip('224.0.0.18') : ip('10.77.0.2');
  const path = { source, destination };
  const body = encodeAdvertisement(ownAdvertisement(settings, 150), path);
  const inner = Uint8Array.of(...encodeAuthenticationHeader(source), ...body);
  const packet = encodeIpv4Packet(path, inner, { protocol: AH_PROTOCOL });
  // What the socket does: identification 1, and the kernel the header's checksum.
  packet[5] = 1;
  packet.set(bytesOf(hex).subarray(10, 12), 10);
  if (settings.authentication !== undefined)
    sealPacket(packet, 1, authenticationKey(settings.authentication));
  expect(Buffer.from(packet).toString('hex')).toBe(hex);
});

test.each(CAPTURED)(
  'inventory §3.6 row 5: another password is found out: $password',
  (captured) => {
    const settings = sealed('other', captured.settings);
    expect(judge(settings, bytesOf(captured.hex))).toEqual({
      ok: false,
      reason: 'wrong-password',
      counter: 'auth_failure',
      log: 'IPSEC-AH : invalid IPSEC HMAC-MD5 value. Due to fields mutation or bad password !',
    });
  },
);

test('inventory §3.6 row 1: the header is there if, and only if, it is configured', () => {
  const [{ password, hex, settings }] = CAPTURED as [(typeof CAPTURED)[number]];
  const mismatch = { ok: false, reason: 'authentication-type-mismatch' };
  expect(judge(instanceSettings(settings), bytesOf(hex))).toMatchObject({
    ...mismatch,
    counter: 'authtype_mismatch',
    log: 'received a 2 auth, expecting 1!',
  });
  const decoded = decodeIpv4Packet(bytesOf(hex));
  if (!decoded.ok) throw new Error(decoded.reason);
  const { sealed: _, ...bare } = decoded.value;
  expect(checkPacket(sealed(password, settings), bare, undefined)).toMatchObject(mismatch);
  // Before the length, row 2.
  const short = { ...bare, body: bare.body.subarray(0, -4) };
  expect(checkPacket(sealed(password, settings), short, undefined)).toMatchObject(mismatch);
});

test('every octet but those that routers change is sealed', () => {
  const [multicast, unicast] = CAPTURED.map(({ password, hex }) => {
    const key = authenticationKey({ type: 'AH', password });
    const packet = bytesOf(hex);
    return [...packet].flatMap((octet, i) =>
      isSealRight(packet.with(i, octet ^ 1), key) ? [i] : [],
    );
  });
  expect(multicast).toEqual([1, 6, 7, 10, 11]);
  expect(unicast).toEqual([1, 6, 7, 8, 10, 11]);
});

test('a header that is cut short, or before something else, is no advert', () => {
  const bytes = bytesOf(CAPTURED[0]?.hex ?? '');
  expect(judge(instanceSettings(), bytes.with(20, 6))).toBe('not-vrrp');
  expect(judge(instanceSettings(), bytes.with(3, 40).subarray(0, 40))).toBe('not-vrrp');
});

test('an authentication header is one from its first octet to its last', () => {
  const header = encodeAuthenticationHeader(ip('10.77.0.1'));
  expect(isAuthenticationHeader(header)).toBe(true);
  expect(isAuthenticationHeader(header.subarray(0, -1))).toBe(false);
  expect(isAuthenticationHeader(Uint8Array.from([...header, 0]))).toBe(true);
});
