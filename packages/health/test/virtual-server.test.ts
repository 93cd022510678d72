import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  servingServers,
  startVirtualServer,
  stepVirtualServer,
  stopVirtualServer,
  weightSum,
  type VirtualServerEffect,
  type VirtualServerSettings,
  type VirtualServerState,
} from '../src/index.ts';
import { hasQuorum } from '../src/quorum.ts';
import { BOX1, BOX2, realServer, tcpCheck, virtualServer } from './settings.ts';

/** Effects in one line each, in order. */
function tell(effects: readonly VirtualServerEffect[]): string[] {
  return effects
    .filter((each) => each.type !== 'state-changed')
    .map((each) => {
      if (each.type === 'log') return each.text;
      if (each.type === 'fifo') return `fifo ${each.line}`;
      if (each.type === 'script') return `run ${each.command.argv.join(' ')}`;
      return each.type === 'mail' ? `mail ${each.subject} | ${each.body}` : each.type;
    });
}

/** @param which - position of the real server, or of it and its checker */
function flip(state: VirtualServerState, which: number | [number, number], up: boolean) {
  const [realServer = 0, check = 0] = typeof which === 'number' ? [which] : which;
  const event = { type: 'check-changed', realServer, check, up, mailBody: '=> why <=' } as const;
  return stepVirtualServer(state, event, { noCheckerEmails: false, rsInitNotifies: false });
}

function start(changes: Partial<VirtualServerSettings> = {}): VirtualServerState {
  return startVirtualServer(virtualServer(changes)).state;
}

test('at start everything takes traffic and the quorum is gained', () => {
  const { state, effects } = startVirtualServer(virtualServer());
  expect(tell(effects)).toEqual([
    'table-changed',
    'Gained quorum 1+0=1 <= 2 for VS [10.30.6.110]:tcp:80',
    'run /bin/quorum-up',
    'fifo VS [10.30.6.110]:tcp:80 UP',
    'mail Virtualserver [10.30.6.110]:tcp:80 - UP | => Starting with quorum up 1+0=1 <= 2 <=',
  ]);
  expect(servingServers(state).map((each) => each.weight)).toEqual([1, 1]);
});

test('with rs_init_notifies real servers that are up at start are told of, those with alpha are not', () => {
  const alpha = realServer({ checks: [tcpCheck({ alpha: true })] });
  const settings = virtualServer({ realServers: [realServer({ address: BOX1 }), alpha] });
  const options = { noCheckerEmails: false, rsInitNotifies: true };
  const told = tell(startVirtualServer(settings, options).effects);
  expect(told.filter((each) => each.startsWith('run'))).toEqual([
    'run /bin/up',
    'run /bin/quorum-up',
  ]);
});

test('with alpha nothing takes traffic until it is checked', () => {
  const checks = [tcpCheck({ alpha: true }), tcpCheck({ alpha: true })];
  const settings = virtualServer({ realServers: [realServer({ checks })] });
  const { state, effects } = startVirtualServer(settings);
  expect(tell(effects)).toEqual(['table-changed']);
  const half = flip(state, [0, 0], true).state;
  expect(servingServers(half)).toEqual([]);
  expect(servingServers(flip(half, [0, 1], true).state)).toHaveLength(1);
});

test('a real server without checkers is always up', () => {
  const state = start({ realServers: [realServer({ checks: [] })] });
  expect(weightSum(state)).toBe(1);
});

test('a failed check removes the server, runs its script and sends its mail', () => {
  const down = flip(start(), 1, false);
  expect(tell(down.effects)).toEqual([
    'Removing service [10.30.6.112]:tcp:80 from VS [10.30.6.110]:tcp:80',
    'table-changed',
    'run /bin/down',
    'fifo RS [10.30.6.112]:tcp:80 [10.30.6.110]:tcp:80 DOWN',
    'mail Realserver [10.30.6.112]:tcp:80 of virtual server [10.30.6.110]:tcp:80 - DOWN | => why <=',
  ]);
  expect(servingServers(down.state).map((each) => each.settings.address)).toEqual([BOX1]);
  expect(tell(flip(down.state, 1, true).effects)).toEqual([
    'Adding service [10.30.6.112]:tcp:80 to VS [10.30.6.110]:tcp:80',
    'table-changed',
    'run /bin/up',
    'fifo RS [10.30.6.112]:tcp:80 [10.30.6.110]:tcp:80 UP',
    'mail Realserver [10.30.6.112]:tcp:80 of virtual server [10.30.6.110]:tcp:80 - UP | => why <=',
  ]);
});

