import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seconds } from '@tandem/time';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import {
  findAccount,
  findScript,
  scriptObstacle,
  ScriptLauncher,
  ScriptRunner,
  scriptWeakness,
} from '../src/index.ts';

let folder = '';
let log: string[] = [];
let runner: ScriptRunner;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'script-'));
  log = [];
  runner = new ScriptRunner((line) => log.push(line));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function script(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

async function run(argv: readonly string[], user?: string): Promise<void> {
  runner.run({ argv, purpose: 'ETH0 notify', ...(user === undefined ? {} : { user }) });
  await runner.idle(seconds(10));
}

test('a script gets its arguments as they are, an empty environment and no input', async () => {
  const out = join(folder, 'out');
  const path = script(
    'notify',
    `#!/bin/bash\nprintf '[%s]' "$@" >${out}; env >>${out}; cat >>${out}\n`,
  );
  await run([path, 'a b', '"c"', '']);
  const text = readFileSync(out, 'utf8');
  expect(text).toContain('[a b]["c"][]');
  expect(text).not.toContain('HOME=');
  expect(log).toEqual([]);
});

test('a text without #! goes through the shell', async () => {
  const out = join(folder, 'out');
  await run([script('plain', `echo $1 >${out}\n`), 'word']);
  expect(readFileSync(out, 'utf8')).toBe('word\n');
});

test('a bare name is looked for in the usual folders', async () => {
  const out = join(folder, 'out');
  await run(['touch', out]);
  expect(readFileSync(out, 'utf8')).toBe('');
  expect(findScript('touch')).toMatchObject({ ok: true });
});

test('a script that is missing, not executable or fails is named in the log', async () => {
  await run(['/no/such', 'x']);
  await run([folder]);
  writeFileSync(join(folder, 'text'), 'x', { mode: 0o600 });
  await run([join(folder, 'text')]);
  await run([script('fails', '#!/bin/sh\nexit 3\n')]);
  expect(log).toEqual([
    'ETH0 notify: Script /no/such cannot be accessed - No such file or directory (/no does not exist)',
    `ETH0 notify: Script ${folder} cannot be accessed - Is not a file`,
    `ETH0 notify: Script ${folder}/text cannot be accessed - Permission denied`,
    `ETH0 notify: ${folder}/fails exited with status 3`,
  ]);
});

test('a script with lines as on Windows is refused where it cannot be run, and only there', () => {
  const cannot = 'its lines end as on Windows, of which';
  for (const [first, obstacle] of [
    ['/usr/bin/perl', `${cannot} /usr/bin/perl knows nothing`],
    ['/usr/bin/perl ', `${cannot} /usr/bin/perl knows nothing`],
    ['/usr/bin/perl -w', undefined],
    [' /usr/bin/env -S perl -w', undefined],
    ['/usr/bin/env perl', `${cannot} /usr/bin/env knows nothing`],
    ['/bin/sh -e', `${cannot} /bin/sh knows nothing`],
  ] as const) {
    const path = script('windows', `#!${first}\r\nexit 0;\r\n`);
    expect(scriptObstacle(path)).toBe(obstacle);
    expect(spawnSync(path).status === 0, first).toBe(obstacle === undefined);
  }
});

test('a script whose interpreter is missing, or none that can be run, is named with it', async () => {
  const data = script('data', 'no program');
  chmodSync(data, 0o644);
  await run([script('missing', '#! /no/such/python -u\n')]);
  await run([script('windows', '#!/usr/bin/env sh\r\nexit 0\r\n')]);
  await run([script('forbidden', `#!${data}\n`)]);
  expect(log.map((each) => each.replaceAll(folder, ''))).toEqual([
    'ETH0 notify: Script /missing cannot be accessed - its interpreter /no/such/python does not exist',
    'ETH0 notify: Script /windows cannot be accessed - its lines end as on Windows, of which /usr/bin/env knows nothing',
    'ETH0 notify: Script /forbidden cannot be accessed - its interpreter /data may not be executed',
  ]);
  expect(scriptObstacle(join(folder, 'missing'))).toBe(
    'its interpreter /no/such/python does not exist',
  );
  expect(scriptObstacle('/no/such/script')).toBe('/no does not exist');
});

test('a script runs as the user that it names', async () => {
  chmodSync(folder, 0o777);
  const out = join(folder, 'out');
  await run([script('who', `#!/bin/sh\nid -un >${out}\n`)], 'nobody');
  expect(readFileSync(out, 'utf8')).toBe('nobody\n');
  await run(['/bin/true'], 'no-such-user');
  expect(log).toEqual(['ETH0 notify: unable to set uid/gid for script: no user no-such-user']);
});

test('a script that is to have all groups of another user is not run without setpriv, which is said', () => {
  const without = new ScriptLauncher((program) =>
    program === 'setpriv' ? { ok: false, reason: 'missing' } : findScript(program),
  );
  const prepare = (user: string): unknown => without.prepare({ argv: ['/bin/true'], user });
  expect(prepare('nobody')).toMatchObject({ ok: true });
  without.configure({ security: false, supplementaryGroups: true });
  expect(prepare('root')).toMatchObject({ ok: true });
  expect(prepare('nobody')).toEqual({
    ok: false,
    reason:
      "Script '/bin/true' cannot get all groups of its user - not run: set_supplementary_groups needs setpriv(1) of util-linux",
  });
});

test('a user that has our own group is switched to, with all its groups where that is wanted', async () => {
  chmodSync(folder, 0o777);
  const out = join(folder, 'out');
  const argv = [script('who', `#!/bin/sh\nid -un >>${out}; id -gn >>${out}\n`)];
  for (const supplementaryGroups of [false, true]) {
    runner.configure({ security: false, supplementaryGroups });
    runner.run({ argv, user: 'nobody', group: 'root', purpose: 'ETH0 notify' });
    await runner.idle(seconds(10));
  }
  expect(readFileSync(out, 'utf8')).toBe('nobody\nroot\nnobody\nroot\n');
  expect(log).toEqual([]);
});

test('a group is switched to for a user that is our own', async () => {
  const out = join(folder, 'out');
  const path = script('who', `#!/bin/sh\nid -gn >${out}\n`);
  runner.run({ argv: [path], user: 'root', group: 'nogroup', purpose: 'ETH0 notify' });
  await runner.idle(seconds(10));
  expect(readFileSync(out, 'utf8')).toBe('nogroup\n');
});

test('a command that the system refuses is logged, and nothing else happens', async () => {
  await run(['/bin/true', 'x'.repeat(1_000_000)]);
  expect(log).toEqual(['ETH0 notify: /bin/true could not be run: spawn E2BIG']);
  await run(['/bin/true']);
  expect(log).toHaveLength(1);
});

test('accounts are found by name and by number', () => {
  expect(findAccount('root')).toEqual({ uid: 0, gid: 0 });
  expect(findAccount('0', 'root')).toEqual({ uid: 0, gid: 0 });
  expect(findAccount('root', 'no-such-group')).toBeUndefined();
  expect(findAccount('')).toBeUndefined();
  expect(findAccount('root', '')).toBeUndefined();
});

test('script security refuses what others may change, and names the component at fault', async () => {
  const open = join(folder, 'open');
  mkdirSync(open);
  chmodSync(open, 0o777);
  const path = join(open, 'notify');
  writeFileSync(path, '#!/bin/sh\ntouch ran\n', { mode: 0o755 });
  expect(scriptWeakness(path)).toBe(`${open} can be written by everybody`);
  expect(scriptWeakness('/usr/bin/env')).toBeUndefined();
  symlinkSync(path, join(folder, 'link'));
  expect(scriptWeakness(join(folder, 'link'))).toBe(`${open} can be written by everybody`);
  runner.configure({ security: true, scriptUser: { user: 'root' } });
  await run([path]);
  expect(log).toEqual([
    `ETH0 notify: Unsafe permissions found for script '${path}' - not run: ${open} can be written by everybody`,
  ]);
});

test('a sticky folder is safe for what belongs to root in it, as it is itself', () => {
  const sticky = join(folder, 'sticky');
  mkdirSync(sticky);
  chmodSync(sticky, 0o1777);
  const path = join(sticky, 'notify');
  writeFileSync(path, '#!/bin/sh\n', { mode: 0o755 });
  expect(scriptWeakness(path)).toBeUndefined();
  chmodSync(path, 0o757);
  expect(scriptWeakness(path)).toBe(`${path} can be written by everybody`);
  chmodSync(path, 0o755);
  chownSync(path, 65_534, 0);
  expect(scriptWeakness(path)).toBe(`${path} belongs to user 65534, not to root`);
  symlinkSync('/usr/bin/env', join(sticky, 'link'));
  expect(scriptWeakness(join(sticky, 'link'))).toBeUndefined();
  lchownSync(join(sticky, 'link'), 65_534, 0);
  expect(scriptWeakness(join(sticky, 'link'))).toMatch(/link belongs to user 65534/);
});

test('scripts without script security are said once, missing ones each', () => {
  runner.inspect(['/bin/true', '/no/such']);
  runner.inspect(['/bin/true']);
  expect(log).toEqual([
    'SECURITY VIOLATION - scripts are being executed but script_security not enabled.',
    'Script /no/such cannot be accessed - No such file or directory (/no does not exist)',
  ]);
});

test('a script that goes on is not waited for longer than the grace', async () => {
  const started = performance.now();
  const runner = new ScriptRunner(() => {});
  runner.run({ argv: ['/bin/sleep', '5'], purpose: 'VI_1 notify_stop' });
  await runner.idle(seconds(0.05));
  expect(performance.now() - started).toBeLessThan(4000);
});

test('scripts about one thing come one after the other, whatever those about others do', async () => {
  const [out, go] = [join(folder, 'out'), join(folder, 'go')];
  const slow = `#!/bin/sh\nwhile [ ! -e ${go} ]; do sleep 0.01; done\necho $1 >>${out}\n`;
  const waiting = script('waiting', slow);
  const quick = script('quick', `#!/bin/sh\necho $1 >>${out}\n`);
  runner.run({ argv: [waiting, 'first'], purpose: 'VI_1 notify_backup' });
  runner.run({ argv: [quick, 'second'], purpose: 'VI_1 notify_master' });
  runner.run({ argv: [quick, 'other'], purpose: 'VI_2 notify_master' });
  await vi.waitFor(() => expect(readFileSync(out, 'utf8')).toBe('other\n'), 10_000);
  writeFileSync(go, '');
  await runner.idle(seconds(10));
  expect(readFileSync(out, 'utf8')).toBe('other\nfirst\nsecond\n');
});

test('scripts that wait for their turn take no place from those about other things', async () => {
  const limits = { running: 2, waiting: 9, last: 9, hog: seconds(60), turn: seconds(60) };
  const few = new ScriptRunner((line) => log.push(line), limits);
  const [out, go] = [join(folder, 'out'), join(folder, 'go')];
  const slow = script('slow', `#!/bin/sh\nwhile [ ! -e ${go} ]; do sleep 0.01; done\n`);
  for (const word of ['notify_backup', 'notify_master', 'notify'])
    few.run({ argv: [slow], purpose: `VI_1 ${word}` });
  few.run({ argv: ['/bin/touch', out], purpose: 'VI_2 notify_master' });
  try {
    await vi.waitFor(() => expect(existsSync(out)).toBe(true), 10_000);
  } finally {
    writeFileSync(go, '');
    await few.idle(seconds(10));
  }
});

test('a script that goes on does not keep the next one about the same thing waiting for ever', async () => {
  const limits = { running: 2, waiting: 9, last: 9, hog: seconds(60), turn: seconds(0.05) };
  const impatient = new ScriptRunner((line) => log.push(line), limits);
  const out = join(folder, 'out');
  impatient.run({ argv: ['/bin/sleep', '20'], purpose: 'VI_1 notify_backup' });
  impatient.run({ argv: ['/bin/touch', out], purpose: 'VI_1 notify_master' });
  await vi.waitFor(() => expect(existsSync(out)).toBe(true), 10_000);
});

test('at the end one that the next did not wait for is waited for', async () => {
  const limits = { running: 2, waiting: 9, last: 9, hog: seconds(60), turn: seconds(0.05) };
  const impatient = new ScriptRunner((line) => log.push(line), limits);
  const [out, go] = [join(folder, 'out'), join(folder, 'go')];
  const slow = `#!/bin/sh\nwhile [ ! -e ${go} ]; do sleep 0.01; done\necho slow >>${out}\n`;
  impatient.run({ argv: [script('slow', slow)], purpose: 'VI_1 notify_backup' });
  const quick = script('quick', `#!/bin/sh\necho quick >>${out}\n`);
  impatient.run({ argv: [quick], purpose: 'VI_1 notify_master' });
  const ended = impatient.idle(seconds(60));
  await vi.waitFor(() => expect(readFileSync(out, 'utf8')).toBe('quick\n'), 10_000);
  writeFileSync(go, '');
  await ended;
  expect(readFileSync(out, 'utf8')).toBe('quick\nslow\n');
});

test('scripts behind one that goes on come one after the other, too', async () => {
  const [out, begun, go] = [join(folder, 'out'), join(folder, 'begun'), join(folder, 'go')];
  const second = script(
    'second',
    `#!/bin/sh\ntouch ${begun}\nwhile [ ! -e ${go} ]; do sleep 0.01; done\necho second >>${out}\n`,
  );
  const third = script('third', `#!/bin/sh\necho third >>${out}\n`);
  // Only the wait for the first one ends: the second takes what time it takes.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  runner.run({ argv: ['/bin/sleep', '20'], purpose: 'VI_1 notify_backup' });
  runner.run({ argv: [second], purpose: 'VI_1 notify_master' });
  runner.run({ argv: [third], purpose: 'VI_1 notify_fault' });
  await vi.advanceTimersByTimeAsync(5000);
  vi.useRealTimers();
  await vi.waitFor(() => expect(existsSync(begun)).toBe(true), 10_000);
  writeFileSync(go, '');
  await vi.waitFor(() => expect(readFileSync(out, 'utf8')).toContain('third'), 10_000);
  expect(readFileSync(out, 'utf8')).toBe('second\nthird\n');
});

test('what waits for a script that goes on is started at the end', async () => {
  const out = join(folder, 'out');
  runner.run({ argv: ['/bin/sleep', '20'], purpose: 'VI_1 notify_backup' });
  runner.run({ argv: ['/bin/true'], purpose: 'VI_1 notify_stop' });
  runner.run({ argv: ['/bin/touch', out], purpose: 'VI_1 notify' });
  await runner.idle(seconds(0.05));
  await vi.waitFor(() => expect(existsSync(out)).toBe(true), 3000);
});

test('what waits for a place among scripts that go on is started at the end', async () => {
  const limits = { running: 2, waiting: 9, last: 9, hog: seconds(60), turn: seconds(5) };
  const few = new ScriptRunner((line) => log.push(line), limits);
  const out = join(folder, 'out');
  const hung = script('hung', '#!/bin/sh\nexec sleep 20\n');
  const stop = script('stop', `#!/bin/sh\necho $1 >>${out}\n`);
  for (const name of ['VI_1', 'VI_2']) few.run({ argv: [hung], purpose: `${name} notify_master` });
  for (const word of ['notify_backup', 'notify_stop'])
    for (const name of ['VI_3', 'VI_4'])
      few.run({ argv: [stop, `${name} ${word}`], purpose: `${name} ${word}` });
  await few.idle(seconds(0.05));
  const lines = (): string[] => readFileSync(out, 'utf8').trimEnd().split('\n');
  await vi.waitFor(() => expect(lines()).toHaveLength(4), 10_000);
  expect(lines().toSorted()).toEqual([
    'VI_3 notify_backup',
    'VI_3 notify_stop',
    'VI_4 notify_backup',
    'VI_4 notify_stop',
  ]);
  expect(log).toEqual([]);
});

test('of very many that wait at the end the newest are started, and it is said that others are not', async () => {
  const limits = { running: 1, waiting: 9, last: 2, hog: seconds(60), turn: seconds(60) };
  const few = new ScriptRunner((line) => log.push(line), limits);
  const out = join(folder, 'out');
  const path = script('append', `#!/bin/sh\necho $1 >>${out}\n`);
  few.run({ argv: ['/bin/sleep', '20'], purpose: 'VI_1 notify_master' });
  for (const name of ['VI_2', 'VI_3'])
    few.run({ argv: [path, `${name} backup`], purpose: `${name} notify_backup` });
  for (const name of ['VI_2', 'VI_3'])
    few.run({ argv: [path, `${name} stop`], purpose: `${name} notify_stop` });
  await few.idle(seconds(0.05));
  const lines = (): string[] => readFileSync(out, 'utf8').trimEnd().split('\n');
  await vi.waitFor(() => expect(lines()).toHaveLength(2), 10_000);
  expect(lines().toSorted()).toEqual(['VI_2 stop', 'VI_3 stop']);
  expect(log).toEqual(['2 scripts that wait are dropped at the end, the oldest ones']);
});

test('scripts beyond the limit wait for their turn, and more than may wait are dropped', async () => {
  const few = new ScriptRunner((line) => log.push(line), {
    running: 1,
    waiting: 1,
    last: 1,
    hog: seconds(60),
    turn: seconds(5),
  });
  const out = join(folder, 'out');
  const path = script('append', `#!/bin/sh\necho $1 >>${out}\n`);
  for (const word of ['a', 'b', 'c']) few.run({ argv: [path, word], purpose: `ETH0 ${word}` });
  await few.idle(seconds(10));
  expect(readFileSync(out, 'utf8')).toBe('a\nb\n');
  expect(log).toEqual(['ETH0 c: 1 scripts wait, this one is dropped']);
});

test('scripts that never end are ended when others have waited long enough', async () => {
  const few = new ScriptRunner((line) => log.push(line), {
    running: 2,
    waiting: 9,
    last: 9,
    hog: seconds(0.05),
    turn: seconds(5),
  });
  const out = join(folder, 'out');
  const endless = script('endless', '#!/bin/sh\nsleep 10\nexit 0\n');
  for (const name of ['first', 'second']) few.run({ argv: [endless], purpose: name });
  few.run({ argv: ['/bin/touch', out], purpose: 'third' });
  await vi.waitFor(() => expect(readFileSync(out, 'utf8')).toBe(''), { timeout: 5000 });
  expect(log).toEqual([
    '1 scripts wait for 2 that do not end, ending the oldest 1',
    `first: ${endless} was ended by SIGKILL`,
  ]);
});
