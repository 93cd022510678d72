import { parseConfiguration, type Settings } from '@tandem/config';
import { expect, test } from 'vitest';

function settingsOf(globals: string, instance = ''): Settings {
  const text = `global_defs {
${globals}
}
vrrp_instance V {
  interface eth0
  virtual_router_id 51
  virtual_ipaddress {
    10.77.0.100
  }
  ${instance}
}
`;
  const reader = { read: (path: string) => [{ path, text }] };
  const { settings, diagnostics } = parseConfiguration({ path: 'a.conf', hostName: 'b', reader });
  expect(diagnostics).toEqual([]);
  return settings;
}

function roomOf(globals: string, instance = ''): unknown {
  return settingsOf(globals, instance).vrrpInstances[0]?.receiveRoom;
}

test('vrrp_rx_bufs_policy: so many MTUs or adverts, or bytes; the multiplier alone says nothing', () => {
  expect(roomOf('vrrp_rx_bufs_policy mtu')).toEqual({ packets: 3, of: 'mtu' });
  expect(roomOf('vrrp_rx_bufs_multiplier 7\nvrrp_rx_bufs_policy ADVERT')).toEqual({
    packets: 7,
    of: 'advert',
  });
  expect(roomOf('vrrp_rx_bufs_policy 5000')).toEqual({ bytes: 5000 });
  expect(roomOf('vrrp_rx_bufs_policy 0')).toBeUndefined();
  expect(roomOf('vrrp_rx_bufs_multiplier 7')).toBeUndefined();
});

test('kernel_rx_buf_size takes the place of the policy for its instance', () => {
  const bytes = { bytes: 20_000 };
  expect(roomOf('vrrp_rx_bufs_policy MTU', 'kernel_rx_buf_size 20000')).toEqual(bytes);
  expect(roomOf('', 'kernel_rx_buf_size 20000')).toEqual(bytes);
  expect(roomOf('', 'kernel_rx_buf_size 0')).toBeUndefined();
});

test('netlink buffers: a size, and whether it is forced; force alone, or a size of 0, says nothing', () => {
  const { netlinkBuffers } = settingsOf(`vrrp_netlink_cmd_rcv_bufs_force
vrrp_netlink_cmd_rcv_bufs 100001
vrrp_netlink_monitor_rcv_bufs 100002
vrrp_netlink_monitor_rcv_bufs_force off
lvs_netlink_cmd_rcv_bufs_force
lvs_netlink_monitor_rcv_bufs 0`).global;
  expect(netlinkBuffers).toEqual({
    vrrpCommand: { bytes: 100_001, force: true },
    vrrpMonitor: { bytes: 100_002, force: false },
  });
  expect(settingsOf('').global.netlinkBuffers).toBeUndefined();
});
