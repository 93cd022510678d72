// kernel: any
// Gaps between announcements of the addresses of a new master, beside keepalived.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Capture, type SeenArp } from '../lib/capture.ts';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { Lan } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';

const ADDRESSES = ['10.30.8.100', '10.30.8.101'];
const CONFIGURATION = `global_defs {
  vrrp_garp_interval 0.3
}
vrrp_instance V {
  interface eth0
  virtual_router_id 51
  priority 255
  garp_master_repeat 2
  virtual_ipaddress {
    10.30.8.100/24
    10.30.8.101/24
  }
}
`;

/** When each announcement left, in seconds, and of which address. */
async function announcements(
  implementation: Implementation,
  count: number,
): Promise<[number, string][]> {
  const lan = await Lan.create([{ name: 'box', address: '10.30.8.1/24' }]);
  try {
    const capture = await Capture.start(lan.bridge);
    const flags = ['-P'];
    const configuration = CONFIGURATION;
    const daemon = new Daemon(lan.host('box'), implementation, { configuration, flags });
    daemon.start();
    const seen = (): SeenArp[] => ADDRESSES.flatMap((each) => capture.gratuitous(each));
    await waitUntil('announcements', () => seen().length >= count, { limitMs: 20_000 });
    await daemon.stop();
    await capture.stop();
    const first = seen().toSorted((one, other) => one.atMs - other.atMs);
    return first.slice(0, count).map(({ atMs, target }) => [atMs / 1000, target]);
  } finally {
    await lan.destroy();
  }
}

void test('vrrp_garp_interval: one announcement after the other, ours round by round', async () => {
  // keepalived 2.2.7 loses one of those that wait.
  const [ours, theirs] = await Promise.all([
    announcements('tandemd', 4),
    announcements('keepalived', 3),
  ]);
  assert.deepEqual(
    ours.map(([, address]) => address),
    [...ADDRESSES, ...ADDRESSES],
  );
  for (const lines of [ours, theirs]) {
    const gaps = lines.slice(1).map(([time], i) => time - (lines[i]?.[0] ?? 0));
    assert.ok(gaps.length >= 2 && gaps.every((gap) => gap > 0.25 && gap < 0.6), String(gaps));
  }
});
