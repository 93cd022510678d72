// kernel: any
// What global_defs says of the processes themselves.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Daemon } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';

let lan: Lan;
let box: Host;
let daemon: Daemon;
let plain: Daemon;

before(async () => {
  lan = await Lan.create([
    { name: 'box', address: '10.30.9.1/24' },
    { name: 'plain', address: '10.30.9.2/24' },
  ]);
  box = lan.host('box');
  const globals = `vrrp_priority -7
    vrrp_rt_priority 3
    vrrp_rlimit_rttime 5000000
    vrrp_cpu_affinity 0
    vrrp_no_swap
    process_names
    vrrp_process_name lan_vrrp
    stats_dump_file ${join(box.folder, 'own.stats')}
    reload_check_config ${join(box.folder, 'wrong.txt')}
    reload_time_file ${join(box.folder, 'when.txt')}`;
  daemon = new Daemon(box, 'tandemd', { configuration: configuration(globals), flags: ['-P'] });
  daemon.start();
  plain = new Daemon(lan.host('plain'), 'tandemd', {
    configuration: configuration(''),
    flags: ['-P'],
  });
  plain.start();
  await Promise.all([daemon.ready(), plain.ready()]);
});

after(async () => {
  await Promise.all([daemon.stop(), plain.stop()]);
  await lan.destroy();
});

function configuration(globals: string): string {
  return `global_defs {
    ${globals}
  }
  vrrp_instance V {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
      10.30.9.100/24
    }
  }
`;
}

function hasReloaded(): boolean {
  return daemon.log().includes('Reload complete');
}

/** @see proc_pid_stat(5): after the name, which may hold blanks, the state is the third field */
function statOf(pid: number | undefined): readonly string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return ['', '', text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'))].concat(
    text.slice(text.lastIndexOf(')') + 2).split(' '),
  );
}

void test('the vrrp process has the name, the priorities, the limits and the locked memory that it is to have', () => {
  const pid = daemon.pid('vrrp');
  const stat = statOf(pid);
  assert.equal(stat[2], 'lan_vrrp');
  assert.equal(stat[19], '-7');
  assert.deepEqual([stat[40], stat[41]], ['3', '2']);
  assert.match(readFileSync(`/proc/${pid}/status`, 'utf8'), /^VmLck:\s+[1-9]/m);
  assert.match(readFileSync(`/proc/${pid}/status`, 'utf8'), /^Cpus_allowed_list:\t0$/m);
  const limit = /^Max realtime timeout +5000000 +5000000/m;
  assert.match(readFileSync(`/proc/${pid}/limits`, 'utf8'), limit);
  assert.equal(statOf(daemon.pid('supervisor'))[2], 'keepalived');
});

void test('without a word on it the vrrp process goes before all others, but not for ever', () => {
  const pid = plain.pid('vrrp');
  const stat = statOf(pid);
  assert.deepEqual([stat[40], stat[41]], ['1', '2']);
  const limit = /^Max realtime timeout +2000000 +2000000/m;
  assert.match(readFileSync(`/proc/${pid}/limits`, 'utf8'), limit);
  const supervisor = statOf(plain.pid('supervisor'));
  assert.deepEqual([supervisor[40], supervisor[41]], ['0', '0']);
});

void test('the statistics go to their own file', async () => {
  const file = join(box.folder, 'own.stats');
  daemon.signal('SIGUSR2');
  // A file that is there may not be written yet.
  const isThere = (): boolean =>
    existsSync(file) && readFileSync(file, 'utf8').includes('VRRP Instance: V');
  await waitUntil('statistics', isThere, { limitMs: 10_000 });
});

void test('a reload comes at the time that a file names, which goes', async () => {
  const file = join(box.folder, 'when.txt');
  const moment = Math.ceil(Date.now() / 1000) * 1000 + 1000;
  writeFileSync(file, `${new Date(moment).toISOString().slice(0, 19).replace('T', ' ')}Z\n`);
  await waitUntil('a reload', hasReloaded, { limitMs: 10_000 });
  assert.ok(Date.now() >= moment);
  assert.equal(existsSync(file), false);
});

void test('a reload with a mistake is refused', async () => {
  const file = join(box.folder, 'wrong.txt');
  daemon.reload(configuration('no_such_keyword'));
  const isRefused = (): boolean =>
    existsSync(file) && readFileSync(file, 'utf8').includes('no_such_keyword');
  await waitUntil('a refusal', isRefused, { limitMs: 10_000 });
  const isSaid = (): boolean => daemon.log().includes('Reload refused');
  await waitUntil('a word on it in the log', isSaid, { limitMs: 5000 });
});
