// kernel: any
// A daemon in a network namespace that its configuration names, and what its files are called.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Lan, type Host } from '../lib/lan.ts';
import { repositoryRoot } from '../lib/program.ts';
import { waitUntil } from '../lib/wait.ts';

const PREPARE =
  'mkdir -p /run/keepalived /run/tandem && mount -t tmpfs tmpfs /run/keepalived && mount -t tmpfs tmpfs /run/tandem';
const PROGRAMS = {
  keepalived: ['keepalived'],
  tandemd: [process.execPath, join(repositoryRoot(), 'packages/tandemd/bin/tandemd.cjs')],
} as const;
type Implementation = keyof typeof PROGRAMS;

let lan: Lan;

before(async () => {
  lan = await Lan.create([
    { name: 'outside', address: '10.30.9.1/24', prepare: PREPARE },
    { name: 'keepalived', address: '10.30.9.2/24' },
    { name: 'tandemd', address: '10.30.9.3/24' },
  ]);
});

after(() => lan.destroy());

function configuration(more: string, vrid: number): string {
  return `${more}vrrp_instance V {
  interface eth0
  virtual_router_id ${vrid}
  priority 255
  virtual_ipaddress {
    10.30.9.${vrid}
  }
}
`;
}

/** What it has made of it, while it runs and after its stop; NS stands for its namespace. */
async function observe(
  implementation: Implementation,
  { title, more, flags }: { title: string; more: string; flags: string },
  vrid: number,
): Promise<unknown> {
  const outside = lan.host('outside');
  const inside = lan.host(implementation);
  const { namespace } = inside;
  const named = (text: string): string => text.replaceAll('NS', namespace);
  const file = join(outside.folder, `${implementation}-${title}.conf`);
  writeFileSync(file, configuration(named(more), vrid));
  const [dump, ofParent] = ['keepalived', 'keepalived_parent'].map(
    (name) => `/tmp/${name}.${namespace}_${title}.data`,
  );
  assert.ok(dump !== undefined && ofParent !== undefined);
  const words = named(flags).split(' ').filter(Boolean);
  const daemon = outside.start(`${implementation}-${title}`, [
    ...PROGRAMS[implementation],
    '-n',
    '-l',
    '-P',
    '-f',
    file,
    ...words,
  ]);
  const hasAddress = async (): Promise<boolean> =>
    (await inside.addresses()).some(({ address }) => address.startsWith(`10.30.9.${vrid}/`));
  await waitUntil(`${implementation} to be master`, hasAddress, { limitMs: 15_000, everyMs: 50 });
  const pids = await pidFiles(outside, namespace, title);
  const namespaces = await Promise.all(
    [...pids.values()].map((pid) => outside.exec(['readlink', `/proc/${pid}/ns/net`])),
  );
  const own = await inside.exec(['readlink', '/proc/self/ns/net']);
  daemon.signal('SIGUSR1');
  const mode = async (): Promise<string> =>
    (await outside.exec(['stat', '-c', '%a', dump], { mayFail: true })).stdout.trim();
  await waitUntil('the dump', async () => (await mode()) !== '', { limitMs: 5000, everyMs: 50 });
  const dumpMode = await mode();
  rmSync(dump);
  await daemon.stop('SIGTERM', 10_000);
  rmSync(ofParent, { force: true });
  return {
    files: [...pids.keys()].toSorted(),
    areInside: namespaces.map(({ stdout }) => stdout === own.stdout),
    dumpMode,
    left: (await pidFiles(outside, namespace, title)).size,
    hasAddress: await hasAddress(),
  };
}

/** Of the one with that instance. */
async function pidFiles(
  host: Host,
  namespace: string,
  instance: string,
): Promise<ReadonlyMap<string, string>> {
  const find = ['find', '/run/keepalived', '-name', `*_${instance}.pid`, '-path', `*${namespace}*`];
  const { stdout } = await host.exec([...find, '-printf', '%p ', '-exec', 'cat', '{}', ';']);
  return new Map(
    stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => line.replaceAll(namespace, 'NS').split(' ') as [string, string]),
  );
}

