import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A folder for the files of one test file, gone after its tests. */
export class TestFolder {
  readonly path: string = mkdtempSync(join(tmpdir(), 'tandemctl-'));

  constructor() {
    afterAll(() => rmSync(this.path, { recursive: true }));
  }

  /** @returns the path of the new file */
  write(name: string, text: string): string {
    const path = join(this.path, name);
    writeFileSync(path, text);
    return path;
  }
}
