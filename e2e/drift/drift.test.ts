// kernel: any
// on_drift: yield is what keepalived does, beside which it is tried; fault lasts until a reload.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { status } from '../lib/status.ts';
import { waitUntil } from '../lib/wait.ts';

const LIMIT = { limitMs: 15_000 };
const VIP = '10.77.1.100/24';
/** What the log says of its states, and what it does with its address. */
const STEPS = /\(V\) (?:Entering \w+ STATE|sent 0 priority|setting VIPs\.|removing VIPs\.)$/gm;

function configuration(words: string): string {
  return `vrrp_instance V {
  interface eth0
  virtual_router_id 51
  priority 250
  version 3
  advert_int 0.2
  ${words}
  virtual_ipaddress {
    ${VIP}
  }
  virtual_routes {
    10.30.0.0/24 via 10.77.1.9 dev eth0
  }
}
`;
}

interface Box {
  readonly host: Host;
  readonly daemon: Daemon;
}

async function master(
  context: TestContext,
  implementation: Implementation,
  words: string,
): Promise<Box> {
  // Each box is alone on its LAN.
  const lan = await Lan.create([{ name: 'box', address: '10.77.1.1/24' }]);
  context.after(() => lan.destroy());
  const host = lan.host('box');
  const daemon = new Daemon(host, implementation, {
    configuration: configuration(words),
    flags: ['-P'],
  });
  context.after(() => daemon.stop());
  daemon.start();
  await waitUntil(`${implementation} has set all`, () => hasAll(host), LIMIT);
  return { host, daemon };
}

async function hasAll(host: Host): Promise<boolean> {
  const { stdout } = await host.exec(['ip', 'route', 'show', '10.30.0.0/24']);
  const addresses = await host.addresses();
  return stdout.includes('10.77.1.9') && addresses.some(({ address }) => address === VIP);
}

/** What follows a removal until all is there again. */
async function aftermath({ host, daemon }: Box, removal: string): Promise<string[]> {
  const before = daemon.log().length;
  const news = (): string => daemon.log().slice(before);
  await host.exec(removal.split(' '));
  await waitUntil('MASTER again', () => news().includes('Entering MASTER STATE'), LIMIT);
  await waitUntil('all is back', () => hasAll(host), LIMIT);
  return (news().match(STEPS) ?? []).toSorted();
}

void test('with on_drift yield a master does what keepalived does, for an address and a route', async (context) => {
  const [theirs, ours] = await Promise.all([
    master(context, 'keepalived', ''),
    master(context, 'tandemd', 'on_drift yield'),
  ]);
  for (const removal of [`ip addr del ${VIP} dev eth0`, 'ip route del 10.30.0.0/24']) {
    const expected = [
      '(V) Entering BACKUP STATE',
      '(V) Entering MASTER STATE',
      '(V) removing VIPs.',
      '(V) sent 0 priority',
      '(V) setting VIPs.',
    ];
    const steps = await Promise.all([aftermath(theirs, removal), aftermath(ours, removal)]);
    assert.deepEqual(steps, [expected, expected]);
  }
});

void test('with on_drift fault a master stays in FAULT until a reload of the same file', async (context) => {
  const { host, daemon } = await master(context, 'tandemd', 'on_drift fault');
  await host.exec(['ip', 'route', 'del', '10.30.0.0/24']);
  const isOut = async (): Promise<boolean> =>
    (await status(host, daemon)).vrrp[0]?.state === 'FAULT';
  await waitUntil('FAULT', isOut, LIMIT);
  await waitUntil('the address is off', async () => (await host.addresses()).length === 1, LIMIT);
  assert.match(
    (await status(host, daemon)).vrrp[0]?.faults[0]?.reason ?? '',
    /^route 10\.30\.0\.0\/24 .* was removed by somebody else/,
  );
  daemon.reload();
  await waitUntil('all is back', () => hasAll(host), LIMIT);
});
