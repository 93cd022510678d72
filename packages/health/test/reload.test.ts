import { instant } from '@tandem/time';
import { expect, test } from 'vitest';
import {
  createCheck,
  matchChecks,
  reloadVirtualServer,
  removeVirtualServer,
  restoreVirtualServer,
  servingServers,
  startVirtualServer,
  stepVirtualServer,
  type VirtualServerEffect,
  type VirtualServerSettings,
  type VirtualServerState,
} from '../src/index.ts';
import { BOX1, BOX2, httpCheck, realServer, reload, tcpCheck, virtualServer } from './settings.ts';

const NOW = instant(0);

function tell(effects: readonly VirtualServerEffect[]): string[] {
  return effects.flatMap((each) => {
    if (each.type === 'log') return [each.text];
    if (each.type === 'script') return [`run ${each.command.argv.join(' ')}`];
    return each.type === 'mail' ? [`${each.subject} | ${each.body}`] : [];
  });
}

function fifoLines(effects: readonly VirtualServerEffect[]): string[] {
  return effects.flatMap((each) => (each.type === 'fifo' ? [each.line] : []));
}

function withBox2Down(changes: Partial<VirtualServerSettings> = {}): VirtualServerState {
  const { state } = startVirtualServer(virtualServer(changes));
  const event = {
    type: 'check-changed',
    realServer: 1,
    check: 0,
    up: false,
    mailBody: '',
  } as const;
  return stepVirtualServer(state, event, { noCheckerEmails: false, rsInitNotifies: false }).state;
}

test('an unchanged configuration changes nothing and says nothing', () => {
  const state = withBox2Down();
  const next = reload(state, virtualServer());
  expect(next.state).toEqual(state);
  expect(tell(next.effects)).toEqual([]);
});

test('a real server that is gone is removed with script and mail if it was up', () => {
  const { state } = startVirtualServer(virtualServer());
  const next = reload(state, virtualServer({ realServers: [realServer({ address: BOX1 })] }), NOW);
  expect(tell(next.effects)).toEqual([
    'service [10.30.6.112]:tcp:80 no longer exist',
    'Removing service [10.30.6.112]:tcp:80 from VS [10.30.6.110]:tcp:80',
    'run /bin/down',
    'Realserver [10.30.6.112]:tcp:80 of virtual server [10.30.6.110]:tcp:80 - DOWN | => Removing <=',
  ]);
});

test('one that was down already just goes', () => {
  const next = reload(
    withBox2Down(),
    virtualServer({ realServers: [realServer({ address: BOX1 })] }),
    NOW,
  );
  expect(tell(next.effects)).toEqual(['service [10.30.6.112]:tcp:80 no longer exist']);
});

test('one that was down and in the table all the same is taken out of it, and the log says so', () => {
  const [one, other] = [realServer({ address: BOX1 }), realServer({ inhibitOnFailure: true })];
  const down = withBox2Down({ realServers: [one, other] });
  const next = reload(down, virtualServer({ realServers: [one] }));
  expect(tell(next.effects)).toEqual([
    'service [10.30.6.112]:tcp:80 no longer exist',
    'Removing (inhibited) service [10.30.6.112]:tcp:80 from VS [10.30.6.110]:tcp:80',
  ]);
});

test('the quorum is looked at again with the new servers and limits', () => {
  const { state } = startVirtualServer(virtualServer({ quorum: 2 }));
  const next = reload(state, virtualServer({ quorum: 3 }));
  expect(tell(next.effects)).toEqual([
    'Lost quorum 3-0=3 > 2 for VS [10.30.6.110]:tcp:80',
    'run /bin/quorum-down',
    'Virtualserver [10.30.6.110]:tcp:80 - DOWN | => Lost quorum 3+0=3 <= 2 <=',
  ]);
});

test('a changed weight is told and taken over', () => {
  const { state } = startVirtualServer(virtualServer());
  const realServers = [realServer({ address: BOX1, weight: 5 }), realServer()];
  const next = reload(state, virtualServer({ realServers }));
  expect(tell(next.effects)).toEqual([
    'Changing weight from 1 to 5 for active service [10.30.6.111]:tcp:80 of VS [10.30.6.110]:tcp:80',
  ]);
  expect(servingServers(next.state).map((each) => each.weight)).toEqual([5, 1]);
});

