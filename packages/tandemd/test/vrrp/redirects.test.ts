import type { Settings } from '@tandem/config';
import type { VirtualServerSettings } from '@tandem/health';
import { instant, seconds } from '@tandem/time';
import type { IpAddress } from '@tandem/inet';
import type { Address } from '@tandem/netlink';
import type { VrrpInstanceSettings } from '@tandem/vrrp';
import { afterEach, expect, test, vi } from 'vitest';
import { realServer, virtualServer } from '../../../health/test/settings.ts';
import { InterfaceTable } from '../../src/vrrp/interface-table.ts';
import { chainText } from '../../src/vrrp/redirect-means.ts';
import { redirectTargets, virtualAddresses } from '../../src/vrrp/redirect-targets.ts';
import { Redirects, type RedirectMeans } from '../../src/vrrp/redirects.ts';
import { settings } from '../settings.ts';
import { FakeHost, ip, kernelAddress, kernelLink, ownerSettings, vip } from './fake-host.ts';

const ADDRESS = '10.77.0.100';

const interfaces = new InterfaceTable();

const clock = { now: () => instant(performance.now()) };

afterEach(() => vi.useRealTimers());

function server(changes: Partial<VirtualServerSettings> = {}): VirtualServerSettings {
  const key = { kind: 'address', address: ip(ADDRESS), port: 80, protocol: 'TCP' } as const;
  return virtualServer({ key, redirect: true, ...changes });
}

function withServer(
  instance: Partial<VrrpInstanceSettings> = {},
  ...virtualServers: readonly VirtualServerSettings[]
): Settings {
  const vrrpInstances = [ownerSettings({ advertisementInterval: seconds(1), ...instance })];
  return settings({ vrrpInstances, virtualServers });
}

/** What the means are told, in order. */
function recorder(refuses = false): { readonly means: RedirectMeans; readonly told: string[] } {
  const told: string[] = [];
  const means: RedirectMeans = {
    name: 'means',
    replace: async (targets, directors) => {
      if (refuses) throw new Error('not here');
      told.push(`replace ${targets.length} ${directors.length}`);
    },
    remove: async () => void told.push('remove'),
    renew: async (directors) => void told.push(`renew ${directors.length}`),
    resign: async (addresses) => void told.push(`resign ${addresses.length}`),
    look: async () => undefined,
  };
  return { means, told };
}

test('the rules are there before an instance is master, and a master says that it is one when it has its addresses', async () => {
  const host = new FakeHost();
  const child = await host.start(withServer({}, server()));
  const news = host.news();
  const [rules, address, word] = [
    `redirect ${ADDRESS} 80 but `,
    `add ${ADDRESS}`,
    `direct ${ADDRESS} 2000`,
  ].map((each) => news.indexOf(each));
  expect(rules).toBeGreaterThanOrEqual(0);
  expect(address).toBeGreaterThan(rules ?? 0);
  expect(word).toBeGreaterThan(address ?? 0);
  await child.receive({ type: 'status-wanted' });
  expect(host.status()[0]?.redirects).toEqual([
    `redirects ${ADDRESS} port 80 to this box when it is no director any more (nftables)`,
  ]);
  await child.stop();
});

async function refuse(): Promise<void> {
  throw new Error('no answer');
}

test('an orderly stop resigns before it says priority 0, and leaves the rules', async () => {
  const host = new FakeHost();
  const child = await host.start(withServer({}, server()));
  host.news();
  await child.stop();
  const news = host.news();
  expect(news[0]).toBe(`resign ${ADDRESS}`);
  expect(news[1]).toMatch(/^advert/);
  expect(news).not.toContain('redirect nothing');
  expect(host.redirected).toEqual([`${ADDRESS} 80`]);
});

test('a reload without the option takes the rules away, and one with another port changes them at once', async () => {
  const host = new FakeHost();
  const child = await host.start(withServer({}, server()));
  const key = { kind: 'address', address: ip(ADDRESS), port: 81, protocol: 'TCP' } as const;
  await child.receive({ type: 'reload', settings: withServer({}, server({ key })) });
  expect(host.news()).toContain(`redirect ${ADDRESS} 81 but ${ADDRESS}`);
  await child.receive({ type: 'reload', settings: withServer({}, virtualServer()) });
  expect(host.news()).toContain('redirect nothing');
  expect(host.redirected).toEqual([]);
  await child.stop();
});

