/** Starts a program in a network namespace of its own and talks to it. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';

/** A notification of the subject. */
export interface SubjectEvent {
  readonly event: string;
  readonly value?: Record<string, unknown>;
  readonly removed?: boolean;
}

interface Reply extends Partial<SubjectEvent> {
  readonly id?: number;
  readonly error?: { readonly message: string; readonly code?: string };
}

/** An error that the subject's netlink had. */
class SubjectError extends Error {
  readonly code: string | undefined;

  constructor(message: string, code: string | undefined) {
    super(message);
    this.code = code;
  }
}

const isRoot = process.getuid?.() === 0;
const addon = new URL('../../../raw-socket/build/Release/raw_socket.node', import.meta.url);

/** The subject in its namespace, which goes when it does. */
export class Namespace {
  readonly events: SubjectEvent[] = [];
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  readonly #watchers = new Set<() => void>();
  #calls = 0;

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
  }

  static async start(): Promise<Namespace> {
    const folder = mkdtempSync(join(tmpdir(), 'tandem-netlink-'));
    const program = join(folder, 'subject.mjs');
    await build({
      entryPoints: [new URL('rtnetlink-subject.ts', import.meta.url).pathname],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      conditions: ['@tandem/source'],
      logLevel: 'error',
    });
    const flags = isRoot ? ['--net'] : ['--map-root-user', '--net'];
    const child = spawn('unshare', [...flags, process.execPath, program], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, TANDEM_RAW_SOCKET_ADDON: addon.pathname },
    });
    const namespace = new Namespace(child, folder);
    namespace.#listen();
    await namespace.until(({ event }) => event === 'ready');
    return namespace;
  }

  /** Has the subject do something. @throws SubjectError */
  async call<T>(method: string, ...values: unknown[]): Promise<T> {
    this.#calls += 1;
    const id = this.#calls;
    const reply = await new Promise<Reply>((resolve) => {
      this.#waiting.set(id, resolve);
      const line = JSON.stringify({ id, method, arguments: values }, bytesAsHex);
      this.#child.stdin?.write(`${line}\n`);
    });
    if (reply.error !== undefined) throw new SubjectError(reply.error.message, reply.error.code);
    return reply.value as T;
  }

  /** Waits for a notification, past ones included. */
  until(wanted: (event: SubjectEvent) => boolean): Promise<SubjectEvent> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.events.find(wanted);
        if (found === undefined) return;
        this.#watchers.delete(look);
        resolve(found);
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** Runs iproute2's `ip` in the namespace. */
  ip(command: string, input?: string): string {
    return this.run(['ip', ...command.split(' ')], input);
  }

  /** Runs a program in the namespace. @returns what it prints */
  run(words: readonly string[], input?: string): string {
    const enter = ['--net', ...(isRoot ? [] : ['--user', '--preserve-credentials'])];
    const target = ['-t', String(this.#child.pid), ...enter];
    return execFileSync('nsenter', [...target, ...words], {
      encoding: 'utf8',
      input: input ?? '',
    });
  }

  /** The same, read as JSON. */
  ipJson(command: string): Record<string, unknown>[] {
    const out = this.ip(`-j -d ${command}`).trim();
    return out === '' ? [] : (JSON.parse(out) as Record<string, unknown>[]);
  }

  /** Keeps the subject from reading anything meanwhile. */
  whileStopped(action: () => void): void {
    this.#child.kill('SIGSTOP');
    try {
      action();
    } finally {
      this.#child.kill('SIGCONT');
    }
  }

  /** Ends the subject, and with it the namespace. */
  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.stdin?.end();
    await ended;
    rmSync(this.#folder, { recursive: true });
  }

  #listen(): void {
    const { stdout } = this.#child;
    if (stdout === null) throw new Error('the subject has no output');
    createInterface({ input: stdout }).on('line', (line) => {
      const reply = JSON.parse(line) as Reply;
      if (reply.id !== undefined) this.#waiting.get(reply.id)?.(reply);
      else this.events.push(reply as SubjectEvent);
      for (const look of this.#watchers) look();
    });
  }
}

function bytesAsHex(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}
