import { parseIp, parsePrefix, type IpAddress, type MacAddress, type Prefix } from '@tandem/inet';
import { seconds } from '@tandem/time';
import { expect, test } from 'vitest';
import {
  encodeRouterAdvert,
  isRouterSolicitation,
  type RouterAdvertSettings,
} from '../src/router-advert.ts';

const ip = (text: string): IpAddress => parseIp(text) as IpAddress;
const SOURCE = { address: ip('fe80::1'), hardwareAddress: '00:00:5e:00:02:34' as MacAddress };
const SETTINGS: RouterAdvertSettings = {
  maxInterval: seconds(600),
  minInterval: seconds(200),
  lifetime: seconds(1800),
  managed: false,
  other: false,
  preference: 'medium',
  hopLimit: 64,
  prefixes: [],
  nameServers: [],
};

function messageOf(changes: Partial<RouterAdvertSettings> = {}): string {
  const frame = encodeRouterAdvert({ ...SETTINGS, ...changes }, SOURCE);
  return Buffer.from(frame.subarray(14 + 40)).toString('hex');
}

test('RFC 9568 §6.4.3, RFC 4861 §4.2: it comes from the link-local address and the MAC address of the virtual router, with hop limit 255', () => {
  const frame = Buffer.from(encodeRouterAdvert(SETTINGS, SOURCE)).toString('hex');
  expect(frame.slice(0, 28)).toBe('33330000000100005e00023486dd');
  expect(frame.slice(28, 44)).toBe('6000000000183aff');
  expect(frame.slice(44, 108)).toBe(`fe80${'0'.repeat(27)}1ff02${'0'.repeat(27)}1`);
  // Made by hand: the sum of all 16-bit words with the pseudo header is 0xffff.
  expect(sumOf(encodeRouterAdvert(SETTINGS, SOURCE))).toBe(0xffff);
  expect(messageOf().replace(/^(.{4}).{4}/, '$1')).toBe(
    ['8600', '40', '00', '0708', '0'.repeat(16), '010100005e000234'].join(''),
  );
});

function sumOf(frame: Uint8Array): number {
  const words = [...frame.subarray(22), 0, frame[19] ?? 0, 0, 58];
  let sum = 0;
  for (let i = 0; i < words.length; i += 2) sum += ((words[i] ?? 0) << 8) | (words[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum >> 16) + (sum & 0xffff);
  return sum;
}

test.each([
  [{ managed: true }, '80'],
  [{ other: true }, '40'],
  [{ preference: 'high' }, '08'],
  [{ preference: 'low' }, '18'],
] as const)('RFC 4861 §4.2, RFC 4191 §2.2: %o has the flags %s', (changes, flags) => {
  expect(messageOf(changes).slice(10, 12)).toBe(flags);
});

test('RFC 4861 §4.6.4, §4.6.2, RFC 8106 §5.1: options say the MTU, prefixes without host bits, and name servers', () => {
  const prefix = parsePrefix('2001:db8:0:1::77/63') as Prefix;
  const lifetimes = { validLifetime: seconds(86_400), preferredLifetime: seconds(3600) };
  const options = messageOf({
    mtu: 1500,
    prefixes: [{ prefix, ...lifetimes, onLink: true, autonomous: false }],
    nameServers: [ip('2001:db8::53')],
  }).slice(48);
  expect(options).toBe(
    [
      '05010000000005dc',
      '03043f800001518000000e100000000020010db8000000000000000000000000',
      '190300000000070820010db8000000000000000000000053',
    ].join(''),
  );
});

const ASKING = ip('fe80::9');

test.each([
  ['the shortest', '8500000000000000', true],
  [
    'one with the MAC address of its sender',
    '850000000000000001010200000000 09'.replace(' ', ''),
    true,
  ],
  ['one with an option that nobody knows', '8500000000000000fd01000000000000', true],
  ['another message', '8600000000000000', false],
  ['another code', '8501000000000000', false],
  ['one that is cut', '85000000000000', false],
  ['an option of no length', '85000000000000000100000000000000', false],
  ['an option that is longer than the message', '85000000000000000102000000000000', false],
  ['half an option', '850000000000000001', false],
  ['nothing', '', false],
])('RFC 4861 §6.1.1: of router solicitations %s is heard or not', (_, hex, isHeard) => {
  const body = new Uint8Array(Buffer.from(hex, 'hex'));
  expect(isRouterSolicitation({ source: ASKING, hopLimit: 255, body })).toBe(isHeard);
});

test('RFC 4861 §6.1.1: one that a router has passed on, or without an address but with a MAC address, is not heard', () => {
  const body = new Uint8Array(Buffer.from('85000000000000000101020000000009', 'hex'));
  expect(isRouterSolicitation({ source: ASKING, hopLimit: 254, body })).toBe(false);
  expect(isRouterSolicitation({ source: ip('::'), hopLimit: 255, body })).toBe(false);
  expect(isRouterSolicitation({ source: ip('::'), hopLimit: 255, body: body.subarray(0, 8) })).toBe(
    true,
  );
});
