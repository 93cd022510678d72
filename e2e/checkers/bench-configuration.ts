/** Virtual servers whose real servers are all on loopback, where one web server answers for them. */

/** How real servers are checked. */
export type CheckKind = 'TCP_CHECK' | 'HTTP_GET';

/** What is checked. */
export interface CheckedServers {
  readonly kind: CheckKind;
  /** Real servers, to 65,535. */
  readonly count: number;
  /** From the end of a check to the next one. */
  readonly periodMs: number;
  /** Of the page that HTTP_GET gets. */
  readonly path: string;
}

const SERVERS_PER_SERVICE = 10;
/** Of the page of the benchmarks' web servers. */
const DIGEST = 'c7b4690c8c46625ef0f328cd7a24a0a3';

/** @returns text of keepalived.conf, ten real servers to a virtual one */
export function checkedServers({ kind, count, periodMs, path }: CheckedServers): string {
  const how = kind === 'TCP_CHECK' ? '' : `url {\npath ${path}\ndigest ${DIGEST}\n}\n`;
  const servers = Array.from(
    { length: count },
    (_, i) =>
      `real_server ${addressOf(i + 1)} 80 {\n${kind} {\nconnect_timeout 5\ndelay_loop ${periodMs / 1000}\n${how}}\n}\n`,
  );
  const services = Array.from({ length: Math.ceil(count / SERVERS_PER_SERVICE) }, (_, i) => {
    const own = servers.slice(i * SERVERS_PER_SERVICE, (i + 1) * SERVERS_PER_SERVICE);
    return `virtual_server 10.9.${i >> 8}.${i & 255} 80 {\nlvs_sched rr\nlvs_method NAT\nprotocol TCP\n${own.join('')}}\n`;
  });
  return services.join('');
}

function addressOf(i: number): string {
  return `127.1.${i >> 8}.${i & 255}`;
}
