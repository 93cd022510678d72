/** What ipvsadm says of a machine's table, in lines that mean the same in any order. */
import type { Host } from '../lib/lan.ts';

/** A list of ipvsadm beside what it saves. */
export type View = 'connections' | 'thresholds' | 'persistent-conn' | 'rate' | 'stats' | 'timeout';

/** @returns each line of `ipvsadm -Sn` and of the views, with what it belongs to before it */
export async function kernelTable(host: Host, views: readonly View[]): Promise<readonly string[]> {
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
