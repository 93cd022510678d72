// Beside keepalived: real servers that fail, come back and leave give the same lines in FIFOs, and
// run the same scripts.
import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { WebServer } from '../lib/web-server.ts';
import { collectNews, FifoReader, FileReader, sorted } from './listener.ts';

const ONE = 'RS [127.0.0.1]:tcp:80 [10.30.6.100]:tcp:80';
const TWO = 'RS [127.0.0.2]:tcp:80 [10.30.6.100]:tcp:80';
const SERVICE = 'VS [10.30.6.100]:tcp:80';
const MARKED = 'RS [127.0.0.1]:none:0 FWM 5';
const MARK = 'VS FWM 5';
const ALL = [ONE, TWO, SERVICE, MARKED, MARK];

const implementations = ['keepalived', 'tandemd'] as const;

void test('notifications of servers', async (context) => {
  const plans = implementations.map((name, i) => ({ name, address: `10.30.6.${i + 1}/24` }));
  const lan = await Lan.create(plans);
  try {
    const runs = implementations.map((each) =>
      context.test(each, () => play(lan.host(each), each)),
    );
    await Promise.all(runs);
  } finally {
    await lan.destroy();
  }
});

async function play(host: Host, implementation: Implementation): Promise<void> {
  const path = (name: string): string => join(host.folder, name);
  const configuration = configurationIn(host.folder, ['127.0.0.1', '127.0.0.2']);
  writeFileSync(path('notify'), `#!/bin/sh\necho "$*" >>'${path('notify.log')}'\n`);
  chmodSync(path('notify'), 0o755);
  const daemon = new Daemon(host, implementation, { configuration, flags: ['-C'] });
  const web = new WebServer(host);
  const sources = {
    fifo: new FifoReader(path('fifo')),
    lvs: new FifoReader(path('lvs-fifo')),
    notify: new FileReader(path('notify.log')),
  };
  const expect = async (what: string, lines: string[], notify: string[]): Promise<void> => {
    const expected = sorted({ fifo: lines, lvs: lines, notify });
    assert.deepEqual(await collectNews(sources, expected), expected, `${what}\n${daemon.log()}`);
  };
  await web.start();
  daemon.start();
  await expect('start', [`${SERVICE} UP`, `${MARK} UP`], ['quorum_up']);
  await web.kill();
  await expect('no server', all('DOWN'), ['notify_down', 'quorum_down']);
  await web.start();
  await expect('servers again', all('UP'), ['notify_up', 'quorum_up']);
  writeFileSync(path('keepalived.conf'), configurationIn(host.folder, ['127.0.0.1']));
  daemon.signal('SIGHUP');
  await expect('reload without one', [`${TWO} DOWN`], []);
  await daemon.stop();
  // Only one of the virtual servers has omega.
  await expect('stop', [`${ONE} DOWN`, `${SERVICE} DOWN`], ['notify_down', 'quorum_down']);
  await web.kill();
  sources.fifo.close();
  sources.lvs.close();
}

function all(state: 'UP' | 'DOWN'): string[] {
  return ALL.map((each) => `${each} ${state}`);
}

/** @param addresses - of the real servers of the first virtual server */
function configurationIn(folder: string, addresses: readonly string[]): string {
  const fifo = (keyword: string, name: string): string => `${keyword} ${join(folder, name)}`;
  const script = (keyword: string): string => `${keyword} "${join(folder, 'notify')} ${keyword}"`;
  const check = ['TCP_CHECK {', 'connect_port 80', 'connect_timeout 1', 'retry 0', 'warmup 0', '}'];
  const service = ['delay_loop 1', 'lb_algo rr', 'lb_kind NAT'];
  const notify = [script('notify_up'), script('notify_down')];
  return [
    'global_defs {',
    'script_user root',
    fifo('notify_fifo', 'fifo'),
    fifo('vrrp_notify_fifo', 'vrrp-fifo'),
    fifo('lvs_notify_fifo', 'lvs-fifo'),
    '}',
    'virtual_server 10.30.6.100 80 {',
    ...service,
    'protocol TCP',
    'omega',
    script('quorum_up'),
    script('quorum_down'),
    ...addresses.flatMap((address, i) => [
      `real_server ${address} 80 {`,
      ...(i === 0 ? notify : []),
      ...check,
      '}',
    ]),
    '}',
    'virtual_server fwmark 5 {',
    ...service,
    'real_server 127.0.0.1 0 {',
    ...check,
    '}',
    '}',
    '',
  ].join('\n');
}
