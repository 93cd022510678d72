// kernel: ipvs, no clock
// tandemctl ipvs beside Debian's ipvsadm, on the same kernel.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { COMMANDS, OPTIONS } from '@tandem/tandemctl';
import { Random } from '../config-oracle/random.ts';
import { inOwnNamespace } from '../ipvs-netlink/own-namespace.ts';
import { endShell, ipvsadm, ours, type Ran } from './both.ts';
import { commandLines, RESTORED, SYNC_OPTIONS, TABLE, usualCommandLines } from './command-lines.ts';
import { tableCommands } from './generated-table.ts';

const TABLES = 2;

const FORMS = [
  '-L',
  '-Ln',
  '-Ln --exact',
  '-Ln --nosort',
  '-Ln --stats',
  '-L --stats --exact',
  '-Ln --rate',
  '-L --rate --exact',
  '-L --thresholds',
  '-Ln --persistent-conn',
  '-Ln --tun-info --nosort',
  '-S',
  '-Sn',
];

function words(line: string): readonly string[] {
  return line.split(' ').filter((word) => word !== '');
}

function textOf(seed: string): string {
  return tableCommands(new Random(seed))
    .map((line) => `${line}\n`)
    .join('');
}

async function resetTo(table: string): Promise<void> {
  await ours(['-C']);
  const { stderr } = await ours(['-R'], table);
  assert.equal(stderr, '');
}

/** The order of equal tables depends on how they were filled. */
function linesOf({ stdout }: Ran): readonly string[] {
  return stdout.split('\n').toSorted();
}

function defineListings(): void {
  test('every listing of a table is the same, byte for byte', async () => {
    for (let seed = 0; seed < TABLES; seed += 1) {
      const commands = textOf(`table ${seed}`);
      await ipvsadm(['-C']);
      await ipvsadm(['-R'], commands);
      for (const form of FORMS) {
        assert.deepEqual(await ours(words(form)), await ipvsadm(words(form)), `${form} of ${seed}`);
      }
    }
  });

  test('what one saves the other restores', async () => {
    for (let seed = 0; seed < TABLES; seed += 1) {
      const commands = textOf(`saved ${seed}`);
      await ipvsadm(['-C']);
      const theirs = await ipvsadm(['-R'], commands);
      const saved = linesOf(await ipvsadm(['-Sn']));
      await ours(['-C']);
      assert.deepEqual(await ours(['-R'], commands), theirs);
      assert.deepEqual(linesOf(await ipvsadm(['-Sn'])), saved);
      const named = await ours(['-S']);
      await ipvsadm(['-C']);
      assert.deepEqual(await ipvsadm(['-R'], named.stdout), { status: 0, stdout: '', stderr: '' });
      assert.deepEqual(linesOf(await ours(['-Sn'])), saved);
    }
  });

  test('names come from the hosts and services files, and end where their column does', async () => {
    const hosts = `10.3.0.1 short.example.org short
10.3.0.2 a-host-longer-than-its-column.example.org
2001:db8::77 six.example.org
2001:db8::78 a-name-longer-than-its-column.example.org
`;
    execFileSync(
      'sh',
      ['-c', 'cat /etc/hosts - >/tmp/hosts && mount --bind /tmp/hosts /etc/hosts'],
      {
        input: hosts,
      },
    );
    const table = ['-t', '-u', '--sctp-service'].flatMap((kind) => [
      ...['10.3.0.1:514', '10.3.0.2:80'].map((each) => `-A ${kind} ${each}`),
      ...['[2001:db8::77]:514', '[2001:db8::78]:5060'].map((each) => `-A ${kind} ${each}`),
      ...['10.3.0.2', '10.3.0.1:53', '10.3.0.9'].map(
        (each) => `-a ${kind} 10.3.0.1:514 -r ${each} -m`,
      ),
    ]);
    await resetTo([...table, '-A -f 3', '-a -f 3 -r short:514 -m'].join('\n'));
    for (const form of ['-L', '-S', '-L --stats', '-L -t short:shell']) {
      assert.deepEqual(await ours(words(form)), await ipvsadm(words(form)), form);
    }
    execFileSync('sh', ['-c', 'umount /etc/hosts']);
  });
}