/** What the mails of a start, a failure, a recovery and a stop are about. */
function mailsOf(server: boolean, real: boolean): string[] {
  const settings = virtualServer({
    smtpAlert: server,
    omega: true,
    realServers: [realServer({ smtpAlert: real })],
  });
  const { state, effects } = startVirtualServer(settings);
  const down = flip(state, 0, false);
  const all = [...effects, ...down.effects, ...flip(down.state, 0, true).effects];
  const told = tell([...all, ...stopVirtualServer(state)]);
  return told.filter((each) => each.startsWith('mail')).map((each) => each.split(' ')[1] ?? '');
}

test('a virtual server, or a real one, with smtp_alert off sends no mail of its own', () => {
  const [ours, theirs] = ['Virtualserver', 'Realserver'];
  expect(mailsOf(true, false)).toEqual([ours, ours, ours, ours]);
  expect(mailsOf(false, true)).toEqual([theirs, theirs, theirs]);
  expect(mailsOf(false, false)).toEqual([]);
});

test('with inhibit_on_failure the server stays, at weight 0', () => {
  const state = start({ realServers: [realServer({ inhibitOnFailure: true, weight: 7 })] });
  const down = flip(state, 0, false);
  expect(tell(down.effects)[0]).toBe(
    'Disabling service [10.30.6.112]:tcp:80 of VS [10.30.6.110]:tcp:80',
  );
  expect(servingServers(down.state).map((each) => each.weight)).toEqual([0]);
  expect(tell(flip(down.state, 0, true).effects)[0]).toBe(
    'Enabling service [10.30.6.112]:tcp:80 of VS [10.30.6.110]:tcp:80',
  );
});

test('the quorum is lost and gained by weights, with hysteresis both ways', () => {
  const realServers = [2, 2, 1].map((weight) => realServer({ weight }));
  const state = start({ quorum: 3, hysteresis: 1, realServers });
  const still = flip(flip(state, 2, false).state, 1, false);
  expect(still.state.quorumUp).toBe(true);
  const lost = flip(still.state, 0, false);
  expect(tell(lost.effects)).toContain('Lost quorum 3-1=2 > 0 for VS [10.30.6.110]:tcp:80');
  expect(tell(lost.effects)).toContain('run /bin/quorum-down');
  expect(tell(lost.effects)).toContain(
    'mail Virtualserver [10.30.6.110]:tcp:80 - DOWN | => Lost quorum 3+1=2 <= 0 <=',
  );
  const almost = flip(flip(lost.state, 2, true).state, 1, true);
  expect(almost.state.quorumUp).toBe(false);
  const gained = flip(almost.state, 0, true);
  expect(tell(gained.effects)).toContain('Gained quorum 3+1=4 <= 5 for VS [10.30.6.110]:tcp:80');
  expect(tell(gained.effects)).toContain(
    'mail Virtualserver [10.30.6.110]:tcp:80 - UP | => Gained quorum 3+1=4 <= 5 <=',
  );
});

test('a quorum never stands on no weight, and does not flap at one sum', () => {
  const limits = fc.record({
    quorum: fc.integer({ min: 0, max: 10 }),
    hysteresis: fc.integer({ min: 0, max: 9 }),
  });
  fc.assert(
    fc.property(limits, fc.nat(20), fc.boolean(), (given, sum, up) => {
      const next = hasQuorum(up, sum, given);
      if (sum === 0) expect(next).toBe(false);
      if (sum > 0) expect(hasQuorum(next, sum, given)).toBe(next);
    }),
  );
});

