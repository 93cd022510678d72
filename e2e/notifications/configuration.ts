/** What the box under test is configured with. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of the instance ONE, which the others follow by one each. */
export const FIRST_PRIORITY = 150;
/**
 * S1 and S2 are a sync group; S1 may be kept in FAULT, S2 has no scripts, and sends no mails. Of
 * the last three one has a virtual interface, one has a peer, and one follows a script.
 */
export const INSTANCES = ['ONE', 'S1', 'S2', 'GONE', 'LEFT', 'VMAC', 'PEER', 'CHECK'] as const;
/** Those that a reload takes away. */
const FORMER: readonly string[] = ['GONE', 'LEFT'];

const STATES = ['notify_master', 'notify_backup', 'notify_fault', 'notify_stop', 'notify'];
const SCRIPTS: Readonly<Partial<Record<string, readonly string[]>>> = {
  ONE: [...STATES, 'notify_master_rx_lower_pri'],
  S1: ['notify'],
  GONE: ['notify', 'notify_fault', 'notify_deleted'],
  LEFT: ['notify', 'notify_fault'],
  VMAC: ['notify'],
  PEER: ['notify'],
  CHECK: ['notify'],
  G: STATES,
};
const OWN_LINES: Readonly<Partial<Record<string, readonly string[]>>> = {
  ONE: ['track_file {', 'load weight 1', '}', 'notify_priority_changes'],
  S1: ['track_file {', 'hold weight 0', '}'],
  VMAC: ['use_vmac'],
  PEER: ['unicast_peer {', '10.30.6.2', '}'],
  CHECK: ['track_script {', 'check', '}'],
};

/**
 * @param folder - for scripts, FIFOs and what the scripts write
 * @returns one configuration with all instances, and one without GONE and LEFT
 */
export function configurationsIn(folder: string): { readonly all: string; readonly less: string } {
  const head = headIn(folder);
  const path = script(folder, 'notify', `echo "$*" >>'${join(folder, 'notify.log')}'`);
  const notify = (name: string): string[] =>
    (SCRIPTS[name] ?? []).map((keyword) => `${keyword} "${path} ${keyword} ${name}"`);
  const instances = INSTANCES.map((name, i) => instance(name, i, notify(name)));
  const members = ['group {', 'S1', 'S2', '}'];
  const group = ['vrrp_sync_group G {', ...members, 'smtp_alert', ...notify('G'), '}'];
  const text = (some: readonly (readonly string[])[]): string =>
    [...head, ...some.flat(), ...group, ''].join('\n');
  return {
    all: text(instances),
    less: text(instances.filter((_, i) => !FORMER.includes(INSTANCES[i] ?? ''))),
  };
}

function headIn(folder: string): string[] {
  const log = join(folder, 'script.log');
  const lines = `while read -r line; do echo "$line"; done <"$2" >>'${log}'`;
  return [
    'global_defs {',
    'script_user root',
    `notify_fifo ${join(folder, 'fifo')}`,
    `vrrp_notify_fifo ${join(folder, 'vrrp-fifo')}`,
    `vrrp_notify_fifo_script "${script(folder, 'follow', lines)} word"`,
    `lvs_notify_fifo ${join(folder, 'lvs-fifo')}`,
    'router_id box',
    'notification_email {',
    'root@box.example',
    '}',
    'notification_email_from tests@box.example',
    'smtp_server 127.0.0.1',
    '}',
    'vrrp_script check {',
    `script "/usr/bin/test ! -e ${join(folder, 'bad')}"`,
    'interval 1',
    '}',
    'track_file load {',
    `file ${join(folder, 'tracked')}`,
    'init_file 0',
    '}',
    'track_file hold {',
    `file ${join(folder, 'held')}`,
    'init_file 0',
    '}',
  ];
}

function instance(name: string, i: number, notify: readonly string[]): string[] {
  return [
    `vrrp_instance ${name} {`,
    'interface eth0',
    'version 3',
    'advert_int 0.1',
    `virtual_router_id ${51 + i}`,
    `priority ${FIRST_PRIORITY + i}`,
    'virtual_ipaddress {',
    `10.30.6.${101 + i}/24`,
    '}',
    ...(OWN_LINES[name] ?? []),
    ...(name === 'S2' ? [] : ['smtp_alert']),
    ...notify,
    '}',
  ];
}

function script(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}
