import { internetChecksum, parseMac } from '@tandem/inet';
import type { MacAddress } from '@tandem/inet';
import { expect, test } from 'vitest';
import { encodeAnnouncement } from '../src/announcement.ts';
import { ip } from './instance-settings.ts';

const MAC = parseMac('02:00:00:00:00:01') as MacAddress;

test('RFC 3768 §6.4.1, §6.4.2, RFC 9568 §6.4.1, §6.4.2: a gratuitous ARP is a broadcast request for the own address, target all ones', () => {
  const frame = encodeAnnouncement(ip('10.77.0.100'), MAC);
  expect(Buffer.from(frame).toString('hex')).toBe(
    'ffffffffffff0200000000010806' + // Ethernet
      '0001080006040001' + // request
      '0200000000010a4d0064' +
      'ffffffffffff0a4d0064',
  );
});

test('RFC 4861 §7.2.6, RFC 9568 §6.4.1, §6.4.2: an unsolicited neighbour advertisement has the flags R and O, not S, and carries the MAC', () => {
  const frame = encodeAnnouncement(ip('2001:db8::5'), MAC, true);
  const text = Buffer.from(frame).toString('hex');
  expect(text.slice(0, 28)).toBe('33330000000102000000000186dd');
  expect(text.slice(28, 44)).toBe('6000000000203aff');
  expect(text.slice(44, 108)).toBe(
    '20010db8000000000000000000000005ff020000000000000000000000000001',
  );
  expect(text.slice(108, 112)).toBe('8800');
  expect(text.slice(116)).toBe('a000000020010db80000000000000000000000050201020000000001');
});

test('its checksum covers the pseudo header', () => {
  const frame = encodeAnnouncement(ip('2001:db8::5'), MAC);
  const pseudoHeader = Uint8Array.of(...frame.subarray(22, 54), 0, 0, 0, 32, 0, 0, 0, 58);
  expect(internetChecksum(pseudoHeader, frame.subarray(54))).toBe(0);
});
