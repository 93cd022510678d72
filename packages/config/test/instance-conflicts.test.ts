import { parseConfiguration } from '@tandem/config';
import { expect, test } from 'vitest';

/** What becomes of an instance that says this too. */
function parse(more: string, globals: string): ReturnType<typeof parseConfiguration> {
  const text = `global_defs {\n${globals}\n}\nvrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n10.0.0.1\n}\n${more}\n}\n`;
  const reader = { read: (path: string) => [{ path, text }] };
  return parseConfiguration({ path: 'a.conf', hostName: 'b', reader });
}

/** The codes of what is wrong with it. */
function codes(more: string, globals: string = ''): readonly string[] {
  return parse(more, globals)
    .diagnostics.map((each) => each.code)
    .filter((each) => each !== 'ACCEPTED_WITHOUT_EFFECT');
}

test.each([
  'vmac_xmit_base',
  'track_src_ip',
  'native_ipv6',
  'vrf red',
  'use_ipvlan',
  'use_ipvlan ipv0 bridge',
])('%s makes no sense by itself', (keyword) => {
  expect(codes(keyword)).toEqual(['KEYWORD_CONFLICT']);
});

test.each(['use_vmac\nuse_ipvlan 10.0.0.9', 'use_ipvlan 10.0.0.9\nvmac_xmit_base'])(
  '%s does not go together',
  (keywords) => {
    expect(codes(keywords)).toEqual(['KEYWORD_CONFLICT']);
  },
);

/** With an ipvlan, and another instance that says this. */
function other(words: string): string {
  return `use_ipvlan 10.0.0.8 bridge\n}\nvrrp_instance B {\ninterface eth0\nvirtual_router_id 2\nvirtual_ipaddress {\n10.0.0.2\n}\n${words}`;
}

test('an interface has either macvlans or ipvlans of one mode', () => {
  expect(codes(other('use_ipvlan 10.0.0.9'))).toEqual([]);
  for (const words of ['use_ipvlan 10.0.0.9 vepa', 'use_vmac'])
    expect(parse(other(words), '').diagnostics).toMatchObject([
      { code: 'KEYWORD_CONFLICT', severity: 'warning', span: { line: 18, column: 1 } },
    ]);
  expect(codes(`${other('')}\nvirtual_ipaddress {\n10.0.0.3 use_vmac\n}`)).toEqual([
    'KEYWORD_CONFLICT',
  ]);
});

test.each(['use_vmac\nvmac_xmit_base', 'use_ipvlan ipv0 10.0.0.9', 'strict_mode'])(
  '%s goes with an instance of IPv4',
  (keywords) => {
    expect(codes(keywords)).toEqual([]);
  },
);

test.each([
  'authentication {\nauth_type PASS\nauth_pass x\n}',
  'accept',
  'state MASTER\npriority 100',
  'state BACKUP\npriority 255',
  'preempt_delay 5',
  'down_timer_adverts 5',
  'higher_prio_send_advert',
  'garp_lower_prio_delay 5',
  'garp_lower_prio_repeat 5',
  'use_vmac\nvmac_xmit_base',
])('strict instances do without %s', (keywords) => {
  expect(codes(keywords)).toEqual([]);
  expect(codes(keywords, 'vrrp_strict')).toEqual(['NOT_STRICT']);
  expect(codes(`${keywords}\nstrict_mode`)).toEqual(['NOT_STRICT']);
  expect(codes(`${keywords}\nstrict_mode off`, 'vrrp_strict')).toEqual([]);
});

test.each(['state MASTER', 'state MASTER\npriority 255', 'version 3\naccept', 'advert_int 2'])(
  'strict instances may have %s',
  (keywords) => {
    expect(codes(keywords, 'vrrp_strict')).toEqual([]);
  },
);

test.each(['state MASTER\npriority 100', 'state MASTER', 'priority 255'])(
  'who starts with %s has no preempt_delay',
  (keywords) => {
    expect(codes(`${keywords}\npreempt_delay 5`)).toEqual(['PREEMPT_DELAY_IGNORED']);
  },
);

test.each([
  ['', '', true],
  ['higher_prio_send_advert off', '', false],
  ['strict_mode', '', false],
  ['authentication {\nauth_type AH\nauth_pass x\n}', '', false],
  ['authentication {\nauth_type PASS\nauth_pass x\n}', '', true],
  ['', 'vrrp_strict', false],
  ['', 'vrrp_higher_prio_send_advert off', false],
])('a master that yields says so, unless it is told not to: %j in %j', (more, globals, says) => {
  const { settings } = parse(more, globals);
  expect(settings.vrrpInstances[0]?.higherPrioritySendAdvert).toBe(says);
});

test.each([
  ['state MASTER', 255],
  ['state BACKUP', 100],
  ['state MASTER\npriority 300', 100],
  ['state MASTER\npriority 0', 100],
  ['state MASTER\npriority high', 100],
])('%j makes the priority %d, as keepalived has it', (keywords, priority) => {
  expect(parse(keywords, '').settings.vrrpInstances[0]?.priority).toBe(priority);
});

test('an invalid priority makes no owner, whom trackers could not stop', () => {
  const tracked = 'state MASTER\npriority 300\ntrack_interface {\neth1 weight 10\n}';
  expect(codes(tracked)).toEqual(['NUMBER_OUT_OF_RANGE']);
});
