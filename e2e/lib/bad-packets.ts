import assert from 'node:assert/strict';
import type { Daemon } from './daemon.ts';
import type { Host } from './lan.ts';
import { status } from './status.ts';

/** Counters of what is no error. */
const GOOD = /^(advert_|become_|release_|pri_zero_)/;
/** What keepalived logs of packets for which it has no counter. */
const UNCOUNTED =
  /^.*(?:wrong version|Invalid VRRPv|unicast source address|not a unicast peer).*$/m;

/**
 * Reads the counters of a daemon that runs.
 * @param except - an instance of ours that was given bad packets
 * @throws AssertionError when it has found any packet bad
 */
export async function noBadPacket(host: Host, daemon: Daemon, except?: string): Promise<void> {
  if (daemon.implementation === 'keepalived') {
    const text = await daemon.statistics();
    const [, ...errors] = text.split(/(?:Packet|Authentication) Errors:/);
    const counts = errors.map((each) => each.split('Priority Zero')[0] ?? '').join('');
    assert.match(counts, /Length: 0/);
    assert.doesNotMatch(counts, /: [1-9]/, `statistics of ${host.name}:\n${text}`);
    assert.doesNotMatch(daemon.log(), UNCOUNTED);
    return;
  }
  for (const { name, counters } of (await status(host, daemon)).vrrp) {
    if (name === except) continue;
    const bad = Object.entries(counters).filter(([key, value]) => !GOOD.test(key) && value > 0);
    assert.deepEqual(bad, [], `${name} on ${host.name}`);
  }
}
