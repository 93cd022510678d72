/** Names that the files of iproute2 give to numbers of tables, protocols, realms and the like. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NameFolders, NameTable } from '@tandem/config';

/** Those of the distribution, of which there is one. */
const DISTRIBUTION = ['/usr/share/iproute2', '/usr/lib/iproute2'] as const;

/**
 * @param table - name of the file
 * @param name - to look for
 * @param folders - those that are not where iproute2 has them: of the box, and of the distribution
 * @returns undefined when no file has the name
 */
export function numberNamed(
  table: NameTable,
  name: string,
  { etc = '/etc/iproute2', usr }: NameFolders = {},
): number | undefined {
  for (const folder of [etc, ...(usr === undefined ? DISTRIBUTION : [usr])]) {
    for (const path of filesOf(folder, table)) {
      const number = lookUp(path, name);
      if (number !== undefined) return number;
    }
  }
  return undefined;
}

/** `rt_tables`, and `rt_tables.d/*.conf`. */
function filesOf(folder: string, table: string): string[] {
  const parts = join(folder, `${table}.d`);
  const more = attempt(() => readdirSync(parts)) ?? [];
  const names = more.filter((each) => each.endsWith('.conf')).toSorted();
  return [join(folder, table), ...names.map((each) => join(parts, each))];
}

/** Lines of a number in any base and a name; `#` begins a comment. */
function lookUp(path: string, name: string): number | undefined {
  const text = attempt(() => readFileSync(path, 'utf8')) ?? '';
  for (const line of text.split('\n')) {
    const [number = '', word] = (line.split('#', 1)[0] ?? '').trim().split(/\s+/);
    if (word === name && /^(?:0x[0-9a-f]+|[0-9]+)$/i.test(number)) return Number(number);
  }
  return undefined;
}

/** A file that is not there names nothing. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
