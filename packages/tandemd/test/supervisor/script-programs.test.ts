import { parseConfiguration } from '@tandem/config';
import { expect, test } from 'vitest';
import { scriptPrograms } from '../../src/supervisor/script-programs.ts';

test('programs of everything that may be run are found, again at each reload', () => {
  const text = `global_defs {
  startup_script /usr/bin/begin
  shutdown_script /usr/bin/end
  notify_fifo /run/all.fifo
  notify_fifo_script /usr/bin/reader
}
vrrp_sync_group G {
  group {
    I
  }
  notify_master /usr/bin/group-master
}
vrrp_instance I {
  interface eth0
  virtual_router_id 51
  notify_backup "/usr/bin/backup z"
}
vrrp_script web {
  script "/usr/bin/web x"
}
virtual_server 192.0.2.1 80 {
  quorum_up /usr/bin/up
  quorum_down "/usr/bin/down now"
  real_server 192.0.2.2 80 {
    notify_up /usr/bin/server-up
    notify_down /usr/bin/server-down
    MISC_CHECK {
      misc_path "/usr/bin/misc y"
    }
    TCP_CHECK {
    }
  }
}
virtual_server 192.0.2.3 80 {
  real_server 192.0.2.4 80 {
  }
}
`;
  const path = 'keepalived.conf';
  const reader = { read: () => [{ path, text }] };
  const { settings } = parseConfiguration({ path, hostName: 'box', userName: 'root', reader });
  const ofVrrp = ['begin', 'end', 'reader', 'group-master', 'backup', 'web'];
  const programs = [...ofVrrp, 'up', 'down', 'server-up', 'server-down', 'misc'];
  const paths = programs.map((name) => `/usr/bin/${name}`).toSorted();
  expect(scriptPrograms(settings).toSorted()).toEqual(paths);
  expect(scriptPrograms({ ...settings }).toSorted()).toEqual(paths);
  const [first, second] = settings.virtualServers;
  if (first === undefined || second === undefined) throw new Error('two virtual servers');
  const { quorumUp: _, ...without } = first;
  const reloaded = { ...settings, virtualServers: [without, second] };
  expect(scriptPrograms(reloaded).toSorted()).toEqual(
    paths.filter((path) => path !== '/usr/bin/up'),
  );
});
