import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseConfiguration, type Settings } from '@tandem/config';
import { formatServiceKey } from '@tandem/ipvs';
import { ManualClock, seconds, type Clock } from '@tandem/time';
import { afterAll, afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { NOTHING_LEFT, type KernelRecord } from '../../src/kernel-record.ts';
import { ChildPrograms } from '../../src/supervisor/child-programs.ts';
import { parseCommandLine } from '../../src/supervisor/command-line.ts';
import { readPidFile } from '../../src/supervisor/pid-file.ts';
import { Supervisor, type Loaded } from '../../src/supervisor/supervisor.ts';
import { vip } from '../vrrp/fake-host.ts';
import { systemClock } from '../../src/system-clock.ts';

/**
 * Stands in for a child process: says what it is told, and obeys what the name of its instance
 * (for vrrp) orders. It is forked for real.
 */
const STAND_IN = `
const { Socket } = require('node:net');
const pulse = new Socket({ fd: 4 });
pulse.on('data', () => pulse.write(new Uint8Array(new Float64Array([1]).buffer)));
// What it is known for when it dies has been heard before its state.
const pinged = new Promise((resolve) => pulse.once('data', resolve));
pulse.unref();
const name = process.argv[1].includes('vrrp') ? 'vrrp' : 'ipvs';
let order;
// Of one that is late: an answer each time that it is asked for its status.
const late = [{ type: 'ready' }, { type: 'reloaded' }];
const say = (text, level = 'info') => process.send({ type: 'log', level, text });
process.on('disconnect', () => process.exit(0));
process.on('message', (message) => {
  const { settings, virtualServers, ...rest } = message;
  say(name + ' heard ' + JSON.stringify(rest));
  if (message.type === 'start') {
    order = settings.global.routerId;
    if (order === 'no-configuration' && name === 'vrrp') process.exit(2);
    if (order === 'crash' && name === 'vrrp') throw new Error('this is a bug');
    if (name === 'vrrp') {
      process.send({ type: 'vrrp-status', instances: [{ name: 'VI_1', state: 'MASTER' }] });
      pinged.then(() => process.send({ type: 'vrrp-state', name: 'VI_1', state: 'MASTER' }));
    }
    if (order !== 'late') process.send({ type: 'ready' });
  }
  if (message.type === 'status-wanted') {
    if (order === 'late' && late.length > 0) process.send(late.shift());
    // What happens just then is no answer.
    if (name === 'ipvs') process.send({ type: 'ipvs-status', part: true, virtualServers: [], problems: ['news'] });
    process.send(name === 'vrrp'
      ? { type: 'vrrp-status', instances: [{ name: 'VI_1', state: 'MASTER', fresh: true, clear: message.clear }] }
      : { type: 'ipvs-status', virtualServers: [], problems: ['no IPVS here'] });
    if (message.clear) process.send({ type: 'vrrp-status', instances: [{ name: 'VI_1', state: 'MASTER', cleared: true }] });
  }
  if (message.type === 'reload' && !['late', 'deaf-to-reloads'].includes(order)) process.send({ type: 'reloaded' });
  if (message.type === 'stop' && order === 'die-at-stop') process.kill(process.pid, 'SIGKILL');
  if (message.type === 'stop') {
    process.send({ type: 'script', argv: ['/bin/true', 'STOP'], purpose: 'last words' });
    process.send({ type: 'fifo', line: 'STOP' });
    process.send({ type: 'mail', subject: 'Stopping', body: 'x'.repeat(100000) }, () => process.exit(0));
  }
});
`;

const folder = mkdtempSync(join(tmpdir(), 'tandem-supervisor-'));
writeFileSync(join(folder, 'vrrp-child.cjs'), STAND_IN);
writeFileSync(join(folder, 'ipvs-child.cjs'), STAND_IN);
afterAll(() => rmSync(folder, { recursive: true }));

const running: Supervisor[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) {
    each.stop();
    await each.finished;
  }
});

const BOTH = `
vrrp_instance VI_1 {
  interface lo
  virtual_router_id 51
  priority 100
  virtual_ipaddress {
    192.0.2.1
  }
}
virtual_server 192.0.2.1 80 {
  lb_algo rr
  lb_kind NAT
  protocol TCP
  real_server 192.0.2.2 80 {
  }
}
`;

function settingsOf(text: string, routerId = 'box'): Settings {
  const { settings } = parseConfiguration({
    path: 'test.conf',
    hostName: routerId,
    userName: 'root',
    reader: { read: (path) => [{ path, text }] },
  });
  return settings;
}

