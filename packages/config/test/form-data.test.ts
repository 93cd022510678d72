import { expect, test } from 'vitest';
import {
  documentOf,
  formatDocument,
  parseConfiguration,
  type ConfigurationDocument,
} from '@tandem/config';

function documentFor(text: string): ConfigurationDocument {
  let document: ConfigurationDocument = {};
  parseConfiguration({
    path: 'a.conf',
    hostName: 'box1',
    reader: { read: (path) => [{ path, text }] },
    inspect: (outline) => {
      ({ document } = documentOf(outline));
    },
  });
  return document;
}

// A line of global_defs and what it is as data.
const LINES: readonly (readonly [string, unknown])[] = [
  ['lvs_flush', { lvs_flush: true }],
  ['smtp_alert', { smtp_alert: true }],
  ['smtp_alert off', { smtp_alert: false }],
  ['vrrp_version 3', { vrrp_version: 3 }],
  ['vrrp_garp_interval .25', { vrrp_garp_interval: 0.25 }],
  ['vrrp_garp_interval 0.000001', { vrrp_garp_interval: 0.000001 }],
  ['lvs_flush_onstop VS', { lvs_flush_on_stop: 'VS' }],
  ['lvs_flush_on_stop', { lvs_flush_on_stop: true }],
  ['smtp_server mail 2525', { smtp_server: { host: 'mail', port: 2525 } }],
  ['lvs_timeouts udp 5 tcp 7', { lvs_timeouts: { udp: 5, tcp: 7 } }],
  ['vrrp_garp_extra_if all 5', { vrrp_garp_extra_if: { all: true, value: 5 } }],
  ['vrrp_garp_extra_if 5', { vrrp_garp_extra_if: 5 }],
  ['vrrp_cpu_affinity 0 2', { vrrp_cpu_affinity: [0, 2] }],
  ['umask 0022', { umask: '022' }],
  ['router_id "a b # c"', { router_id: 'a b # c' }],
  ['vrrp_mcast_group6 FF02:0::12', { vrrp_mcast_group6: 'ff02::12' }],
  [
    `startup_script "/bin/x 'a b' \\\\x24HOME" nobody`,
    { startup_script: { command: ['/bin/x', 'a b', '$HOME'], user: 'nobody' } },
  ],
];

test.each(LINES)('%s as data, and back', (line, data) => {
  const document = documentFor(`global_defs {\n${line}\n}\n`);
  expect(document).toEqual({ global_defs: data });
  expect(documentFor(formatDocument(document))).toEqual(document);
});

test('of a keyword given twice the last counts, or the first, or both', () => {
  const text = `global_defs {
  vrrp_version 2
  vrrp_version 3
  startup_script /bin/a
  lvs_sync_daemon eth0 A
  lvs_sync_daemon eth1 B
  lvs_timeouts tcp 5
  lvs_timeouts udp 6
}
vrrp_instance A {
  nopreempt
  preempt
}
`;
  expect(documentFor(text)).toEqual({
    global_defs: {
      vrrp_version: 3,
      startup_script: { command: ['/bin/a'] },
      lvs_sync_daemon: { interface: 'eth0', instance: 'A' },
      lvs_timeouts: { tcp: 5, udp: 6 },
    },
    vrrp_instance: [{ name: 'A', preempt: true }],
  });
});

test('blocks of one kind come together, and lists too', () => {
  const text = `global_defs {
  lvs_flush
}
static_ipaddress {
  10.0.0.1
}
vrrp_instance A {
}
global_defs {
  router_id x
}
static_ipaddress {
  10.0.0.2 dev eth0
}
vrrp_instance B {
}
`;
  expect(documentFor(text)).toEqual({
    global_defs: { lvs_flush: true, router_id: 'x' },
    static_ipaddress: [{ address: '10.0.0.1' }, { address: '10.0.0.2', dev: 'eth0' }],
    vrrp_instance: [{ name: 'A' }, { name: 'B' }],
  });
});

test('what is wrong is left out: a word, an option, an entry, a statement', () => {
  const text = `virtual_server 10.0.0.1 80 {
  real_server 10.0.0.2 80 {
    HTTP_GET {
      url {
        status_code 200 999
      }
    }
  }
  quorum 0
}
virtual_server nowhere 80 {
}
static_ipaddress {
  10.0.0.1 lable x scope link
  10.0.0.x
}
foo bar
`;
  expect(documentFor(text)).toEqual({
    virtual_server: [
      {
        address: '10.0.0.1',
        port: 80,
        real_server: [
          { address: '10.0.0.2', port: 80, HTTP_GET: [{ url: [{ status_code: ['200'] }] }] },
        ],
      },
    ],
    static_ipaddress: [{ address: '10.0.0.1', scope: 'link' }],
  });
});

test('a name or a password may be empty', () => {
  const text = 'vrrp_script "" {\n  script /bin/true\n}\n';
  expect(documentFor(text)).toEqual({
    vrrp_script: [{ name: '', script: { command: ['/bin/true'] } }],
  });
  expect(documentFor(formatDocument(documentFor(text)))).toEqual(documentFor(text));
});

test('a keyword with options none of which is right is left out', () => {
  expect(documentFor('global_defs {\n  lvs_timeouts tcp x\n}\n')).toEqual({
    global_defs: {},
  });
});

test('a route keeps its gateways and what follows them', () => {
  const line = 'default nexthop via 10.0.0.1 dev eth0 weight 2 nexthop via inet6 fe80::1 onlink';
  const route = {
    to: 'default',
    nexthop: [
      { via: '10.0.0.1', dev: 'eth0', weight: 2 },
      { via: 'inet6 fe80::1', onlink: true },
    ],
  };
  expect(documentFor(`static_routes {\n${line}\n}\n`)).toEqual({ static_routes: [route] });
  expect(formatDocument({ static_routes: [route] })).toContain(line);
});