test('a new server takes traffic at once; a new checker of a live one starts as up', () => {
  const { state } = startVirtualServer(virtualServer({ realServers: [realServer()] }));
  const realServers = [
    realServer({ checks: [tcpCheck(), tcpCheck({ retry: 9, alpha: true })] }),
    realServer({ address: BOX1 }),
  ];
  const next = reload(state, virtualServer({ realServers }));
  expect(next.state.realServers.map((each) => each.up)).toEqual([true, true]);
  expect(tell(next.effects)).toEqual([]);
});

test('a server that is down does not come up because its checker was edited', () => {
  const realServers = [
    realServer({ address: BOX1 }),
    realServer({ checks: [tcpCheck({ retry: 9 })] }),
  ];
  const next = reload(withBox2Down(), virtualServer({ realServers }));
  expect(next.state.realServers[1]?.up).toBe(false);
});

test('of two checkers that are alike each keeps its own opinion', () => {
  const checks = [tcpCheck(), tcpCheck()];
  const settings = virtualServer({ realServers: [realServer({ checks })] });
  const { state } = startVirtualServer(settings);
  const event = {
    type: 'check-changed',
    realServer: 0,
    check: 1,
    up: false,
    mailBody: '',
  } as const;
  const options = { noCheckerEmails: false, rsInitNotifies: false };
  const down = stepVirtualServer(state, event, options).state;
  const next = reload(down, settings).state.realServers[0];
  expect(next).toMatchObject({ checksUp: [true, false], up: false });
});

test('a server whose failed checker is gone comes back', () => {
  const realServers = [realServer({ address: BOX1 }), realServer({ checks: [] })];
  const next = reload(withBox2Down(), virtualServer({ realServers }));
  expect(tell(next.effects)).toEqual([
    'Adding service [10.30.6.112]:tcp:80 to VS [10.30.6.110]:tcp:80',
    'run /bin/up',
  ]);
});

test('a virtual server that is gone takes its live servers and its quorum with it', () => {
  expect(tell(removeVirtualServer(withBox2Down()))).toEqual([
    'Removing Virtual Server [10.30.6.110]:tcp:80',
    'Removing service [10.30.6.111]:tcp:80 from VS [10.30.6.110]:tcp:80',
    'run /bin/down',
    'Realserver [10.30.6.111]:tcp:80 of virtual server [10.30.6.110]:tcp:80 - DOWN | => Removing <=',
    'run /bin/quorum-down',
    'Virtualserver [10.30.6.110]:tcp:80 - DOWN | => Lost quorum 1+0=1 <= 0 <=',
  ]);
});

test('checkers are matched by their settings, each old one once', () => {
  const start = { realServer: '', virtualServer: '', now: instant(0), random: () => 0 };
  const [a, b, c] = [tcpCheck(), tcpCheck({ retry: 7 }), tcpCheck()].map(
    (each) => createCheck(each, start).state,
  );
  const old = [a, b, c].filter((each) => each !== undefined);
  const matched = matchChecks(old, [httpCheck(), tcpCheck(), tcpCheck(), tcpCheck()]);
  expect(matched[0]).toBeUndefined();
  expect(matched[1]).toBe(a);
  expect(matched[2]).toBe(c);
  expect(matched[3]).toBeUndefined();
});

test('a successor of a dead process leaves out what was down, and announces nothing', () => {
  const memory = {
    quorumUp: true,
    realServers: [
      { address: BOX1, port: 80, checks: [{ type: 'TCP_CHECK', up: true, hasRun: true }] },
      { address: BOX2, port: 80, checks: [{ type: 'TCP_CHECK', up: false, hasRun: true }] },
    ],
  };
  const { state, effects } = restoreVirtualServer(virtualServer(), memory);
  expect(effects).toEqual([]);
  expect(servingServers(state).map((each) => each.settings.address)).toEqual([BOX1]);
  expect(state.quorumUp).toBe(true);
});

