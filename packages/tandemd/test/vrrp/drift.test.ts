/** What a vrrp process does when somebody else removes what a master has set. */
import { expect, test } from 'vitest';
import { staticAddress, virtualRoute, virtualRule } from '../../../vrrp/test/routing-entries.ts';
import { FakeHost, ip, kernelLink, ownerSettings, settingsOf, vip } from './fake-host.ts';

const ROUTE = virtualRoute('10.9.0.0/24');
const RULE = virtualRule(2000);
const HELD = { routing: [ROUTE, RULE], smtpAlert: false, notify: {} };

const REMOVALS: readonly (readonly [what: string, remove: (host: FakeHost) => void])[] = [
  ['VIP 10.77.0.100 dev eth0', (host) => host.removeAddress('10.77.0.100')],
  [`route ${ROUTE.text}`, (host) => host.routing.removeRoute('10.9.0.0/24')],
  [`rule ${RULE.text}`, (host) => host.routing.removeRule(2000)],
];

/** What is left of what it had. */
function held(host: FakeHost): number {
  const { routesThere, rulesThere } = host.routing;
  return host.addresses.length - 1 + routesThere.length + rulesThere.length;
}

test.each(REMOVALS)(
  'with on_drift yield a removal of %s makes it a backup',
  async (what, remove) => {
    const host = new FakeHost();
    await host.startWith(ownerSettings({ ...HELD, onDrift: 'yield' }));
    expect(held(host)).toBe(3);
    host.news();
    remove(host);
    await host.calm();
    expect(host.news()).toEqual(expect.arrayContaining(['advert V 0', 'state V BACKUP']));
    expect(host.logs()).toContain(`(V) ${what} was removed by somebody else`);
    expect(held(host)).toBe(0);
  },
);

test.each(REMOVALS)(
  'with on_drift fault a removal of %s lasts until a reload',
  async (what, remove) => {
    const host = new FakeHost();
    const settings = settingsOf(ownerSettings({ ...HELD, onDrift: 'fault' }));
    const child = await host.start(settings);
    remove(host);
    await host.calm();
    await child.receive({ type: 'status-wanted' });
    const reason = `${what} was removed by somebody else; a reload lets it take part again`;
    const faults = [{ reason, sinceEpochMs: host.epochMs() }];
    expect(host.status()).toMatchObject([{ state: 'FAULT', reasons: [reason], faults }]);
    expect(held(host)).toBe(0);
    host.news();
    await child.receive({ type: 'reload', settings });
    await host.calm();
    expect(host.news()).toContain('state V BACKUP');
  },
);

test('what goes with an interface, or nobody was seen removing, is no reason to leave', async () => {
  const host = new FakeHost();
  await host.startWith(ownerSettings({ ...HELD, onDrift: 'fault', trackPrimary: false }));
  host.changeLink({ up: false });
  host.removeAddress('10.77.0.100');
  await host.calm();
  host.changeLink({ up: true });
  host.loseNotifications(() => host.removeAddress('10.77.0.100'));
  await host.calm();
  expect(host.news()).not.toContain('state V FAULT');
  expect(host.addresses.map(({ address }) => address)).toContain('10.77.0.100');
});

test.each([
  ['into a VRF', {}, { masterIndex: 20 }],
  ['out of a VRF', { masterIndex: 20 }, {}],
])(
  'an IPv6 address that goes because its interface is put %s comes back',
  async (_, before, then) => {
    const host = new FakeHost();
    host.changeLink(before);
    const addresses = [vip('2001:db8::100')];
    await host.startWith(ownerSettings({ addresses, onDrift: 'fault', trackPrimary: false }));
    host.news();
    // The kernel tells so: the link, its addresses, and the link again, when all is over.
    host.changeLink(then);
    host.removeAddress('2001:db8::100');
    host.changeLink({ ...then, up: false });
    host.changeLink(then);
    await host.calm();
    expect(host.news()).not.toContain('state V FAULT');
    expect(host.addresses.map(({ address }) => address)).toContain('2001:db8::100');
    host.removeAddress('2001:db8::100');
    await host.calm();
    expect(host.news()).toContain('state V FAULT');
  },
);

test('an address that goes with its interface is not missed when that is up again at once', async () => {
  const host = new FakeHost();
  const addresses = [vip('2001:db8::100')];
  await host.startWith(ownerSettings({ addresses, onDrift: 'fault', trackPrimary: false }));
  host.changeLink({ up: false });
  host.removeAddress('2001:db8::100');
  host.changeLink({ up: true });
  await host.calm();
  expect(host.status()).toMatchObject([{ state: 'MASTER', faults: [] }]);
  expect(host.addresses.map(({ address }) => address)).toContain('2001:db8::100');
});

test('what goes with an address that we take off is no reason to leave, and comes back', async () => {
  const host = new FakeHost();
  const path = 'ipv4/conf/eth0/promote_secondaries';
  host.numbers.set(path, 0);
  // As in a container.
  host.kernelNumbers.write = () => {
    throw new Error('EROFS');
  };
  const address = '10.78.0.101';
  const first = ownerSettings({ addresses: [vip('10.78.0.100')] });
  const route = virtualRoute('10.9.0.0/24', { preferredSource: ip(address) });
  const second = ownerSettings({
    name: 'W',
    virtualRouterId: 52,
    onDrift: 'fault',
    addresses: [vip(address)],
    routing: [route],
  });
  const child = await host.startWith(first, second);
  host.news();
  await child.receive({ type: 'reload', settings: settingsOf(second) });
  await host.calm();
  const news = host.news();
  expect(news).toEqual(expect.arrayContaining([`add ${address}`, 'set route 10.9.0.0/24']));
  expect(news).not.toContain('state W FAULT');
  host.removeAddress(address);
  await host.calm();
  expect(host.news()).toContain('state W FAULT');
});

test('what goes with the last address of an interface that we take off is no reason to leave', async () => {
  const host = new FakeHost();
  host.links.push(kernelLink({ index: 3, name: 'eth1' }));
  const device = 'eth1';
  const routing = [
    virtualRoute('10.9.0.0/24', { device }),
    virtualRoute('10.9.1.0/24', { device, track: false }),
  ];
  const before = ownerSettings({
    onDrift: 'fault',
    addresses: [{ ...vip('10.78.0.100'), device }],
    routing,
  });
  const child = await host.startWith(before);
  host.news();
  const addresses = [{ ...vip('10.78.0.101'), device }];
  await child.receive({ type: 'reload', settings: settingsOf({ ...before, addresses }) });
  await host.calm();
  expect(host.news()).not.toContain('state V FAULT');
  expect(host.routing.routesThere).toHaveLength(2);
  host.routing.removeRoute('10.9.0.0/24');
  await host.calm();
  expect(host.news()).toContain('state V FAULT');
});

test('a static entry that somebody else removes is set again, whatever instances do', async () => {
  const host = new FakeHost();
  const settings = settingsOf(ownerSettings({ onDrift: 'fault' }));
  await host.start({ ...settings, staticEntries: [staticAddress('10.66.0.1'), ROUTE] });
  host.news();
  host.routing.removeRoute('10.9.0.0/24');
  host.removeAddress('10.66.0.1');
  await host.calm();
  expect(host.news().toSorted()).toEqual(['add 10.66.0.1', 'set route 10.9.0.0/24']);
});
