import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { ChildPrograms } from '../../src/supervisor/child-programs.ts';

/** A child that says in files that it has begun, and that it was let go; it ends when told to. */
const STAND_IN = `const { writeFileSync } = require('node:fs');
process.on('disconnect', () => { writeFileSync(__dirname + '/gone', ''); });
process.on('message', (what) => what === 'work' ? process.send('working') : process.exit(what === 'leave' ? 0 : 4));
writeFileSync(__dirname + '/pid', String(process.pid));`;

/** A process of a Node that does not know its options. */
const REFUSING = `if (process.execArgv.length > 0) process.exit(9);
${STAND_IN}`;

const said: string[] = [];
const log = { say: (text: string): unknown => said.push(text) };
beforeEach(() => said.splice(0));

function programs(text = STAND_IN): {
  readonly children: ChildPrograms;
  readonly file: (name: string) => string | undefined;
} {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-children-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of ['vrrp', 'bfd']) writeFileSync(join(folder, `${name}-child.cjs`), text);
  const file = (name: string): string | undefined =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : undefined;
  return { children: new ChildPrograms(pathToFileURL(join(folder, 'tandemd.cjs')).href), file };
}

test('a prepared child is taken once, the next one is another process', async () => {
  const { children } = programs();
  children.prepare('vrrp');
  const [first, second] = [children.take('vrrp', log), children.take('vrrp', log)];
  expect(second.pid).not.toBe(first.pid);
  for (const child of [first, second]) {
    child.send({});
    expect(await once(child, 'exit')).toEqual([4, null]);
  }
});

test('a prepared child that has died meanwhile is replaced', async () => {
  const { children, file } = programs();
  children.prepare('vrrp');
  const pid = await vi.waitFor(() => Number(file('pid') || expect.fail('not begun')), 10_000);
  process.kill(pid, 'SIGKILL');
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), 10_000);
  const child = children.take('vrrp', log);
  expect(child.pid).not.toBe(pid);
  child.send({});
  expect(await once(child, 'exit')).toEqual([4, null]);
});

test('a prepared child that nobody has taken is let go', async () => {
  const { children, file } = programs();
  children.prepare('vrrp');
  await vi.waitFor(() => expect(file('pid')).toBeTruthy(), 10_000);
  children.dismiss();
  await vi.waitFor(() => expect(file('gone')).toBe(''), 10_000);
});

test('where Node does not take the options, the process starts without them from the second time on', async () => {
  const { children } = programs(REFUSING);
  expect(await once(children.take('vrrp', log), 'exit')).toEqual([9, null]);
  expect(said).toEqual([]);
  const child = children.take('vrrp', log);
  expect(said).toEqual([
    `Node ${process.version} knows not all options of the vrrp process: it runs without`,
  ]);
  child.send({});
  expect(await once(child, 'exit')).toEqual([4, null]);
});

test('a bfd process that works has a successor that waits, one that does not has none', async () => {
  const { children, file } = programs();
  const pid = (): number => Number(file('pid') || expect.fail('not begun'));
  const first = children.take('bfd', log);
  await vi.waitFor(() => expect(pid()).toBe(first.pid), 10_000);
  first.send('work');
  await once(first, 'message');
  const waiting = await vi.waitFor(() => {
    expect(pid()).not.toBe(first.pid);
    return pid();
  }, 10_000);
  const successor = children.take('bfd', log);
  expect(successor.pid).toBe(waiting);
  const another = children.take('bfd', log);
  expect(another.pid).not.toBe(waiting);
  for (const child of [first, successor, another]) {
    child.send({});
    expect(await once(child, 'exit')).toEqual([4, null]);
  }
});

test('a bfd process that leaves in order takes the waiting one along', async () => {
  const { children, file } = programs();
  const first = children.take('bfd', log);
  first.send('work');
  await once(first, 'message');
  await vi.waitFor(() => expect(Number(file('pid') || first.pid)).not.toBe(first.pid), 10_000);
  first.send('leave');
  await vi.waitFor(() => expect(file('gone')).toBe(''), 10_000);
});
