// Asks the kernel for what the benchmark of virtual servers has to know, in the network namespace
// that it is run in. Arguments:
//   fill SERVICES REALSERVERS   fills and empties the table with requests alone, and prints the times
//   watch ADDRESS WEIGHT      prints when a destination of the service has this weight: the time, in
//                             milliseconds of the monotonic clock
import { setTimeout as delay } from 'node:timers/promises';
import { parseIp, type IpAddress } from '@tandem/inet';
import type { ServiceKey, TableChange } from '@tandem/ipvs';
import { IpvsClient } from '@tandem/ipvs-netlink';
import { benchTable } from './bench-configuration.ts';

const TCP = 6;
const EVERY_MS = 5;

const [what, first = '', second = ''] = process.argv.slice(2);
const client = await IpvsClient.open();
if (what === 'fill') await fill(Number(first), Number(second));
else await watch(ip(first), Number(second));
client.close();

async function fill(services: number, realServers: number): Promise<void> {
  const additions = benchTable({ services, realServers }, () => 1).map(changeOf);
  const deletions = additions.flatMap((each): TableChange[] =>
    each.type === 'add-service' ? [{ type: 'delete-service', key: each.service.key }] : [],
  );
  const start = performance.now();
  await client.apply(additions);
  const full = performance.now();
  await client.services();
  const read = performance.now();
  await client.outline(
    () => undefined,
    () => true,
  );
  const seen = performance.now();
  await client.apply(deletions);
  const end = performance.now();
  const times = { fill: full - start, read: read - full, outline: seen - read, clear: end - seen };
  const rounded = Object.entries(times).map(([name, ms]) => [name, Math.round(ms)]);
  process.stdout.write(`${JSON.stringify(Object.fromEntries(rounded))}\n`);
}

async function watch(address: IpAddress, weight: number): Promise<void> {
  process.stdout.write('watching\n');
  const key = keyOf(address);
  for (;;) {
    const service = await client.service(key);
    if (service.destinations.some((each) => each.weight === weight)) break;
    await delay(EVERY_MS);
  }
  process.stdout.write(`${Number(process.hrtime.bigint()) / 1e6}\n`);
}

/** A line of `ipvsadm -Sn`, which the kernel is asked for. */
function changeOf(line: string): TableChange {
  const [, , service = '', , target = '', , , weight] = line.split(' ');
  const [address = '', port = ''] = target.split(':');
  const key = keyOf(ip(service.split(':')[0] ?? ''));
  if (line.startsWith('-A')) {
    const plain = { scheduler: 'rr', flags: 0, timeoutSeconds: 0, netmaskBits: 32 };
    return { type: 'add-service', service: { key, ...plain } };
  }
  const thresholds = { upperThreshold: 0, lowerThreshold: 0 };
  const place = { address: ip(address), port: Number(port), forwarding: 'Masq' } as const;
  return {
    type: 'add-destination',
    key,
    destination: { ...place, weight: Number(weight), ...thresholds },
  };
}

function keyOf(address: IpAddress): ServiceKey {
  return { kind: 'address', protocol: TCP, address, port: 80 };
}

function ip(text: string): IpAddress {
  const address = parseIp(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return address;
}
