/**
 * How much room V8 makes for new objects. It doubles it whenever as many objects have lasted as there is
 * room for, and what is read of a large file lasts: each page of that room that is touched for the first
 * time then costs as much as a line does, and is kept for long.
 */
import type { SourceReader } from '@tandem/config';

/** Smaller files leave behind what there is room for anyway; what follows would cost them more. */
const LARGE_CHARACTERS = 256 * 1024;
/** That of Node 20. What others make of a change while they run nobody has measured. */
const V8_MEASURED = '11.';
const GROWTH = '--semi-space-growth-factor';
const USUAL_FACTOR = 2;

/** V8, as far as it is told something here. */
export interface Engine {
  readonly version: string;
  /** @see https://nodejs.org/docs/latest-v20.x/api/v8.html#v8setflagsfromstringflags */
  setFlag(flag: string): void;
}

const THIS_ENGINE: Engine = {
  version: process.versions.v8,
  // To load this module takes longer than to read most files.
  setFlag: (flag) => process.getBuiltinModule('node:v8').setFlagsFromString(flag),
};

/**
 * Reads without making more room for new objects from when it is known that there is much to read.
 * Afterwards V8 is as it was: code that is loaded then must find the flags that it was compiled with.
 * @param reader - where files come from
 * @param read - with the reader that it is given
 * @returns what comes of it
 */
export function readWithoutGrowth<T>(
  reader: SourceReader,
  read: (reader: SourceReader) => T,
  engine: Engine = THIS_ENGINE,
): T {
  let characters = 0;
  let isFixed = false;
  const counting: SourceReader = {
    read(pattern, directory) {
      const files = reader.read(pattern, directory);
      for (const file of files) if ('text' in file) characters += file.text.length;
      if (!isFixed && characters > LARGE_CHARACTERS && engine.version.startsWith(V8_MEASURED)) {
        isFixed = true;
        engine.setFlag(`${GROWTH}=1`);
      }
      return files;
    },
  };
  try {
    return read(counting);
  } finally {
    if (isFixed) engine.setFlag(`${GROWTH}=${USUAL_FACTOR}`);
  }
}
