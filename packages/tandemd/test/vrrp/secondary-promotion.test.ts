import { expect, test } from 'vitest';
import { KernelChanges, type KernelNumbers } from '../../src/vrrp/kernel-changes.ts';
import { SecondaryPromotion } from '../../src/vrrp/secondary-promotion.ts';

const pathOf = (device: string): string => `ipv4/conf/${device}/promote_secondaries`;

/** Nothing is refused. */
function changesOf(kernel: Pick<KernelNumbers, 'read' | 'write'>): KernelChanges {
  return new KernelChanges(
    kernel,
    () => undefined,
    (_, error) => {
      throw error;
    },
  );
}

function refuse(): never {
  throw new Error('EROFS');
}

test('only what was off is put on, and off again when nobody wants it', () => {
  const numbers = new Map([0, 1, 0].map((value, i) => [pathOf(`eth${i}`), value]));
  const kernel = {
    read: (path: string) => numbers.get(path),
    write: (path: string, value: number) => {
      if (!numbers.has(path)) throw new Error(`no ${path}`);
      numbers.set(path, value);
    },
  };
  const promotion = new SecondaryPromotion(changesOf(kernel));
  promotion.configure(new Set(['eth0', 'eth1', 'gone0']));
  expect([...numbers.values()]).toEqual([1, 1, 0]);
  promotion.configure(new Set(['eth2']));
  expect([...numbers.values()]).toEqual([0, 1, 1]);
  numbers.delete(pathOf('eth2'));
  promotion.configure(new Set());
  expect([...numbers.values()]).toEqual([0, 1]);
});

test('what was off is on as long as somebody holds it, whatever a reload wants meanwhile', () => {
  const path = pathOf('eth0');
  const numbers = new Map([[path, 0]]);
  const kernel = {
    read: (name: string) => numbers.get(name),
    write: (name: string, value: number) => void numbers.set(name, value),
  };
  const promotion = new SecondaryPromotion(changesOf(kernel));
  const first = promotion.hold('eth0');
  const second = promotion.hold('eth0');
  promotion.configure(new Set());
  first?.();
  expect(numbers.get(path)).toBe(1);
  promotion.configure(new Set(['eth0']));
  second?.();
  expect(numbers.get(path)).toBe(1);
  promotion.configure(new Set());
  expect(numbers.get(path)).toBe(0);
});

test('an interface that comes has it on at once, and off in the end', () => {
  const numbers = new Map<string, number>();
  const kernel = {
    read: (path: string) => numbers.get(path),
    write: (path: string, value: number) => void numbers.set(path, value),
  };
  const promotion = new SecondaryPromotion(changesOf(kernel));
  promotion.configure(new Set(['eth0', 'eth1']));
  expect(numbers).toEqual(new Map());
  for (const device of ['eth0', 'eth1', 'eth2']) numbers.set(pathOf(device), 0);
  promotion.interfaceChanged('eth2');
  expect([...numbers.values()]).toEqual([0, 0, 0]);
  for (const device of ['eth0', 'eth1']) promotion.interfaceChanged(device);
  expect([...numbers.values()]).toEqual([1, 1, 0]);
  // It is another one.
  numbers.set(pathOf('eth1'), 0);
  promotion.reread();
  expect([...numbers.values()]).toEqual([1, 1, 0]);
  promotion.configure(new Set());
  expect([...numbers.values()]).toEqual([0, 0, 0]);
});

test('of an interface that changes, as hundreds may at once, no other one is looked at', () => {
  const numbers = new Map(['eth0', 'eth1', 'eth2'].map((device) => [pathOf(device), 0]));
  const looked: string[] = [];
  const kernel = {
    read: (path: string) => {
      looked.push(path);
      return numbers.get(path);
    },
    write: (path: string, value: number) => void numbers.set(path, value),
  };
  const promotion = new SecondaryPromotion(changesOf(kernel));
  promotion.configure(new Set(['eth0', 'eth1']));
  looked.length = 0;
  for (const device of ['eth0', 'eth1', 'eth2']) promotion.interfaceChanged(device);
  expect(looked).toEqual([pathOf('eth0'), pathOf('eth1')]);
});

test('where the kernel refuses nothing is held, and nobody is told', () => {
  const promotion = new SecondaryPromotion(changesOf({ read: () => 0, write: refuse }));
  expect(promotion.hold('eth0')).toBeUndefined();
});

test('without the number nothing is held', () => {
  const kernel = { read: () => undefined, write: () => undefined };
  const promotion = new SecondaryPromotion(changesOf(kernel));
  expect(promotion.hold('eth0')).toBeUndefined();
});
