import { parseConfiguration, type GlobalSettings } from '@tandem/config';
import { expect, test } from 'vitest';

function globals(words: string): GlobalSettings {
  const reader = { read: (path: string) => [{ path, text: `global_defs {\n${words}\n}\n` }] };
  return parseConfiguration({ path: 'a.conf', hostName: 'b', reader }).settings.global;
}

test('each process has its own name, priorities and memory', () => {
  const words = `vrrp_priority -5
    vrrp_rt_priority 40
    vrrp_no_swap
    checker_priority 10
    lvs_process_name lb
    bfd_priority -3
    bfd_rt_priority 41
    bfd_no_swap
    bfd_process_name hello`;
  expect(globals(words)).toMatchObject({
    vrrpProcess: { nice: -5, roundRobin: 40, locked: true },
    checkerProcess: { name: 'lb', nice: 10, locked: false },
    bfdProcess: { name: 'hello', nice: -3, roundRobin: 41, locked: true },
  });
  expect(globals('')).toMatchObject({ vrrpProcess: { locked: false } });
  expect(globals('').vrrpProcess).toEqual({ locked: false });
});

test('process_names gives those a name that have none', () => {
  expect(globals('process_names\nvrrp_process_name v')).toMatchObject({
    supervisorName: 'keepalived',
    vrrpProcess: { name: 'v' },
    checkerProcess: { name: 'keepalived_lvs' },
    bfdProcess: { name: 'keepalived_bfd' },
  });
  expect(globals('process_name p')).toMatchObject({ supervisorName: 'p' });
});

test('dumps go where they are wanted, else where keepalived puts them', () => {
  expect(globals('state_dump_file /a').dumpFiles).toEqual({
    state: '/a',
    statistics: '/tmp/keepalived.stats',
    json: '/tmp/keepalived.json',
  });
});

test('reload_check_config may name a file', () => {
  expect(globals('').reloadCheck).toBeUndefined();
  expect(globals('reload_check_config').reloadCheck).toEqual({});
  expect(globals('reload_check_config /f').reloadCheck).toEqual({ file: '/f' });
});

test('reload_time_file is for one reload, unless reload_repeat is there', () => {
  expect(globals('reload_repeat').reloadSchedule).toBeUndefined();
  expect(globals('reload_time_file /t').reloadSchedule).toEqual({ file: '/t', repeat: false });
  const both = globals('reload_time_file /t\nreload_repeat');
  expect(both.reloadSchedule).toEqual({ file: '/t', repeat: true });
});
