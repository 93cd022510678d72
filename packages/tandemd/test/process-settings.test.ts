import { expect, test } from 'vitest';
import { runAhead, runAs, runAside } from '../src/process-settings.ts';

/** A kernel that notes what is asked of it, and refuses some of it. */
function kernel(refused: readonly string[] = []) {
  const asked: string[] = [];
  const ask = (what: string): void => {
    if (refused.includes(what)) throw new Error('EPERM');
    asked.push(what);
  };
  return {
    asked,
    setNice: (nice: number) => ask(`nice ${nice}`),
    setRoundRobin: (priority: number) => ask(`round robin ${priority}`),
    setAffinity: (processors: readonly number[]) => ask(`on ${processors.join(' ')}`),
    lockMemory: () => ask('lock'),
    limitRealTime: (microseconds: number) => ask(`limit ${microseconds}`),
    setProcessName: (name: string) => ask(`name ${name}`),
  };
}

const ALL = { name: 'vrrp', nice: -5, roundRobin: 40, locked: true };

test('a process is left as it was started, unless something is said', () => {
  const ports = kernel();
  runAs({ locked: false }, expect.unreachable, ports);
  expect(ports.asked).toEqual([]);
  runAs(ALL, expect.unreachable, ports);
  expect(ports.asked).toEqual(['name vrrp', 'nice -5', 'round robin 40', 'lock']);
});

test('what the kernel refuses is said, and the rest is done', () => {
  const ports = kernel(['nice -5', 'lock']);
  const lines: string[] = [];
  runAs(ALL, (text) => void lines.push(text), ports);
  expect(ports.asked).toEqual(['name vrrp', 'round robin 40']);
  expect(lines).toEqual(['cannot run with nice value -5: EPERM', 'cannot stay in memory: EPERM']);
});

test('a process that is to go ahead is a real-time one, with an end to its spinning', () => {
  const ports = kernel();
  runAhead({ locked: true, name: 'vrrp' }, expect.unreachable, ports);
  expect(ports.asked).toEqual(['limit 2000000', 'round robin 1']);
});

test('where the kernel allows no real-time process, a process goes ahead by its nice value', () => {
  const ports = kernel(['round robin 1']);
  runAhead({ locked: false }, expect.unreachable, ports);
  expect(ports.asked).toEqual(['limit 2000000', 'nice -20']);
  const lines: string[] = [];
  runAhead(
    { locked: false },
    (text) => void lines.push(text),
    kernel(['limit 2000000', 'nice -20']),
  );
  expect(lines).toEqual([
    'packets may be late when this box is busy, as the kernel gives no priority: EPERM',
  ]);
});

test('a process whose priority is configured does not go ahead of it', () => {
  const ports = kernel();
  runAhead({ locked: false, nice: 0 }, expect.unreachable, ports);
  runAhead({ locked: false, roundRobin: 50 }, expect.unreachable, ports);
  expect(ports.asked).toEqual([]);
});

test('a process runs on the processors and within the limit that are configured', () => {
  const ports = kernel();
  const limited = { locked: false, processors: [0, 3], realTimeUs: 5_000_000 };
  runAs(limited, expect.unreachable, ports);
  expect(ports.asked).toEqual(['on 0 3', 'limit 5000000']);
  runAhead(limited, expect.unreachable, ports);
  expect(ports.asked.slice(2)).toEqual(['round robin 1']);
});

test('no limit is so short that a process would be ended while it starts', () => {
  const ports = kernel();
  runAs({ locked: false, realTimeUs: 10_000 }, expect.unreachable, ports);
  expect(ports.asked).toEqual(['limit 2000000']);
});

test('where the kernel lets nobody go ahead, a process makes way for the vrrp process', () => {
  const ports = { ...kernel(['nice -1']), nice: () => 0 };
  runAside({ locked: false }, { locked: false }, ports);
  expect(ports.asked).toEqual(['nice 10']);
});

test('where the vrrp process goes ahead by itself, a process stays as it was started', () => {
  const ports = { ...kernel(), nice: () => 3 };
  runAside({ locked: false }, { locked: false }, ports);
  expect(ports.asked).toEqual(['nice 2', 'nice 3']);
});

test('nobody makes way who is to run otherwise, who has done so, or for whom there is no vrrp', () => {
  const ports = { ...kernel(['nice -1']), nice: () => 0 };
  runAside({ locked: false, nice: 0 }, { locked: false }, ports);
  runAside({ locked: false }, { locked: false, roundRobin: 3 }, ports);
  runAside({ locked: false }, undefined, ports);
  runAside({ locked: false }, { locked: false }, { ...ports, nice: () => 10 });
  expect(ports.asked).toEqual([]);
});
