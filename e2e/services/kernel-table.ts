/** What ipvsadm says of a machine's table, in lines that mean the same in any order. */
import type { Host } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';

/** A list of ipvsadm beside what it saves. */
export type View = 'connections' | 'thresholds' | 'persistent-conn' | 'rate' | 'stats' | 'timeout';

/** @returns each line of `ipvsadm -Sn` and of the views, with what it belongs to before it */
export function kernelTable(host: Host, views: readonly View[]): Promise<readonly string[]> {
  const read = async (): Promise<readonly string[] | false> => {
    const lines = await readTable(host, views);
    return isWhole(lines, views) && lines;
  };
  return waitUntil('a table that is whole', read, { limitMs: 20_000, everyMs: 20 });
}

/**
 * The kernel counts the services of all namespaces while it lists those of one: when those of
 * another change meanwhile, some come twice or not at all.
 */
function isWhole(lines: readonly string[], views: readonly View[]): boolean {
  const heads = ['-A', ...views.filter((each) => each !== 'timeout')].map(
    (view) => lines.filter((line) => line.startsWith(`${view} `) && !line.includes(' -> ')).length,
  );
  return new Set(lines).size === lines.length && new Set(heads).size === 1;
}

async function readTable(host: Host, views: readonly View[]): Promise<readonly string[]> {
  const lists = views.map((each) => {
    const option = each === 'connections' ? '' : ` --${each}`;
    return `echo '= ${each}'; ipvsadm -Ln --exact${option}`;
  });
  const { stdout } = await host.exec(['sh', '-ec', ['ipvsadm -Sn', ...lists].join('\n')]);
  let view = '';
  let service = '';
  return stdout.split('\n').flatMap((text): string | string[] => {
    const words = text.trim().split(/ +/);
    const [first = '', name = ''] = words;
    if (first === '=') view = name;
    else if (/^(?:-A|-a)$/.test(first)) return text.trim();
    else if (first === 'Timeout') return text;
    else if (/^(?:TCP|UDP|SCTP|FWM)$/.test(first)) {
      service = words.slice(0, words.includes('IPv6') ? 3 : 2).join(' ');
      return `${view} ${words.join(' ')}`;
    } else if (first === '->' && service !== '') return `${view} ${service} ${words.join(' ')}`;
    return [];
  });
}

/** @returns lines that only one of two tables has */
export function differences(
  actual: readonly string[],
  wanted: readonly string[],
): readonly string[] {
  const [is, should] = [new Set(actual), new Set(wanted)];
  return [
    ...actual.filter((each) => !should.has(each)).map((each) => `is: ${each}`),
    ...wanted.filter((each) => !is.has(each)).map((each) => `should be: ${each}`),
  ];
}
