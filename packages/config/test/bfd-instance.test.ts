import { parseConfiguration, type Configuration } from '@tandem/config';
import { expect, test } from 'vitest';

function read(text: string): Configuration {
  const reader = { read: (path: string) => [{ path, text }] };
  return parseConfiguration({ path: 'a.conf', hostName: 'b', reader });
}

/** @returns the only session of a block of these lines */
function session(...lines: readonly string[]): unknown {
  return read(`bfd_instance B {\n${lines.join('\n')}\n}\n`).settings.bfdSessions[0];
}

test('a session has the defaults of keepalived', () => {
  expect(session('neighbor_ip 10.0.0.2')).toEqual({
    name: 'B',
    neighbour: '10.0.0.2',
    port: 3784,
    requiredMinRx: 10,
    desiredMinTx: 10,
    idleTx: 1000,
    detectMultiplier: 5,
    passive: false,
    ttl: 255,
    ttlMin: 255,
    tells: { vrrp: true, checkers: true },
  });
});

test('a session has what is written', () => {
  const lines = `neighbour_ip 2001:db8::2
    source_ip 2001:db8::1
    min_rx 3.312
    min_tx 50
    idle_tx 2000
    multiplier 3
    passive
    hoplimit 254
    max_hops 2
    checker`;
  expect(session(lines)).toMatchObject({
    neighbour: '2001:db8::2',
    source: '2001:db8::1',
    requiredMinRx: 3.312,
    desiredMinTx: 50,
    idleTx: 2000,
    detectMultiplier: 3,
    passive: true,
    ttl: 254,
    ttlMin: 252,
    tells: { vrrp: false, checkers: true },
  });
});

/** @returns the least TTL of packets heard */
function least(...lines: readonly string[]): unknown {
  return (session(...lines) as { readonly ttlMin: number }).ttlMin;
}

test('the least TTL of packets heard is that of keepalived 2.2.7', () => {
  const [ipv4, ipv6] = ['neighbor_ip 10.0.0.2', 'neighbor_ip 2001:db8::2'];
  expect(least(ipv4, 'max_hops 0')).toBe(255);
  expect(least(ipv4, 'max_hops 5')).toBe(250);
  expect(least(ipv4, 'max_hops 5', 'ttl 100')).toBe(95);
  expect(least(ipv4, 'ttl 100')).toBe(100);
  expect(least(ipv4, 'max_hops 255')).toBe(0);
  expect(least(ipv4, 'max_hops -1')).toBe(0);
  expect(least(ipv6)).toBe(64);
  expect(least(ipv6, 'hoplimit 255')).toBe(255);
});

test('RFC 5883 §5: a session over several hops has another port, and any TTL', () => {
  expect(session('neighbor_ip 10.0.0.2', 'multihop')).toMatchObject({ port: 4784, ttlMin: 0 });
  const limited = session('neighbor_ip 10.0.0.2', 'multihop', 'max_hops 3');
  expect(limited).toMatchObject({ port: 4784, ttlMin: 252 });
});

test('a session without another end, or between two families, or to the same end is left out', () => {
  const { settings, diagnostics } = read(`bfd_instance A {
    }
    bfd_instance B {
      neighbor_ip 10.0.0.2
      source_ip 2001:db8::1
    }
    bfd_instance C {
      neighbor_ip 10.0.0.3
    }
    bfd_instance D {
      neighbor_ip 10.0.0.3
    }
`);
  expect(settings.bfdSessions.map(({ name }) => name)).toEqual(['C']);
  const codes = diagnostics.map(({ code }) => code);
  expect(codes).toEqual(['MISSING_KEYWORD', 'ADDRESS_FAMILY_MISMATCH', 'DUPLICATE_NEIGHBOUR']);
});

test('instances and checkers know only of sessions that are reported to them', () => {
  const { settings, diagnostics } = read(`bfd_instance V {
      neighbor_ip 10.0.0.2
      vrrp
      weight -30 reverse
    }
    bfd_instance C {
      neighbor_ip 10.0.0.3
      checker
    }
    vrrp_instance I {
      interface eth0
      virtual_router_id 1
      virtual_ipaddress {
        10.0.0.1/24
      }
      track_bfd {
        V
        C weight 10
      }
    }
    virtual_server 10.0.0.1 80 {
      lvs_sched rr
      lvs_method NAT
      protocol TCP
      real_server 10.0.1.1 80 {
        BFD_CHECK {
          name C
          alpha
        }
      }
      real_server 10.0.1.2 80 {
        BFD_CHECK {
          name V
        }
      }
    }
`);
  expect(settings.vrrpInstances[0]?.trackers).toEqual([
    { kind: 'bfd', name: 'V', weight: -30, reverse: true },
  ]);
  const checks = settings.virtualServers[0]?.realServers.map((each) => each.checks);
  expect(checks).toMatchObject([[{ type: 'BFD_CHECK', name: 'C', alpha: true }], []]);
  const codes = diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code);
  expect(codes).toEqual(['UNKNOWN_TRACKER', 'UNKNOWN_TRACKER']);
});
