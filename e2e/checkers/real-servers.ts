// Debian's own servers on addresses of loopback, each of which can turn bad and good again: by its
// files, by a signal, or by the kernel's packet filter before it.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Mode, Place, Serve } from './servers.ts';

const PACKET_FILTER = 'iptables-legacy';
const TRAFFIC_CONTROL = 'tc';

/** A program in a group of its own, so that all its processes get a signal. */
interface Program {
  start(): void;
  signal(name: NodeJS.Signals): void;
}

/** Makes the files of a server, in a folder of its own, and a program that has not started. */
export type Prepare = (place: Place) => Program;

/** What happens to a server when it turns, and what is undone when it turns back. */
type Fault = (place: Place, program: Program) => { bad(): void; good(): void };

/** @returns the server, started; a fault turns it bad */
export function real(prepare: Prepare, fault: Fault): Serve {
  return (place) => {
    const program = prepare(place);
    program.start();
    const turns = fault(place, program);
    return { turn: (mode: Mode) => turns[mode]() };
  };
}

/**
 * @param prepare - a server, at a port that it has for itself
 * @returns the same for all real servers with it: one program at all addresses, for faults of a path
 */
export function common(prepare: Prepare): Prepare {
  let only: Program | undefined;
  return ({ folder, name }) => {
    if (only !== undefined) return { ...only, start: () => undefined };
    only = prepare({ address: '0.0.0.0', folder, name: `common-${name}` });
    return only;
  };
}

/** Nobody listens any more. */
export const stopped: Fault = (_, program) => ({
  bad: () => program.signal('SIGKILL'),
  good: () => program.start(),
});

/** The kernel takes connections, and nobody answers. */
export const stuck: Fault = (_, program) => ({
  bad: () => program.signal('SIGSTOP'),
  good: () => program.signal('SIGCONT'),
});

/** It stays as it is. */
export const unchanged: Fault = () => ({ bad: () => undefined, good: () => undefined });

/** @returns a fault: a file of the server's folder has other text, or is gone */
export function changed(file: string, texts: { good: string; bad: string | undefined }): Fault {
  return ({ folder, name }) => {
    const path = join(folder, name, file);
    const put = (text: string | undefined): void => {
      if (text === undefined) rmSync(path);
      else writeFileSync(path, text);
    };
    return { bad: () => put(texts.bad), good: () => put(texts.good) };
  };
}

/** @returns a fault: what the rule says happens to packets for the server */
export function filtered(rule: string): Fault {
  return ({ address }) => {
    const change = (how: '-I' | '-D'): void => {
      const words = `-w ${how} INPUT -d ${address} ${rule}`.split(' ');
      execFileSync(PACKET_FILTER, words);
    };
    return { bad: () => change('-I'), good: () => change('-D') };
  };
}

/** What answers are late by: much longer than a check waits, also on a busy machine. */
const LATE_BY = '20s';
let hasLateLane = false;

/** What it answers is on its way for longer than anybody waits, and arrives. */
export const late: Fault = ({ address }) => {
  if (!hasLateLane) {
    trafficControl('qdisc add dev lo root handle 1: prio bands 4');
    trafficControl(`qdisc add dev lo parent 1:4 netem delay ${LATE_BY}`);
    hasLateLane = true;
  }
  // Rules go by their number, which is that of the real server.
  const rule = `dev lo parent 1: protocol ip prio ${address.split('.')[2]} u32`;
  return {
    bad: () => trafficControl(`filter add ${rule} match ip src ${address} flowid 1:4`),
    good: () => trafficControl(`filter del ${rule}`),
  };
};

function trafficControl(words: string): void {
  execFileSync(TRAFFIC_CONTROL, words.split(' '));
}

/** A page of a terabyte, which takes no room on the disk. */
const ENDLESS_BYTES = 2 ** 40;

/** A page that does not end within a lifetime. */
export const endless: Fault = ({ folder, name }) => {
  const path = join(folder, name, INDEX);
  return {
    bad: () => truncateSync(path, ENDLESS_BYTES),
    good: () => writeFileSync(path, PAGE),
  };
};

export const PAGE = '<html><body><h1>It works!</h1></body></html>';
export const INDEX = 'www/index.html';

/** Debian's nginx with one page; more lines for its server block, PLACE stands for its folder. */
export function nginx(port: number, more = ''): Prepare {
  return ({ address, folder, name }) => {
    const own = join(folder, name);
    mkdirSync(join(own, 'www'), { recursive: true });
    writeFileSync(join(own, INDEX), PAGE);
    const file = join(own, 'nginx.conf');
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    writeFileSync(
      file,
      `daemon off;
master_process off;
user root;
pid ${own}/nginx.pid;
events {}
http {
  access_log off;
${paths.map((each) => `  ${each}_temp_path ${own}/${each};`).join('\n')}
  server {
    listen ${address}:${port}${more.includes('ssl_') ? ' ssl' : ''};
    root ${own}/www;
    ${more.replaceAll('FOLDER', folder)}
  }
}
`,
    );
    return program(['nginx', '-p', own, '-c', file, '-e', join(own, 'error.log')], own);
  };
}

