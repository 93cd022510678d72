import { afterAll, beforeAll, expect, test } from 'vitest';
import { Namespace } from './subject/namespace.ts';

let namespace: Namespace;

beforeAll(async () => {
  namespace = await Namespace.start();
  namespace.ip('link add name va type veth peer name vb');
});

afterAll(() => namespace.stop());

const TABLE = {
  name: 'tandem',
  priority: -1,
  counters: false,
  addresses: [],
  linkLocal: [],
  idle: [],
};

test('a table is there whole, is replaced and removed whole, and is no matter if it is not there', async () => {
  await namespace.call('removeTable', 'tandem');
  expect(await namespace.call('hasTable', 'tandem')).toBe(false);
  await namespace.call('replaceDropTable', TABLE);
  expect(await namespace.call('hasTable', 'tandem')).toBe(true);
  await namespace.call('replaceDropTable', {
    ...TABLE,
    counters: true,
    addresses: ['10.0.0.1', '10.0.0.1', '2001:db8::1'],
    linkLocal: [{ address: 'fe80::1', interfaceIndex: 2 }],
    idle: [2],
  });
  await namespace.call('removeTable', 'tandem');
  expect(await namespace.call('hasTable', 'tandem')).toBe(false);
});

test('a table that others empty, or take or put something out of it or into it, is not whole', async () => {
  const table = {
    ...TABLE,
    counters: true,
    addresses: [...Array(300).keys()].map((i) => `10.0.${i >> 8}.${i & 255}`),
    linkLocal: [{ address: 'fe80::1', interfaceIndex: 2 }],
    idle: [2, 3],
  };
  expect(await namespace.call('surveyDropTable', table)).toBe('missing');
  const verdicts = [];
  for (const words of [
    'list table inet tandem',
    'flush table inet tandem',
    'flush chain inet tandem in',
    'flush set inet tandem idle',
    'delete element inet tandem addresses4 { 10.0.1.2 }',
    'add element inet tandem addresses4 { 10.9.9.9 }',
    'insert rule inet tandem in accept',
    'delete table inet tandem',
  ]) {
    await namespace.call('replaceDropTable', table);
    namespace.run(['nft', ...words.split(' ')]);
    verdicts.push(await namespace.call('surveyDropTable', table));
  }
  expect(verdicts).toEqual(['whole', ...Array(6).fill('changed'), 'missing']);
});

test('RFC 9568 §6.4.2: what is dropped of an idle interface is what is sent to its own MAC address', async () => {
  await namespace.call('replaceDropTable', { ...TABLE, idle: [2] });
  const lines = namespace.run(['nft', 'list', 'table', 'inet', 'tandem']).split('\n');
  const rules = lines.filter((line) => line.includes('@idle')).map((line) => line.trim());
  expect(rules[0]).toBe('iif @idle meta pkttype host drop');
  expect(rules.slice(1).every((each) => each.startsWith('oif @idle'))).toBe(true);
  await namespace.call('removeTable', 'tandem');
});

test('RFC 9568 §6.4.3: with Accept_Mode false neighbour solicitations and advertisements pass, in and out, before anything is dropped', async () => {
  await namespace.call('replaceDropTable', { ...TABLE, addresses: ['2001:db8::1'] });
  const text = namespace.run(['nft', '-n', 'list', 'table', 'inet', 'tandem']);
  for (const [chain, field] of [
    ['in', 'daddr'],
    ['out', 'saddr'],
  ] as const) {
    const lines = text.split(`chain ${chain} {`)[1]?.split('}')[0]?.split('\n') ?? [];
    const rules = lines.filter((line) => !line.includes('policy'));
    const at = (words: string): number => rules.findIndex((each) => each.includes(words));
    expect(rules[at('accept')]?.trim()).toBe('icmpv6 type 135-136 accept');
    expect(at(`ip6 ${field} @addresses6 drop`)).toBeGreaterThan(at('accept'));
  }
  await namespace.call('removeTable', 'tandem');
});

test('what the kernel refuses is said with the name of the table', async () => {
  const name = 'n'.repeat(300);
  await expect(namespace.call('replaceDropTable', { ...TABLE, name })).rejects.toMatchObject({
    message: expect.stringContaining(`set nftables table ${name}`),
  });
});

const REDIRECT = {
  name: 'tandem_redirect',
  services: [
    { address: '10.0.0.1', protocol: 6, port: 80 },
    { address: '2001:db8::1', protocol: 17, port: 0 },
    { address: '2001:db8::2', protocol: 17, port: 53, to: '2001:db8::9' },
  ],
  directors: [{ address: '10.0.0.1', lifetimeMs: 60_000 }],
};

function listed(): string {
  return namespace.run(['nft', 'list', 'table', 'inet', 'tandem_redirect']);
}

function directors(): string[] {
  return [...listed().matchAll(/(\S+) timeout \d/g)].map(([, address = '']) => address).sort();
}

test('a table of thousands of services is set at once', async () => {
  const services = Array.from({ length: 2000 }, (_, i) => ({
    address: `2001:db8::${(i + 1).toString(16)}`,
    protocol: 6,
    port: 80,
    to: '2001:db8:1::9',
  }));
  await namespace.call('replaceRedirectTable', { ...REDIRECT, services });
  expect(listed().match(/dnat ip6 to/g)).toHaveLength(4000);
  await namespace.call('removeTable', 'tandem_redirect');
});

test('a table that redirects is one that nft understands, and is the only one when it is set again', async () => {
  await namespace.call('replaceRedirectTable', REDIRECT);
  await namespace.call('replaceRedirectTable', REDIRECT);
  const rules = listed()
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /redirect$|dnat/.test(line));
  expect(rules).toEqual([
    'ip daddr 10.0.0.1 tcp dport 80 fib daddr type != local redirect',
    'ip daddr 10.0.0.1 tcp dport 80 tcp flags syn / fin,syn,rst,ack ip daddr != @directors4 redirect',
    'ip6 daddr 2001:db8::1 meta l4proto udp fib daddr type != local redirect',
    'ip6 daddr 2001:db8::1 meta l4proto udp ip6 daddr != @directors6 redirect',
    'ip6 daddr 2001:db8::2 udp dport 53 fib daddr type != local dnat ip6 to 2001:db8::9',
    'ip6 daddr 2001:db8::2 udp dport 53 ip6 daddr != @directors6 dnat ip6 to 2001:db8::9',
  ]);
  await namespace.call('removeTable', 'tandem_redirect');
  expect(namespace.run(['nft', 'list', 'tables'])).toBe('');
});

test('who balances is known in the kernel as long as it says so, and no longer', async () => {
  await namespace.call('replaceRedirectTable', REDIRECT);
  expect(directors()).toEqual(['10.0.0.1']);
  const both = [
    { address: '10.0.0.1', lifetimeMs: 70_000 },
    { address: '2001:db8::1', lifetimeMs: 70_000 },
  ];
  await namespace.call('renewDirectors', 'tandem_redirect', both);
  expect(directors()).toEqual(['10.0.0.1', '2001:db8::1']);
  expect(listed()).toMatch(/10\.0\.0\.1 timeout 1m10s expires 1m\d/);
  await namespace.call('removeDirectors', 'tandem_redirect', ['10.0.0.1', '10.0.0.9']);
  expect(directors()).toEqual(['2001:db8::1']);
  await namespace.call('removeTable', 'tandem_redirect');
  await expect(namespace.call('renewDirectors', 'tandem_redirect', both)).rejects.toMatchObject({
    code: 'ENOENT',
  });
});
