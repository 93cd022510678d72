/**
 * Tells V8 that what it does now is soon over. Whenever as many objects have lasted as there is room for
 * new ones, it doubles this room, and what is read of a large file lasts: each page that is touched for the
 * first time then costs as much as a line does, and is kept for long. And what runs often it compiles
 * together with all that is called there, which takes longer than it saves until the file is read.
 */
import type { SourceReader } from '@tandem/config';

/** Smaller files leave behind what there is room for anyway, and to say so would cost more. */
const LARGE_CHARACTERS = 256 * 1024;
/** That of Node 20. What others make of a change while they run nobody has measured. */
const V8_MEASURED = '11.';
/** While it reads, and otherwise, which is what that V8 starts with. */
const FLAGS: readonly {
  readonly name: string;
  readonly reading: number;
  readonly usual: number;
}[] = [
  { name: 'semi-space-growth-factor', reading: 1, usual: 2 },
  { name: 'max-inlined-bytecode-size-cumulative', reading: 200, usual: 920 },
];

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
 * Reads, and tells V8 as soon as it is known that there is much to read. Afterwards V8 is as it was: code
 * that is loaded then must find the flags that it was compiled with.
 * @param reader - where files come from
 * @param read - with the reader that it is given
 * @returns what comes of it
 */
export function readBriefly<T>(
  reader: SourceReader,
  read: (reader: SourceReader) => T,
  engine: Engine = THIS_ENGINE,
): T {
  let characters = 0;
  let isBrief = false;
  const counting: SourceReader = {
    read(pattern, directory) {
      const files = reader.read(pattern, directory);
      for (const file of files) if ('text' in file) characters += file.text.length;
      if (!isBrief && characters > LARGE_CHARACTERS && engine.version.startsWith(V8_MEASURED)) {
        isBrief = true;
        for (const { name, reading } of FLAGS) engine.setFlag(`--${name}=${reading}`);
      }
      return files;
    },
  };
  try {
    return read(counting);
  } finally {
    if (isBrief) for (const { name, usual } of FLAGS) engine.setFlag(`--${name}=${usual}`);
  }
}
