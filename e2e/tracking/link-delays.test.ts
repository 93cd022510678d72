// kernel: any
// A link that bounces and one that goes, under interface_up_down_delays, with keepalived beside us.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { Lan } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';

/** Only what hangs meets it. */
const LIMIT = { limitMs: 60_000, everyMs: 20 };
const DOWN_MS = 8000;
/** A bounce that a machine which stands still has drawn out may count, or may not: it shows nothing. */
const BOUNCE_MS_MAX = DOWN_MS / 2;
const ATTEMPTS = 5;
const UP_MS = 500;
/** An owner is master as soon as it can be, and 5 s of interval allow delays of almost 10 s. */
const CONFIGURATION = `interface_up_down_delays {
  eth0 ${DOWN_MS / 1000} ${UP_MS / 1000}
}
vrrp_instance V {
  interface eth0
  virtual_router_id 51
  version 3
  state MASTER
  priority 255
  advert_int 5
  virtual_ipaddress {
    10.30.6.101/32
  }
}
`;
/** The log of a change that is kept back. */
const KEPT_BACK: Record<Implementation, string> = {
  tandemd: 'eth0 is down: counts in',
  keepalived: 'eth0: Adding flags change',
};

/**
 * Plays the scenario on a box of its own.
 * @returns false when the link was down for too long to tell anything
 */
async function play(implementation: Implementation): Promise<boolean> {
  const lan = await Lan.create([{ name: 'box1', address: '10.30.6.1/24' }]);
  try {
    const host = lan.host('box1');
    const daemon = new Daemon(host, implementation, {
      configuration: CONFIGURATION,
      flags: ['-P', '-D'],
    });
    const times = (text: string): number => daemon.log().split(text).length - 1;
    const said = (text: string, count: number): Promise<unknown> =>
      waitUntil(`${implementation}: ${text}`, () => times(text) >= count, LIMIT);
    const port = (state: 'up' | 'down'): Promise<unknown> =>
      lan.bridge.exec(['ip', 'link', 'set', 'box1', state]);
    const linkUp = (): Promise<unknown> => waitUntil('link of eth0', isUp, LIMIT);
    const isUp = async (): Promise<boolean> =>
      (await host.exec(['ip', '-o', 'link', 'show', 'eth0'])).stdout.includes('state UP');
    await linkUp();
    daemon.start();
    await said('Entering MASTER STATE', 1);

    const bounceAt = performance.now();
    await port('down');
    await said(KEPT_BACK[implementation], 1);
    await port('up');
    await linkUp();
    if (performance.now() - bounceAt > BOUNCE_MS_MAX) return false;

    const downAt = performance.now();
    await port('down');
    await said('Netlink reports eth0 down', 1);
    const lasted = performance.now() - downAt;
    assert.ok(lasted >= DOWN_MS, `${implementation} waits for ${lasted} ms`);
    await said('Entering FAULT STATE', 1);

    const upAt = performance.now();
    const ups = times('Netlink reports eth0 up');
    await port('up');
    await said('Netlink reports eth0 up', ups + 1);
    assert.ok(performance.now() - upAt >= UP_MS, implementation);
    assert.equal(times('Entering FAULT STATE'), 1, daemon.log());
    await daemon.stop();
    return true;
  } finally {
    await lan.destroy();
  }
}

/** Until the machine keeps up. */
async function playOnce(implementation: Implementation): Promise<void> {
  for (let i = 0; i < ATTEMPTS; i += 1) if (await play(implementation)) return;
  assert.fail(`no bounce was shorter than ${BOUNCE_MS_MAX} ms`);
}

void test('a link that comes back in time is not told, one that stays is told when its delay is over', async () => {
  await Promise.all([playOnce('tandemd'), playOnce('keepalived')]);
});
