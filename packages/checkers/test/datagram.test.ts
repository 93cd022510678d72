import type { CheckTarget, NetworkProbe } from '@tandem/health';
import { ipFromBytes } from '@tandem/inet';
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

/** Sources of what arrives at this box with the mark, whomever it is for. */
function sourcesOfMarked(protocol: number): readonly string[] {
  const { AF_INET: domain, SOCK_RAW: type } = constants;
  const socket = RawSocket.open({ domain, type, protocol });
  onTestFinished(() => socket.close());
  // SKF_AD_OFF + SKF_AD_MARK: the mark of the packet.
  socket.attachFilter([
    { code: 0x20, jt: 0, jf: 0, k: 0xffff_f014 },
    { code: 0x15, jt: 0, jf: 1, k: MARK },
    { code: 0x06, jt: 0, jf: 0, k: 0xffff },
    { code: 0x06, jt: 0, jf: 0, k: 0 },
  ]);
  const sources: string[] = [];
  socket.receive({
    messages: (batch) => {
      for (const { source } of batch) if (source?.family === 'inet') sources.push(source.address);
    },
    error: (error) => {
      throw error;
    },
  });
  return sources;
}

test.runIf(process.getuid?.() === 0).each(TYPES)(
  '%s comes from bindto, by bind_if, with the mark fwmark',
  async (type) => {
    const { port } = await serveDatagrams(() => []);
    const { IPPROTO_ICMP, IPPROTO_UDP } = constants;
    const sources = sourcesOfMarked(type === 'PING_CHECK' ? IPPROTO_ICMP : IPPROTO_UDP);
    const target = { address: LOOPBACK, port, interfaceName: 'lo', bindAddress: OTHER, mark: MARK };
    await attempt(type, target, SILENCE);
    await vi.waitFor(() => expect(sources).toEqual([OTHER]), 10_000);
    expect(await attempt(type, { ...target, interfaceName: 'no-such-if' })).toMatchObject({
      ok: false,
      detail: expect.stringContaining('ENODEV'),
    });
  },
);
