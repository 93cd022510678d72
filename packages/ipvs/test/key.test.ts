import { parseIp, type IpAddress } from '@tandem/inet';
import { expect, test } from 'vitest';
import { formatServiceKey } from '../src/index.ts';

test('keys read as ipvsadm shows them', () => {
  const v4 = parseIp('10.0.0.1') as IpAddress;
  const v6 = parseIp('fd00::1') as IpAddress;
  const cases = [
    [{ kind: 'address', protocol: 6, address: v4, port: 80 }, 'TCP 10.0.0.1:80'],
    [{ kind: 'address', protocol: 17, address: v6, port: 53 }, 'UDP [fd00::1]:53'],
    [{ kind: 'address', protocol: 132, address: v4, port: 9 }, 'SCTP 10.0.0.1:9'],
    [{ kind: 'fwmark', mark: 5, family: 4 }, 'FWM 5'],
    [{ kind: 'fwmark', mark: 5, family: 6 }, 'FWM 5 IPv6'],
  ] as const;
  for (const [key, text] of cases) expect(formatServiceKey(key)).toBe(text);
});
