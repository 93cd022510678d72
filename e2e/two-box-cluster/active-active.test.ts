// kernel: ipvs
// Two addresses, each box master of one and backup of the other: with `redirect`, what one box forwards
// is answered by the other one, though that one directs as well.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from '../lib/client.ts';
import { Daemon } from '../lib/daemon.ts';
import { table } from '../lib/ipvs-table.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';
import { WebServer } from '../lib/web-server.ts';
import { addressIn, giveAddress, prefixIn, type Family } from './family.ts';

const FAMILIES = [4, 6] as const;
const NUMBERS = [110, 120] as const;
const LIMIT = { limitMs: 40_000, everyMs: 200 };

function configuration(owns: number): string {
  return FAMILIES.flatMap((family) =>
    NUMBERS.map((number) => part(family, number, number === owns ? 200 : 100)),
  ).join('');
}

function part(family: Family, number: number, priority: number): string {
  const servers = [111, 112].map(
    (each) => `real_server ${addressIn(family, each)} 80 {\nTCP_CHECK {\n}\n}\n`,
  );
  return `vrrp_instance V${family}-${number} {
interface eth0
virtual_router_id ${number}
priority ${priority}
virtual_ipaddress {
${prefixIn(family, number)}
}
}
virtual_server ${addressIn(family, number)} 80 {
delay_loop 1
lvs_sched rr
lvs_method DR
protocol TCP
redirect
${servers.join('')}}
`;
}

async function holds(host: Host, number: number): Promise<boolean> {
  const all = await Promise.all(FAMILIES.map((family) => host.addresses(family)));
  return FAMILIES.every((family, i) =>
    all[i]?.some(({ address }) => address === prefixIn(family, number)),
  );
}

async function isWhole(host: Host): Promise<boolean> {
  const services = await table(host);
  return services.length === 4 && services.every(({ destinations }) => destinations.length === 2);
}

void test('two boxes that both direct answer what the other one forwards, also when one dies', async (context) => {
  const lan = await Lan.create([
    { name: 'box1', address: '10.30.6.111/24' },
    { name: 'box2', address: '10.30.6.112/24' },
    { name: 'client', address: '10.30.6.50/24' },
  ]);
  context.after(() => lan.destroy());
  const hosts = ['box1', 'box2', 'client'].map((each) => lan.host(each));
  const [box1, box2, outside] = hosts;
  assert.ok(box1 && box2 && outside);
  await Promise.all(hosts.map((host) => giveAddress(host, 6)));
  await Promise.all([box1, box2].map((host) => new WebServer(host, [80, '[::]:80']).start()));
  const daemons = [box1, box2].map((host, i) => {
    const daemon = new Daemon(host, 'tandemd', { configuration: configuration(NUMBERS[i] ?? 0) });
    daemon.start();
    return daemon;
  });
  for (const [i, host] of [box1, box2].entries()) {
    const own = NUMBERS[i] ?? 0;
    await waitUntil(`${own} on ${host.name}`, () => holds(host, own), LIMIT);
    await waitUntil(`the table of ${host.name}`, () => isWhole(host), LIMIT);
  }
  const serve = async (): Promise<void> => {
    for (const family of FAMILIES)
      for (const number of NUMBERS) {
        const client = new Client(outside, addressIn(family, number));
        const answered = async (): Promise<boolean> => {
          const { answers, failures } = await client.send({ count: 20, limitMs: 6000 });
          assert.deepEqual([family, number, failures], [family, number, []]);
          return Object.keys(answers).length === 2;
        };
        // A director that a busy machine keeps waiting counts as dead meanwhile, and answers itself.
        await waitUntil(`answers of both boxes at ${number}`, answered, LIMIT);
      }
  };
  await serve();
  await daemons[0]?.kill();
  await waitUntil('110 on box2', () => holds(box2, 110), LIMIT);
  await serve();
});
