/** Routes, rules and static addresses of a vrrp process. */
import { constants } from 'node:os';
import { seconds } from '@tandem/time';
import { expect, onTestFinished, test, vi } from 'vitest';
import { NOTHING_LEFT } from '../../src/kernel-record.ts';
import { staticAddress, virtualRoute, virtualRule } from '../../../vrrp/test/routing-entries.ts';
import { FakeHost, kernelLink, ownerSettings, settingsOf } from './fake-host.ts';
import { kernelRoute } from './fake-routing.ts';

const ROUTE = virtualRoute('10.9.0.0/24');
const RULE = virtualRule(2000);

/** What is done to the kernel, and announced. */
function changes(host: FakeHost): string[] {
  return host.news().filter((each) => /^(set|remove|add|delete|announce|advert) /.test(each));
}

test('a master sets addresses, routes and rules before it announces, and removes them in the opposite order', async () => {
  const host = new FakeHost();
  const child = await host.start(settingsOf(ownerSettings({ routing: [ROUTE, RULE] })));
  expect(changes(host)).toEqual([
    'advert V 255',
    'add 10.77.0.100',
    'set route 10.9.0.0/24',
    'set rule 2000',
    'announce 5 10.77.0.100',
  ]);
  await child.stop();
  expect(changes(host)).toEqual([
    'advert V 0',
    'remove rule 2000',
    'remove route 10.9.0.0/24',
    'delete 10.77.0.100',
  ]);
});

test('what somebody else removes is set again, and said', async () => {
  const host = new FakeHost();
  await host.start(settingsOf(ownerSettings({ routing: [ROUTE, RULE] })));
  changes(host);
  host.routing.removeRoute('10.9.0.0/24');
  host.routing.removeRule(2000);
  await host.calm();
  expect(changes(host)).toEqual(['set route 10.9.0.0/24', 'set rule 2000']);
  expect(host.logs()).toContain(`(V) route ${ROUTE.text} was gone: set again`);
  expect(host.logs()).toContain(`(V) rule ${RULE.text} was gone: set again`);
});

test('a route that the kernel dropped without a word with its interface is set again', async () => {
  const host = new FakeHost();
  await host.start(
    settingsOf(ownerSettings({ routing: [virtualRoute('10.9.0.0/24', { device: 'eth1' })] })),
  );
  expect(host.logs()).toContain(`(V) route ${ROUTE.text} cannot be set: no interface eth1`);
  expect(host.status()[0]?.reasons).toEqual([`route ${ROUTE.text} is not set: no interface eth1`]);
  host.changeLink({ index: 3, name: 'eth1' });
  await host.calm();
  expect(changes(host)).toContain('set route 10.9.0.0/24');
  host.routing.routesThere = [];
  host.changeLink({ index: 3, name: 'eth1' });
  await host.calm();
  expect(changes(host)).toEqual(['set route 10.9.0.0/24']);
});

/** Which tables have routes. */
function tablesWithRoutes(host: FakeHost): number[] {
  return host.routing.routesThere.map(({ table }) => table);
}

test('a route of a VRF is in its table, waits for it, and follows it', async () => {
  const host = new FakeHost();
  const route = virtualRoute('10.9.0.0/24', { vrf: 'red' });
  const child = await host.start(settingsOf(ownerSettings({ routing: [route] })));
  expect(host.status()[0]?.reasons).toEqual([`route ${ROUTE.text} is not set: no VRF red`]);
  const red = { index: 5, name: 'red', kind: 'vrf' };
  host.changeLink({ ...red, vrfTable: 10 });
  await host.calm();
  expect(tablesWithRoutes(host)).toEqual([10]);
  expect(host.status()[0]?.reasons).toEqual([]);
  host.changeLink({ ...red, vrfTable: 12 });
  await host.calm();
  expect(tablesWithRoutes(host)).toEqual([12]);
  // The kernel leaves the routes of a VRF that goes.
  host.removeLink(5);
  await host.calm();
  expect(tablesWithRoutes(host)).toEqual([]);
  expect(host.status()[0]?.reasons).toEqual([`route ${ROUTE.text} is not set: no VRF red`]);
  host.changeLink({ ...red, index: 6, vrfTable: 14 });
  await host.calm();
  expect(tablesWithRoutes(host)).toEqual([14]);
  await child.stop();
  expect(tablesWithRoutes(host)).toEqual([]);
});

const RED = { index: 5, name: 'red', kind: 'vrf' };

