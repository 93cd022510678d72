import { parseIp } from '@tandem/inet';
import { expect, test } from 'vitest';
import { Kernel } from '../src/kernel.ts';

test('a kernel that takes no new address still has those it had, for a successor to adopt', () => {
  const kernel = new Kernel(1);
  const [held, other] = ['10.0.0.1', '10.0.0.2'].map((each) => parseIp(each));
  if (held === undefined || other === undefined) throw new Error('no addresses');
  kernel.add(0, held);
  kernel.refuses = true;
  expect([kernel.add(0, held), kernel.add(0, other)]).toEqual([undefined, 'EPERM']);
  expect([...kernel.heldBy(0)]).toEqual([held]);
});