function start(settings: Settings, words?: readonly string[]) {
  const it = create(settings, words);
  return { ...it, started: it.supervisor.start() };
}

/** One that has not been started. */
function create(
  settings: Settings,
  words: readonly string[] = [],
  {
    left = NOTHING_LEFT,
    clock = systemClock,
  }: { readonly left?: KernelRecord; readonly clock?: Clock } = {},
) {
  const asked = parseCommandLine([
    `-p${join(folder, 'p.pid')}`,
    `-r${join(folder, 'v.pid')}`,
    `-c${join(folder, 'c.pid')}`,
    ...words,
  ]);
  if (asked.kind !== 'run') throw new Error('wrong words');
  const lines: string[] = [];
  const scripts: string[] = [];
  const mails: string[] = [];
  const told: string[] = [];
  const cleaned: string[] = [];
  const states: Readonly<Record<string, string>>[] = [];
  let load = (): Loaded => ({ settings, diagnostics: [] });
  const supervisor = new Supervisor(asked.options, settings, {
    programs: new ChildPrograms(pathToFileURL(join(folder, 'tandemd.cjs')).href),
    ports: {
      clock,
      log: {
        say: (text) => lines.push(text),
        relay: (_origin, _pid, said) =>
          lines.push(...('lines' in said ? said.lines.split('\n') : [said.text])),
      },
      load: () => load(),
      configure: () => {},
      inspect: () => lines.push('scripts are looked at'),
      runScript: ({ argv }) => scripts.push(argv.join(' ')),
      tellFifos: (name, line) => told.push(`${name}: ${line}`),
      watchScript: () => ({
        outcome: Promise.resolve({ type: 'exited', status: 0 }),
        end: () => undefined,
      }),
      sendMail: ({ subject }) => mails.push(subject),
      notify: (state) => states.push(state),
      recordFile: {
        read: () => left,
        write: (record) => lines.push(`record ${inKernel(record)}`),
      },
      withdraw: async ({ addresses }) => {
        cleaned.push(...addresses.map(({ address }) => address));
      },
      clearTable: async ({ services }) => {
        cleaned.push(...services.map(formatServiceKey));
      },
    },
  });
  running.push(supervisor);
  return {
    supervisor,
    lines,
    scripts,
    mails,
    told,
    states,
    cleaned,
    willLoad: (loaded: Loaded) => (load = () => loaded),
    willFailToLoad: (error: Error) => {
      load = () => {
        throw error;
      };
    },
    pid: (name: 'vrrp' | 'ipvs') => readPidFile(join(folder, name === 'vrrp' ? 'v.pid' : 'c.pid')),
    heard: (pattern: RegExp, times = 1) =>
      vi.waitFor(
        () => {
          const found = lines.filter((line) => pattern.test(line));
          expect(found.length, lines.join('\n')).toBeGreaterThanOrEqual(times);
          return found.at(-1) ?? '';
        },
        { timeout: 10_000 },
      ),
  };
}

function inKernel({ vrrp, ipvs }: KernelRecord): string {
  const addresses = vrrp.addresses.map(({ address }) => address);
  return [...addresses, ...ipvs.services.map(formatServiceKey)].join(' ');
}

const LEFT: KernelRecord = {
  vrrp: { ...NOTHING_LEFT.vrrp, addresses: [vip('192.0.2.9')] },
  ipvs: NOTHING_LEFT.ipvs,
};

test('what a child may put into the kernel is written down before it is told', async () => {
  const it = start(settingsOf(BOTH));
  expect(await it.started).toBe(true);
  const added = BOTH.replace('    192.0.2.1\n', '    192.0.2.1\n    192.0.2.2\n');
  it.willLoad({ settings: settingsOf(added), diagnostics: [] });
  it.supervisor.reload();
  await it.heard(/^Reload complete$/);
  const position = (text: string): number => it.lines.findIndex((line) => line.startsWith(text));
  const all = [
    'record 192.0.2.1',
    'vrrp heard {"type":"start"',
    'record 192.0.2.1 192.0.2.2',
    'vrrp heard {"type":"reload"',
  ];
  expect(all.map(position)).not.toContain(-1);
  expect(all.map(position)).toEqual(all.map(position).toSorted((a, b) => a - b));
  it.supervisor.stop();
  await it.supervisor.finished;
  expect(it.lines.findLast((line) => line.startsWith('record'))).toBe('record ');
});