test('a route of a VRF that the kernel keeps in the former table is removed from there later', async () => {
  const host = new FakeHost();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  host.links.push(kernelLink({ ...RED, vrfTable: 10 }));
  const route = virtualRoute('10.9.0.0/24', { vrf: 'red' });
  await host.start(settingsOf(ownerSettings({ routing: [route] })));
  const deleteRoute = host.routing.deleteRoute.bind(host.routing);
  host.routing.deleteRoute = () => Promise.reject(new Error('ENOBUFS'));
  host.changeLink({ ...RED, vrfTable: 12 });
  await host.calm();
  expect(tablesWithRoutes(host)).toEqual([10]);
  host.routing.deleteRoute = deleteRoute;
  host.clock.advance(seconds(1));
  vi.advanceTimersByTime(1000);
  await host.calm();
  expect(tablesWithRoutes(host)).toEqual([12]);
});

test('a route with no_track follows its VRF, too, and to follow is no reason to leave', async () => {
  for (const track of [false, true]) {
    const host = new FakeHost();
    host.links.push(kernelLink({ ...RED, vrfTable: 10 }));
    const route = virtualRoute('10.9.0.0/24', { vrf: 'red', track });
    await host.start(settingsOf(ownerSettings({ routing: [route], onDrift: 'fault' })));
    host.changeLink({ ...RED, vrfTable: 12 });
    await host.calm();
    expect(tablesWithRoutes(host)).toEqual([12]);
    host.removeLink(5);
    await host.calm();
    expect(tablesWithRoutes(host)).toEqual([]);
    host.changeLink({ ...RED, index: 6, vrfTable: 14 });
    await host.calm();
    expect(tablesWithRoutes(host)).toEqual([14]);
    expect(host.status()).toMatchObject([{ state: 'MASTER', faults: [] }]);
  }
});

test('a route of a VRF that somebody removes is set again; the same one in another table is not ours', async () => {
  const host = new FakeHost();
  host.links.push(kernelLink({ index: 5, name: 'red', kind: 'vrf', vrfTable: 10 }));
  const route = virtualRoute('10.9.0.0/24', { vrf: 'red' });
  await host.start(settingsOf(ownerSettings({ routing: [route] })));
  changes(host);
  host.routing.removeRoute('10.9.0.0/24');
  await host.calm();
  expect(changes(host)).toEqual(['set route 10.9.0.0/24']);
  await host.routing.insertRoute({ ...kernelRoute('10.9.0.0/24'), table: 99 });
  await host.calm();
  expect(changes(host)).toEqual(['set route 10.9.0.0/24']);
  expect(tablesWithRoutes(host)).toEqual([10, 99]);
});

test('what is no VRF has no table for routes', async () => {
  const host = new FakeHost();
  const routing = [virtualRoute('10.9.0.0/24', { vrf: 'eth0' })];
  const child = await host.start(settingsOf(ownerSettings({ routing })));
  expect(host.status()[0]?.reasons).toEqual([`route ${ROUTE.text} is not set: eth0 is no VRF`]);
  await child.stop();
  expect(host.logs()).toContain(`(V) route ${ROUTE.text} cannot be set: eth0 is no VRF`);
});

test('a route in the place of ours does not stay alone', async () => {
  const host = new FakeHost();
  await host.start(settingsOf(ownerSettings({ routing: [ROUTE] })));
  changes(host);
  host.routing.routesThere = [];
  await host.routing.insertRoute({ ...kernelRoute('10.9.0.0/24'), interfaceIndex: 7 });
  await host.calm();
  expect(host.routing.routesThere).toContainEqual(kernelRoute('10.9.0.0/24'));
});

test('a refused route stops neither the addresses nor the other routes, and is tried again', async () => {
  const host = new FakeHost();
  host.routing.refuse.set('10.9.0.0/24', constants.errno.ENETUNREACH);
  await host.start(
    settingsOf(ownerSettings({ routing: [ROUTE, virtualRoute('10.8.0.0/24'), RULE] })),
  );
  expect(changes(host)).toEqual([
    'advert V 255',
    'add 10.77.0.100',
    'set route 10.8.0.0/24',
    'set rule 2000',
    'announce 5 10.77.0.100',
  ]);
  expect(host.status()[0]).toMatchObject({
    state: 'MASTER',
    routes: [ROUTE.text, '10.8.0.0/24 dev eth0'],
    rules: [RULE.text],
    reasons: [expect.stringMatching(/^route 10\.9\.0\.0\/24 dev eth0 is not set: .*ENETUNREACH/)],
  });
  host.routing.refuse.clear();
  host.changeLink({});
  await host.calm();
  expect(changes(host)).toEqual(['set route 10.9.0.0/24']);
});

