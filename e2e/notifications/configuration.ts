/** What the box under test is configured with. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of the instance ONE, which the others follow by one each. */
export const FIRST_PRIORITY = 150;
/** S1 and S2 are a sync group; S2 has no scripts. */
export const INSTANCES = ['ONE', 'S1', 'S2', 'GONE', 'LEFT'] as const;

const STATES = ['notify_master', 'notify_backup', 'notify_fault', 'notify_stop', 'notify'];
const SCRIPTS: Readonly<Partial<Record<string, readonly string[]>>> = {
  ONE: [...STATES, 'notify_master_rx_lower_pri'],
  S1: ['notify'],
  GONE: ['notify', 'notify_fault', 'notify_deleted'],
  LEFT: ['notify', 'notify_fault'],
  G: STATES,
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
  const group = ['vrrp_sync_group G {', 'group {', 'S1', 'S2', '}', ...notify('G'), '}'];
  const text = (some: readonly (readonly string[])[]): string =>
    [...head, ...some.flat(), ...group, ''].join('\n');
  return { all: text(instances), less: text(instances.slice(0, 3)) };
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
    '}',
    'track_file load {',
    `file ${join(folder, 'tracked')}`,
    'init_file 0',
    '}',
  ];
}

function instance(name: string, i: number, notify: readonly string[]): string[] {
  const tracking = ['track_file {', 'load weight 1', '}', 'notify_priority_changes'];
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
    ...(name === 'ONE' ? tracking : []),
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
