import { parseConfiguration } from '@tandem/config';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readerOf } from './sections.ts';

type Range = readonly [first: number, last: number];

const range = fc
  .tuple(fc.integer({ min: 1, max: 60 }), fc.nat(9))
  .map(([n, more]): Range => [n, n + more]);

function textOf(groups: readonly (readonly Range[])[]): string {
  return groups
    .map((ranges, i) => {
      const lines = ranges.map(([first, last]) => `10.0.0.${first}-${last} 80\n`);
      const server = `lvs_sched rr\nlvs_method DR\nprotocol TCP\nreal_server 10.0.1.1 80 {\n}\n`;
      return (
        `virtual_server_group G${i} {\n${lines.join('')}}\n` +
        `virtual_server group G${i} {\n${server}}\n`
      );
    })
    .join('');
}

/** @returns the groups that have an address of an earlier one, found address by address */
function losersAmong(groups: readonly (readonly Range[])[]): string[] {
  const taken = new Set<number>();
  return groups.flatMap((ranges, i) => {
    const own = new Set(
      ranges.flatMap(([first, last]) =>
        Array.from({ length: last - first + 1 }, (_, k) => first + k),
      ),
    );
    const isLoser = [...own].some((each) => taken.has(each));
    for (const each of own) taken.add(each);
    return isLoser ? [`G${i}`] : [];
  });
}

test('the groups that are complained about are those that have an address of an earlier one', () => {
  const groups = fc.array(fc.array(range, { minLength: 1, maxLength: 4 }), { maxLength: 6 });
  fc.assert(
    fc.property(groups, (drawn) => {
      const reader = readerOf(textOf(drawn), 'test.conf');
      const { diagnostics } = parseConfiguration({ path: 'test.conf', hostName: 'box', reader });
      const named = diagnostics
        .filter(({ code }) => code === 'SERVICE_SHARED')
        .map(({ message }) => /^virtual_server group (\w+):/.exec(message)?.[1]);
      expect([...new Set(named)].toSorted()).toEqual(losersAmong(drawn).toSorted());
    }),
  );
});

test('virtual servers of groups, which may be defined later, have their places in the file', () => {
  const body = 'lvs_sched rr\nlvs_method NAT\nprotocol TCP\nreal_server 10.0.1.1 80 {\n}\n';
  const targets = ['group G', '10.0.0.1 80', 'group NONE', 'group G', 'fwmark 5', 'group G'];
  const servers = targets.map((each) => `virtual_server ${each} {\n${body}}\n`);
  const text = `${servers.join('')}virtual_server_group G {\n10.0.0.2 80\n}\n`;
  const reader = readerOf(text, 'test.conf');
  const { settings } = parseConfiguration({ path: 'test.conf', hostName: 'box', reader });
  const kinds = settings.virtualServers.map(({ key }) => key.kind);
  expect(kinds).toEqual(['group', 'address', 'group', 'fwmark', 'group']);
});