test('what a daemon that was killed has left is removed where no child will do it', async () => {
  const ipvsOnly = settingsOf(BOTH.slice(BOTH.indexOf('virtual_server')));
  const it = create(ipvsOnly, [], { left: LEFT });
  expect(await it.supervisor.start()).toBe(true);
  await it.heard(/^record TCP 192.0.2.1:80$/);
  expect(it.cleaned).toEqual(['192.0.2.9']);
});

test('what a daemon that was killed has left stays written down when this one ends before its children serve', async () => {
  const early = create(settingsOf(BOTH), [], { left: LEFT });
  early.supervisor.stop();
  const failing = create(settingsOf(BOTH, 'no-configuration'), [], { left: LEFT });
  expect(await failing.supervisor.start()).toBe(false);
  for (const { supervisor, lines } of [early, failing]) {
    await supervisor.finished;
    expect(lines.findLast((line) => line.startsWith('record'))).toBe('record 192.0.2.9');
  }
});

test('a child is only started if the configuration has something for it', async () => {
  const it = start(settingsOf(BOTH.slice(BOTH.indexOf('virtual_server'))));
  await it.heard(/^ipvs heard .*start/);
  expect(it.pid('vrrp')).toBeUndefined();
  expect(it.lines[0]).toBe(`Starting Healthcheck child process, pid=${it.pid('ipvs')}`);
});

test('the daemon has started when both children serve', async () => {
  const it = start(settingsOf(BOTH));
  expect(await it.started).toBe(true);
  await it.heard(/heard .*start/, 2);
  expect(it.lines.filter((line) => line.includes('does not serve yet'))).toEqual([]);
});

test('what the children ask for just before their end is done, vrrp first', async () => {
  const it = start(settingsOf(BOTH));
  await it.heard(/heard .*start/, 2);
  it.supervisor.stop();
  expect(await it.supervisor.finished).toBe(0);
  expect(it.scripts).toEqual(['/bin/true STOP', '/bin/true STOP']);
  expect(it.mails).toEqual(['Stopping', 'Stopping']);
  expect(it.told.toSorted()).toEqual(['ipvs: STOP', 'vrrp: STOP']);
  const stops = it.lines.filter((line) => line.includes('"stop"'));
  expect(stops).toEqual(['vrrp heard {"type":"stop"}', 'ipvs heard {"type":"stop"}']);
  expect([it.pid('vrrp'), it.pid('ipvs')]).toEqual([undefined, undefined]);
});

test('a stop that comes before the start leaves nothing to be started', async () => {
  const it = create(settingsOf(BOTH));
  it.supervisor.stop();
  expect(await it.supervisor.start()).toBe(false);
  expect(await it.supervisor.finished).toBe(0);
  expect(it.lines).toEqual(['record ']);
});

test('statistics are cleared in the vrrp process, which tells them before', async () => {
  const it = start(settingsOf(BOTH));
  expect(await it.started).toBe(true);
  expect(await it.supervisor.clearStatistics()).toMatchObject([{ name: 'VI_1', clear: true }]);
  expect(it.lines).not.toContain('ipvs heard {"type":"status-wanted"}');
});

test('a killed vrrp process is replaced at once by one that knows what it did', async () => {
  const it = start(settingsOf(BOTH));
  await it.heard(/^vrrp heard .*start/);
  await it.heard(/^ipvs heard .*vrrp-state/);
  const first = it.pid('vrrp') ?? 0;
  process.kill(first, 'SIGKILL');
  const line = await it.heard(/^vrrp heard .*start/, 2);
  expect(line).toContain('"vrrpMemory":{"instances":[{"name":"VI_1","state":"MASTER"}]');
  expect(it.lines).toContain(`pid ${first} exited due to signal 9 (Killed)`);
  expect(it.lines).toContain(`VRRP child process(${first}) died: Respawning`);
  expect(it.pid('vrrp')).not.toBe(first);
  expect(line).toContain('"addresses":[{"address":"192.0.2.1"');
  expect(line).toMatch(/"aliveAtMonotonicMs":\d/);
  expect(it.cleaned).toEqual([]);
});

test('a replaced ipvs process is told the state of every instance', async () => {
  const it = start(settingsOf(BOTH));
  await it.heard(/^ipvs heard .*vrrp-state/);
  process.kill(it.pid('ipvs') ?? 0, 'SIGKILL');
  const line = await it.heard(/^ipvs heard .*start/, 2);
  expect(line).toContain('"vrrpStates":[{"name":"VI_1","state":"MASTER"}]');
});

