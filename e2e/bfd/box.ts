/** A box whose instances follow a session in every way that there is, and what its FIFO is told. */
import { join } from 'node:path';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import type { Host } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';
import { FifoReader } from '../notifications/listener.ts';

/** Start, session and the wait for a master take less than five seconds. */
const LIMIT_MS = 12_000;
const LOOK_MS = 5;

/** How each instance follows the session. S1 and S2 do so as a sync group. */
const TRACKED = {
  FAULT: 'peer',
  GAIN: 'peer weight 20',
  LOSS: 'peer weight -20',
  REVERSE: 'peer weight 0 reverse',
  GAIN_REVERSE: 'peer weight 20 reverse',
  LOSS_REVERSE: 'peer weight -20 reverse',
  S1: undefined,
  S2: undefined,
} as const;

/** Name of an instance. */
type InstanceName = keyof typeof TRACKED;

const NAMES = Object.keys(TRACKED) as InstanceName[];
/** Those whose state the session decides: FAULT while it is down, or while it is up. */
const FOLLOWING: Partial<Record<InstanceName, 'down' | 'up'>> = {
  FAULT: 'down',
  S1: 'down',
  S2: 'down',
  REVERSE: 'up',
};

/** The box. */
export class Box {
  readonly host: Host;
  readonly daemon: Daemon;
  readonly #fifo: FifoReader;
  readonly #lines: string[] = [];

  /** @param sessions - text of bfd_instance blocks, one of them `peer` */
  constructor(host: Host, implementation: Implementation, sessions: string) {
    this.host = host;
    const path = join(host.folder, 'fifo');
    this.#fifo = new FifoReader(path);
    const configuration = configurationOf(path, sessions);
    this.daemon = new Daemon(host, implementation, { configuration });
  }

  /**
   * Waits until all instances are what the state of the session makes them.
   * @returns milliseconds from now until the first line of it
   */
  async settle(session: 'up' | 'down'): Promise<number> {
    const start = performance.now();
    const known = this.#lines.length;
    let first: number | undefined;
    const isSettled = (): boolean => {
      this.#read();
      if (this.#lines.length > known) first ??= performance.now() - start;
      return NAMES.every((name) => {
        const wanted = FOLLOWING[name] === session ? 'FAULT' : 'MASTER';
        return this.#stateOf(name) === wanted;
      });
    };
    try {
      await waitUntil(`session ${session}`, isSettled, { limitMs: LIMIT_MS, everyMs: LOOK_MS });
    } catch (error) {
      const { implementation } = this.daemon;
      const said = `${this.#lines.join('\n')}\n${this.daemon.log().slice(-3000)}`;
      throw new Error(`${implementation}: ${String(error)}\n${said}`, { cause: error });
    }
    return first ?? 0;
  }

  /** @returns what the FIFO was told of each instance and group, in order */
  story(): Readonly<Record<string, readonly string[]>> {
    this.#read();
    const story: Record<string, string[]> = {};
    for (const line of this.#lines) {
      const [, who = '', what = ''] = /^(\S+ "\S+") (.*)$/.exec(line) ?? [];
      (story[who] ??= []).push(what);
    }
    return story;
  }

  #read(): void {
    this.#lines.push(...this.#fifo.news());
  }

  #stateOf(name: InstanceName): string | undefined {
    const states = this.#lines.flatMap(
      (line) => new RegExp(`^INSTANCE "${name}" (MASTER|BACKUP|FAULT) `).exec(line)?.[1] ?? [],
    );
    return states.at(-1);
  }
}

function configurationOf(fifo: string, sessions: string): string {
  const instances = NAMES.map((name, i) => {
    const tracked = TRACKED[name];
    return `vrrp_instance ${name} {
  interface eth0
  virtual_router_id ${61 + i}
  version 3
  priority 100
  advert_int 0.1
  virtual_ipaddress {
    10.30.6.${61 + i}/32
  }
  ${tracked === undefined ? '' : `track_bfd {\n    ${tracked}\n  }`}
}`;
  });
  return `global_defs {
  vrrp_notify_fifo ${fifo}
  vrrp_notify_priority_changes
}
${sessions}
vrrp_sync_group G {
  group {
    S1
    S2
  }
  track_bfd {
    peer
  }
}
${instances.join('\n')}
`;
}