/** Lines of nginx for TLS with a certificate of nobody for another name. */
export const OWN_CERTIFICATE = certificate('cert');
/** The same, and it has expired. */
export const EXPIRED_CERTIFICATE = certificate('expired');

function certificate(file: string): string {
  return `ssl_certificate FOLDER/${file}.pem;\n    ssl_certificate_key FOLDER/key.pem;`;
}

const MAIN_CF = 'etc/main.cf';

/** @returns main.cf of a postfix that meets its clients so */
function mainCf(place: string, restrictions: string): string {
  return `compatibility_level = 3.6
queue_directory = ${place}/spool
data_directory = ${place}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
myhostname = mail.example
inet_interfaces = all
inet_protocols = ipv4
local_recipient_maps =
alias_maps =
smtpd_peername_lookup = no
smtpd_delay_reject = no
smtpd_client_restrictions = ${restrictions}
`;
}

/** Debian's postfix: its master and what that starts; what it does before it greets. */
export const postfix =
  (port: number, restrictions = 'permit'): Prepare =>
  ({ address, folder, name }) => {
    const own = join(folder, name);
    // Its processes are not root's.
    for (const each of [join(folder, '..'), folder]) chmodSync(each, 0o711);
    const owner = accountOf('postfix');
    for (const each of ['etc', 'data', 'spool/pid', 'spool/private', 'spool/public'])
      mkdirSync(join(own, each), { recursive: true });
    for (const each of ['data', 'spool/private', 'spool/public'])
      chownSync(join(own, each), owner.uid, owner.gid);
    writeFileSync(join(own, MAIN_CF), mainCf(own, restrictions));
    const services = `${address}:${port} inet n - n - - smtpd
anvil unix - - n - 1 anvil
rewrite unix - - n - - trivial-rewrite
`;
    writeFileSync(join(own, 'etc/master.cf'), services);
    return program(['/usr/lib/postfix/sbin/master', '-c', join(own, 'etc'), '-d'], own);
  };

/** @returns a fault: it refuses all clients, with a code of its own in place of the greeting */
export const refuses: Fault = ({ folder, name }, server) => {
  const own = join(folder, name);
  const put = (restrictions: string): void => {
    writeFileSync(join(own, MAIN_CF), mainCf(own, restrictions));
    server.signal('SIGHUP');
  };
  return { bad: () => put('reject'), good: () => put('permit') };
};

const RESOLVER_CONTROL = 'unbound-control';

/** A fault of unbound: it refuses to answer, from one question to the next, as after no reload. */
export const refusesNames: Fault = resolverTold(
  'local_zone example.org. always_refuse',
  'local_zone example.org. static',
);
/** The same: it says that there is no such name. */
export const forgetsNames: Fault = resolverTold(
  'local_data_remove www.example.org.',
  'local_data www.example.org. A 192.0.2.1',
);

function resolverTold(bad: string, good: string): Fault {
  return ({ folder, name }) => {
    const tell = (words: string): void => {
      const file = join(folder, name, 'unbound.conf');
      execFileSync(RESOLVER_CONTROL, ['-c', file, ...words.split(' ')]);
    };
    return { bad: () => tell(bad), good: () => tell(good) };
  };
}

/** A question for the address of www.example.org, and how an answer to it begins. */
export const QUESTION =
  'abcd 0100 0001 0000 0000 0000 0377 7777 0765 7861 6d70 6c65 036f 7267 0000 0100 01';
export const ANSWER = 'abcd 8xx0 0001 0001';

/** Debian's unbound, which knows www.example.org and nobody else. */
export const unbound: Prepare = ({ address, folder, name }) => {
  const own = join(folder, name);
  mkdirSync(own, { recursive: true });
  const file = join(own, 'unbound.conf');
  writeFileSync(
    file,
    `server:
  interface: ${address}
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "${own}"
  pidfile: "${own}/unbound.pid"
  use-syslog: no
  access-control: 0.0.0.0/0 allow
  module-config: "iterator"
  local-zone: "example.org." static
  local-data: "www.example.org. A 192.0.2.1"
remote-control:
  control-enable: yes
  control-interface: "${own}/control"
  control-use-cert: no
`,
  );
  return program(['unbound', '-d', '-c', file], own);
};

/** No program: the kernel itself answers. */
export const kernel: Prepare = () => ({ start: () => undefined, signal: () => undefined });

function program([command = '', ...rest]: readonly string[], folder: string): Program {
  let child: ChildProcess | undefined;
  const log = openSync(join(folder, 'log'), 'a');
  return {
    start() {
      child = spawn(command, rest, { detached: true, stdio: ['ignore', log, log] });
    },
    signal(name) {
      if (child?.pid !== undefined) process.kill(-child.pid, name);
    },
  };
}

function accountOf(name: string): { readonly uid: number; readonly gid: number } {
  // The package has given it its folder.
  const { uid, gid } = statSync(`/var/lib/${name}`);
  return { uid, gid };
}
