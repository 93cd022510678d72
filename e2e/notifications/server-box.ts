/** A director that tells of its servers by FIFOs, their script and notify scripts. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import type { Host } from '../lib/lan.ts';
import { WebServer } from '../lib/web-server.ts';
import { FifoReader, FileReader, newsInOrder, type News } from './listener.ts';

/** lvs: of lvs_notify_fifo; follower: what notify_fifo tells its script; scripts: of servers. */
type ServerNews = News<'lvs' | 'follower' | 'scripts'>;

/** Lines of a real server beside its scripts, by its port. */
type Servers = readonly (readonly [port: number, lines: string])[];

interface Service {
  /** As written in the file, and in lines of FIFOs. */
  readonly target: string;
  readonly name: string;
  readonly lines?: string;
  readonly servers: Servers;
}

const [CHECKED, ALPHA] = [check(81, ''), check(82, 'alpha')];
const GROUP = { target: 'group MANY', name: '[MANY]:0', lines: 'omega' };
const WEB = { target: '10.30.6.100 80', name: '[10.30.6.100]:tcp:80' };
const MARK: Service = { target: 'fwmark 5', name: 'FWM 5', servers: [[84, '']] };
const LEAVING: Service = {
  target: '10.30.6.103 80',
  name: '[10.30.6.103]:tcp:80',
  servers: [
    [83, ''],
    [84, ''],
  ],
};
const NEW: Service = {
  target: '10.30.6.104 80',
  name: '[10.30.6.104]:tcp:80',
  servers: [[83, '']],
};

const AT_START: readonly Service[] = [
  {
    ...WEB,
    servers: [
      [83, ''],
      [81, CHECKED],
      [82, ALPHA],
    ],
  },
  {
    ...GROUP,
    servers: [
      [83, ''],
      [84, ''],
    ],
  },
  MARK,
  LEAVING,
];
const AFTER_RELOAD: readonly Service[] = [
  NEW,
  {
    ...WEB,
    servers: [
      [81, CHECKED],
      [82, ALPHA],
      [85, ''],
    ],
  },
  {
    ...GROUP,
    servers: [
      [83, ''],
      [86, ''],
    ],
  },
  MARK,
];

/** One of them. */
export class ServerBox {
  readonly daemon: Daemon;
  readonly #host: Host;
  readonly #web: WebServer;
  readonly #head: string;
  readonly #lvs: FifoReader;
  readonly #follower: FileReader;
  readonly #scripts: FileReader;

  private constructor(host: Host, implementation: Implementation, isInit: boolean) {
    this.#host = host;
    this.#head = `global_defs {
script_user root
${isInit ? 'rs_init_notifies' : ''}
lvs_notify_fifo ${this.path('lvs')}
notify_fifo ${this.path('all')}
notify_fifo_script "${this.path('follow')} all"
}
virtual_server_group MANY {
10.30.6.110 80
10.30.6.111 80
}
`;
    this.#script('notify', `echo "$$ $*" >>'${this.path('scripts.log')}'`);
    const lines = `exec cat <"$2" >>'${this.path('follower.log')}'`;
    this.#script('follow', `echo "$*" >>'${this.path('followers.log')}'\n${lines}`);
    this.#web = new WebServer(host, [81, 82]);
    const configuration = this.#configuration(AT_START);
    this.daemon = new Daemon(host, implementation, { configuration, flags: ['-C'] });
    this.#lvs = new FifoReader(this.path('lvs'));
    this.#follower = new FileReader(this.path('follower.log'));
    this.#scripts = new FileReader(this.path('scripts.log'));
  }

  /** Makes it; its daemon does not run yet. */
  static async create(
    host: Host,
    implementation: Implementation,
    isInit: boolean,
  ): Promise<ServerBox> {
    const box = new ServerBox(host, implementation, isInit);
    await box.#web.start();
    return box;
  }

  start(): void {
    this.daemon.start();
  }

  /** Makes a port refuse connections, or no longer. */
  async refuse(port: number, isRefused: boolean): Promise<void> {
    const packets = ['-p', 'tcp', '--syn', '--dport', String(port)];
    const answer = ['-j', 'REJECT', '--reject-with', 'tcp-reset'];
    const how = isRefused ? '-I' : '-D';
    await this.#host.exec(['iptables-legacy', '-w', how, 'INPUT', ...packets, ...answer]);
  }

  reload(): void {
    this.daemon.reload(this.#configuration(AFTER_RELOAD));
  }

  /** @returns what was told since the last call, once it is so much */
  async news(expected: ServerNews): Promise<ServerNews> {
    const sources = { lvs: this.#lvs, follower: this.#follower, scripts: this.#scripts };
    const news = await newsInOrder(sources, expected);
    // Process ids grow: scripts that are started at the same time write in any order.
    const scripts = news.scripts
      .toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
      .map((line) => line.replace(/^\d+ /, ''));
    return { ...news, scripts };
  }

  /** Arguments of the script of notify_fifo, each time that it was started. */
  followers(): readonly string[] {
    return readFileSync(this.path('followers.log'), 'utf8').split('\n').filter(Boolean);
  }

  /** Whether a FIFO is there. */
  hasFifos(): boolean {
    return ['lvs', 'all'].some((name) => existsSync(this.path(name)));
  }

  /** Ends what runs beside the daemon. */
  async close(): Promise<void> {
    this.#lvs.close();
    await this.#web.kill();
  }

  path(name: string): string {
    return join(this.#host.folder, name);
  }

  #script(name: string, text: string): void {
    writeFileSync(this.path(name), `#!/bin/sh\n${text}\n`);
    chmodSync(this.path(name), 0o755);
  }

  /** Each script is told what a FIFO is told at the same time. */
  #configuration(services: readonly Service[]): string {
    const script = (keyword: string, line: string): string =>
      `${keyword} "${this.path('notify')} ${line}"`;
    const texts = services.map(({ target, name, lines = '', servers }) => {
      const protocol = name.startsWith('FWM') ? 'none' : 'tcp';
      const realServers = servers.map(([port, own]) => {
        const who = `RS [127.0.0.1]:${protocol}:${port} ${name}`;
        const scripts = `${script('notify_up', `${who} UP`)}\n${script('notify_down', `${who} DOWN`)}`;
        return `real_server 127.0.0.1 ${port} {\n${scripts}\n${own}\n}`;
      });
      return `virtual_server ${target} {
lb_algo rr
lb_kind NAT
${protocol === 'tcp' ? 'protocol TCP' : ''}
${lines}
${script('quorum_up', `VS ${name} UP`)}
${script('quorum_down', `VS ${name} DOWN`)}
${realServers.join('\n')}
}
`;
    });
    return this.#head + texts.join('');
  }
}

function check(port: number, more: string): string {
  const timing = 'delay_loop 0.5\nretry 0\nwarmup 0\nconnect_timeout 10';
  return `TCP_CHECK {\nconnect_port ${port}\n${timing}\n${more}\n}`;
}
