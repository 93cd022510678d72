import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Host } from './lan.ts';
import { waitUntil } from './wait.ts';

/** An address that came or went. */
export interface AddressChange {
  /** When `ip` heard of it, ms since 1970. */
  readonly atMs: number;
  /** With prefix length. */
  readonly address: string;
  readonly removed: boolean;
}

/** A link that has come up, or is up and has changed. */
interface LinkUp {
  /** When `ip` heard of it, ms since 1970. */
  readonly atMs: number;
  readonly name: string;
}

/** Hears of every change of a machine's addresses, and of its links that come up. */
export class AddressWatch {
  readonly changes: AddressChange[] = [];
  readonly #linksUp: LinkUp[] = [];
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Starts to listen; returns when changes are heard. */
  static async start(host: Host): Promise<AddressWatch> {
    // Daemons go before all others, and would hear of a change before it, whose time it tells.
    const script = 'chrt --rr --pid 2 $$ 2>/dev/null; exec ip -ts -o monitor address link';
    const words = ['sh', '-c', script];
    const [program = '', ...rest] = host.words(words);
    const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'ignore'] });
    const watch = new AddressWatch(child);
    createInterface({ input: child.stdout }).on('line', (line) => {
      const change = parseChange(line);
      if (change !== undefined) watch.changes.push(change);
      const link = parseLinkUp(line);
      if (link !== undefined) watch.#linksUp.push(link);
    });
    // It says nothing when it is ready: what it must hear is made until it does.
    const probe = '127.9.9.9/32';
    const hears = async (): Promise<boolean> => {
      await host.exec(['ip', 'addr', 'add', probe, 'dev', 'lo'], { mayFail: true });
      await host.exec(['ip', 'addr', 'del', probe, 'dev', 'lo'], { mayFail: true });
      return watch.changes.length > 0;
    };
    await waitUntil(`ip monitor on ${host.name}`, hears, { limitMs: 20_000 });
    return watch;
  }

  /** When an address first came since a moment; `undefined` if it did not. */
  cameAt(address: string, sinceMs: number): number | undefined {
    const fits = (change: AddressChange): boolean =>
      change.address === address && !change.removed && change.atMs >= sinceMs;
    return this.changes.find(fits)?.atMs;
  }

  /** When a link was first up since a moment; `undefined` if it was not. */
  linkUpAt(name: string, sinceMs: number): number | undefined {
    return this.#linksUp.find((link) => link.name === name && link.atMs >= sinceMs)?.atMs;
  }

  /** Whether an address is there, as far as was heard since the start. */
  holds(address: string): boolean {
    return this.changes.findLast((change) => change.address === address)?.removed === false;
  }

  /** Ends it. */
  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGKILL');
      await ended;
    }
  }
}

/** Reads a line of `ip -ts -o monitor`, whose time is the machine's local time. */
function parseChange(line: string): AddressChange | undefined {
  const match = /^\[(\S+)\] (Deleted )?\d+: \S+\s+inet6? (\S+) /.exec(line);
  if (match === null) return undefined;
  const [, at = '', deleted, address = ''] = match;
  return { atMs: localMs(at), address, removed: deleted !== undefined };
}

/** Reads a line of `ip -ts -o monitor`. */
function parseLinkUp(line: string): LinkUp | undefined {
  const match = /^\[(\S+)\] \d+: ([^@:\s]+)(?:@\S+)?: <\S*> .* state UP /.exec(line);
  return match === null ? undefined : { atMs: localMs(match[1] ?? ''), name: match[2] ?? '' };
}

/** `2026-11-21T09:26:14.366967`: Date knows milliseconds only. */
function localMs(text: string): number {
  const [whole = '', fraction = '0'] = text.split('.');
  return new Date(whole).getTime() + Number(`0.${fraction}`) * 1000;
}
