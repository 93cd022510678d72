import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { ChildName } from '../../src/ipc.ts';
import { engineOptions } from '../../src/supervisor/engine-options.ts';

const CALLS = ['--invocation-count-for-maglev=12000', '--invocation-count-for-turbofan=90000'];

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
  ['11.3.244.8-node.38', ['--interrupt-budget=2000000']],
  ['12.4.254.21-node.57', CALLS],
  ['13.6.233.17-node.53', CALLS],
  ['14.6.202.34-node.34', CALLS],
] as const)('V8 %s is told how much code runs before it is optimized', ([version, expected]) => {
  const options = engineOptions('vrrp', version);
  expect(options.filter((option) => /budget|count/.test(option))).toEqual(expected);
});