/** What a program answers, and the table that it leaves when it says that all is well. */
type Answer = Ran & { readonly table?: string };

/** Of both, from the same table, which is there again afterwards. */
async function answers(line: string, input = ''): Promise<{ theirs: Answer; mine: Answer }> {
  const theirs = await answer(() => ipvsadm(words(line), input));
  return { theirs, mine: await answer(() => ours(words(line), input)) };
}

async function answer(run: () => Promise<Ran>): Promise<Answer> {
  const ran = await run();
  if (ran.status !== 0) return ran;
  const { stdout: table } = await ours(['-Sn']);
  if (table !== untouched) await resetTo(TABLE);
  return { ...ran, table };
}

let untouched = '';

async function rememberTable(): Promise<void> {
  await resetTo(TABLE);
  untouched = (await ours(['-Sn'])).stdout;
}

/** Compared in tests of their own: ipvsadm tells other things of itself, and has no daemon. */
const OWN_FORMS = new Set(['-h', '--help', '-v', '--version', '--control']);

/** Each way to write a command or an option. */
function forms(): readonly string[] {
  return [...COMMANDS, ...OPTIONS].flatMap(({ short, long }) =>
    short === undefined ? [`--${long}`] : [`-${short}`, `--${long}`],
  );
}

function formsMissingIn(lines: readonly string[]): readonly string[] {
  const there = new Set(lines.flatMap(words).map((word) => word.replace(/=.*/, '')));
  return forms().filter((form) => !OWN_FORMS.has(form) && !there.has(form));
}

function defineCommandLines(): void {
  const lines =
    process.env['TANDEM_ALL_COMMAND_LINES'] === undefined ? usualCommandLines() : commandLines();
  const share = `${lines.length} of ${commandLines().length}`;

  test(`${share} command lines (all with TANDEM_ALL_COMMAND_LINES) have the same effect, words and status`, async () => {
    await rememberTable();
    const differing: unknown[] = [];
    const carriedOut = [`--start-daemon x ${SYNC_OPTIONS}`, '--stop-daemon x'];
    for (const line of lines) {
      const both = await answers(line);
      if (!isDeepStrictEqual(both.mine, both.theirs))
        differing.push(JSON.stringify({ line, ...both }));
      if (both.mine.status === 0) carriedOut.push(line);
    }
    assert.deepEqual(differing, []);
    assert.deepEqual(formsMissingIn(carriedOut), []);
  });

  test('-h tells every form, -v the version, and --control is asked who owns a service', async () => {
    const help = await ours(['-h']);
    for (const form of forms()) assert.match(help.stdout, new RegExp(`^ .*${form}[ ,]`, 'm'));
    assert.deepEqual(await ours(['--help']), help);
    const version = { status: 0, stdout: 'ipvsadm (tandem )\n', stderr: '' };
    for (const form of ['-v', '--version']) assert.deepEqual(await ours([form]), version);
    for (const form of ['-h', '--help', '-v', '--version'])
      assert.equal((await ipvsadm([form])).status, 0, form);
    const asked: string[] = [];
    const noOwner = (control: string): Promise<[]> => {
      asked.push(control);
      return Promise.resolve([]);
    };
    await resetTo(TABLE);
    const done = { status: 0, stdout: '', stderr: '' };
    assert.deepEqual(await ours(words('-D -f 5 --control /run/another'), '', noOwner), done);
    assert.deepEqual(asked, ['/run/another']);
  });

  test('-R takes the same lines, and ends at the same ones', async () => {
    await rememberTable();
    for (const input of RESTORED) {
      const { mine, theirs } = await answers('-R', input);
      assert.deepEqual(mine, theirs, input);
    }
  });

  test('sync daemons are started, listed and stopped as by ipvsadm', async () => {
    execFileSync('ip', words('link add name sync0 type veth peer name sync1') as string[]);
    for (const name of ['sync0', 'sync1']) execFileSync('ip', ['link', 'set', name, 'up']);
    for (const [starter, other] of [
      [ipvsadm, ours],
      [ours, ipvsadm],
    ] as const) {
      const done = { status: 0, stdout: '', stderr: '' };
      assert.deepEqual(await starter(words(`--start-daemon backup ${SYNC_OPTIONS}`)), done);
      assert.deepEqual(await starter(words('--start-daemon=master --mcast-interface sync0')), done);
      assert.deepEqual(await ours(['-L', '--daemon']), await ipvsadm(['-L', '--daemon']));
      const again = words('--start-daemon master --mcast-interface sync0');
      assert.deepEqual(await ours(again), await ipvsadm(again));
      assert.deepEqual(await other(words('--stop-daemon master')), done);
      assert.deepEqual(await other(words('--stop-daemon backup')), done);
    }
  });
}