test('a master says it again four times before it is forgotten', async () => {
  vi.useFakeTimers();
  const { means, told } = recorder();
  const redirects = new Redirects({ means: [means], interfaces, clock, warn: () => undefined });
  await redirects.configure(withServer({}, server()));
  redirects.direct('V');
  told.length = 0;
  await vi.advanceTimersByTimeAsync(2000);
  expect(told).toEqual(['renew 1', 'renew 1', 'renew 1', 'renew 1']);
  redirects.resign('V');
  redirects.resign('V');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told.slice(4)).toEqual(['resign 1']);
});

test('what a kernel cannot is done by the next means, and what none can is said once', async () => {
  const [refusing, willing] = [recorder(true), recorder()];
  const warnings: string[] = [];
  const warn = (text: string): void => void warnings.push(text);
  const two = new Redirects({ means: [refusing.means, willing.means], interfaces, clock, warn });
  await two.configure(withServer({}, server()));
  two.direct('V');
  expect(willing.told).toEqual(['replace 1 0', 'renew 1']);
  expect(warnings).toEqual([]);
  const none = new Redirects({ means: [refusing.means], interfaces, clock, warn });
  await none.configure(withServer({}, server()));
  await none.configure(withServer({}, server()));
  expect(warnings).toEqual(['cannot redirect: not here']);
  expect(none.describe('V')).toEqual([`redirects ${ADDRESS} port 80 to this box: not, not here`]);
});

test('rules of a means that can do it no more go, once another one has done it', async () => {
  const [first, second] = [recorder(), recorder()];
  let isFull = false;
  const replace: RedirectMeans['replace'] = async (...words) => {
    if (isFull) throw new Error('too long');
    return first.means.replace(...words);
  };
  const means = [{ ...first.means, replace }, second.means];
  const redirects = new Redirects({ means, interfaces, clock, warn: () => undefined });
  await redirects.configure(withServer({}, server()));
  expect(second.told).toEqual(['remove']);
  isFull = true;
  await redirects.configure(withServer());
  await redirects.configure(withServer({ advertisementInterval: seconds(2) }, server()));
  expect(first.told.at(-1)).toBe('remove');
  expect(second.told.at(-1)).toBe('replace 1 0');
});

test('a master whose new rules cannot be set goes on by the old ones', async () => {
  vi.useFakeTimers();
  const { means, told } = recorder();
  let isLocked = false;
  const replace: RedirectMeans['replace'] = async (...words) => {
    if (isLocked) throw new Error('locked');
    return means.replace(...words);
  };
  const redirects = new Redirects({
    means: [{ ...means, replace }],
    interfaces,
    clock,
    warn: () => undefined,
  });
  await redirects.configure(withServer({}, server()));
  redirects.direct('V');
  isLocked = true;
  const key = { kind: 'address', address: ip(ADDRESS), port: 81, protocol: 'TCP' } as const;
  await redirects.configure(withServer({}, server(), server({ key })));
  told.length = 0;
  await vi.advanceTimersByTimeAsync(2000);
  expect(told).toEqual(['renew 1', 'renew 1', 'renew 1', 'renew 1']);
});

test('who resigns while rules are being set is no director by them', async () => {
  const { means, told } = recorder();
  const replace: RedirectMeans['replace'] = async (...words) => {
    redirects.resign('V');
    return means.replace(...words);
  };
  const redirects = new Redirects({
    means: [{ ...means, replace }],
    interfaces,
    clock,
    warn: () => undefined,
  });
  redirects.direct('V');
  await redirects.configure(withServer({}, server()));
  expect(told).toEqual(['resign 1', 'replace 1 1', 'resign 1']);
});

test('rules that somebody has removed are set again when the master is not heard', async () => {
  const { means, told } = recorder();
  let isGone = false;
  const renew = async (): Promise<void> => {
    if (isGone) throw new Error('no such table');
  };
  const redirects = new Redirects({
    means: [{ ...means, renew }],
    interfaces,
    clock,
    warn: () => undefined,
  });
  await redirects.configure(withServer({}, server()));
  isGone = true;
  redirects.direct('V');
  isGone = false;
  await vi.waitFor(() => expect(told).toEqual(['replace 1 0', 'replace 1 1']), 10_000);
});

