import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { answerWithTime, readTime, SocketError } from '../src/index.ts';
import { caught } from './traffic.ts';

const ADDON = fileURLToPath(new URL('../build/Release/raw_socket.node', import.meta.url));
const now = (): number => Number(process.hrtime.bigint()) / 1e6;

/** A process that answers on its descriptor 3 from when it is told to, and this end of it. */
function answering(then = ''): { told: Duplex; pulse: Duplex; exited: Promise<unknown> } {
  const program = `
    const addon = require(${JSON.stringify(ADDON)});
    process.stdin.once('data', () => {
      addon.answerWithTime(3);
      ${then}
    });`;
  const child = spawn(process.execPath, ['-e', program], {
    stdio: ['pipe', 'inherit', 'inherit', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  // It may end without having read all.
  child.stdio[3]?.on('error', () => undefined);
  return {
    told: child.stdin as unknown as Duplex,
    pulse: child.stdio[3] as Duplex,
    exited: once(child, 'exit'),
  };
}

test('what was asked before is answered with the time, once, and each question after it', async () => {
  const { told, pulse } = answering();
  const before = now();
  pulse.write('asked before');
  told.write('go');
  const [first] = (await once(pulse, 'data')) as [Uint8Array];
  expect(first.length).toBe(8);
  expect(readTime(first)).toBeGreaterThan(before);
  expect(readTime(first)).toBeLessThanOrEqual(now());
  pulse.write('?');
  const [second] = (await once(pulse, 'data')) as [Uint8Array];
  expect(readTime(second)).toBeGreaterThan(readTime(first) ?? Infinity);
});

test('nothing is answered while the event loop stands still', async () => {
  const { told, pulse } = answering("require('node:fs').writeSync(3, 'still'); for (;;);");
  told.write('go');
  await once(pulse, 'data');
  const answers: unknown[] = [];
  pulse.on('data', (bytes) => answers.push(bytes));
  pulse.write('?');
  const other = answering();
  other.told.write('go');
  for (let i = 0; i < 3; i += 1) {
    other.pulse.write('?');
    await once(other.pulse, 'data');
  }
  expect(answers).toEqual([]);
});

test('a process may end although it answers, and goes on when nobody asks any more', async () => {
  const ending = answering('process.stdin.destroy();');
  ending.told.write('go');
  expect(await ending.exited).toEqual([0, null]);
  const left = answering('setTimeout(() => process.exit(7), 50);');
  left.pulse.destroy();
  left.told.write('go');
  expect(await left.exited).toEqual([7, null]);
});

test('a descriptor that is none is refused, and so is no number', () => {
  expect(caught(() => answerWithTime(1_000_000))).toBeInstanceOf(SocketError);
  expect(caught(() => answerWithTime(Number.NaN))).toBeInstanceOf(TypeError);
});

test('of several answers the last one counts, of none nothing', () => {
  const answers = new Uint8Array(new Float64Array([1.5, 2.5]).buffer);
  expect(readTime(answers)).toBe(2.5);
  expect(readTime(answers.subarray(0, 7))).toBeUndefined();
});