test('one of two failed checkers is a mail, and a change of the server only once', () => {
  const checks = [tcpCheck(), tcpCheck()];
  const state = start({ realServers: [realServer({ checks })] });
  const first = flip(state, [0, 0], false).state;
  const second = flip(first, [0, 1], false);
  expect(tell(second.effects)).toEqual([expect.stringContaining('- DOWN')]);
  // The subject tells of the server, not of the checker.
  expect(tell(flip(second.state, [0, 0], true).effects)).toEqual([
    expect.stringContaining('- DOWN'),
  ]);
  const event = {
    type: 'check-changed',
    realServer: 0,
    check: 1,
    up: false,
    mailBody: '',
  } as const;
  expect(
    tell(stepVirtualServer(first, event, { noCheckerEmails: true, rsInitNotifies: false }).effects),
  ).toEqual([]);
});

test('keepalived 2.2.7: a first failure with alpha is told though nothing changes', () => {
  const server = { notifyDown: { argv: ['/bin/down'] }, checks: [tcpCheck({ alpha: true })] };
  const state = start({ realServers: [realServer(server)] });
  const told = ['run /bin/down', 'fifo RS [10.30.6.112]:tcp:80 [10.30.6.110]:tcp:80 DOWN'];
  const event = { type: 'check-changed', realServer: 0, check: 0, up: false } as const;
  const options = { noCheckerEmails: false, rsInitNotifies: false };
  const step = stepVirtualServer(state, { ...event, mailBody: undefined }, options);
  expect(step.state).toBe(state);
  expect(tell(step.effects)).toEqual(told);
  const mailed = stepVirtualServer(state, { ...event, mailBody: '=> why <=' }, options);
  expect(tell(mailed.effects)).toEqual([...told, expect.stringMatching(/^mail .* - DOWN \|/)]);
});

test('a change that is none, or of an unknown checker, does nothing', () => {
  const state = start();
  expect(flip(state, 1, true)).toEqual({ state, effects: [] });
  expect(flip(state, 9, false)).toEqual({ state, effects: [] });
  expect(flip(state, [1, 5], false)).toEqual({ state, effects: [] });
});

test('at stop every service is named; scripts and mails come with omega alone', () => {
  const quiet = realServer({ inhibitOnFailure: true });
  const state = flip(
    start({ realServers: [realServer({ address: BOX1 }), quiet] }),
    1,
    false,
  ).state;
  const lines = [
    'Shutting down service [10.30.6.111]:tcp:80 from VS [10.30.6.110]:tcp:80',
    'Shutting down (inhibited) service [10.30.6.112]:tcp:80 from VS [10.30.6.110]:tcp:80',
  ];
  expect(tell(stopVirtualServer(state))).toEqual(lines);
  const omega = { ...state, settings: { ...state.settings, omega: true } };
  expect(tell(stopVirtualServer(omega))).toEqual([
    lines[0],
    'run /bin/down',
    'fifo RS [10.30.6.111]:tcp:80 [10.30.6.110]:tcp:80 DOWN',
    expect.stringContaining('- DOWN | => Shutting down <='),
    lines[1],
    'run /bin/quorum-down',
    'fifo VS [10.30.6.110]:tcp:80 DOWN',
    'mail Virtualserver [10.30.6.110]:tcp:80 - DOWN | => Shutting down <=',
  ]);
});

test('real servers are named by address, protocol and port', () => {
  const key = { kind: 'fwmark', mark: 5, family: 4 } as const;
  const state = start({ key, realServers: [realServer({ address: BOX2, port: 0 })] });
  expect(tell(flip(state, 0, false).effects)[0]).toBe(
    'Removing service [10.30.6.112]:none:0 from VS FWM 5',
  );
});

const SORRY = { address: BOX1, port: 8080, forwarding: 'NAT', inhibit: false } as const;

/** Weights in the table, by port; each server has one of its own here. */
function weights(state: VirtualServerState): Record<number, number> {
  return Object.fromEntries(servingServers(state).map((each) => [each.settings.port, each.weight]));
}