test('a backup looks for its rules, sets them again when they are gone, and says so once', async () => {
  vi.useFakeTimers();
  const { means, told } = recorder();
  const warnings: string[] = [];
  let isGone = false;
  const look = async (addresses: readonly IpAddress[]): Promise<void> => {
    told.push(`look ${addresses.join()}`);
    if (isGone) throw new Error('no such table');
  };
  const replace: RedirectMeans['replace'] = async (...words) => {
    isGone = false;
    return means.replace(...words);
  };
  const redirects = new Redirects({
    means: [{ ...means, look, replace }],
    interfaces,
    clock,
    warn: (text) => void warnings.push(text),
  });
  await redirects.configure(withServer({}, server()));
  await vi.advanceTimersByTimeAsync(5000);
  isGone = true;
  await vi.advanceTimersByTimeAsync(10_000);
  const looked = `look ${ADDRESS}`;
  expect(told).toEqual(['replace 1 0', looked, looked, 'replace 1 0', looked]);
  expect(warnings).toEqual([
    'rules that redirect (means) are not as they were set, they are set again: no such table',
  ]);
  redirects.direct('V');
  told.length = 0;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(told).not.toContain(looked);
  await redirects.configure(withServer());
  told.length = 0;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toEqual([]);
});

test('rules that never look as they were set are set ever more seldom, which is said once', async () => {
  vi.useFakeTimers();
  const { means, told } = recorder();
  const warnings: string[] = [];
  const redirects = new Redirects({
    means: [{ ...means, look: refuse, renew: refuse }],
    interfaces,
    clock,
    warn: (text) => void warnings.push(text),
  });
  await redirects.configure(withServer({}, server()));
  await vi.advanceTimersByTimeAsync(600_000);
  const asBackup = told.length;
  // Once a minute at last.
  expect(asBackup).toBeLessThan(22);
  redirects.direct('V');
  await vi.advanceTimersByTimeAsync(600_000);
  expect(told.length - asBackup).toBeLessThan(12);
  expect(warnings).toEqual(
    Array<string>(2).fill(
      'rules that redirect (means) are not as they were set, they are set again: no answer',
    ),
  );
  expect(redirects.describe('V')[0]).toContain(
    '(means, set again: no answer, set again: no answer)',
  );
});

test('a reload waits no longer than 2 s for rules, which the log and the status say until they are set', async () => {
  vi.useFakeTimers();
  const { means, told } = recorder();
  const lock: (() => void)[] = [];
  const replace: RedirectMeans['replace'] = async (...words) => {
    await new Promise<void>((resolve) => lock.push(resolve));
    return means.replace(...words);
  };
  const warnings: string[] = [];
  const warn = (text: string): void => void warnings.push(text);
  const redirects = new Redirects({ means: [{ ...means, replace }], interfaces, clock, warn });
  let reloads = 0;
  // All but the first are one: what is queued has not begun.
  for (let i = 0; i < 10; i += 1) {
    void redirects.configure(withServer({}, server())).then(() => (reloads += 1));
    await vi.advanceTimersByTimeAsync(0);
  }
  await vi.advanceTimersByTimeAsync(1999);
  expect(reloads).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(reloads).toBe(10);
  const problem = 'not done after 2 s, it goes on behind the reload';
  expect(warnings).toEqual([`cannot redirect: ${problem}`]);
  expect(redirects.describe('V')).toEqual([
    `redirects ${ADDRESS} port 80 to this box: not, ${problem}`,
  ]);
  for (let i = 0; i < 2; i += 1) {
    lock.pop()?.();
    await vi.advanceTimersByTimeAsync(0);
  }
  expect(told).toEqual(['replace 1 0', 'replace 1 0']);
  expect(redirects.describe('V')).toEqual([`redirects ${ADDRESS} port 80 to this box (means)`]);
});

test('what no means can set is tried again, until one can', async () => {
  vi.useFakeTimers();
  const { means, told } = recorder();
  let isBroken = true;
  const warnings: string[] = [];
  const replace: RedirectMeans['replace'] = async (...words) => {
    if (isBroken) throw new Error('not here');
    return means.replace(...words);
  };
  const redirects = new Redirects({
    means: [{ ...means, replace }],
    interfaces,
    clock,
    warn: (text) => void warnings.push(text),
  });
  await redirects.configure(withServer({}, server()));
  await vi.advanceTimersByTimeAsync(600_000);
  isBroken = false;
  await vi.advanceTimersByTimeAsync(30_000);
  expect(told).toEqual(['replace 1 0']);
  expect(warnings).toEqual(['cannot redirect: not here']);
  expect(redirects.describe('V')).toEqual([`redirects ${ADDRESS} port 80 to this box (means)`]);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(told).toEqual(['replace 1 0']);
});