const GLOBALS = 'global_defs {\n  data_use_instance\n';
const CASES = [
  { title: 'named', more: `net_namespace NS\ninstance named\n${GLOBALS}}\n`, flags: '' },
  { title: 'asked', more: `instance asked\n${GLOBALS}  umask 077\n}\n`, flags: '-s NS -u 027' },
];

void test(
  'processes, pid files and dumps are where those of keepalived are',
  { concurrency: true },
  async (context) => {
    await Promise.all(
      CASES.map((each, i) =>
        context.test(each.title, async () => {
          const vrid = 100 + 2 * i;
          const [theirs, ours] = await Promise.all([
            observe('keepalived', each, vrid),
            observe('tandemd', each, vrid + 1),
          ]);
          assert.deepEqual(ours, theirs);
          assert.deepEqual(ours, {
            files: ['keepalived', 'vrrp'].map(
              (name) => `/run/keepalived/NS/${name}_${each.title}.pid`,
            ),
            areInside: [true, true],
            dumpMode: i === 0 ? '600' : '640',
            left: 0,
            hasAddress: false,
          });
        }),
      ),
    );
  },
);

void test('a configuration is tested and checked in the namespace that it names, and tested without interfaces where there is none', async () => {
  const outside = lan.host('outside');
  const inside = lan.host('tandemd');
  await inside.exec(['ip', 'link', 'add', 'inner0', 'type', 'veth', 'peer', 'name', 'inner1']);
  const file = join(outside.folder, 'tested.conf');
  const judge = async (more: string): Promise<readonly [number | undefined, string]> => {
    writeFileSync(file, configuration(more, 98).replace('eth0', 'inner0'));
    const { status, stderr } = await outside.exec([...PROGRAMS.tandemd, '-t', '-f', file], {
      mayFail: true,
    });
    return [status, stderr];
  };
  const [within, alone, nowhere] = [
    await judge(`net_namespace ${inside.namespace}\n`),
    await judge(''),
    await judge('net_namespace nowhere\n'),
  ];
  assert.deepEqual(within, [0, '']);
  assert.equal(alone[0], 5);
  assert.match(alone[1], /UNKNOWN_INTERFACE/);
  assert.equal(nowhere[0], 0);
  assert.match(
    nowhere[1],
    /^Unable to set network namespace nowhere: .*; interfaces are not judged\n$/,
  );
  const program = join(repositoryRoot(), 'packages/tandemctl/bin/tandemctl.mjs');
  const check = async (more: string, named: string) => {
    const text = configuration(more, 98).replace('eth0', 'inner0');
    if (named !== '-') writeFileSync(file, text);
    const words = [process.execPath, program, 'check', '--strict', named];
    return outside.exec(words, { mayFail: true, ...(named === '-' && { input: text }) });
  };
  for (const named of [file, '-']) {
    const checked = await check(`net_namespace ${inside.namespace}\n`, named);
    assert.deepEqual([checked.stderr, checked.status], ['', 0], checked.stdout);
  }
  const other = await check('net_namespace nowhere\n', file);
  assert.equal(other.status, 1);
  assert.match(other.stdout, /UNKNOWN_INTERFACE/);
  assert.match(other.stderr, /^interfaces were judged outside of net_namespace nowhere: /);
});

void test('a namespace that is not there is named', async () => {
  const outside = lan.host('outside');
  const file = join(outside.folder, 'nowhere.conf');
  writeFileSync(file, configuration('net_namespace nowhere\n', 99));
  const outcome = await outside.exec([...PROGRAMS.tandemd, '-n', '-l', '-f', file], {
    mayFail: true,
  });
  assert.equal(outcome.status, 1);
  assert.match(outcome.stderr, /Unable to set network namespace nowhere: .*ENOENT/);
});
