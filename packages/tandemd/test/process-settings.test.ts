import { expect, test } from 'vitest';
import { runAs } from '../src/process-settings.ts';

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
    lockMemory: () => ask('lock'),
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