test('a successor with other settings has the quorum that follows from them', () => {
  const sorryServer = { address: BOX1, port: 8080, forwarding: 'NAT', inhibit: false } as const;
  const remembered = [true, false].map((up, i) => ({
    address: i === 0 ? BOX1 : BOX2,
    port: 80,
    checks: [{ type: 'TCP_CHECK', up, hasRun: true }],
  }));
  const restored = (quorum: number, quorumUp: boolean) => {
    const memory = { quorumUp, realServers: remembered };
    const { state, effects } = restoreVirtualServer(virtualServer({ quorum, sorryServer }), memory);
    const ports = servingServers(state).map((each) => each.settings.port);
    return [ports, JSON.stringify(effects).match(/(?:Gained|Lost) quorum [^ ]+/)?.[0]];
  };
  expect(restored(2, false)).toEqual([[8080], undefined]);
  expect(restored(1, false)).toEqual([[80], 'Gained quorum 1+0=1']);
  expect(restored(1, true)).toEqual([[80], undefined]);
  expect(restored(2, true)).toEqual([[8080], 'Lost quorum 2-0=2']);
});

test('a memory of other checkers does not count', () => {
  const memory = {
    quorumUp: false,
    realServers: [
      { address: BOX1, port: 80, checks: [{ type: 'HTTP_GET', up: false, hasRun: true }] },
      { address: BOX2, port: 80, checks: [{ type: 'TCP_CHECK', up: false, hasRun: false }] },
    ],
  };
  const { state } = restoreVirtualServer(virtualServer(), memory);
  expect(state.realServers.map((each) => each.up)).toEqual([true, true]);
});

test('while the quorum is lost a reload puts another sorry server into the place of the old one', () => {
  const sorryServer = { address: BOX1, port: 8080, forwarding: 'NAT', inhibit: false } as const;
  const checks = [tcpCheck({ alpha: true })];
  const old = virtualServer({ realServers: [realServer({ checks })], sorryServer });
  const { state } = startVirtualServer(old);
  const next = { ...old, sorryServer: { ...sorryServer, address: BOX2 } };
  const { state: reloaded, effects } = reload(state, next);
  expect(effects).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        text: 'Removing sorry server [10.30.6.111]:tcp:8080 from VS [10.30.6.110]:tcp:80',
      }),
      expect.objectContaining({
        text: 'Adding sorry server [10.30.6.112]:tcp:8080 to VS [10.30.6.110]:tcp:80',
      }),
    ]),
  );
  expect(servingServers(reloaded).map((each) => each.settings.address)).toEqual([BOX2]);
  expect(reload(reloaded, next).effects.map((each) => each.type)).toEqual([
    'table-changed',
    'state-changed',
  ]);
});

test('while there is a quorum nobody hears of another sorry server', () => {
  const sorryServer = { address: BOX1, port: 8080, forwarding: 'NAT', inhibit: false } as const;
  const old = virtualServer({ sorryServer });
  const next = { ...old, sorryServer: { ...sorryServer, address: BOX2 } };
  const { effects } = reload(startVirtualServer(old).state, next);
  expect(tell(effects)).toEqual([]);
});

test('rs_init_notifies: a real server that a reload adds is told of, once what goes has been', () => {
  const [one, two] = [realServer({ address: BOX1 }), realServer({ address: BOX2 })];
  const { state } = startVirtualServer(virtualServer({ realServers: [one] }));
  const options = { now: NOW, noCheckerEmails: false, rsInitNotifies: true };
  const next = virtualServer({ realServers: [two] });
  const { partings, effects } = reloadVirtualServer(state, next, options);
  expect(fifoLines(partings)).toEqual(['RS [10.30.6.111]:tcp:80 [10.30.6.110]:tcp:80 DOWN']);
  expect(fifoLines(effects)).toEqual(['RS [10.30.6.112]:tcp:80 [10.30.6.110]:tcp:80 UP']);
  const alpha = virtualServer({
    realServers: [one, { ...two, checks: [tcpCheck({ alpha: true })] }],
  });
  expect(fifoLines(reloadVirtualServer(state, alpha, options).effects)).toEqual([]);
  expect(
    fifoLines(
      reloadVirtualServer(state, virtualServer(), { ...options, rsInitNotifies: false }).effects,
    ),
  ).toEqual([]);
});

test('a virtual server of a group is removed under the name of the group', () => {
  const key = { kind: 'group', name: 'web', index: 0, protocol: 'TCP' } as const;
  const { state } = startVirtualServer(virtualServer({ key, realServers: [] }));
  expect(tell(removeVirtualServer(state))).toEqual(['Removing Virtual Server Group [web]']);
});
