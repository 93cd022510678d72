import {
  parseConfiguration,
  type Box,
  type Configuration,
  type GlobalSettings,
} from '@tandem/config';
import { expect, test } from 'vitest';

function read(words: string, box: Box = {}): Configuration {
  const reader = { read: (path: string) => [{ path, text: `global_defs {\n${words}\n}\n` }] };
  return parseConfiguration({ path: 'a.conf', hostName: 'b', reader, box });
}

function globals(words: string): GlobalSettings {
  return read(words).settings.global;
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

test('each process has its own processors and limit of real time', () => {
  const words = `vrrp_cpu_affinity 0 2
    checker_rlimit_rttime 3000000
    bfd_cpu_affinity 1
    bfd_rlimit_rtime 4000000`;
  expect(globals(words)).toMatchObject({
    vrrpProcess: { processors: [0, 2] },
    checkerProcess: { realTimeUs: 3_000_000 },
    bfdProcess: { processors: [1], realTimeUs: 4_000_000 },
  });
  expect(globals('vrrp_rlimit_rttime 0').vrrpProcess).toEqual({ locked: false });
});

test('a processor that the box does not have is left out', () => {
  const box = { hasProcessor: (number: number) => number < 2 };
  const words = 'vrrp_cpu_affinity 1 7\nbfd_cpu_affinity 9';
  const { settings, diagnostics } = read(words, box);
  expect(settings.global.vrrpProcess).toMatchObject({ processors: [1] });
  expect(settings.global.bfdProcess).toEqual({ locked: false });
  expect(diagnostics.map(({ code }) => code)).toEqual(['UNKNOWN_PROCESSOR', 'UNKNOWN_PROCESSOR']);
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