test('what only a thorough look finds missing is set again, also for a master', async () => {
  vi.useFakeTimers();
  const { means, told } = recorder();
  let isCut = true;
  const inspect = async (): Promise<void> => {
    if (isCut) throw new Error('no jump');
  };
  const redirects = new Redirects({
    means: [{ ...means, inspect }],
    interfaces,
    clock,
    warn: () => (isCut = false),
  });
  await redirects.configure(withServer({}, server()));
  redirects.direct('V');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(told.filter((each) => each.startsWith('replace'))).toEqual(['replace 1 0', 'replace 1 1']);
});

test('without the option, what a predecessor has left goes, and nothing more is done', async () => {
  const { means, told } = recorder();
  const redirects = new Redirects({ means: [means], interfaces, clock, warn: () => undefined });
  await redirects.configure(withServer());
  redirects.direct('V');
  await redirects.configure(withServer());
  expect(told).toEqual(['remove']);
});

test('what cannot be removed is said once with the command that does it, and tried until it is gone', async () => {
  vi.useFakeTimers();
  const { means, told } = recorder();
  const other = recorder();
  const warnings: string[] = [];
  let isLocked = true;
  const remove = async (): Promise<void> => {
    told.push('try');
    if (isLocked) throw new Error('iptables: somebody holds the lock');
  };
  const redirects = new Redirects({
    means: [{ ...means, remove }, other.means],
    interfaces,
    clock,
    warn: (text) => void warnings.push(text),
  });
  await redirects.configure(withServer());
  await vi.advanceTimersByTimeAsync(90_000);
  expect([told.length, other.told]).toEqual([4, ['remove']]);
  expect(warnings).toEqual([
    expect.stringMatching(
      /^what redirects stays, .* tandemctl cleanup .*: iptables: somebody holds/,
    ),
  ]);
  isLocked = false;
  await vi.advanceTimersByTimeAsync(300_000);
  expect([told.length, warnings[1]]).toEqual([5, 'nothing redirects any more']);
  await redirects.configure(withServer());
  expect(told).toHaveLength(5);
});

test('a reload that changes nothing of them leaves the rules alone', async () => {
  const { means, told } = recorder();
  const redirects = new Redirects({ means: [means], interfaces, clock, warn: () => undefined });
  for (let i = 0; i < 3; i += 1) await redirects.configure(withServer({}, server()));
  expect(told).toEqual(['replace 1 0']);
});

test('rules that stay are no matter once they are wanted again', async () => {
  vi.useFakeTimers();
  const { means, told } = recorder();
  const redirects = new Redirects({
    means: [{ ...means, remove: refuse }],
    interfaces,
    clock,
    warn: () => undefined,
  });
  await redirects.configure(withServer());
  await redirects.configure(withServer({}, server()));
  await vi.advanceTimersByTimeAsync(100_000);
  expect(told).toEqual(['replace 1 0']);
  expect(redirects.describe('V')).toEqual([`redirects ${ADDRESS} port 80 to this box (means)`]);
});

test('services that want it are redirected at the addresses of instances only, each once', () => {
  const addresses = [vip(ADDRESS), vip('10.77.0.101')];
  const members = [
    { kind: 'addresses', first: ip(ADDRESS), last: ip('10.77.0.109'), port: 80 },
    { kind: 'fwmark', mark: 1, family: 4 },
  ] as const;
  const key = { kind: 'group', name: 'web', index: 0, protocol: 'TCP' } as const;
  const group = server({ key, members });
  const other = { kind: 'address', address: ip(ADDRESS), port: 81, protocol: 'TCP' } as const;
  const { redirect: _, ...plain } = server({ key: other });
  const all = redirectTargets(withServer({ addresses }, server(), plain, group), []);
  expect(all.map(({ address, port }) => `${address} ${port}`)).toEqual([
    `${ADDRESS} 80`,
    '10.77.0.101 80',
  ]);
});

