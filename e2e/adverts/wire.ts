/** Writes down all adverts that come out of a machine, at little cost to what it watches. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Background } from '../lib/command.ts';
import type { Host } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';

/** An advert over IPv4. */
export interface WireAdvert {
  /** Kernel's time stamp, ms since 1970. */
  readonly atMs: number;
  /** Source address and virtual router id. */
  readonly instance: string;
}

const FILE_HEADER_BYTES = 24;
const PACKET_HEADER_BYTES = 16;
/** What `-i any` puts before the packet. @see LINKTYPE_LINUX_SLL */
const COOKED_HEADER_BYTES = 16;
const MAGIC_NANOSECONDS = 0xa1b23c4d;

/** tcpdump on all interfaces of a machine, into a file. */
export class Wire {
  readonly #tcpdump: Background;
  readonly #file: string;

  private constructor(tcpdump: Background, file: string) {
    this.#tcpdump = tcpdump;
    this.#file = file;
  }

  /** Starts to listen; returns when packets are seen. */
  static async start(host: Host): Promise<Wire> {
    const file = join(host.folder, 'adverts.pcap');
    const how = ['-Z', 'root', '-i', 'any', '-y', 'LINUX_SLL', '-Q', 'in', '-n', '-s', '96'];
    const precise = ['-B', '16384', '--time-stamp-precision=nano', '-w', file];
    const tcpdump = host.start('tcpdump', ['tcpdump', ...how, ...precise, 'ip proto 112']);
    const log = join(host.folder, 'tcpdump.log');
    const listens = (): boolean => readFileSync(log, 'utf8').includes('listening on');
    await waitUntil('tcpdump to listen', listens, { limitMs: 20_000 });
    return new Wire(tcpdump, file);
  }

  /** @returns what was seen, oldest first */
  async stop(): Promise<WireAdvert[]> {
    await this.#tcpdump.stop('SIGTERM');
    return decodeCapture(readFileSync(this.#file));
  }
}

/** @see draft-ietf-opsawg-pcap */
function decodeCapture(bytes: Buffer): WireAdvert[] {
  if (bytes.readUInt32LE(0) !== MAGIC_NANOSECONDS) throw new Error('not a capture file of ours');
  const adverts: WireAdvert[] = [];
  let start = FILE_HEADER_BYTES;
  while (start + PACKET_HEADER_BYTES <= bytes.length) {
    const packet = start + PACKET_HEADER_BYTES;
    const ip = packet + COOKED_HEADER_BYTES;
    const vrrp = ip + ((bytes[ip] ?? 0) & 0xf) * 4;
    adverts.push({
      atMs: bytes.readUInt32LE(start) * 1000 + bytes.readUInt32LE(start + 4) / 1e6,
      instance: `${bytes.subarray(ip + 12, ip + 16).join('.')} ${bytes[vrrp + 1] ?? 0}`,
    });
    start = packet + bytes.readUInt32LE(start + 8);
  }
  return adverts;
}