test('a sorry server serves alone while the quorum is lost, and goes when it is gained', () => {
  const real = realServer({ port: 1, weight: 3 });
  const waiting = realServer({ port: 2, inhibitOnFailure: true });
  const state = start({ realServers: [real, waiting], quorum: 4, sorryServer: SORRY });
  expect(weights(state)).toEqual({ 1: 3, 2: 1 });
  const lost = flip(state, 0, false);
  expect(tell(lost.effects).filter((each) => !/^(mail|run|fifo)/.test(each))).toEqual([
    'Removing service [10.30.6.112]:tcp:1 from VS [10.30.6.110]:tcp:80',
    'table-changed',
    'Lost quorum 4-0=4 > 1 for VS [10.30.6.110]:tcp:80',
    'Adding sorry server [10.30.6.111]:tcp:8080 to VS [10.30.6.110]:tcp:80',
    'Removing alive servers from the pool for VS [10.30.6.110]:tcp:80',
  ]);
  expect(weights(lost.state)).toEqual({ 8080: 1, 2: 0 });
  const gained = flip(lost.state, 0, true);
  expect(tell(gained.effects)).toEqual(
    expect.arrayContaining([
      'Removing sorry server [10.30.6.111]:tcp:8080 from VS [10.30.6.110]:tcp:80',
      'Adding alive servers to the pool for VS [10.30.6.110]:tcp:80',
    ]),
  );
  expect(weights(gained.state)).toEqual({ 1: 3, 2: 1 });
});

test('a sorry server with sorry_server_inhibit waits at weight 0 while it is not needed', () => {
  const real = realServer({ port: 1 });
  const state = start({ realServers: [real], sorryServer: { ...SORRY, inhibit: true } });
  expect(weights(state)).toEqual({ 1: 1, 8080: 0 });
  const lost = flip(state, 0, false);
  expect(tell(lost.effects)).toContain(
    'Enabling sorry server [10.30.6.111]:tcp:8080 to VS [10.30.6.110]:tcp:80',
  );
  expect(weights(lost.state)).toEqual({ 8080: 1 });
});

test('a sorry server that is a real server too, waiting for its first check, serves', () => {
  const real = realServer({
    address: SORRY.address,
    port: SORRY.port,
    forwarding: 'TUN',
    inhibitOnFailure: true,
    checks: [tcpCheck({ alpha: true })],
  });
  // Of two with the same address and port the first counts.
  const [first] = servingServers(start({ realServers: [real], sorryServer: SORRY }));
  expect(first).toEqual({ settings: SORRY, weight: 1 });
});

test('servers that come up below the quorum are announced but wait for it behind a sorry server', () => {
  const checks = [tcpCheck({ alpha: true })];
  const realServers = [realServer({ port: 1, checks }), realServer({ port: 2, checks })];
  const { state, effects } = startVirtualServer(
    virtualServer({ realServers, quorum: 2, sorryServer: SORRY }),
  );
  expect(tell(effects)).toEqual([
    'table-changed',
    'Starting with quorum down 2-0=2 > 0 for VS [10.30.6.110]:tcp:80',
    'Adding sorry server [10.30.6.111]:tcp:8080 to VS [10.30.6.110]:tcp:80',
    'Removing alive servers from the pool for VS [10.30.6.110]:tcp:80',
    'run /bin/quorum-down',
    'fifo VS [10.30.6.110]:tcp:80 DOWN',
    'mail Virtualserver [10.30.6.110]:tcp:80 - DOWN | => Starting with quorum down 2+0=2 <= 0 <=',
  ]);
  const one = flip(state, 0, true);
  expect(tell(one.effects)).toContain(
    'Adding service [10.30.6.112]:tcp:1 to VS [10.30.6.110]:tcp:80',
  );
  expect(weights(one.state)).toEqual({ 8080: 1 });
  expect(weights(flip(one.state, 1, true).state)).toEqual({ 1: 1, 2: 1 });
});

