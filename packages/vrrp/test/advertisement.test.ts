import fc from 'fast-check';
import { centiseconds, seconds } from '@tandem/time';
import { expect, test } from 'vitest';
import type { Advertisement } from '../src/advertisement.ts';
import { decodeAdvertisement, encodeAdvertisement } from '../src/advertisement.ts';
import { ownAdvertisement } from '../src/own-advertisement.ts';
import { instanceSettings, ip, vip } from './instance-settings.ts';

const PATH = { source: ip('10.77.0.1'), destination: ip('224.0.0.18') };

function hex(text: string): Uint8Array {
  return Uint8Array.from(text.replaceAll(' ', '').match(/../g) ?? [], (pair) =>
    Number.parseInt(pair, 16),
  );
}

const CAPTURED_V2 = hex('21336402 0101281a 0a4d0064 0a4d0065 73656372 65740000');
const CAPTURED_V3 = hex('3142c801 0064e675 0a4d007c');

test('RFC 3768 §5.1: our own packet with PASS is that which keepalived sends', () => {
  expect(encodeAdvertisement(ownAdvertisement(instanceSettings(), 100), PATH)).toEqual(CAPTURED_V2);
});

test('RFC 3768 §5.3.10: eight octets of authentication data end a packet without authentication', () => {
  const { authentication: _, ...settings } = instanceSettings();
  const bytes = encodeAdvertisement(ownAdvertisement(settings, 100), PATH);
  expect(bytes.length).toBe(24);
  expect(bytes[4]).toBe(0);
  expect(bytes.slice(-8)).toEqual(new Uint8Array(8));
});

test('without addresses an advert of version 3 ends with its header', () => {
  const { authentication: _, ...settings } = instanceSettings({ version: 3, addresses: [] });
  const bytes = encodeAdvertisement(ownAdvertisement(settings, 100), PATH);
  expect(bytes.length).toBe(8);
  expect(decodeAdvertisement(bytes, PATH)).toMatchObject({ ok: true, value: { addresses: [] } });
});

test('a captured version 2 packet decodes to its fields', () => {
  expect(decodeAdvertisement(CAPTURED_V2, PATH)).toEqual({
    ok: true,
    value: {
      version: 2,
      virtualRouterId: 51,
      priority: 100,
      family: 4,
      addresses: ['10.77.0.100', '10.77.0.101'],
      advertisementInterval: 1000,
      authenticationType: 1,
      authenticationData: hex('7365637265740000'),
    },
  });
});

test('RFC 9568 §5.2.8: the version 3 checksum covers the addresses of the IP header', () => {
  const path = { source: ip('10.77.0.1'), destination: ip('10.77.0.2') };
  const settings = instanceSettings({
    version: 3,
    virtualRouterId: 66,
    addresses: [vip('10.77.0.124')],
  });
  expect(encodeAdvertisement(ownAdvertisement(settings, 200), path)).toEqual(CAPTURED_V3);
  expect(decodeAdvertisement(CAPTURED_V3, path)).toMatchObject({
    ok: true,
    value: { version: 3, priority: 200, advertisementInterval: 1000 },
  });
  expect(decodeAdvertisement(CAPTURED_V3, PATH)).toEqual({ ok: false, reason: 'bad-checksum' });
});

test.each([
  ['too-short', '21336402010128'],
  ['unknown-version', '41336400010100000000000000000000'],
  ['unknown-type', '22336400010100000000000000000000'],
  ['wrong-length', '21336402010128 1a 0a4d0064'],
  ['bad-checksum', '21336500 0101281a 0000000000000000'],
])('what is no advertisement is refused as %s', (reason, bytes) => {
  expect(decodeAdvertisement(hex(bytes), PATH)).toEqual({ ok: false, reason });
});

test('a password is sent in UTF-8, cut to eight octets', () => {
  const settings = instanceSettings({ authentication: { type: 'PASS', password: 'pässwörter' } });
  const bytes = encodeAdvertisement(ownAdvertisement(settings, 1), PATH);
  expect(bytes.slice(-8)).toEqual(new Uint8Array(Buffer.from('pässwört').subarray(0, 8)));
});

const octet = fc.integer({ min: 0, max: 255 });
const ipv4 = fc.tuple(octet, octet, octet, octet).map((parts) => ip(parts.join('.')));
const ipv6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => {
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
  );
  return ip(groups.join(':'));
});

function advertisementOf(family: 4 | 6): fc.Arbitrary<Advertisement> {
  const fields = {
    virtualRouterId: fc.integer({ min: 1, max: 255 }),
    priority: octet,
    family: fc.constant(family),
    addresses: fc.array(family === 4 ? ipv4 : ipv6, { maxLength: 20 }),
  };
  return fc.oneof(
    fc.record({
      ...fields,
      version: fc.constant(2 as const),
      advertisementInterval: octet.map(seconds),
      authenticationType: octet,
      authenticationData: fc.uint8Array({
        minLength: family === 4 ? 8 : 0,
        maxLength: family === 4 ? 8 : 0,
      }),
    }),
    fc.record({
      ...fields,
      version: fc.constant(3 as const),
      advertisementInterval: fc.integer({ min: 0, max: 4095 }).map(centiseconds),
    }),
  );
}

test.each([4, 6] as const)('decoding what was encoded gives it back (IPv%i)', (family) => {
  const path = family === 4 ? PATH : { source: ip('fe80::1'), destination: ip('ff02::12') };
  fc.assert(
    fc.property(advertisementOf(family), (advertisement) => {
      const decoded = decodeAdvertisement(encodeAdvertisement(advertisement, path), path);
      expect(decoded).toEqual({ ok: true, value: advertisement });
    }),
  );
});

test('decoding any bytes never throws', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      decodeAdvertisement(bytes, PATH);
    }),
    { numRuns: 2000 },
  );
});
