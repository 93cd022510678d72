import { expect, test } from 'vitest';
import {
  KernelChanges,
  type KernelChange,
  type WantedNumber,
} from '../../src/vrrp/kernel-changes.ts';

/** Numbers of a kernel, and what is told of changes of them. */
function kernel(...entries: readonly (readonly [string, number])[]) {
  const numbers = new Map(entries);
  const told: (readonly KernelChange[])[] = [];
  const seen: (number | undefined)[] = [];
  const ports = {
    read: (path: string) => numbers.get(path),
    write: (path: string, value: number) => void numbers.set(path, value),
  };
  const changes = () =>
    new KernelChanges(
      ports,
      (all) => {
        told.push(all);
        seen.push(numbers.get('a'));
      },
      (wanted) => refused.push(wanted),
    );
  const refused: WantedNumber[] = [];
  return { numbers, told, seen, refused, ports, changes };
}

test('a change is told before it is made, and again when it is undone', () => {
  const { numbers, told, seen, changes } = kernel(['a', 0], ['b', 1]);
  const ledger = changes();
  ledger.set([
    { path: 'a', value: 1 },
    { path: 'b', value: 1 },
    { path: 'none', value: 1 },
  ]);
  expect(numbers.get('a')).toBe(1);
  ledger.restore((path) => path === 'a');
  expect(numbers.get('a')).toBe(0);
  expect(told).toEqual([[{ path: 'a', before: 0, ours: 1 }], []]);
  expect(seen).toEqual([0, 0]);
});

test('a successor puts back what the one that died has changed', () => {
  const { numbers, told, changes } = kernel(['a', 0]);
  changes().set([{ path: 'a', value: 1 }]);
  const successor = changes();
  successor.inherit(told.at(-1) ?? []);
  successor.set([{ path: 'a', value: 1 }]);
  successor.set([{ path: 'a', value: 2 }]);
  successor.restore(() => true);
  expect(numbers.get('a')).toBe(0);
});

test('what a process that died did not come to change is read anew', () => {
  const { numbers, changes } = kernel(['a', 3]);
  const successor = changes();
  successor.inherit([{ path: 'a', before: 0, ours: 1 }]);
  successor.set([{ path: 'a', value: 1 }]);
  successor.restore(() => true);
  expect(numbers.get('a')).toBe(3);
});

test('what somebody else has changed since is as good as it was there before', () => {
  const { numbers, changes } = kernel(['a', 0]);
  const ledger = changes();
  ledger.set([{ path: 'a', value: 1 }]);
  numbers.set('a', 5);
  ledger.set([{ path: 'a', value: 1 }]);
  ledger.restore(() => true);
  expect(numbers.get('a')).toBe(5);
});

test('what the kernel refuses is told, is no change, and holds nothing else up', () => {
  const { numbers, told, refused, ports, changes } = kernel(['a', 0], ['b', 0]);
  const ledger = changes();
  const { write } = ports;
  ports.write = (path, value) => {
    if (path === 'a') throw new Error('EROFS');
    write(path, value);
  };
  ledger.set([
    { path: 'a', value: 1 },
    { path: 'b', value: 1 },
  ]);
  expect(refused).toEqual([{ path: 'a', value: 1 }]);
  expect(told.at(-1)).toEqual([{ path: 'b', before: 0, ours: 1 }]);
  numbers.set('a', 1);
  ledger.restore(() => true);
  expect([...numbers]).toEqual([
    ['a', 1],
    ['b', 0],
  ]);
});