test('scripts of one server in two virtual servers have names of their own, by which others wait', () => {
  const notifyDown = { argv: ['/bin/down'] };
  const purposes = [80, 443].map((port) => {
    const key = { kind: 'address', address: BOX1, port, protocol: 'TCP' } as const;
    const state = start({ key, realServers: [realServer({ notifyDown })] });
    return flip(state, 0, false).effects.flatMap((each) =>
      each.type === 'script' && each.purpose.startsWith('RS') ? [each.purpose] : [],
    );
  });
  expect(purposes).toEqual([
    ['RS [10.30.6.112]:tcp:80 of VS [10.30.6.111]:tcp:80 notify_down'],
    ['RS [10.30.6.112]:tcp:80 of VS [10.30.6.111]:tcp:443 notify_down'],
  ]);
});

test('keepalived 2.2.7: texts about a quorum with hysteresis have sums and signs of their own', () => {
  const limits = { quorum: 2, hysteresis: 1, sorryServer: SORRY };
  const low = startVirtualServer(virtualServer({ ...limits, realServers: [realServer()] }));
  expect(tell(low.effects)).toContain(
    'Starting with quorum down 2-1=3 > 1 for VS [10.30.6.110]:tcp:80',
  );
  expect(tell(low.effects)).toContain(
    'mail Virtualserver [10.30.6.110]:tcp:80 - DOWN | => Starting with quorum down 2+1=3 <= 1 <=',
  );
  const high = startVirtualServer(
    virtualServer({ ...limits, realServers: [realServer({ weight: 3 })] }),
  );
  expect(tell(high.effects)).toEqual([
    'table-changed',
    'Gained quorum 2+1=3 <= 3 for VS [10.30.6.110]:tcp:80',
    'run /bin/quorum-up',
    'fifo VS [10.30.6.110]:tcp:80 UP',
    'mail Virtualserver [10.30.6.110]:tcp:80 - UP | => Starting with quorum up 2+1=3 <= 3 <=',
  ]);
});

/** @param weight - that the first checker of the first real server wants; undefined: none */
function weigh(state: VirtualServerState, weight: number | undefined) {
  const adjustment = weight === undefined ? undefined : ({ kind: 'instead', weight } as const);
  const event = { type: 'weight-changed', realServer: 0, check: 0, adjustment } as const;
  return stepVirtualServer(state, event, { noCheckerEmails: false, rsInitNotifies: false });
}

test('a dynamic checker changes the weight, and the quorum with it', () => {
  const state = start({
    quorum: 2,
    realServers: [realServer({ address: BOX1, weight: 10 }), realServer()],
  });
  const light = weigh(state, 0);
  expect(tell(light.effects)).toEqual([
    'Changing weight from 10 to 0 for active service [10.30.6.111]:tcp:80 of VS [10.30.6.110]:tcp:80',
    'table-changed',
    'Lost quorum 2-0=2 > 1 for VS [10.30.6.110]:tcp:80',
    'run /bin/quorum-down',
    'fifo VS [10.30.6.110]:tcp:80 DOWN',
    'mail Virtualserver [10.30.6.110]:tcp:80 - DOWN | => Lost quorum 2+0=2 <= 1 <=',
  ]);
  expect(servingServers(light.state).map((each) => each.weight)).toEqual([0, 1]);
  expect(tell(weigh(light.state, 0).effects)).toEqual([]);
  expect(weightSum(weigh(light.state, undefined).state)).toBe(11);
});

test('a checker that fails takes its weight back; while down its weight is only remembered', () => {
  const inhibited = realServer({ address: BOX1, weight: 10, inhibitOnFailure: true });
  const state = start({ realServers: [inhibited, realServer()] });
  const down = flip(weigh(state, 3).state, 0, false).state;
  const later = weigh(down, 5);
  expect(tell(later.effects)).toEqual([
    'Changing weight from 10 to 5 for inactive service [10.30.6.111]:tcp:80 of VS [10.30.6.110]:tcp:80',
    'table-changed',
  ]);
  expect(servingServers(later.state).map((each) => each.weight)).toEqual([0, 1]);
  expect(weightSum(flip(later.state, 0, true).state)).toBe(6);
});
