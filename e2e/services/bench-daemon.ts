import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Background, run } from '../lib/command.ts';
import { programPath } from '../lib/program.ts';
import { benchConfiguration, benchTable, type Size } from './bench-configuration.ts';
import { GrowingFile } from './growing-file.ts';
import { requests, type Requests } from './request-count.ts';

/** A reload: from the signal until what changes is in the kernel, and until the daemon says that it is done. */
export interface Reload {
  readonly changedMs?: number;
  readonly completeMs: number;
}

/** Resident memory in MiB. */
export type Memory = readonly [now: number, peak: number];

/** How it is started, and what it logs once when it has started or reloaded. */
interface Program {
  readonly words: readonly string[];
  readonly done: RegExp;
}

interface Surroundings {
  readonly size: Size;
  /** Words before a command that is to run in its network namespace. */
  readonly namespace: readonly string[];
  readonly folder: string;
}

/** By service. */
type Weight = (service: number) => number;

const LIMIT_MS = 240_000;
const EVERY_MS = 5;
/** Between looks at a table that is not right yet. */
const LOOK_MS = 500;

/** A daemon with many virtual servers, whose steps are measured. */
export class BenchDaemon {
  readonly #program: Program;
  readonly #place: Surroundings;
  readonly #file: string;
  readonly #said: GrowingFile;
  readonly #log: string;
  #process: Background | undefined;
  #times = 0;

  constructor(program: Program, place: Surroundings) {
    this.#program = program;
    this.#place = place;
    this.#file = join(place.folder, 'keepalived.conf');
    this.#log = join(place.folder, 'log');
    writeFileSync(this.#log, '');
    this.#said = new GrowingFile(this.#log, program.done);
  }

  /** Whether it does not run. */
  get ended(): boolean {
    return this.#process?.ended !== false;
  }

  /** @returns ms until the table is right and it has said that it is done */
  async start(weight: Weight): Promise<number> {
    const { size, namespace, folder } = this.#place;
    writeFileSync(this.#file, benchConfiguration(size, weight));
    const wanted = benchTable(size, weight);
    const pids = ['p', 'r', 'c'].flatMap((each) => [`-${each}`, join(folder, `${each}.pid`)]);
    const flags = ['-n', '-l', '-D', '-C', '-f', this.#file, ...pids];
    const words = [...namespace, ...this.#program.words, ...flags];
    const from = performance.now();
    this.#process = Background.start(words, this.#log, { TMPDIR: folder });
    return this.#took(from, wanted);
  }

  /** Changes the weights. */
  async reload(weight: Weight): Promise<Reload> {
    const { from, wanted } = this.#order(weight);
    return { completeMs: await this.#took(from, wanted) };
  }

  /** @param address - of a service that gets a destination of weight 2, after all others */
  async watchedReload(weight: Weight, address: string): Promise<Reload> {
    const watched = join(this.#place.folder, 'watched');
    writeFileSync(watched, '');
    const lines = new GrowingFile(watched, /\n/g);
    const program = [process.execPath, programPath('bench-kernel-program'), 'watch', address, '2'];
    const watcher = Background.start([...this.#place.namespace, ...program], watched);
    const heard = async (count: number): Promise<void> => {
      while (lines.count() < count && !watcher.ended) await delay(EVERY_MS);
    };
    await heard(1);
    const { from, wanted } = this.#order(weight);
    // That of the watcher, as this program may be busy with the table when it changes.
    const start = Number(process.hrtime.bigint()) / 1e6 - (performance.now() - from);
    const [completeMs] = await Promise.all([this.#took(from, wanted), heard(2)]);
    const end = Number(readFileSync(watched, 'utf8').trim().split('\n').at(-1));
    return { changedMs: Math.round(end - start), completeMs };
  }

  /** @returns what it asks of IPVS during an action, which that makes slower */
  requests(action: () => Promise<unknown>): Promise<Requests> {
    return requests(this.#checker, join(this.#place.folder, 'trace'), action);
  }

  /** @returns ms until it has ended */
  async stop(): Promise<number> {
    const from = performance.now();
    await this.#process?.stop('SIGTERM', LIMIT_MS);
    return Math.round(performance.now() - from);
  }

  /** @returns of the daemon and of its process for IPVS */
  memoryMib(): readonly Memory[] {
    return [this.#process?.pid ?? 0, this.#checker].map(residentMib);
  }

  /** @returns how many lines of the table are not as they should be */
  async wrongLines(wanted: readonly string[]): Promise<number> {
    const list = join(this.#place.folder, 'table');
    await run([...this.#place.namespace, 'sh', '-c', `ipvsadm -Sn >${list}`]);
    const lines = readFileSync(list, 'latin1').split('\n');
    const is = new Set(lines.map((each) => each.trim()));
    is.delete('');
    const should = new Set(wanted);
    return (
      [...is].filter((each) => !should.has(each)).length +
      wanted.filter((each) => !is.has(each)).length
    );
  }

  get #checker(): number {
    return Number(readFileSync(join(this.#place.folder, 'c.pid'), 'utf8'));
  }

  /** @returns when it was told to reload, which is after the file was written, and what it is to make */
  #order(weight: Weight): { readonly from: number; readonly wanted: readonly string[] } {
    const { size } = this.#place;
    const wanted = benchTable(size, weight);
    writeFileSync(this.#file, benchConfiguration(size, weight));
    const from = performance.now();
    this.#process?.signal('SIGHUP');
    return { from, wanted };
  }

  /** Until it has said that it is done, and the table is right, which may come later. */
  async #took(from: number, wanted: readonly string[]): Promise<number> {
    this.#times += 1;
    while (this.#said.count() < this.#times) {
      if (this.ended) throw new Error('it has ended');
      if (performance.now() > from + LIMIT_MS) throw new Error(`not done within ${LIMIT_MS} ms`);
      await delay(EVERY_MS);
    }
    let ms = performance.now() - from;
    while ((await this.wrongLines(wanted)) > 0 && ms < LIMIT_MS) {
      await delay(LOOK_MS);
      ms = performance.now() - from;
    }
    return Math.round(ms);
  }
}

/** @see proc(5), /proc/PID/status */
function residentMib(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  const [now = 0, peak = 0] = ['VmRSS', 'VmHWM'].map((name) =>
    Math.round(Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]) / 1024),
  );
  return [now, peak];
}
