// kernel: any
// keepalived's own opinion of the examples, on a box that has what they name: interfaces in a
// network namespace, scripts in folders that nobody else sees.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../lib/command.ts';
import { repositoryRoot } from '../lib/program.ts';

const folder = join(repositoryRoot(), 'configs/examples');

const INTERFACES = ['eth0', 'eth1', 'eth2', 'eth1.10', 'eth1.20'];

/** Exit statuses of samples that keepalived 2.2.7 does not like, as tandem's documents say. */
const EXPECTED: Readonly<Record<string, number>> = {
  // A test as root with scripts of another user ends itself: 128 + SIGTERM.
  'script-security.conf': 143,
  // It has keywords that keepalived does not know.
  'gentle-changes.conf': 5,
};

/** The scripts that the examples name, outside folders that the box has anyway. */
function scripts(): readonly string[] {
  const found = new Set<string>();
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.conf')) continue;
    const text = readFileSync(join(folder, file), 'utf8');
    for (const [path] of text.matchAll(/\/(?:usr\/local\/\w+|etc\/keepalived)\/[\w.-]+/g)) {
      found.add(path);
    }
  }
  return [...found];
}

/** Prints NAME, exit status and output of each test, separated by lines with a NUL. */
const SCRIPT = `
set -e
mount -t tmpfs none /usr/local
mount -t tmpfs none /etc/keepalived
for name in ${INTERFACES.join(' ')}; do
  ip link add "$name" type veth peer name "peer-$name"
  ip link set "$name" up
done
ip address add 192.0.2.2/24 dev eth0
ip address add 10.1.0.2/24 dev eth1
for script in "$@"; do
  mkdir -p "$(dirname "$script")"
  printf '#!/bin/sh\\n' >"$script"
  chmod 755 "$script"
done
set +e
for file in *.conf; do
  output=$(timeout 30 keepalived -t -i lb1 -f "$file" 2>&1)
  printf '%s\\n%s\\n%s\\0' "$file" $? "$output"
done
`;

void test('keepalived -t accepts every example', async () => {
  const { stdout } = await run(
    ['unshare', '--net', '--mount', 'sh', '-c', `cd '${folder}'\n${SCRIPT}`, 'sh', ...scripts()],
    { environment: { PATH: `${process.env['PATH']}:/usr/sbin:/sbin` } },
  );
  const results = stdout.split('\0').slice(0, -1);
  assert.ok(results.length >= 40, stdout);
  for (const result of results) {
    const [file = '', status, ...output] = result.split('\n');
    assert.equal(Number(status), EXPECTED[file] ?? 0, `${file}\n${output.join('\n')}`);
    if (!(file in EXPECTED)) assert.equal(output.join(''), '', file);
  }
});
