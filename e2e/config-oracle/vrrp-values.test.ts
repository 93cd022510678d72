// kernel: any
// What keepalived's own dump says of generated instances must be what our settings say.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readConfiguration } from '@tandem/config-files';
import { inOwnNamespace } from '../ipvs-netlink/own-namespace.ts';
import { run } from '../lib/command.ts';
import { dumpOf } from './dump.ts';
import { Random } from './random.ts';
import { dumpedInstances, FIELDS } from './vrrp-fields.ts';

const FILES = 12;
const INSTANCES = 30;
const KEYWORDS_MAX = 8;

/** Keywords with values that keepalived accepts in any combination. */
const KEYWORDS: readonly (readonly [keyword: string, values: readonly string[]])[] = [
  ['priority', ['1', '50', '254']],
  ['advert_int', ['1', '2', '10']],
  ['version', ['2', '3']],
  ['preempt_delay', ['0.5', '3', '1000']],
  ['nopreempt', ['']],
  ['garp_master_delay', ['0', '3', '60']],
  ['garp_master_repeat', ['1', '9']],
  ['garp_master_refresh', ['0', '30']],
  ['garp_master_refresh_repeat', ['1', '4']],
  ['garp_lower_prio_delay', ['0', '7']],
  ['garp_lower_prio_repeat', ['0', '6']],
  ['down_timer_adverts', ['1', '5', '100']],
  ['lower_prio_no_advert', ['', 'on', 'off']],
  ['higher_prio_send_advert', ['', 'on', 'off']],
  ['dont_track_primary', ['']],
  ['smtp_alert', ['', 'on', 'off']],
  ['mcast_dst_ip', ['224.0.0.77']],
  [
    'authentication',
    ['{\nauth_type PASS\nauth_pass abc\n}', '{\nauth_type PASS\nauth_pass "a b"\n}'],
  ],
  ['notify_master', ['/usr/bin/true', `"/usr/bin/printf 'a b' c"`]],
  ['notify', ['/usr/bin/true']],
  ['notify_stop', ['/usr/bin/true root']],
];
const OPTIONS = [
  '',
  'label eth0:1',
  'brd +',
  'brd -',
  'scope link',
  'dev eth1',
  'brd 10.0.0.255 scope host',
];

inOwnNamespace(import.meta.url, () => {
  test("instances have the values that keepalived's dump shows", async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'tandem-vrrp-values-'));
    context.after(() => rmSync(folder, { recursive: true, force: true }));
    const links =
      'ip link add eth0 type veth peer name eth1 && ip addr add 192.168.1.10/24 dev eth0 && ip addr add 192.168.1.11/24 dev eth1 && ip link set lo up && ip link set eth0 up && ip link set eth1 up';
    await run(['sh', '-c', links]);
    let compared = 0;
    for (let i = 0; i < FILES; i += 1) {
      const file = join(folder, `${i}.conf`);
      writeFileSync(file, configuration(new Random(`vrrp values ${i}`)));
      const dumped = dumpedInstances(
        await dumpOf(file, { process: '-P', end: '------< Interfaces' }),
      );
      const { vrrpInstances } = readConfiguration(file).settings;
      assert.equal(vrrpInstances.length, INSTANCES);
      for (const instance of vrrpInstances) {
        const lines =
          dumped.get(instance.name) ?? assert.fail(`${instance.name} is not in the dump`);
        for (const { name, theirs, ours } of FIELDS) {
          assert.equal(ours(instance), theirs(lines), `${name} of ${instance.name} in ${file}`);
          compared += 1;
        }
      }
    }
    context.diagnostic(`${FILES * INSTANCES} instances, ${compared} values compared`);
  });
});

function configuration(random: Random): string {
  const globals = [
    'enable_script_security',
    'script_user root',
    'vrrp_garp_master_delay 4',
    'vrrp_garp_lower_prio_repeat 2',
    'vrrp_higher_prio_send_advert off',
  ];
  const instances = Array.from({ length: INSTANCES }, (_, i) => {
    const keywords = random
      .some(KEYWORDS, KEYWORDS_MAX)
      .map(([keyword, values]) => `${keyword} ${random.pick(values)}`);
    const addresses = [
      `10.${i}.0.1/${8 + random.below(24)} ${random.pick(OPTIONS)}`,
      `10.${i}.0.2`,
    ];
    return [
      `vrrp_instance V${i} {`,
      `interface eth${i % 2}`,
      `virtual_router_id ${i + 1}`,
      ...keywords,
      'virtual_ipaddress {',
      ...addresses,
      '}',
      'virtual_ipaddress_excluded {',
      `10.${i}.9.1/24`,
      `fe80::${i}/64`,
      '}',
      '}',
    ];
  });
  return ['global_defs {', ...globals, '}', ...instances.flat(), ''].join('\n');
}
