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
  silent: [],
};

test('a table is there whole, is replaced and removed whole, and is no matter if it is not there', async () => {
  await namespace.call('removeDropTable', 'tandem');
  await namespace.call('replaceDropTable', TABLE);
  await namespace.call('replaceDropTable', {
    ...TABLE,
    counters: true,
    addresses: ['10.0.0.1', '10.0.0.1', '2001:db8::1'],
    linkLocal: [{ address: 'fe80::1', interfaceIndex: 2 }],
    silent: [2],
  });
  await namespace.call('removeDropTable', 'tandem');
});

test('what the kernel refuses is said with the name of the table', async () => {
  const name = 'n'.repeat(300);
  await expect(namespace.call('replaceDropTable', { ...TABLE, name })).rejects.toMatchObject({
    message: expect.stringContaining(`set nftables table ${name}`),
  });
});
