import { parseIp, type IpAddress } from '@tandem/inet';
import type { ActualService, Counters } from '@tandem/ipvs';
import { expect, test } from 'vitest';
import { formatListing } from '../../src/ipvs/listing.ts';
import { numericWriter } from '../../src/ipvs/written.ts';

const service = (counters: Counters): ActualService => ({
  key: { kind: 'address', protocol: 6, address: parseIp('10.0.0.1') as IpAddress, port: 80 },
  scheduler: 'rr',
  flags: 0,
  timeoutSeconds: 0,
  netmaskBits: 32,
  counters,
  destinations: [],
});

/** What ipvsadm 1.31 prints of the same numbers. */
test.each([
  [
    [9_999_999, 10_000_000, 99_999_999, 1e8, 100_000_999],
    '  9999999 10000000 99999999  100000K  100000K',
  ],
  [
    [999_999_999, 1e9, 9_999_999_999, 1e10, 99_999_999_999],
    '  999999K    1000M    9999M   10000M   99999M',
  ],
  [
    [1e11, 999_999_999_999, 1e12, 9_999_999_999_999, 1e13],
    '     100G     999G    1000G    9999G   10000G',
  ],
  [
    [99_999_999_999_999, 1e14, 999_999_999_999_999, 1e15, 1],
    '   99999G     100T     999T    1000T        1',
  ],
])('large numbers %j are cut, and whole with --exact', async (numbers, expected) => {
  const [connections = 0, inPackets = 0, outPackets = 0, inBytes = 0, outBytes = 0] = numbers;
  const services = [service({ connections, inPackets, outPackets, inBytes, outBytes })];
  const write = numericWriter();
  const cut = await formatListing(services, { given: new Set(['stats'] as const), write });
  expect(cut.split('\n')[2]).toBe(`TCP  10.0.0.1:80                 ${expected}`);
  const given = new Set(['stats', 'exact'] as const);
  const exact = await formatListing(services, { given, write });
  expect(exact.trimEnd().split('\n')[2]?.split(/ +/).slice(2)).toEqual(numbers.map(String));
});