test('with -R the death of a child ends the daemon, in order', async () => {
  const it = start(settingsOf(BOTH), ['-R']);
  await it.heard(/heard .*start/, 2);
  process.kill(it.pid('vrrp') ?? 0, 'SIGKILL');
  expect(await it.supervisor.finished).toBe(1);
  expect(it.lines).toContain('ipvs heard {"type":"stop"}');
  expect(it.cleaned).toEqual(['192.0.2.1']);
});

test('with -R and -V the addresses of a dead process stay', async () => {
  const it = start(settingsOf(BOTH), ['-R', '-V']);
  await it.heard(/heard .*start/, 2);
  process.kill(it.pid('vrrp') ?? 0, 'SIGKILL');
  expect(await it.supervisor.finished).toBe(1);
  expect(it.cleaned).toEqual([]);
});

test('what children that die at stop leave behind is put in order', async () => {
  const it = start(settingsOf(BOTH, 'die-at-stop'));
  await it.heard(/heard .*start/, 2);
  it.supervisor.stop();
  expect(await it.supervisor.finished).toBe(0);
  expect(it.cleaned).toEqual(['192.0.2.1', 'TCP 192.0.2.1:80']);
});

test('a process that dies before it obeys a reload may still hold what it held', async () => {
  const it = start(settingsOf(BOTH, 'deaf-to-reloads'), ['-R']);
  expect(await it.started).toBe(true);
  const changed = BOTH.replace('    192.0.2.1\n', '    192.0.2.9\n');
  it.willLoad({ settings: settingsOf(changed, 'deaf-to-reloads'), diagnostics: [] });
  it.supervisor.reload();
  await it.heard(/^vrrp heard .*reload/);
  process.kill(it.pid('vrrp') ?? 0, 'SIGKILL');
  expect(await it.supervisor.finished).toBe(1);
  expect(it.cleaned).toEqual(['192.0.2.1', '192.0.2.9']);
});

test('an error that a restart would repeat ends the daemon with its status', async () => {
  const it = start(settingsOf(BOTH, 'no-configuration'));
  expect(await it.started).toBe(false);
  expect(await it.supervisor.finished).toBe(2);
  await it.heard(/^pid \d+ exited with permanent error CONFIG\. Terminating$/);
});

test('the trace of a crash is in the log, and the child comes back', async () => {
  const it = start(settingsOf(BOTH, 'crash'));
  await it.heard(/Error: this is a bug/);
  await it.heard(/^VRRP child process\(\d+\) died: Respawning$/, 2);
  await it.heard(/^Restart of VRRP process delayed \d+ seconds? to limit respawn rate$/);
});

test('only a vrrp process that does not do its reload is replaced, a minute later', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const clock = new ManualClock();
  const [good, deaf] = ['box', 'deaf-to-reloads'].map((name) => {
    const it = create(settingsOf(BOTH, name), [], { clock });
    return { ...it, started: it.supervisor.start() };
  });
  expect(await Promise.all([good?.started, deaf?.started])).toEqual([true, true]);
  for (const it of [good, deaf]) it?.supervisor.reload();
  const said = (it = deaf): string[] => it?.lines.filter((each) => each.includes('killing')) ?? [];
  for (let quarters = 0; quarters < 300 && said().length === 0; quarters += 1) {
    clock.advance(seconds(0.25));
    vi.advanceTimersByTime(250);
    // They answer pings, too.
    await Promise.all([good?.supervisor.status(), deaf?.supervisor.status()]);
  }
  expect(said(good)).toEqual([]);
  expect(said()).toEqual(['VRRP process does not come to an end of its reload: killing it']);
  expect(clock.now()).toBeGreaterThanOrEqual(60_000);
  expect(deaf?.lines).toContain('VRRP process has not reloaded yet');
  vi.useRealTimers();
  await deaf?.heard(/^vrrp heard .*start.*vrrpMemory/);
});

test('a reload reaches both children', async () => {
  const it = start(settingsOf(BOTH));
  expect(await it.started).toBe(true);
  expect(it.supervisor.reload()).toEqual({ accepted: true, diagnostics: [] });
  await it.heard(/^Reload complete$/);
  const before = it.lines.slice(0, it.lines.indexOf('Reload complete'));
  expect(before).toContain('ipvs heard {"type":"reload"}');
  expect(before).toContain('vrrp heard {"type":"reload"}');
  expect(it.states.at(-1)).toEqual({ READY: '1' });
});

