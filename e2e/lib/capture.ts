import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Host } from './lan.ts';
import { waitUntil } from './wait.ts';

/** A VRRP advertisement seen on the wire. */
export interface SeenAdvert {
  readonly kind: 'advert';
  /** Kernel's time stamp, ms since 1970. */
  readonly atMs: number;
  /** When this program has read it, in ms of a clock that nobody sets. */
  readonly readAt: number;
  readonly source: string;
  /** Sender's hardware address. */
  readonly hardwareSource: string;
  readonly virtualRouterId: number;
  readonly priority: number;
}

/** An ARP frame seen on the wire. */
export interface SeenArp {
  readonly kind: 'arp';
  /** Kernel's time stamp, ms since 1970. */
  readonly atMs: number;
  /** Sender's hardware address. */
  readonly source: string;
  /** Address that is asked for or announced. */
  readonly target: string;
  /** Sender and target address are the same. */
  readonly gratuitous: boolean;
}

/** A frame that the capture understands. */
export type Frame = SeenAdvert | SeenArp;

/** Listens on a bridge for advertisements and ARP. */
export class Capture {
  readonly frames: Frame[] = [];
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /**
   * Starts to listen; returns when frames are seen.
   * @param bridge - the LAN's bridge
   * @param device - of the bridge; default: that of eth0 of all machines
   */
  static async start(bridge: Host, device = 'br0'): Promise<Capture> {
    // Without -Z it wants a user of its own, whom packages that are only unpacked have not made.
    // Its buffer has a place of the longest frame for each one, few of them without -s.
    const how = ['-Z', 'root', '-i', device, '-s', '512', '-B', '16384', '--immediate-mode'];
    const shown = ['-l', '-U', '-n', '-e', '-tt'];
    const filter = 'vrrp or ah or ip6 proto 112 or arp';
    const [program = '', ...rest] = bridge.words(['tcpdump', ...how, ...shown, filter]);
    const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
    const capture = new Capture(child);
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const frame = parseFrame(line);
      if (frame !== undefined) capture.frames.push(frame);
    });
    await waitUntil('tcpdump to listen', () => said.includes('listening on'), { limitMs: 20_000 });
    return capture;
  }

  /** Advertisements since a moment, oldest first. */
  adverts(sinceMs = 0): SeenAdvert[] {
    return this.frames.filter(
      (frame): frame is SeenAdvert => frame.kind === 'advert' && frame.atMs >= sinceMs,
    );
  }

  /** Gratuitous ARPs for an address since a moment, oldest first. */
  gratuitous(target: string, sinceMs = 0): SeenArp[] {
    return this.frames.filter(
      (frame): frame is SeenArp =>
        frame.kind === 'arp' &&
        frame.gratuitous &&
        frame.target === target &&
        frame.atMs >= sinceMs,
    );
  }

  /** Ends it. */
  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGKILL');
      await ended;
    }
  }
}

const ADVERT =
  /^([\d.]+) (\S+) > .* (\S+) > (?:224\.0\.0\.18|ff02::12): (?:AH\([^)]*\): )?VRRPv\d, Advertisement, vrid (\d+), prio (\d+)/;
const REQUEST = /^([\d.]+) (\S+) > .*Request who-has (\S+).* tell ([^\s,]+)/;
const REPLY = /^([\d.]+) (\S+) > .*(?:Reply|Announcement) ([^\s,]+)/;

/**
 * Reads a line of `tcpdump -e -tt -n`.
 * @returns `undefined` for what is neither an advertisement nor ARP
 */
function parseFrame(line: string): Frame | undefined {
  const advert = ADVERT.exec(line);
  if (advert !== null) {
    const [, at, hardwareSource = '', source = '', virtualRouterId, priority] = advert;
    return {
      kind: 'advert',
      atMs: Number(at) * 1000,
      readAt: performance.now(),
      source,
      hardwareSource,
      virtualRouterId: Number(virtualRouterId),
      priority: Number(priority),
    };
  }
  const request = REQUEST.exec(line);
  if (request !== null) {
    const [, at, source = '', target = '', sender] = request;
    return { kind: 'arp', atMs: Number(at) * 1000, source, target, gratuitous: target === sender };
  }
  const reply = REPLY.exec(line);
  if (reply === null) return undefined;
  const [, at, source = '', target = ''] = reply;
  return { kind: 'arp', atMs: Number(at) * 1000, source, target, gratuitous: true };
}
