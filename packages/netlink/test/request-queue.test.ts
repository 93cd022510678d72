import { expect, test } from 'vitest';
import { RequestQueue } from '../src/request-queue.ts';

test('what is put at the end is taken in its order, a series one by one', () => {
  const queue = new RequestQueue<string>();
  queue.push('first');
  queue.pushSeries(2, (index) => `series ${index}`);
  queue.pushSeries(0, () => 'never');
  queue.push('last');
  expect(queue.length).toBe(4);
  expect([queue.take(), queue.peek(), queue.take()]).toEqual(['first', 'series 0', 'series 0']);
  queue.putBack('again');
  expect(queue.drain()).toEqual(['again', 'series 1', 'last']);
  expect([queue.length, queue.peek(), queue.take()]).toEqual([0, undefined, undefined]);
});

test('of a series each is made once, when it is its turn', () => {
  const made: number[] = [];
  const queue = new RequestQueue<{ readonly index: number }>();
  queue.pushSeries(5000, (index) => {
    made.push(index);
    return { index };
  });
  expect(made).toEqual([]);
  expect(queue.peek()).toBe(queue.peek());
  expect(queue.take()).toEqual({ index: 0 });
  expect(made).toEqual([0]);
  expect(queue.drain()).toHaveLength(4999);
  expect(made).toHaveLength(5000);
});
