/**
 * Loads the programs of the daemon with what V8 compiled of them when they were bundled, as compiling
 * takes longer than all else of their start. A cache that is missing or damaged, or that V8 does not
 * accept, since it is of another Node or of other options, costs that time and nothing else.
 */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';

/** What a file of the bundle is: a function of what such a module sees. */
type ModuleFunction = (
  module: { exports: object },
  require: (id: string) => unknown,
  importMetaUrl: string,
) => void;

/** A program and its chunks, each a file named after its contents, so that no cache is of older code. */
export class CachedBundle {
  /**
   * The folder of its caches, files of the same names as the chunks. V8 takes any that was made by a V8
   * of the same number, which it keeps when a Node brings changes of its own to it.
   */
  readonly caches: string;
  /** All that was loaded, by file name: V8 can tell what it has compiled of them. */
  readonly scripts: Map<string, Script> = new Map();
  readonly #chunks: string;
  readonly #url: string;
  readonly #requireOther: (id: string) => unknown;
  readonly #modules = new Map<string, { exports: object }>();

  /**
   * @param folder - with `chunks` and `caches`
   * @param program - whose V8 options the caches were made with, and the query of the URL that it is
   *   told to be at
   * @param requireOther - finds what is no chunk
   */
  constructor(
    folder: string,
    { name, query = '' }: { readonly name: string; readonly query?: string },
    requireOther: (id: string) => unknown,
  ) {
    this.#chunks = join(folder, 'chunks');
    this.caches = join(folder, 'caches', `${process.version}-${process.arch}`, name);
    this.#url = pathToFileURL(join(folder, `${name}.cjs`)).href + query;
    this.#requireOther = requireOther;
  }

  /** @returns what the chunk exports, and runs it the first time */
  load(chunk: string): unknown {
    const loaded = this.#modules.get(chunk);
    if (loaded !== undefined) return loaded.exports;
    const module = { exports: {} };
    this.#modules.set(chunk, module);
    try {
      this.#compile(chunk)(module, (id) => this.#require(id), this.#url);
    } catch (error) {
      // Whoever asks again is not to be given one that is empty.
      this.#modules.delete(chunk);
      throw error;
    }
    return module.exports;
  }

  #compile(chunk: string): ModuleFunction {
    const filename = join(this.#chunks, chunk);
    const cachedData = undoubled(join(this.caches, chunk));
    // Only comments have other characters than ASCII: with two bytes each it would take twice the memory.
    const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData });
    this.scripts.set(chunk, script);
    return script.runInThisContext() as ModuleFunction;
  }

  #require(id: string): unknown {
    return id.startsWith('.') ? this.load(basename(id)) : this.#requireOther(id);
  }
}

/**
 * V8 runs what is in a cache as it is, and crashes when that is damaged. To compare two copies looks at
 * all of it in 0.5 ms; a sum in code that is not compiled yet, or to load zlib or crypto for one, takes
 * much of what the cache saves.
 * @param data - what V8 has compiled of a chunk
 * @returns what its file is to contain
 */
export function doubled(data: Buffer): Buffer {
  return Buffer.concat([data, data]);
}

/** @returns what was doubled; undefined when it is not there, or not as it was */
function undoubled(path: string): Buffer | undefined {
  try {
    const contents = readFileSync(path);
    const half = contents.length / 2;
    const data = contents.subarray(0, half);
    return data.equals(contents.subarray(half)) ? data : undefined;
  } catch {
    return undefined;
  }
}
