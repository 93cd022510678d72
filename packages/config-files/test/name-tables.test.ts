import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { numberNamed, readConfiguration } from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'name-tables-'));
afterAll(() => rmSync(folder, { recursive: true }));
for (const [name, text] of [
  ['etc/rt_tables', '700 upper\n701 both\n'],
  ['usr/rt_tables', '702 lower\n703 both\n'],
  ['usr/rt_tables.d/more.conf', '0x2c0 more # 704\n'],
] as const) {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), text);
}
const etc = join(folder, 'etc');
const usr = join(folder, 'usr');

test('iproute_etc_dir and iproute_usr_dir: names are looked for there from then on, in the first one first', () => {
  const path = join(folder, 'a.conf');
  const names = ['upper', 'both', 'lower', 'more'];
  writeFileSync(
    path,
    `global_defs {
  iproute_etc_dir ${etc}
  iproute_usr_dir ${usr}
}
vrrp_instance V {
  interface eth0
  virtual_router_id 51
  virtual_ipaddress {
    10.9.0.1
  }
  virtual_routes {
    ${names.map((name, i) => `10.9.${i}.0/24 dev eth0 table ${name}`).join('\n    ')}
  }
}
`,
  );
  const { settings, diagnostics } = readConfiguration(path, { box: { numberNamed } });
  expect(diagnostics).toEqual([]);
  const routes = settings.vrrpInstances[0]?.routing ?? [];
  expect(routes.map((each) => each.kind === 'route' && each.table)).toEqual([700, 701, 702, 704]);
});

test('without one of them the usual folders count', () => {
  expect(numberNamed('rt_tables', 'upper')).toBeUndefined();
  expect(numberNamed('rt_tables', 'lower', { etc })).toBeUndefined();
  expect(numberNamed('rt_tables', 'upper', { usr })).toBeUndefined();
  expect(numberNamed('rt_tables', 'lower', { usr })).toBe(702);
});
