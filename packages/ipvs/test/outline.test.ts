import { parseIp, type IpAddress } from '@tandem/inet';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OutlineReader, outlineName, outlineOf, servicesIn, wordsOf } from '../src/outline.ts';
import type { DesiredService, Destination, ServiceKey } from '../src/table.ts';

const ip = (text: string): IpAddress => {
  const address = parseIp(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return address;
};

/** As Linux 6.1 shows it. */
const FILE = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  0A001296:0050 rr  
  -> AC162904:0050      Masq    1      0          0         
  -> AC162903:01BB      Route   20     3          12        
UDP  [fd00:0000:0000:0000:0000:0000:0000:0001]:0035 wlc 
  -> [fd00:0000:0000:0000:0000:0000:0000:00a2]:0035      Tunnel  0      0          0         
TCP  0A001297:0050 sh persistent 30000 FFFFFFFF
FWM  00000005 rr 
  -> AC162904:0000      Route   1      0          0         
FWM  00000005 wrr 
`;

const target = (changes: Partial<Destination>): Destination => ({
  address: ip('172.22.41.4'),
  port: 80,
  forwarding: 'Masq',
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
  ...changes,
});
const service = (changes: Partial<DesiredService>): DesiredService => ({
  key: { kind: 'address', protocol: 6, address: ip('10.0.18.150'), port: 80 },
  scheduler: 'rr',
  flags: 0,
  timeoutSeconds: 0,
  netmaskBits: 32,
  destinations: [],
  ...changes,
});
const MARK: ServiceKey = { kind: 'fwmark', mark: 5, family: 6 };

/** What is told, with the looks of one name put together. */
function read(text: string, cut = text.length): ReadonlyMap<string, string> {
  const told = new Map<string, string>();
  const reader = new OutlineReader((name, look) => {
    const before = told.get(name);
    told.set(name, before === undefined ? look : `${before}\n${look}`);
  });
  for (let at = 0; at < text.length; at += cut) reader.add(text.slice(at, at + cut));
  reader.end();
  return told;
}

function words(text: string, key: ServiceKey): string {
  return wordsOf(read(text).get(outlineName(key)) ?? '');
}

test('a service looks as one that is wanted so, whatever the order of its destinations', () => {
  const first = service({
    destinations: [
      target({}),
      target({ address: ip('172.22.41.3'), port: 443, forwarding: 'Route', weight: 20 }),
    ],
  });
  const second = service({
    key: { kind: 'address', protocol: 17, address: ip('fd00::1'), port: 53 },
    scheduler: 'wlc',
    destinations: [target({ address: ip('fd00::a2'), port: 53, forwarding: 'Tunnel', weight: 0 })],
  });
  for (const each of [first, second]) expect(words(FILE, each.key)).toBe(outlineOf(each));
  expect(read(FILE).size).toBe(4);
});

test.each([
  ['another weight', target({ weight: 2 })],
  ['another method', target({ forwarding: 'Route' })],
  ['another port', target({ port: 81 })],
  ['another address', target({ address: ip('172.22.41.5') })],
])('%s looks otherwise', (_, other) => {
  expect(outlineOf(service({ destinations: [other] }))).not.toBe(
    outlineOf(service({ destinations: [target({})] })),
  );
});

test.each<[string, Partial<DesiredService>]>([
  ['a mark, of either family', { key: MARK }],
  ['persistence, in units of the kernel', { flags: 1 }],
  ['flags of a scheduler', { flags: 8 }],
  ['thresholds', { destinations: [target({ upperThreshold: 1 })] }],
  ['thresholds of one of two', { destinations: [target({}), target({ lowerThreshold: 1 })] }],
  ['a tunnel', { destinations: [target({ tunnel: { type: 'gre', port: 0, checksum: 'none' } })] }],
])('how it looks cannot be foretold of %s', (_, changes) => {
  expect(outlineOf(service(changes))).toBeUndefined();
});

test('services of one mark are seen together, and counted', () => {
  const look = (key: ServiceKey): string => read(FILE).get(outlineName(key)) ?? '';
  expect([MARK, service({}).key].map((key) => servicesIn(look(key)))).toEqual([2, 1]);
  expect(words(FILE, MARK)).toBe('rr\nAC162904:0000 Route 1\nwrr\n\n');
});

test('a service with other counters looks as before, one with another timeout does not', () => {
  const busy = FILE.replace('3          12 ', '444        123456');
  const longer = FILE.replace('30000', '60000');
  expect([busy, longer].map((each) => each === FILE)).toEqual([false, false]);
  expect(read(busy)).toEqual(read(FILE));
  expect(read(longer)).not.toEqual(read(FILE));
});

test('a file may come in any pieces', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), (cut) => {
      expect(read(FILE, cut)).toEqual(read(FILE));
    }),
  );
});

test('any text is read without a throw', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(40), (text, cut) => {
      read(`${FILE}${text}`, cut + 1);
      read(text, cut + 1);
    }),
  );
});