const SIX = '2001:db8::100';
const [TEMPORARY, DEPRECATED, TENTATIVE] = [0x01, 0x20, 0x40];
/** Of one scope, the one that was added last is the first that the kernel finds. */
const OWN = [
  kernelAddress(SIX),
  kernelAddress('fe80::1', { scope: 253 }),
  kernelAddress('2001:db8::1', { flags: TEMPORARY }),
  kernelAddress('2001:db8::2', { flags: DEPRECATED }),
  kernelAddress('2001:db8::3', { flags: TENTATIVE }),
  kernelAddress('2001:db8::4', { interfaceIndex: 3 }),
  kernelAddress('2001:db8::6'),
  kernelAddress('2001:db8::5'),
];
const OTHER = '2001:db8::9';

function withServer6(realServers: readonly string[]): Settings {
  const key = { kind: 'address', address: ip(SIX), port: 80, protocol: 'TCP' } as const;
  const servers = realServers.map((each) => realServer({ address: ip(each) }));
  return withServer({ addresses: [vip(SIX)] }, server({ key, realServers: servers }));
}

function boxWith(addresses: readonly Address[]): InterfaceTable {
  const table = new InterfaceTable();
  table.load([kernelLink(), kernelLink({ index: 3, name: 'eth1' })], addresses);
  return table;
}

test.each([
  { what: 'the real server that this box is', is: '2001:db8::4', to: '2001:db8::4' },
  { what: 'it, though nobody is to send from it', is: '2001:db8::2', to: '2001:db8::2' },
  { what: 'an address that stays, where adverts go', is: OTHER, to: '2001:db8::5' },
  { what: 'that of another interface', is: OTHER, own: OWN.slice(0, 6), to: '2001:db8::1' },
  { what: 'the first, where there is none', is: SIX, own: OWN.slice(0, 1), to: undefined },
])('packets to an address of IPv6 go to $what', ({ is, own = OWN, to }) => {
  const settings6 = withServer6(['2001:db8::8', is]);
  const here = boxWith(own).reachable(virtualAddresses(settings6.vrrpInstances));
  const [target] = redirectTargets(settings6, here);
  expect(target?.to).toBe(to);
});

test('rules follow the address that this box gets', async () => {
  vi.useFakeTimers();
  const box = boxWith([]);
  const { means } = recorder();
  const to: unknown[] = [];
  const replace: RedirectMeans['replace'] = async (targets) =>
    void to.push(...targets.map((each) => each.to));
  const redirects = new Redirects({
    means: [{ ...means, replace }],
    interfaces: box,
    clock,
    warn: () => undefined,
  });
  await redirects.configure(withServer6([OTHER]));
  box.noteAddress(kernelAddress('2001:db8::1'), false);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(to).toEqual([undefined, '2001:db8::1']);
  box.noteAddress(kernelAddress(SIX), false);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(to).toHaveLength(2);
  expect(redirects.describe('V')).toEqual([
    `redirects ${SIX} port 80 to 2001:db8::1 of this box (means)`,
  ]);
});

test('iptables are told the same in their words', () => {
  const [target] = redirectTargets(withServer({}, server()), []);
  if (target === undefined) throw new Error('no target');
  const six = { ...target, address: ip(SIX), to: ip('2001:db8::1') };
  expect(chainText([six]).match(/-j .*/g)).toEqual(
    Array<string>(2).fill('-j DNAT --to-destination 2001:db8::1'),
  );
  const udp = { ...target, address: ip('10.77.0.101'), protocol: 17, port: 0, lifetimeMs: 200 };
  expect(chainText([target, udp]).split('\n')).toEqual([
    '*nat',
    ':TANDEM_REDIRECT - [0:0]',
    '-A TANDEM_REDIRECT -d 10.77.0.100 -p 6 --dport 80 -m addrtype ! --dst-type LOCAL -j REDIRECT',
    '-A TANDEM_REDIRECT -d 10.77.0.100 -p 6 --dport 80 --syn -m recent --name tandem-10.77.0.100 --rdest ! --rcheck --seconds 2 -j REDIRECT',
    '-A TANDEM_REDIRECT -d 10.77.0.101 -p 17 -m addrtype ! --dst-type LOCAL -j REDIRECT',
    '-A TANDEM_REDIRECT -d 10.77.0.101 -p 17 -m recent --name tandem-10.77.0.101 --rdest ! --rcheck --seconds 1 -j REDIRECT',
    'COMMIT',
    '',
  ]);
});
