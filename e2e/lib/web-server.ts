import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Background } from './command.ts';
import type { Host } from './lan.ts';
import { waitUntil } from './wait.ts';

/** The scenario's page: 44 bytes, MD5 c7b4690c8c46625ef0f328cd7a24a0a3. */
const PAGE = '<html><body><h1>It works!</h1></body></html>';

/** A real web server, Debian's nginx, on port 80 of a machine, or on others. Says its name in X-Box. */
export class WebServer {
  readonly #host: Host;
  readonly #port: number | string;
  #program: Background | undefined;

  constructor(host: Host, ports: readonly (number | string)[] = [80]) {
    this.#host = host;
    this.#port = ports[0] ?? 80;
    const { folder, name } = host;
    mkdirSync(join(folder, 'www/apache2-default'), { recursive: true });
    mkdirSync(join(folder, 'nginx'), { recursive: true });
    writeFileSync(join(folder, 'www/apache2-default/index.html'), PAGE);
    writeFileSync(join(folder, 'nginx.conf'), configuration(folder, name, ports));
  }

  /** Starts it; returns when it listens. */
  async start(): Promise<void> {
    const { folder, name } = this.#host;
    const words = ['nginx', '-p', folder, '-c', join(folder, 'nginx.conf')];
    this.#program = this.#host.start('nginx', [...words, '-e', join(folder, 'nginx-error.log')]);
    const listens = async (): Promise<boolean> => {
      const { stdout } = await this.#host.exec(['ss', '-Hltn', `sport = :${this.#port}`]);
      return stdout.includes(`:${this.#port}`);
    };
    await waitUntil(`web server on ${name}`, listens, { limitMs: 20_000 });
  }

  /** Ends it at once: its port refuses from then on. */
  async kill(): Promise<void> {
    await this.#program?.stop('SIGKILL');
    this.#program = undefined;
  }

  /** Requests it has answered, without the health checks, which come from keepalived's own agent. */
  answered(): number {
    const file = join(this.#host.folder, 'access.log');
    if (!existsSync(file)) return 0;
    const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
    return lines.filter((line) => !isCheck(line)).length;
  }

  /** Lines of the access log that are health checks: host, request, agent. */
  checks(): string[] {
    const file = join(this.#host.folder, 'access.log');
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(isCheck) : [];
  }
}

function isCheck(line: string): boolean {
  return line.startsWith('keepalive.lovediary.co.kr ');
}

/** One process, everything in the machine's own folder. */
function configuration(folder: string, name: string, ports: readonly (number | string)[]): string {
  return `daemon off;
master_process off;
user root;
pid ${folder}/nginx.pid;
error_log ${folder}/nginx-error.log;
events { worker_connections 2048; }
http {
  log_format box '$http_host $remote_addr $server_addr "$request" $status "$http_user_agent"';
  access_log ${folder}/access.log box;
  client_body_temp_path ${folder}/nginx/body;
  proxy_temp_path ${folder}/nginx/proxy;
  fastcgi_temp_path ${folder}/nginx/fastcgi;
  uwsgi_temp_path ${folder}/nginx/uwsgi;
  scgi_temp_path ${folder}/nginx/scgi;
  default_type text/html;
  server {
${ports.map((port) => `    listen ${port} backlog=1024;`).join('\n')}
    root ${folder}/www;
    index index.html;
    add_header X-Box ${name};
  }
}
`;
}
