import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { drain } from '../../src/drain/drain-command.ts';
import { TestFolder } from '../test-folder.ts';

const folder = new TestFolder();
/** Sockets are kept open, each to one daemon. */
let daemons = 0;

/** A daemon that answers so, and what it was asked. */
async function daemon(answer: unknown): Promise<{ control: string; asked: string[] }> {
  const control = join(folder.path, `control${(daemons += 1)}.sock`);
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => {
    server.listen(control, resolve);
  });
  onTestFinished(() => void server.close());
  return { control, asked };
}

function written(stream: 'stdout' | 'stderr'): () => string {
  const spy = vi.spyOn(process[stream], 'write').mockReturnValue(true);
  onTestFinished(() => spy.mockRestore());
  return () => spy.mock.calls.map(([text]) => String(text)).join('');
}

test('it asks for what the command line says, and names what is under way', async () => {
  const { control, asked } = await daemon({
    accepted: true,
    servers: ['a of b', 'a of c'],
    notDrained: ['a of d'],
    warnings: [],
  });
  const out = written('stdout');
  const options = { control, timeout: '60', service: '10.0.0.1:80' };
  expect(await drain('drain', '[2001:db8::1]:80', options)).toBe(0);
  expect(await drain('undrain', '10.0.1.1', { control })).toBe(0);
  expect(asked).toEqual([
    'POST /v1/drain?server=%5B2001%3Adb8%3A%3A1%5D%3A80&service=10.0.0.1%3A80&timeout=60',
    'POST /v1/undrain?server=10.0.1.1',
  ]);
  expect(out().split('\n')).toEqual([
    'draining a of b',
    'draining a of c',
    'a of d is not drained',
    'taking back a of b',
    'taking back a of c',
    'a of d is not drained',
    '',
  ]);
});

test('what the daemon does not know is a failure', async () => {
  const { control } = await daemon({ accepted: false, problem: 'no real server 10.0.0.9' });
  const errors = written('stderr');
  expect(await drain('drain', '10.0.0.9', { control })).toBe(1);
  expect(errors()).toBe('tandemctl: no real server 10.0.0.9\n');
});

test('a word that is no address is wrong usage, as everywhere', async () => {
  const problem = "'web1' is neither ADDRESS nor ADDRESS:PORT";
  const { control } = await daemon({ accepted: false, problem, misused: true });
  const errors = written('stderr');
  expect(await drain('drain', 'web1', { control })).toBe(2);
  expect(errors()).toBe(`tandemctl: ${problem}\n`);
});

test('who is left with nobody is said on standard error, and it is done all the same', async () => {
  const warnings = ['b has no real server left: nobody serves it'];
  const { control } = await daemon({
    accepted: true,
    servers: ['a of b'],
    notDrained: [],
    warnings,
  });
  const [out, errors] = [written('stdout'), written('stderr')];
  expect(await drain('drain', '10.0.1.1', { control })).toBe(0);
  expect(out()).toBe('draining a of b\n');
  expect(errors()).toBe(`tandemctl: warning: ${warnings[0]}\n`);
});
