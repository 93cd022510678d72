import type { CheckTarget, NetworkProbe } from '@tandem/health';
import { internetChecksum, ipFromBytes, parseIp, type IpAddress } from '@tandem/inet';
import { constants, RawSocket } from '@tandem/raw-socket';
import { expect, onTestFinished, test, vi } from 'vitest';
import { runProbe } from '../src/index.ts';
import { serveDatagrams } from './datagram-server.ts';
import { LOOPBACK, PATIENCE, SILENCE } from './server.ts';

const NEVER = new AbortController().signal;
const OTHER = ipFromBytes(Uint8Array.of(127, 0, 0, 9));
const MARK = 0x7a3d;
const TYPES = ['UDP_CHECK', 'DNS_CHECK', 'PING_CHECK'] as const;

type Type = (typeof TYPES)[number];

function attempt(type: Type, target: CheckTarget, connectTimeout = PATIENCE) {
  const probes: Readonly<Record<Type, NetworkProbe>> = {
    UDP_CHECK: { type: 'UDP_CHECK', target, connectTimeout, payload: '01' },
    DNS_CHECK: { type: 'DNS_CHECK', target, connectTimeout, recordType: 'A', name: 'a.example' },
    PING_CHECK: { type: 'PING_CHECK', target, connectTimeout },
  };
  return runProbe(probes[type], NEVER);
}

interface Heard {
  readonly source: string;
  readonly data: Uint8Array;
}

/** What arrives at this box with the mark, whomever it is for; of IPv4 with its header. */
function marked(domain: number, protocol: number): readonly Heard[] {
  const socket = RawSocket.open({ domain, type: constants.SOCK_RAW, protocol });
  onTestFinished(() => socket.close());
  // SKF_AD_OFF + SKF_AD_MARK: the mark of the packet.
  socket.attachFilter([
    { code: 0x20, jt: 0, jf: 0, k: 0xffff_f014 },
    { code: 0x15, jt: 0, jf: 1, k: MARK },
    { code: 0x06, jt: 0, jf: 0, k: 0xffff },
    { code: 0x06, jt: 0, jf: 0, k: 0 },
  ]);
  const heard: Heard[] = [];
  socket.receive({
    messages: (batch) => {
      for (const { source, data } of batch)
        if (source?.family === 'inet' || source?.family === 'inet6')
          heard.push({ source: source.address, data: data.slice() });
    },
    error: (error) => {
      throw error;
    },
  });
  return heard;
}

const asRoot = test.runIf(process.getuid?.() === 0);

const { AF_INET, AF_INET6, IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_UDP } = constants;

asRoot.each([
  { address: '127.0.0.1', domain: AF_INET, protocol: IPPROTO_ICMP, start: 20, type: 8 },
  { address: '::1', domain: AF_INET6, protocol: IPPROTO_ICMPV6, start: 0, type: 128 },
])(
  'RFC 792, RFC 4443 §4.1: a ping of $address is an echo request',
  async ({ address, domain, protocol, start, type }) => {
    const heard = marked(domain, protocol);
    const target = { address: parseIp(address) as IpAddress, port: 80, mark: MARK };
    expect(await attempt('PING_CHECK', target)).toEqual({ ok: true });
    await vi.waitFor(() => expect(heard).toHaveLength(1), 10_000);
    const message = heard[0]?.data.subarray(start) ?? new Uint8Array();
    expect([message[0], message[1], message.length]).toEqual([type, 0, 40]);
    // That of IPv6 is made by the kernel, over addresses too.
    if (start > 0) expect(internetChecksum(message)).toBe(0);
  },
);

asRoot.each(TYPES)('%s comes from bindto, by bind_if, with the mark fwmark', async (type) => {
  const { port } = await serveDatagrams(() => []);
  const heard = marked(AF_INET, type === 'PING_CHECK' ? IPPROTO_ICMP : IPPROTO_UDP);
  const target = { address: LOOPBACK, port, interfaceName: 'lo', bindAddress: OTHER, mark: MARK };
  await attempt(type, target, SILENCE);
  await vi.waitFor(() => expect(heard.map(({ source }) => source)).toEqual([OTHER]), 10_000);
  expect(await attempt(type, { ...target, interfaceName: 'no-such-if' })).toMatchObject({
    ok: false,
    detail: expect.stringContaining('ENODEV'),
  });
});
