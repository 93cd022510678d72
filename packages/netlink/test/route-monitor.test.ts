import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { SubjectEvent } from './subject/namespace.ts';
import { Namespace } from './subject/namespace.ts';

let namespace: Namespace;

beforeAll(async () => {
  namespace = await Namespace.start();
});

beforeEach(() => namespace.call('monitor', ['links', 'addresses', 'routes']));

afterAll(() => namespace.stop());

function about(event: string, fields: object, removed: boolean): (seen: SubjectEvent) => boolean {
  return (seen) =>
    seen.event === event &&
    seen.removed === removed &&
    Object.entries(fields).every(
      ([name, value]) => JSON.stringify(seen.value?.[name]) === JSON.stringify(value),
    );
}

test('a link that comes, goes up and down, and leaves is told', async () => {
  namespace.ip('link add name ea type veth peer name eb');
  await namespace.until(about('link', { name: 'ea', up: false }, false));
  namespace.ip('link set eb up');
  namespace.ip('link set ea up');
  await namespace.until(about('link', { name: 'ea', up: true, running: true }, false));
  namespace.ip('link set eb down');
  await namespace.until(about('link', { name: 'ea', up: true, running: false }, false));
  namespace.ip('link del dev ea');
  await namespace.until(about('link', { name: 'ea' }, true));
});

test('a port that leaves its bridge is not a link that is gone', async () => {
  namespace.ip('link add name pa type veth peer name pb');
  namespace.ip('link add name pr type bridge');
  namespace.ip('link set pa master pr');
  await namespace.until(({ event, value }) => {
    return event === 'link' && value?.['name'] === 'pa' && value['masterIndex'] !== undefined;
  });
  namespace.ip('link set pa nomaster');
  namespace.ip('link add name last type bridge');
  await namespace.until(about('link', { name: 'last' }, false));
  expect(namespace.events.some(about('link', { name: 'pa' }, true))).toBe(false);
});

test('addresses and routes that come and go are told', async () => {
  namespace.ip('link set lo up');
  namespace.ip('addr add 10.5.0.1/24 dev lo');
  await namespace.until(about('address', { address: '10.5.0.1', prefixLength: 24 }, false));
  namespace.ip('route add 10.6.0.0/16 via 10.5.0.9');
  const destination = { address: '10.6.0.0', length: 16 };
  await namespace.until(about('route', { destination, gateway: '10.5.0.9' }, false));
  namespace.ip('route del 10.6.0.0/16');
  await namespace.until(about('route', { destination }, true));
  namespace.ip('addr del 10.5.0.1/24 dev lo');
  await namespace.until(about('address', { address: '10.5.0.1' }, true));
  namespace.ip('addr add 2001:db8::5/128 dev lo');
  await namespace.until(about('address', { address: '2001:db8::5' }, false));
});

test('notifications lost to an overrun are told as such, later ones arrive', async () => {
  await namespace.call('monitor', ['addresses'], { receiveBufferBytes: 4096 });
  const many = Array.from({ length: 200 }, (_, i) => `addr add 10.7.0.${i}/32 dev lo`);
  namespace.whileStopped(() => namespace.ip('-batch -', many.join('\n')));
  await namespace.until(({ event }) => event === 'overrun');
  namespace.ip('addr add 10.7.1.1/32 dev lo');
  await namespace.until(about('address', { address: '10.7.1.1' }, false));
});
