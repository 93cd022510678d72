/** BIRD on a machine, which speaks nothing but BFD. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Background } from '../lib/command.ts';
import type { Host } from '../lib/lan.ts';

/** Of both directions, and of each session. */
export interface BirdSessions {
  readonly intervalMs: number;
  readonly multiplier: number;
  /** Own address and that of the other end. */
  readonly ends: readonly (readonly [own: string, other: string])[];
}

/** One machine's BIRD. */
export class Bird {
  readonly #host: Host;
  #bird: Background | undefined;

  constructor(host: Host, sessions: BirdSessions) {
    this.#host = host;
    writeFileSync(join(host.folder, 'bird.conf'), configurationOf(sessions));
  }

  /** Starts it; does not wait for anything. */
  start(): void {
    const { folder } = this.#host;
    const files = ['-c', join(folder, 'bird.conf'), '-s', this.#socket];
    this.#bird = this.#host.start('bird', ['bird', '-f', ...files]);
  }

  /** As a power failure would. */
  async kill(): Promise<void> {
    await this.#bird?.stop('SIGKILL');
  }

  /** @param name - such as SIGSTOP */
  signal(name: NodeJS.Signals): void {
    this.#bird?.signal(name);
  }

  /** @param words - a command, such as `disable bfd1` */
  async tell(...words: readonly string[]): Promise<void> {
    await this.#host.exec(['birdc', '-s', this.#socket, ...words]);
  }

  /** @returns the state of each session in BIRD's words, by the address of the other end */
  async states(): Promise<Readonly<Record<string, string>>> {
    const words = ['birdc', '-s', this.#socket, 'show', 'bfd', 'sessions'];
    const { stdout } = await this.#host.exec(words, { mayFail: true });
    const rows = [...stdout.matchAll(/^(\S*[.:]\S*)\s+eth0\s+(\S+)/gm)];
    return Object.fromEntries(rows.map(([, address = '', state = '']) => [address, state]));
  }

  get #socket(): string {
    return join(this.#host.folder, 'bird.ctl');
  }
}

function configurationOf({ intervalMs, multiplier, ends }: BirdSessions): string {
  const neighbours = ends.map(([own, other]) => `  neighbor ${other} dev "eth0" local ${own};`);
  return `router id 10.30.6.2;
protocol device {
}
protocol bfd {
  interface "eth0" {
    min rx interval ${intervalMs} ms;
    min tx interval ${intervalMs} ms;
    idle tx interval 1 s;
    multiplier ${multiplier};
  };
${neighbours.join('\n')}
}
`;
}