test('a reload removes and sets only what differs', async () => {
  const host = new FakeHost();
  const child = await host.start(settingsOf(ownerSettings({ routing: [ROUTE, RULE] })));
  changes(host);
  const again = { ...ROUTE, text: 'to 10.9.0.0/24 dev eth0' };
  const routing = [again, virtualRoute('10.8.0.0/24')];
  await child.receive({ type: 'reload', settings: settingsOf(ownerSettings({ routing })) });
  await host.calm();
  expect(changes(host).filter((each) => !each.startsWith('advert'))).toEqual([
    'remove rule 2000',
    'set route 10.8.0.0/24',
  ]);
});

test('what is static is there before any instance, follows a reload, and goes last', async () => {
  const host = new FakeHost();
  const owner = ownerSettings({ routing: [RULE] });
  const entries = [staticAddress('10.66.0.1'), ROUTE, virtualRule(1000)];
  const child = await host.start({ ...settingsOf(owner), staticEntries: entries });
  expect(changes(host).slice(0, 3)).toEqual([
    'add 10.66.0.1',
    'set route 10.9.0.0/24',
    'set rule 1000',
  ]);
  const last = host.messages.findLast((each) => each.type === 'vrrp-status');
  expect(last?.type === 'vrrp-status' && last.statics).toEqual([
    { kind: 'address', text: '10.66.0.1/24 dev eth0' },
    { kind: 'route', text: ROUTE.text },
    { kind: 'rule', text: 'table 100 priority 1000' },
  ]);
  host.removeAddress('10.66.0.1');
  await host.calm();
  expect(changes(host)).toEqual(['add 10.66.0.1']);
  const fewer = { ...settingsOf(owner), staticEntries: [ROUTE] };
  await child.receive({ type: 'reload', settings: fewer });
  await host.calm();
  expect(changes(host)).toEqual(['remove rule 1000', 'delete 10.66.0.1']);
  await child.stop();
  expect(changes(host).slice(-3)).toEqual([
    'remove rule 2000',
    'delete 10.77.0.100',
    'remove route 10.9.0.0/24',
  ]);
});

test('what a predecessor left and nobody wants is removed, the rest is taken over', async () => {
  const host = new FakeHost();
  const entries = [ROUTE, virtualRoute('10.8.0.0/24')];
  host.routing.routesThere = [kernelRoute('10.9.0.0/24'), kernelRoute('10.8.0.0/24')];
  const leftByVrrp = { ...NOTHING_LEFT.vrrp, entries };
  await host.start({ ...settingsOf(), staticEntries: [ROUTE] }, { leftByVrrp });
  expect(changes(host)).toEqual(['remove route 10.8.0.0/24']);
  expect(host.logs().filter((each) => each.includes('gone'))).toEqual([]);
});

test('a kernel that does not let promote_secondaries be set is told of, and no reason not to start', async () => {
  const host = new FakeHost();
  host.numbers.set('ipv4/conf/eth0/promote_secondaries', 0);
  host.numbers.set('ipv4/igmp_link_local_mcast_reports', 1);
  host.kernelNumbers.write = () => {
    throw Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' });
  };
  const { global, ...others } = settingsOf(ownerSettings({ promoteSecondaries: true }));
  await host.start({ ...others, global: { ...global, disableLocalIgmp: true } });
  expect(host.status()).toMatchObject([{ state: 'MASTER' }]);
  expect(host.logs().filter((each) => each.includes('cannot set'))).toEqual([
    'cannot set net.ipv4.conf.eth0.promote_secondaries to 1 (EROFS), nor that of other interfaces: ' +
      'if somebody removes the first address of a network there, the others go with it. ' +
      'Set it from outside, or that of default before the start, or have /proc/sys mounted to be written',
    'cannot set net.ipv4.igmp_link_local_mcast_reports to 0 (EROFS): ' +
      'switches are told of the groups of adverts all the same. ' +
      'Set it from outside, or have /proc/sys mounted to be written',
  ]);
});

test('promote_secondaries is set while the process runs, of an interface that comes, too', async () => {
  const host = new FakeHost();
  const path = 'ipv4/conf/eth0/promote_secondaries';
  host.numbers.set(path, 0);
  const child = await host.start(settingsOf(ownerSettings({ promoteSecondaries: true })));
  expect(host.numbers.get(path)).toBe(1);
  host.removeLink();
  host.numbers.set(path, 0);
  host.changeLink({ index: 9 });
  expect(host.numbers.get(path)).toBe(1);
  host.numbers.set(path, 0);
  host.loseNotifications(() => undefined);
  await host.calm();
  expect(host.numbers.get(path)).toBe(1);
  await child.stop();
  expect(host.numbers.get(path)).toBe(0);
});