test('nobody waits until scripts have been looked at, which is done after a start and each reload', async () => {
  const it = start(settingsOf(BOTH));
  const looks = (): number[] => it.lines.flatMap((each, i) => (/looked at/.test(each) ? [i] : []));
  expect(await it.started).toBe(true);
  expect(looks()).toHaveLength(1);
  it.supervisor.reload();
  await it.heard(/^scripts are looked at$/, 2);
  expect(looks()[1]).toBeGreaterThan(it.lines.indexOf('ipvs heard {"type":"reload"}'));
});

test('a reload that comes before the children serve is complete when they have done it', async () => {
  const it = start(settingsOf(BOTH, 'late'));
  await it.heard(/heard .*start/, 2);
  it.supervisor.reload();
  await it.supervisor.status();
  expect(await it.started).toBe(true);
  expect(it.lines).not.toContain('Reload complete');
  await it.supervisor.status();
  await it.heard(/^Reload complete$/);
});

test('a reload before the start changes what will be started, and starts nothing', async () => {
  const it = create(settingsOf(BOTH));
  it.willLoad({
    settings: settingsOf(BOTH.slice(BOTH.indexOf('virtual_server'))),
    diagnostics: [],
  });
  expect(it.supervisor.reload()).toEqual({ accepted: true, diagnostics: [] });
  expect(it.lines.filter((line) => line.startsWith('Starting'))).toEqual([]);
  expect(await it.supervisor.start()).toBe(true);
  expect(it.lines.filter((line) => line.startsWith('Starting'))).toHaveLength(1);
});

test('a reload that is refused changes nothing and is remembered', async () => {
  const it = start(settingsOf(BOTH));
  await it.heard(/heard .*start/, 2);
  it.willLoad({ settings: undefined, diagnostics: ['test.conf:1:1: error[X]: no good'] });
  expect(it.supervisor.reload().accepted).toBe(false);
  expect(it.lines).toContain('test.conf:1:1: error[X]: no good');
  const { lastReload } = await it.supervisor.status();
  expect(lastReload).toMatchObject({ accepted: false });
  expect(it.lines.filter((line) => line.includes('"reload"'))).toEqual([]);
});

test('a configuration that breaks the parser is refused like any other', async () => {
  const it = start(settingsOf(BOTH));
  await it.heard(/heard .*start/, 2);
  it.willFailToLoad(new Error('this is a bug'));
  const { accepted, diagnostics } = it.supervisor.reload();
  expect(accepted).toBe(false);
  expect(diagnostics.join('')).toContain('this is a bug');
  expect(it.states.at(-1)).toEqual({ READY: '1' });
});

test('a reload that comes during a stop does nothing', async () => {
  const it = start(settingsOf(BOTH));
  await it.heard(/heard .*start/, 2);
  it.supervisor.stop();
  expect(it.supervisor.reload().accepted).toBe(false);
  expect(await it.supervisor.finished).toBe(0);
  expect(it.lines.filter((line) => /Reload/.test(line))).toEqual([]);
  expect(it.states.filter((state) => !('STATUS' in state))).toEqual([{ STOPPING: '1' }]);
});

test('a reload starts and stops children as they come to be needed or not', async () => {
  const it = start(settingsOf(BOTH));
  await it.heard(/heard .*start/, 2);
  it.willLoad({
    settings: settingsOf(BOTH.slice(0, BOTH.indexOf('virtual_server'))),
    diagnostics: [],
  });
  it.supervisor.reload();
  await it.heard(/^ipvs heard \{"type":"stop"\}/);
  await vi.waitFor(() => expect(it.pid('ipvs')).toBeUndefined(), 10_000);
  it.willLoad({ settings: settingsOf(BOTH), diagnostics: [] });
  it.supervisor.reload();
  await it.heard(/^ipvs heard .*start/, 2);
});

test('the status is what the children say now', async () => {
  const it = start(settingsOf(BOTH));
  // Before, a status may come that nobody has asked for.
  expect(await it.started).toBe(true);
  const status = await it.supervisor.status();
  expect(status.vrrp).toEqual([{ name: 'VI_1', state: 'MASTER', fresh: true }]);
  expect(status.problems).toEqual(['no IPVS here']);
  expect(status.processes.map((each) => [each.name, each.pid])).toEqual([
    ['supervisor', process.pid],
    ['vrrp', it.pid('vrrp')],
    ['ipvs', it.pid('ipvs')],
  ]);
});
