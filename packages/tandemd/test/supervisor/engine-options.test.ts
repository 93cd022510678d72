import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { ChildName } from '../../src/ipc.ts';
import { engineOptions } from '../../src/supervisor/engine-options.ts';

/** @returns the exit status of a Node that does nothing */
function start(options: readonly string[]): number | null {
  return spawnSync(process.execPath, [...options, '--eval', '']).status;
}

test.for<ChildName>(['vrrp', 'ipvs', 'bfd'])('this Node takes the options of %s', (name) => {
  const options = engineOptions(name, process.versions.v8);
  expect(options).not.toEqual([]);
  expect(start(options)).toBe(0);
});

test('a Node that does not know an option ends with the status that tells so', () => {
  expect(start(['--no-such-option-of-v8'])).toBe(9);
});

test.for([
  ['vrrp', '11.3.244.8-node.38', [2_000_000]],
  ['vrrp', '12.4.254.21-node.57', [12_000, 90_000]],
  ['vrrp', '13.6.233.17-node.53', [12_000, 90_000]],
  ['vrrp', '14.6.202.34-node.34', [12_000, 90_000]],
  ['ipvs', '11.3.244.8-node.38', [540_000]],
  ['ipvs', '14.6.202.34-node.34', [3200, 24_000]],
  ['bfd', '11.3.244.8-node.38', []],
] as const)(
  '%s: V8 %s is told how much code runs before it is optimized',
  ([name, version, expected]) => {
    const options = engineOptions(name, version).filter((option) => /budget|count/.test(option));
    expect(options.map((option) => Number(option.split('=')[1]))).toEqual(expected);
  },
);