/** The counters move on between two looks: ours is between two of theirs that agree. */
async function sameInBetween(form: string): Promise<void> {
  for (let round = 0; round < 50; round += 1) {
    const first = await ipvsadm(words(form));
    const mine = await ours(words(form));
    if (first.stdout === (await ipvsadm(words(form))).stdout) {
      assert.deepEqual(mine, first, form);
      return;
    }
  }
  assert.fail(`${form}: never twice the same`);
}

/** The kernel adds its counters up every two seconds. */
async function untilCounted(): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const { stdout } = await ours(words('-Ln --stats'));
    if (/^TCP {2}10\.9\.0\.1:80 +1 /m.test(stdout)) return;
    assert.ok(Date.now() < deadline, stdout);
    await setTimeout(100);
  }
}

function defineTraffic(): void {
  test('connections, counters and rates under traffic are the same', async () => {
    for (const each of ['10.9.0.1/32', '10.9.0.2/32', '2001:db8::1/128', '2001:db8::2/128']) {
      execFileSync('ip', [
        'addr',
        'add',
        each,
        'dev',
        'lo',
        ...(each.includes(':') ? ['nodad'] : []),
      ]);
    }
    const server = createServer((socket) => socket.end(Buffer.alloc(200_000))).listen(80, '::');
    server.unref();
    await once(server, 'listening');
    await resetTo(`-A -t 10.9.0.1:80 -s rr -p 60
-a -t 10.9.0.1:80 -r 10.9.0.2:80 -m
-A -t [2001:db8::1]:80 -s rr
-a -t [2001:db8::1]:80 -r [2001:db8::2]:80 -m
-A -u 10.9.0.1:5060 -s rr -p 50 --pe sip
-a -u 10.9.0.1:5060 -r 10.9.0.2:5060 -m
`);
    const open = ['10.9.0.1', '2001:db8::1'].map((host) => connect(80, host).resume());
    const caller = createSocket('udp4').unref();
    caller.send('INVITE sip:a@b SIP/2.0\r\nCall-ID: abc123@host\r\n\r\n', 5060, '10.9.0.1');
    await Promise.all(open.map((socket) => once(socket, 'close')));
    for (const form of ['-Lnc', '-Lc', '-Lnc --persistent-conn', '-Ln --persistent-conn']) {
      await sameInBetween(form);
    }
    assert.match((await ours(words('-Lnc --persistent-conn'))).stdout, / sip +abc123@host$/m);
    await untilCounted();
    for (const form of ['-Ln --stats', '-Ln --stats --exact', '-Ln --rate', '-L --rate --exact']) {
      await sameInBetween(form);
    }
    caller.close();
    server.close();
  });
}

inOwnNamespace(import.meta.url, () => {
  before(() => execFileSync('ip', ['link', 'set', 'lo', 'up']));
  after(endShell);
  defineListings();
  defineCommandLines();
  defineTraffic();
});
