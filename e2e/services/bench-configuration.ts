/** Virtual servers by the thousand. */

/** How large a file is. */
export interface Size {
  readonly services: number;
  readonly realServers: number;
}

const MOST_PER_SERVICE = 250;

/**
 * @param size - real servers are shared out evenly
 * @param weight - of the last real server of each virtual server
 * @returns virtual servers without checks, of 10.0.0.0/8 and 172.16.0.0/12
 */
export function benchConfiguration(
  { services, realServers }: Size,
  weight: (service: number) => number,
): string {
  let left = realServers;
  const blocks: string[] = [];
  for (let i = 0; i < services; i += 1) {
    const count = Math.min(MOST_PER_SERVICE, Math.ceil(left / (services - i)));
    left -= count;
    const servers = Array.from(
      { length: count },
      (_, n) =>
        `  real_server 172.${16 + (i % 16)}.${(i >> 4) & 255}.${n + 1} 80 {\n    weight ${n + 1 === count ? weight(i) : 1}\n  }\n`,
    );
    blocks.push(
      `virtual_server ${serviceAddress(i)} 80 {\n  lvs_sched rr\n  lvs_method NAT\n  protocol TCP\n${servers.join('')}}\n`,
    );
  }
  return blocks.join('');
}

/** @returns the lines of `ipvsadm -Sn` that the file stands for */
export function benchTable(size: Size, weight: (service: number) => number): readonly string[] {
  const lines: string[] = [];
  let service = '';
  let real = '';
  for (const text of benchConfiguration(size, weight).split('\n')) {
    const [word = '', first = ''] = text.trim().split(' ');
    if (word === 'virtual_server') lines.push(`-A -t ${(service = `${first}:80`)} -s rr`);
    if (word === 'real_server') real = `${first}:80`;
    if (word === 'weight') lines.push(`-a -t ${service} -r ${real} -m -w ${first}`);
  }
  return lines;
}

/** @returns the address of the last service that changes when each hundredth does */
export function lastChanged({ services }: Size): string {
  return serviceAddress(services - 1 - ((services - 1) % 100));
}

function serviceAddress(i: number): string {
  return `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;
}
